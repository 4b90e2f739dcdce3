using System.CommandLine;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;

namespace DataSpace.Cli.Ledger;

/// <summary><c>dataspace ledger verify</c>: every entry, tile, signature and payload, and with a witness's checkpoint also that nothing was cut off.</summary>
internal static class LedgerVerifyCommand
{
    private const int ListedProblems = 20;
    private const int MaxCheckpointBytes = 64 * 1024;

    public static Command Build(GlobalOptions globals)
    {
        var dir = globals.Option<string>("--dir", LedgerTexts.Dir, "DIR", required: true);
        var witness = globals.Option<string?>("--witness", LedgerTexts.Witness, "CHECKPOINT");
        var vkey = globals.Option<string?>("--vkey", LedgerTexts.Vkey, "KEY");
        var policyFile = globals.Option<string?>("--policy", LedgerTexts.Policy, "FILE");
        return globals.Handle(globals.Command("verify", LedgerTexts.Verify, dir, witness, vkey, policyFile), async (ui, parse, cancel) =>
        {
            var directory = LedgerCommand.Locate(parse.GetRequiredValue(dir));
            var note = parse.GetValue(witness) is { } file ? await ReadCheckpointAsync(file, cancel) : null;
            var policy = parse.GetValue(policyFile) is { } rules ? WitnessPolicy.Parse(await ReadCheckpointAsync(rules, cancel)).OrStop() : null;
            // Without another checkpoint the cosigned one is compared with too: what witnesses saw must be in the log.
            var cosigned = Path.Combine(directory, PublicFiles.Cosigned);
            var cosignedNote = policy is not null && File.Exists(cosigned) ? await ReadCheckpointAsync(cosigned, cancel) : null;
            note ??= cosignedNote;
            var report = await ui.BusyAsync(ui.T(LedgerTexts.Verifying), () => Task.Run(
                () => LedgerVerifier.Verify(directory, new VerifyOptions { WitnessCheckpoint = note, ExpectedVkey = parse.GetValue(vkey), Countersigners = policy?.Logs ?? [] }), cancel));
            var quorum = policy is null ? null : QuorumView.Of(policy, report, cosignedNote);
            if (ui.Json)
                WriteJson(ui, directory, report, note is not null, quorum);
            else
                Show(ui, report, note is not null);
            if (!ui.Json && quorum is not null)
                Show(ui, quorum);
            return report.Ok && quorum?.Met != false ? ExitCode.Ok : ExitCode.Negative;
        });
    }

    /// <summary>Shows a report; the problems, when there are any, each with its place.</summary>
    public static void Show(Ui ui, VerifyReport report, bool withWitness)
    {
        ui.Line(LedgerTexts.Origin, report.Origin);
        ui.Line(LedgerTexts.Size, report.Size, report.RootHash);
        if (report.Signatures.Count > 0)
            ui.Line(LedgerTexts.SignedBy, string.Join(", ", report.Signatures.Select(s => s.IsGiven ? s.Algorithm : ui.T(LedgerTexts.OwnKey, s.Algorithm))));
        ui.Line(LedgerTexts.Kinds, string.Join(", ", report.Counts.OrderBy(c => c.Key).Select(c => $"{c.Key} {Money.Number(c.Value)}")));
        ui.Line(LedgerTexts.Payloads, report.PayloadsChecked, report.PayloadsAbsent);
        if (report.PayloadsErased > 0)
            ui.Line(LedgerTexts.Erased, report.PayloadsErased);
        foreach (var erased in report.Erased.Take(ListedProblems))
            ui.Line(LedgerTexts.ErasedRow, erased.Index, erased.Part, erased.By, erased.Ground);
        foreach (var problem in report.Problems.Take(ListedProblems))
            ui.Styled("red", "  " + ui.Plain(problem.ToString()));
        if (report.ProblemCount > ListedProblems)
            ui.Line(LedgerTexts.MoreProblems, report.ProblemCount - ListedProblems);
        if (report.Ok)
            ui.Styled("green", ui.T(LedgerTexts.Verified));
        else
            ui.Styled("red", ui.T(LedgerTexts.NotVerified, CliErrors.LedgerBroken.Code, report.ProblemCount));
        if (!report.Ok)
            ui.Line(CommonTexts.NextStep, ui.T(CliErrors.LedgerBroken.Advice, CliErrors.LedgerBroken.AdviceZh));
        else if (!withWitness)
            ui.Line(LedgerTexts.WitnessHint);
    }

    private static void Show(Ui ui, QuorumView quorum)
    {
        var by = quorum.Cosigners.Count == 0 ? ui.T(LedgerTexts.Nobody)
            : string.Join(", ", quorum.Cosigners.Select(name => quorum.Algorithms[name] is var algorithm && algorithm == PublicKey.Ed25519 ? name : $"{name} ({algorithm})"));
        ui.Styled(quorum.Met ? "green" : "red", quorum.Met ? ui.T(LedgerTexts.PolicyMet, quorum.Size, by) : ui.T(LedgerTexts.PolicyMissed, quorum.Code, quorum.Size, by));
    }

    private static void WriteJson(Ui ui, string directory, VerifyReport report, bool withWitness, QuorumView? quorum) => ui.WriteJson(new
    {
        ok = report.Ok,
        directory,
        origin = report.Origin,
        vkey = report.Vkey,
        size = report.Size,
        signatures = report.Signatures.Select(s => new { algorithm = s.Algorithm, vkey = s.Vkey, at = s.At, keyGiven = s.IsGiven }),
        rootHash = report.RootHash,
        counts = report.Counts.ToDictionary(c => c.Key.ToString(), c => c.Value),
        payloadsChecked = report.PayloadsChecked,
        payloadsAbsent = report.PayloadsAbsent,
        payloadsErased = report.PayloadsErased,
        erased = report.Erased.Select(e => new { index = e.Index, part = e.Part, by = e.By, ground = e.Ground }),
        comparedWithWitness = withWitness,
        quorum,
        problemCount = report.ProblemCount,
        problems = report.Problems.Select(p => new { where = p.Where, what = p.What }),
        notices = report.Notices.Select(p => new { where = p.Where, what = p.What }),
    });

    private static async Task<string> ReadCheckpointAsync(string path, CancellationToken cancel)
    {
        try
        {
            if (new FileInfo(path).Length > MaxCheckpointBytes)
                throw new CommandStopped(CliErrors.NoFile.Of($"{path}: > {MaxCheckpointBytes} B"), ExitCode.Usage);
            return await File.ReadAllTextAsync(path, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(path), ExitCode.Usage);
        }
    }
}

/// <summary>Whether a policy's quorum cosigned what a directory published.</summary>
/// <param name="Met">It did, and the log is one that the policy trusts.</param>
/// <param name="Size">Size of the cosigned checkpoint; 0 when there is none.</param>
/// <param name="Cosigners">Names of the witnesses whose cosignatures verify.</param>
/// <param name="Algorithms">The algorithm of each of those.</param>
/// <param name="Code">Why it is not met, or null.</param>
internal sealed record QuorumView(bool Met, long Size, IReadOnlyList<string> Cosigners, IReadOnlyDictionary<string, string> Algorithms, string? Code)
{
    public static QuorumView Of(WitnessPolicy policy, VerifyReport report, string? note)
    {
        if (note is null || !VerifierKey.ParseLog(report.Vkey).TryGet(out var key, out _)
            || !Checkpoint.Open(note, key).TryGet(out var checkpoint, out _) || !SignedNote.Parse(note).TryGet(out var parsed, out _))
            return new QuorumView(false, 0, [], new Dictionary<string, string>(), WitnessErrors.QuorumMissing.Code);
        var state = policy.Evaluate(parsed);
        var trusted = policy.Logs.Count == 0 || policy.Logs.Any(log => log.ToString() == report.Vkey);
        var signers = policy.Witnesses.Where(w => state.Times[w.Name] is not null).ToList();
        // A line by a known key that fails refuses the note, however many others would do.
        var code = !parsed.Verify([key, .. policy.Witnesses.Select(w => w.Key)]).TryGet(out _, out var bad) ? bad.Code : state.IsMet && trusted ? null : WitnessErrors.QuorumMissing.Code;
        return new QuorumView(code is null, checkpoint.Size, [.. signers.Select(w => w.Name)], signers.ToDictionary(w => w.Name, w => w.Key.Key.Algorithm, StringComparer.Ordinal), code);
    }
}
