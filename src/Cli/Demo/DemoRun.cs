using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo;

/// <summary>What the user asked the demo for.</summary>
/// <param name="Keep">Leave the nodes running at the end.</param>
/// <param name="Yes">Ask nothing.</param>
/// <param name="Rows">Synthetic rows per owner, or null for the real table.</param>
internal sealed record DemoOptions(bool Keep, bool Yes, int? Rows);

/// <summary>State of one demo run, handed from screen to screen. Used from one thread.</summary>
internal sealed class DemoRun(Ui ui, DemoOptions options, DemoFolder folder)
{
    private readonly long _started = TimeProvider.System.GetTimestamp();

    /// <summary>Where to speak.</summary>
    public Ui Ui { get; } = ui;

    /// <summary>What was asked for.</summary>
    public DemoOptions Options { get; } = options;

    /// <summary>The demo's folder.</summary>
    public DemoFolder Folder { get; } = folder;

    /// <summary>Every process that was started, also those that ended.</summary>
    public List<NodeProcess> Processes { get; } = [];

    /// <summary>The nodes by folder name.</summary>
    public Dictionary<string, DemoNode> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>The plaintext union, where it is kept while rows are generated.</summary>
    public PlaintextUnion? Union { get; set; }

    /// <summary>Where the data comes from, on every screen; null: as the sample of the supply chain.</summary>
    public Phrase? Origin { get; set; }

    /// <summary>The main job.</summary>
    public string JobId { get; set; } = "";

    /// <summary>Facts for <c>--json</c>.</summary>
    public Dictionary<string, object?> Summary { get; } = new(StringComparer.Ordinal);

    /// <summary>The coordinator.</summary>
    public NodeClient Coordinator => Nodes[DemoFolder.Coordinator].Client;

    /// <summary>The analyst's own connector: the chain leader's.</summary>
    public NodeClient Analyst => Nodes[DemoFolder.Owners[0]].Client;

    /// <summary>Seconds since the start.</summary>
    public double Seconds => TimeProvider.System.GetElapsedTime(_started).TotalSeconds;

    /// <summary>Name of the main job's spec.</summary>
    public string MainJob => Options.Rows is null ? "investment-by-year" : "synthetic-by-group";

    /// <summary>The dataset's id in the catalogue.</summary>
    public string DatasetId => Options.Rows is null ? "investments" : "synthetic";

    /// <summary>A node's directory as it is typed in a command.</summary>
    public static string Typed(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.Length < path.Length && !relative.StartsWith("../../..", StringComparison.Ordinal) ? relative : path;
    }

    /// <summary>Opens a screen: number, title, and the sentence that stays on every screen.</summary>
    public void Title(int number, Phrase title, params object?[] arguments)
    {
        Ui.Line();
        if (!Ui.Json)
        {
            Ui.Human.Write(new Spectre.Console.Rule($"[bold]({number}) {Spectre.Console.Markup.Escape(Ui.T(title, arguments))}[/]")
            {
                Justification = Spectre.Console.Justify.Left,
                Border = Ui.IsUnicode ? Spectre.Console.BoxBorder.Rounded : Spectre.Console.BoxBorder.Ascii,
            });
        }
        Ui.Styled("grey", Ui.T(Origin ?? (Options.Rows is null ? DemoTexts.Simulated : DemoTexts.Synthetic)));
    }

    /// <summary>Shows the command that does the same by hand.</summary>
    public void ByHand(string command) => Ui.Unbroken("$ " + command);

    /// <summary>Waits for Enter between screens, where somebody is there to press it.</summary>
    public async Task PauseAsync(CancellationToken cancel)
    {
        if (!Ui.CanAsk || Options.Yes)
            return;
        Ui.Styled("grey", Ui.T(DemoTexts.PressEnter));
        // A blocked read cannot be cancelled; it is left behind when a signal ends the demo.
        await Task.Run(Console.In.ReadLine, cancel).WaitAsync(cancel);
    }

    /// <summary>Ends the demo when something is not as promised.</summary>
    public void Require(bool condition, Phrase what, params object?[] arguments)
    {
        if (!condition)
            throw new CommandStopped(CliErrors.DemoFailed.Of(what.In(Ui.Language, arguments)), ExitCode.Negative);
    }
}
