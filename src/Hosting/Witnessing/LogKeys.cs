using System.Collections.Concurrent;
using System.Globalization;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Witnessing;
using DataSpace.Protocol.Membership;

namespace DataSpace.Hosting.Witnessing;

/// <summary>
/// Which log is a participant's: the one pinned here first, until the participant itself says, in a signed entry, under which one it goes on. Nobody else can
/// move a pin, and nobody gets a second history by choosing a new name. Thread-safe; pins are durable.
/// </summary>
public sealed class LogKeys(PeerDirectory peers, WitnessStore store, NodeIdentity self)
{
    private const string LogPath = "/log/";
    private readonly ConcurrentDictionary<string, string> _pins = new(StringComparer.Ordinal);

    /// <summary>Origin of a participant's log by its running number.</summary>
    public static string OriginOf(string did, long number) => string.Create(CultureInfo.InvariantCulture, $"{did}{LogPath}{number}");

    /// <summary>Owner and running number of a log, or null for a name that is none of ours.</summary>
    public static (string Did, long Number)? Split(string origin)
    {
        var at = origin.LastIndexOf(LogPath, StringComparison.Ordinal);
        return at > 0 && long.TryParse(origin.AsSpan(at + LogPath.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && OriginOf(origin[..at], number) == origin ? (origin[..at], number) : null;
    }

    /// <summary>Key of the log that is pinned for its owner; null for every other log.</summary>
    public VerifierKey? Find(string origin)
        => Split(origin) is { } log && PinOf(log.Did) == origin && KeyOf(log.Did) is { } key ? VerifierKey.ForLog(origin, key) : null;

    /// <summary>The same for logs of others: no node witnesses its own log.</summary>
    public VerifierKey? FindForeign(string origin) => Split(origin)?.Did == self.Did ? null : Find(origin);

    /// <summary>Key of any log of a known participant, pinned or not: for evidence about logs that have ended.</summary>
    public VerifierKey? FindAny(string origin) => Split(origin) is { } log && KeyOf(log.Did) is { } key ? VerifierKey.ForLog(origin, key) : null;

    /// <summary>Verifier key of the participant's pinned log, or null.</summary>
    public string? VkeyOf(string did) => PinOf(did) is { } origin ? Find(origin)?.ToString() : null;

    /// <summary>The same for whoever relies on what stands in that log: a log that has shown two histories proves nothing.</summary>
    public Result<string> Trusted(string did)
        => PinOf(did) is not { } origin || Find(origin) is not { } key ? WitnessErrors.OriginUnknown.Of(did)
            : store.Fork(origin) is null ? key.ToString() : WitnessErrors.Equivocation.Of(origin);

    /// <summary>Origin pinned for a participant; pinned now when it is known and has none.</summary>
    public string? PinOf(string did)
    {
        if (did == self.Did)
            return peers.Find(did) is { } own && VerifierKey.ParseLog(own.LedgerVkey).TryGet(out var ours, out _) ? ours.Name : null;
        if (_pins.TryGetValue(did, out var known))
            return known;
        var pinned = store.Pin(did)?.Origin;
        if (pinned is null)
        {
            if (peers.Find(did) is not { } member || !VerifierKey.ParseLog(member.LedgerVkey).TryGet(out var vkey, out _) || Split(vkey.Name)?.Did != did
                || MemberDocuments.KeyOf(member)?.KeyId != vkey.Key.KeyId)
                return null;
            store.Repin(did, null, vkey.Name, "");
            pinned = store.Pin(did)?.Origin;
        }
        return pinned is null ? null : _pins[did] = pinned;
    }

    /// <summary>True for a later log of a known participant than the one pinned: its owner has to explain it.</summary>
    public bool NeedsStatement(string origin)
        => Split(origin) is { } log && log.Did != self.Did && PinOf(log.Did) is { } pinned && Split(pinned) is { } now && log.Number > now.Number;

    /// <summary>
    /// Follows a participant to its next log on its own word: entry 0 of the new log, signed by the participant's key, naming the log that is pinned here.
    /// </summary>
    public Result<LogContinuedPayload> Follow(string did, ReadOnlyMemory<byte> statement)
    {
        if (KeyOf(did) is not { } key || PinOf(did) is not { } pinned)
            return WitnessErrors.OriginUnknown.Of(did);
        if (!EntryProof.Decode(statement).TryGet(out var proof, out var error))
            return WitnessErrors.StatementInvalid.Of(error.Code);
        if (!SignedNote.Parse(proof.Proof.CheckpointNote).TryGet(out var note, out error) || !Checkpoint.ParseText(note.Text).TryGet(out var head, out error)
            || Split(head.Origin) is not { } next || next.Did != did || proof.Proof.Index != 0)
            return WitnessErrors.StatementInvalid.Of("not the first entry of a log of this participant");
        if (!proof.Verify(key, VerifierKey.ForLog(head.Origin, key).ToString(), EntryKind.LogContinued).TryGet(out var entry, out error))
            return WitnessErrors.StatementInvalid.Of(error.Code);
        if (!LogContinuedPayload.FromFields(entry.Fields).TryGet(out var said, out error))
            return WitnessErrors.StatementInvalid.Of(error.Code);
        if (said.NewOrigin != head.Origin || said.OldOrigin != pinned || Split(pinned)!.Value.Number >= next.Number)
            return WitnessErrors.StatementInvalid.Of("it does not continue the log pinned here");
        if (!store.Repin(did, pinned, said.NewOrigin, Convert.ToBase64String(statement.Span)))
            return WitnessErrors.StatementInvalid.Of("the pin has moved");
        _pins[did] = said.NewOrigin;
        return said;
    }

    private PublicKey? KeyOf(string did) => did == self.Did ? self.Signer.PublicKey : peers.Find(did) is { } member ? MemberDocuments.KeyOf(member) : null;
}
