using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Witnessing;
using DataSpace.Protocol.Membership;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataSpace.Hosting.Witnessing;

/// <summary>
/// Asks this node's witnesses to cosign its published checkpoint: one checkpoint per round however many entries it covers, in the background, each witness with
/// its own pause after failures. No use waits for it unless the owner demands a quorum. A witness that holds a later state of this log stops the log.
/// </summary>
public sealed partial class CosignatureCollector(
    CosignedLog cosigned, WitnessConfig config, AuditLedger ledger, PeerDirectory peers, INodeTransport transport, NodeIdentity self, TimeProvider clock,
    ILogger<CosignatureCollector> log) : BackgroundService
{
    private const int DefaultOthers = 3;
    private const int MaxAttempts = 3;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, Standing> _standings = new(StringComparer.Ordinal);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var answered = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            cosigned.Rest();
            try
            {
                await RoundAsync(stoppingToken);
                if (!answered && (answered = cosigned.Now.Witnesses is var witnesses && (witnesses.Count == 0 || witnesses.Any(w => w is { At: not null, Code: null }))))
                    ledger.WitnessesAnswered();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(log, e);
            }
            await Task.WhenAny(Task.Delay(Interval, clock, stoppingToken), cosigned.Wanted);
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    private async Task RoundAsync(CancellationToken cancellation)
    {
        var (policy, witnesses) = Choose();
        var target = ledger.Published;
        var now = clock.GetUtcNow();
        var due = witnesses.Select(w => StandingOf(w)).Where(s => now >= s.NotBefore && (s.Size < target.Size || s.Line is null || now - s.At > Renewal)).ToList();
        if (due.Count > 0)
            await Task.WhenAll(due.Select(s => AskAsync(s, target, cancellation)));
        var lines = witnesses.Select(StandingOf).Where(s => s.Line is not null && s.For == target.Note).ToList();
        if (due.Count == 0 && cosigned.Now.Policy is not null)
            return;
        var note = target.Note + string.Concat(lines.Select(s => s.Line));
        var met = policy is not null && SignedNote.Parse(note).TryGet(out var parsed, out _) && policy.Evaluate(parsed).IsMet;
        cosigned.Publish(target, note, policy, met, [.. witnesses.Select(StandingOf).Select(s => new WitnessStanding(s.Member.Did, s.Size, s.At, s.Code))], lines.Count > 0);
    }

    private async Task AskAsync(Standing standing, Checkpoint target, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AskLimit);
        string? code;
        try
        {
            code = await SubmitAsync(standing, target, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            code = HostErrors.PeerUnreachable.Code;
        }
        if (code != standing.Code && code is not null)
            LogNoAnswer(log, standing.Member.Did, code);
        standing.Code = code;
        standing.Pause = code is null ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Clamp(standing.Pause.Ticks * 2, Interval.Ticks, MaxPause.Ticks));
        standing.NotBefore = clock.GetUtcNow() + standing.Pause;
    }

    /// <summary>The code of what went wrong, or null when the witness cosigned.</summary>
    private async Task<string?> SubmitAsync(Standing standing, Checkpoint target, CancellationToken cancellation)
    {
        var peer = PeerDirectory.PeerOf(standing.Member);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var proof = standing.Held is 0 || standing.Held == target.Size ? [] : ledger.ProveConsistency(standing.Held, target.Size);
            var body = Encoding.UTF8.GetBytes(new CheckpointSubmission(standing.Held, proof, target.Note).Format());
            var sent = await transport.SendAsync(peer, HttpMethod.Post, WitnessEndpoints.AddPath, body, cancellation);
            if (!sent.TryGet(out var answer, out var error))
                return error.Code;
            switch (answer.Status)
            {
                case 200:
                    return Take(standing, target, answer.Body.Span);
                case 409 when HeldSize(answer.Body.Span) is { } held && held <= target.Size:
                    standing.Held = held;
                    continue;
                case 409 or 422:
                    // It holds more than this log has, or something else: its own evidence decides, signed by this node's key.
                    return await CompareAsync(peer, cancellation) ?? WitnessErrors.ProofRejected.Code;
                default:
                    return PeerProblem.Read(standing.Member.Did, answer).Code;
            }
        }
        return WitnessErrors.OldSizeWrong.Code;
    }

    private string? Take(Standing standing, Checkpoint target, ReadOnlySpan<byte> body)
    {
        const int MaxLines = 8 * 1024;
        if (body.Length > MaxLines || !SignedNote.Parse([.. Encoding.UTF8.GetBytes(target.Note), .. body]).TryGet(out var note, out _)
            // A line by a known key that fails spoils the answer; lines by keys that nobody named are not kept.
            || !note.Verify(standing.Keys).TryGet(out var signers, out _)
            || note.CosignatureTime(signers[0]) is not { } seconds
            // An old cosignature of the same checkpoint says nothing about now.
            || signers.Any(k => Math.Abs(clock.GetUtcNow().ToUnixTimeSeconds() - note.CosignatureTime(k)!.Value) > MaxSkew.TotalSeconds))
            return HostErrors.PeerAnswerInvalid.Code;
        standing.Line = string.Concat(signers.Distinct().Select(note.LineOf));
        (standing.Size, standing.Held, standing.At, standing.For) = (target.Size, target.Size, DateTimeOffset.FromUnixTimeSeconds(seconds), target.Note);
        return null;
    }

    private async Task<string?> CompareAsync(Peer peer, CancellationToken cancellation)
    {
        var got = await transport.SendAsync(peer, HttpMethod.Get, WitnessEndpoints.ReadPath(ledger.Origin), default, cancellation);
        return got.TryGet(out var answer, out _) && answer.IsSuccess && answer.Body.Length <= SignedNote.MaxBytes
            ? ledger.CheckNotRolledBack(Encoding.UTF8.GetString(answer.Body.Span)).Error?.Code
            : null;
    }

    /// <summary>Who is asked, and the rule that says when it is enough.</summary>
    private (WitnessPolicy? Policy, IReadOnlyList<(MemberDocument Member, IReadOnlyList<VerifierKey> Keys)> Witnesses) Choose()
    {
        var known = peers.All.Where(m => m.Did != self.Did).ToDictionary(m => m.Did, StringComparer.Ordinal);
        if (config.Policy is { } policy)
            return (policy, [.. policy.Witnesses.GroupBy(w => w.Key.Name, w => w.Key, StringComparer.Ordinal).Where(w => known.ContainsKey(w.Key)).Select(w => (known[w.Key], (IReadOnlyList<VerifierKey>)[.. w]))]);
        var coordinator = known.Values.FirstOrDefault(m => m.Role == "coordinator");
        // The operator beside its own coordinator is not a second witness.
        foreach (var own in config.OperatorDids.Where(d => d != coordinator?.Did))
            known.Remove(own);
        // Without names: the same few of all that are known, others for every node, so that nobody witnesses everybody.
        var others = config.Dids is { } named
            ? named.Where(known.ContainsKey).Select(d => known[d])
            : known.Values.Where(m => m != coordinator).OrderBy(m => Rank(m.Did), StringComparer.Ordinal).Take(DefaultOthers);
        var witnesses = (config.Dids is null && coordinator is not null ? others.Prepend(coordinator) : others)
            .Select(m => (Member: m, Key: MemberDocuments.KeyOf(m) is { } key ? VerifierKey.ForWitness(m.Did, key) : null)).Where(w => w.Key is not null).Select(w => (w.Member, w.Key!)).ToList();
        var first = witnesses.FirstOrDefault(w => w.Member == coordinator).Item2;
        return (WitnessPolicy.OfSpace(first, [.. witnesses.Where(w => w.Member != coordinator).Select(w => w.Item2)]), [.. witnesses.Select(w => (w.Member, (IReadOnlyList<VerifierKey>)[w.Item2]))]);
    }

    private string Rank(string did) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(self.Did + "\n" + did)));

    private Standing StandingOf((MemberDocument Member, IReadOnlyList<VerifierKey> Keys) witness)
    {
        // Keys are compared by their text: the values are made anew in every round.
        if (!_standings.TryGetValue(witness.Member.Did, out var standing) || !standing.Keys.Select(k => k.ToString()).SequenceEqual(witness.Keys.Select(k => k.ToString())))
            _standings[witness.Member.Did] = standing = new Standing { Member = witness.Member, Keys = witness.Keys };
        standing.Member = witness.Member;
        return standing;
    }

    private static long? HeldSize(ReadOnlySpan<byte> body)
        => body.Length is > 1 and < 24 && body[^1] == '\n' && long.TryParse(Encoding.ASCII.GetString(body[..^1]), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;

    private sealed class Standing
    {
        public required MemberDocument Member { get; set; }

        /// <summary>Of one name; more than one where a policy file names several.</summary>
        public required IReadOnlyList<VerifierKey> Keys { get; init; }

        /// <summary>Size that the witness is believed to hold.</summary>
        public long Held { get; set; }

        public long Size { get; set; }

        public DateTimeOffset? At { get; set; }

        public string? Line { get; set; }

        /// <summary>The checkpoint that <see cref="Line"/> is for.</summary>
        public string? For { get; set; }

        public string? Code { get; set; }

        public TimeSpan Pause { get; set; }

        public DateTimeOffset NotBefore { get; set; }
    }

    [LoggerMessage(1, LogLevel.Error, "A round of cosignatures failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "No cosignature from {Witness}: {Code}")]
    private static partial void LogNoAnswer(ILogger logger, string witness, string code);
}
