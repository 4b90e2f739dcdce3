using System.Text.Encodings.Web;
using System.Text.Json;
using DataSpace.Kernel.Results;
using Spectre.Console;

namespace DataSpace.Cli.Session;

/// <summary>
/// Where a command speaks. Human text goes to stdout; with <c>--json</c> stdout carries exactly one JSON document and nothing else,
/// and progress goes to stderr. One instance per command, used from one thread.
/// </summary>
internal sealed class Ui
{
    private const int RedirectedWidth = 100;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions IndentedAscii = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly TextWriter _stdout;
    private readonly TextWriter _stderr;
    private readonly string? _columns;

    /// <summary>Builds both consoles from the environment.</summary>
    public Ui(Language language, bool json, TextWriter output, TextWriter errors, bool unicode, bool noColor, string? terminal, string? columns)
    {
        (Language, Json, IsUnicode) = (language, json, unicode);
        (_stdout, _stderr, _columns) = (output, errors, columns);
        // Chinese asked for by name is printed as Chinese even under LANG=C; only decoration stays ASCII then.
        var foldText = !unicode && language == Language.En;
        FoldsText = foldText;
        Human = Make(json ? errors : output, json ? ErrorsRedirected : OutputRedirected, foldText, noColor, columns);
        IsTerminal = !(json ? ErrorsRedirected : OutputRedirected) && terminal is not (null or "dumb");
        CanAsk = IsTerminal && !Console.IsInputRedirected;
    }

    /// <summary>Language of every text.</summary>
    public Language Language { get; }

    /// <summary>True when stdout is for machines.</summary>
    public bool Json { get; }

    /// <summary>False when only ASCII decoration may be printed.</summary>
    public bool IsUnicode { get; }

    /// <summary>True when a bar or spinner can be drawn.</summary>
    public bool IsTerminal { get; }

    /// <summary>True when someone can press a key.</summary>
    public bool CanAsk { get; }

    /// <summary>The console for people: stdout, or stderr with <c>--json</c>.</summary>
    public IAnsiConsole Human { get; }

    private bool FoldsText { get; }

    private bool OutputRedirected => _stdout != Console.Out || Console.IsOutputRedirected;

    private bool ErrorsRedirected => _stderr != Console.Error || Console.IsErrorRedirected;

    /// <summary>A phrase in the chosen language, ready for this terminal.</summary>
    public string T(Phrase phrase, params object?[] arguments) => Plain(phrase.In(Language, arguments));

    /// <summary>One of two texts that came from a node.</summary>
    public string T(string? en, string? zh) => Plain((Language == Language.Zh ? zh ?? en : en ?? zh) ?? "");

    /// <summary>Foreign text made safe to print: no control characters, ASCII where the terminal needs it.</summary>
    public string Plain(string text)
    {
        if (text.Any(c => char.IsControl(c) && c != '\n'))
            text = string.Concat(text.Select(c => char.IsControl(c) && c != '\n' ? ' ' : c));
        return FoldsText ? AsciiFold.Fold(text) : text;
    }

    /// <summary>Prints one line, wrapped by the console.</summary>
    public void Line(string text = "")
    {
        if (!Json)
            Human.WriteLine(text);
    }

    /// <summary>Prints one phrase as a line.</summary>
    public void Line(Phrase phrase, params object?[] arguments) => Line(T(phrase, arguments));

    /// <summary>Prints a line with a style, for example <c>bold</c>.</summary>
    public void Styled(string style, string text)
    {
        if (!Json)
            Human.MarkupLine($"[{style}]{Markup.Escape(text)}[/]");
    }

    /// <summary>Prints a line as it is, longer than the terminal if need be: commands and digests are there to be copied.</summary>
    public void Unbroken(string text)
    {
        if (!Json)
            Human.Profile.Out.Writer.WriteLine(Plain(text));
    }

    /// <summary>Prints a renderable thing, such as a table.</summary>
    public void Show(Spectre.Console.Rendering.IRenderable thing)
    {
        if (!Json)
            Human.Write(thing);
    }

    /// <summary>A progress or warning line that must not disturb machine output.</summary>
    public void Note(string text) => Human.WriteLine(text);

    /// <summary>
    /// Runs something that may take longer than a second under a sign of life: a spinner on a terminal, else a line after the first second
    /// and one every ten seconds.
    /// </summary>
    public async Task<TValue> BusyAsync<TValue>(string what, Func<Task<TValue>> work)
    {
        if (IsTerminal)
        {
            var spinner = IsUnicode ? Spinner.Known.Dots : Spinner.Known.Line;
            return await Human.Status().Spinner(spinner).StartAsync(Markup.Escape(what), _ => work());
        }
        var (started, running) = (TimeProvider.System.GetTimestamp(), work());
        if (await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System)) != running)
            Note(T(CommonTexts.Waiting, what));
        while (await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System)) != running)
            Note(T(CommonTexts.StillWaiting, what, (int)TimeProvider.System.GetElapsedTime(started).TotalSeconds));
        return await running;
    }

    /// <summary>The same for work without a value.</summary>
    public Task BusyAsync(string what, Func<Task> work) => BusyAsync(what, async () =>
    {
        await work();
        return true;
    });

    /// <summary>Runs long work that tells how far it is, 0 to 1: a bar on a terminal, else a line after the first second and one every ten.</summary>
    public async Task<TValue> ProgressAsync<TValue>(string what, Func<Action<double>, Task<TValue>> work)
    {
        if (IsTerminal)
        {
            return await Human.Progress().AutoClear(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .StartAsync(bar =>
                {
                    var task = bar.AddTask(Markup.Escape(what));
                    return work(done => task.Value = 100 * done);
                });
        }
        var reached = 0.0;
        var running = work(done => Volatile.Write(ref reached, done));
        for (var wait = TimeSpan.FromSeconds(1); await Task.WhenAny(running, Task.Delay(wait, TimeProvider.System)) != running; wait = TimeSpan.FromSeconds(10))
            Note(T(CommonTexts.Percent, what, (int)(100 * Volatile.Read(ref reached))));
        return await running;
    }

    /// <summary>A table in the house style with these headings.</summary>
    public Table Table(params string[] headings)
    {
        var table = new Table { Border = IsUnicode ? TableBorder.Rounded : TableBorder.Ascii2, UseSafeBorder = !IsUnicode };
        foreach (var heading in headings)
            table.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(Plain(heading))}[/]")));
        return table;
    }

    /// <summary>A table row of plain texts.</summary>
    public void Row(Table table, params string[] cells)
        => table.AddRow(cells.Select(c => (Spectre.Console.Rendering.IRenderable)new Text(Plain(c))).ToArray());

    /// <summary>Writes the one JSON document of a command that succeeded.</summary>
    public void WriteJson(object? value)
    {
        _stdout.WriteLine(JsonSerializer.Serialize(value, IsUnicode ? Indented : IndentedAscii));
        _stdout.Flush();
    }

    /// <summary>Prints code, what happened, what to do next; as JSON on stdout with <c>--json</c>, else on stderr.</summary>
    public void Error(DsError error, IReadOnlyList<string>? problems = null)
    {
        if (Json)
        {
            WriteJson(new
            {
                error = new
                {
                    code = error.Code,
                    title = error.Kind.Title,
                    titleZh = error.Kind.TitleZh,
                    detail = error.Detail,
                    advice = error.Kind.Advice,
                    adviceZh = error.Kind.AdviceZh,
                    problems,
                },
            });
            return;
        }
        var console = Make(_stderr, ErrorsRedirected, FoldsText, Human.Profile.Capabilities.ColorSystem == ColorSystem.NoColors, _columns);
        Human.Profile.Out.Writer.Flush();
        var detail = error.Detail is null ? "" : ": " + Plain(error.Detail);
        console.MarkupLine($"[red bold]{Markup.Escape(error.Code)}[/] {Markup.Escape(T(error.Kind.Title, error.Kind.TitleZh))}{Markup.Escape(detail)}");
        foreach (var problem in problems ?? [])
            console.WriteLine("  - " + Plain(problem));
        if (T(error.Kind.Advice, error.Kind.AdviceZh) is { Length: > 0 } advice)
            console.WriteLine(T(CommonTexts.NextStep, advice));
    }

    private IAnsiConsole Make(TextWriter writer, bool redirected, bool fold, bool noColor, string? columns)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(fold ? new AsciiWriter(writer) : writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = noColor || redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        console.Profile.Capabilities.Unicode = IsUnicode;
        if (redirected)
        {
            console.Profile.Width = int.TryParse(columns, out var width) && width is >= 40 and <= 400
                ? width
                : RedirectedWidth;
        }
        return console;
    }
}
