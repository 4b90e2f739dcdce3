using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;

namespace DataSpace.Ledger.Audit;

/// <summary>
/// Verifies bundles without network and trusting nothing in them: form and digests, every log by <see cref="LedgerVerifier"/>, disclosed fields against
/// commitments, and the logs against each other, within a bundle and between several. Memory does not grow with the logs.
/// </summary>
public sealed class AuditVerifier
{
    private const int MaxBundles = 64;
    private const int MaxListed = 1000;
    private readonly AuditOptions _options;
    private readonly List<VerifyProblem> _problems = [];
    private readonly List<BundledLog> _logs = [];
    private readonly List<AuditManifest> _manifests = [];
    private readonly HashSet<BundledLog> _broken = [];
    private readonly Dictionary<string, List<(HeldCheckpoint Held, BundledLog? Own)>> _held = new(StringComparer.Ordinal);

    private AuditVerifier(AuditOptions options) => _options = options;

    /// <summary>Verifies bundles together. An error when a file is no whole bundle; everything else is in the report.</summary>
    public static Result<AuditReport> Verify(IReadOnlyList<string> bundles, AuditOptions? options = null)
    {
        if (bundles.Count is 0 or > MaxBundles)
            return AuditErrors.TooLarge.Of("number of bundles");
        var archives = new List<BundleArchive>();
        try
        {
            var verifier = new AuditVerifier(options ?? new AuditOptions());
            foreach (var path in bundles)
            {
                if (!BundleArchive.Open(path).TryGet(out var archive, out var error))
                    return error.Kind.Of($"{Path.GetFileName(path)}: {error.Detail}");
                archives.Add(archive);
                if (verifier.Admit(archive, archives.Count, bundles.Count) is { } problem)
                    return problem.Kind.Of($"{Path.GetFileName(path)}: {problem.Detail}");
            }
            return verifier.Run();
        }
        catch (Exception e) when (IoFailure.IsStorage(e))
        {
            return AuditErrors.FileFailed.Of(e.GetType().Name);
        }
        finally
        {
            archives.ForEach(archive => archive.Dispose());
        }
    }

    // Digests take about a tenth of the time; signatures the rest.
    private DsError? Admit(BundleArchive archive, int number, int of)
    {
        if (archive.CheckDigests(done => _options.Progress?.Invoke(0.1 * (number - 1 + done) / of)) is { } altered)
            return altered;
        if (!AuditManifest.Parse(archive.Read(BundleLayout.Manifest, BundleLayout.MaxManifestBytes)!).TryGet(out var manifest, out var error))
            return error;
        WitnessPolicy? policy = null;
        if (archive.Read(BundleLayout.Policy, WitnessPolicy.MaxBytes) is { } text && !WitnessPolicy.Parse(Encoding.UTF8.GetString(text)).TryGet(out policy, out error))
            return AuditErrors.Malformed.Of($"policy: {error.Detail}");
        var name = Path.GetFileName(archive.Path);
        _manifests.Add(manifest);
        foreach (var row in manifest.Logs)
        {
            if (BundledLog.Open(archive, name, row, policy, _options.Vkeys) is not { } log)
                return AuditErrors.Malformed.Of($"{row.Folder}: not the log that the manifest names");
            _logs.Add(log);
        }
        return null;
    }

    private AuditReport Run()
    {
        foreach (var witness in _options.Witnesses)
            Hold(witness, null);
        foreach (var log in _logs)
            Collect(log);
        var results = _logs.Select(Check).ToList();
        // Only logs that verify are joined: what is missing from a broken one says nothing about the other party.
        var uses = new UseCheck([.. _logs.Where((log, i) => results[i].Ledger.Ok && !_broken.Contains(log))], Problem).Run();
        return new AuditReport(_manifests, results, uses, _problems);
    }

    // Everything that anybody shows of any log is compared with that log, wherever it came from.
    private void Collect(BundledLog log)
    {
        var holder = log.Row.Origin;
        Hold(new HeldCheckpoint($"{holder} in {log.Bundle} {log.Row.Folder}checkpoint", log.Checkpoint.Note), log);
        if (log.Files.Read(BundleLayout.Cosigned, SignedNote.MaxBytes) is { } cosigned)
            Hold(new HeldCheckpoint($"{holder} in {log.Bundle} {log.Row.Folder}cosigned", Encoding.UTF8.GetString(cosigned)), null);
        if (log.Files.Read(BundleLayout.Held, BundleLayout.MaxHeldBytes) is not { } bytes)
            return;
        if (HeldNotes.Parse(bytes) is not { } held)
        {
            Problem(log, BundleLayout.Held, "is not of the known form");
            return;
        }
        foreach (var note in held.Checkpoints)
            Hold(new HeldCheckpoint(holder, note), null);
        foreach (var json in held.Equivocations)
            CheckEquivocation(log, json);
    }

    private void Hold(HeldCheckpoint held, BundledLog? own)
    {
        var end = held.Note.IndexOf('\n', StringComparison.Ordinal);
        if (end <= 0)
            return;
        var origin = held.Note[..end];
        if (!_held.TryGetValue(origin, out var all))
            _held[origin] = all = [];
        all.Add((held, own));
    }

    private void CheckEquivocation(BundledLog holder, string json)
    {
        if (!EquivocationProof.Parse(Encoding.UTF8.GetBytes(json)).TryGet(out var proof, out _) || !VerifierKey.ParseLog(proof.Vkey).TryGet(out var key, out _)
            || !proof.Verify(key).TryGet(out var pair, out _))
            Problem(holder, BundleLayout.Held, "holds a proof of two histories that proves nothing");
        else
            Add(new VerifyProblem(pair.First.Origin, $"has shown two histories, of sizes {pair.First.Size} and {pair.Second.Size}; {holder.Row.Origin} holds the proof"));
    }

    private AuditedLogResult Check(BundledLog log, int number)
    {
        var report = LedgerVerifier.Verify(log.Files, new VerifyOptions
        {
            ExpectedVkey = log.Key.ToString(),
            Countersigners = (_options.Policy ?? log.Policy)?.CountersignersOf(log.Row.Origin) ?? [],
            Held = [.. _held.GetValueOrDefault(log.Row.Origin, []).Where(known => known.Own != log).Select(known => known.Held)],
            Progress = done => _options.Progress?.Invoke(0.1 + 0.8 * (number + (double)done / Math.Max(1, log.Row.Size)) / _logs.Count),
        });
        var (size, cosigners) = CheckQuorum(log);
        return new AuditedLogResult(log.Bundle, log.Row, report, log.IsKeyGiven, size, cosigners, CheckDisclosed(log));
    }

    private (long? Size, IReadOnlyList<string> Cosigners) CheckQuorum(BundledLog log)
    {
        if ((_options.Policy ?? log.Policy) is not { } policy)
            return (null, []);
        if (policy.Logs.Count > 0 && !policy.Logs.Any(trusted => trusted.ToString() == log.Key.ToString()))
            Problem(log, "policy", "does not trust this log");
        string?[] notes = [log.Files.Read(BundleLayout.Cosigned, SignedNote.MaxBytes) is { } cosigned ? Encoding.UTF8.GetString(cosigned) : null, log.Checkpoint.Note];
        foreach (var text in notes)
        {
            if (text is not null && Checkpoint.Open(text, log.Key).TryGet(out var checkpoint, out _) && SignedNote.Parse(text).TryGet(out var note, out _)
                && policy.Evaluate(note) is { IsMet: true } state)
                return (checkpoint.Size, [.. state.Times.Where(t => t.Value is not null).Select(t => t.Key)]);
        }
        Problem(log, "policy", "its quorum cosigned no checkpoint of this log");
        return (0, []);
    }

    private long CheckDisclosed(BundledLog log)
    {
        var shown = 0L;
        foreach (var disclosed in log.Disclosed(Problem))
        {
            var entry = disclosed.Entry;
            if (disclosed.Payload.Fits(entry.PayloadRoot.Span))
                shown += disclosed.Payload.Shown.Count();
            else
                Problem(log, $"entry {disclosed.Payload.Index}", "its disclosed fields are not those that it committed to");
        }
        return shown;
    }

    private void Problem(BundledLog log, string where, string what)
    {
        _broken.Add(log);
        Add(new VerifyProblem($"{log.Row.Origin} {where}", what));
    }

    private void Add(VerifyProblem problem)
    {
        if (_problems.Count < MaxListed)
            _problems.Add(problem);
    }
}

/// <summary>A log within a bundle, its head read and its key chosen.</summary>
internal sealed record BundledLog(string Bundle, AuditedLog Row, ILogFiles Files, VerifierKey Key, bool IsKeyGiven, Checkpoint Checkpoint, WitnessPolicy? Policy, IReadOnlyList<string> PayloadFiles)
{
    /// <summary>The log, or null when checkpoint and key are not those of the manifest.</summary>
    public static BundledLog? Open(BundleArchive archive, string bundle, AuditedLog row, WitnessPolicy? policy, IReadOnlyList<string> vkeys)
    {
        var files = new BundleFiles(archive, row.Folder);
        if (!new TileFiles(files, new ProblemList()).ReadHead(null).TryGet(out var head, out _)
            || head.Key.ToString() != row.Vkey || head.Checkpoint.Origin != row.Origin || head.Checkpoint.Size != row.Size
            || Convert.ToHexStringLower(head.Checkpoint.RootHash.Span) != row.Root || row.From < 0 || row.From > row.To || row.To > row.Size)
            return null;
        var given = vkeys.FirstOrDefault(vkey => vkey.StartsWith(row.Origin + "+", StringComparison.Ordinal));
        var key = given is not null && VerifierKey.ParseLog(given).TryGet(out var parsed, out _) ? parsed : head.Key;
        return new BundledLog(bundle, row, files, key, given is not null, head.Checkpoint, policy, [.. archive.NamesIn(row.Folder + "payloads/").Select(name => name[row.Folder.Length..])]);
    }

    /// <summary>Disclosed entries in order, each with its entry.</summary>
    public IEnumerable<(DisclosedEntry Payload, LedgerEntry Entry, ReadOnlyMemory<byte> Bytes)> Disclosed(Action<BundledLog, string, string>? problem = null)
    {
        var tiles = new TileFiles(Files, new ProblemList());
        foreach (var name in PayloadFiles)
        {
            var bundle = TilePath.TryParse("tile/0/" + name["payloads/".Length..])!.Value.Number;
            var first = bundle * TilePath.FullWidth;
            if (first >= Row.Size || Disclosure.Decode(Files.Read(name, BundleLayout.MaxPayloadsBytes)!) is not { } disclosed
                || disclosed[0].Index < Math.Max(first, Row.From) || disclosed[^1].Index >= Math.Min(first + TilePath.FullWidth, Row.To))
            {
                problem?.Invoke(this, name, "is not of the known form");
                continue;
            }
            if (tiles.ReadBundle(new TilePath(TilePath.EntriesLevel, bundle, (int)Math.Min(TilePath.FullWidth, Row.Size - first)), isSilent: true) is not { } entries)
                continue; // named where the entries were checked
            foreach (var payload in disclosed)
            {
                var bytes = entries[(int)(payload.Index - first)];
                if (LedgerEntry.Decode(bytes).TryGet(out var entry, out _))
                    yield return (payload, entry, bytes);
            }
        }
    }
}
