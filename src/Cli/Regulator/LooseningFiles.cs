using System.Text.Json;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary>Acts on their way from desk to desk: written from what the host says, signed by each person, handed in.</summary>
internal static class LooseningFiles
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(23);

    /// <summary>The owner that a dataset is named with; nothing else has one.</summary>
    public static string? OwnerOf(Ui ui, string kind, string? provider)
        => (kind == "dataset") == (provider is not null) ? provider : throw new CommandStopped(CliErrors.BadArguments.Of(), ExitCode.Usage, [ui.T(RegulatorTexts.OwnerWanted)]);

    /// <summary>An act after the orders that stand now.</summary>
    public static LooseningAct Draft(RegulatorStatusView status, string act, FreezeTarget target, string id, string caseId)
    {
        if (status.FreezeSequence is not { } sequence)
            throw new CommandStopped(RegulatorCliErrors.NothingInForce.Of(status.Code), ExitCode.Negative);
        var end = TimeProvider.System.GetUtcNow() + Life;
        return new LooseningAct(status.Did, act, target, id, caseId, sequence, new DateTimeOffset(end.Ticks - (end.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero));
    }

    /// <summary>Writes it, without a signature, and says what comes next.</summary>
    public static async Task<int> WriteAsync(Ui ui, LooseningAct act, int threshold, string? output, CancellationToken cancel)
    {
        var path = output ?? $"{act.Act}-{act.AfterSequence}.act.json";
        await RegulatorFiles.WriteAsync(path, new SignedAct(act, []), replace: false, cancel);
        if (ui.Json)
            ui.WriteJson(new { file = path, act = act.Act, signaturesNeeded = threshold, act.NotAfter });
        ui.Line(RegulatorTexts.ActWritten, path, threshold);
        return ExitCode.Ok;
    }

    /// <summary>An act file; null when the file holds something else.</summary>
    public static async Task<SignedAct?> ReadAsync(string path, CancellationToken cancel)
    {
        var bytes = await RegulatorFiles.ReadBytesAsync(path, SignedRuleSet.MaxBytes, cancel);
        if (bytes.Length > LooseningActs.MaxBytes || !CanonicalJson.Parse(bytes).TryGet(out var json, out _) || json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("act", out _))
            return null;
        return LooseningActs.Read(bytes).OrStop();
    }

    /// <summary>What the host answered.</summary>
    public static void Tell(Ui ui, JsonElement json)
    {
        if (ui.Json)
            ui.WriteJson(json);
        var view = NodeClient.Read<ActView>(json).OrStop();
        ui.Line(RegulatorTexts.Ordered, view.FreezeSequence, view.Freezes, view.Clearances);
    }
}
