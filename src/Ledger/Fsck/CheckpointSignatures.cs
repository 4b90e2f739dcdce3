using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Fsck;

/// <summary>Which keys signed a published checkpoint. A line that names a known key and fails refuses the checkpoint, whatever the others say.</summary>
internal sealed class CheckpointSignatures(TileFiles files, ProblemList problems)
{
    /// <summary>The signatures that verify; everything else is a problem. The log's own was checked when the checkpoint was read.</summary>
    public IReadOnlyList<CheckpointSignature> Check(Checkpoint checkpoint, VerifierKey log, VerifyOptions options)
    {
        var signatures = new List<CheckpointSignature> { new(log.Key.Algorithm, log.ToString(), null, options.ExpectedVkey is not null) };
        var note = SignedNote.Parse(checkpoint.Note).Value;
        var given = options.Countersigners.Where(k => k.IsAdditional && k.Name == log.Name).ToList();
        // Of given keys a missing line is a problem too: otherwise whoever can forge Ed25519 alone would leave the other line away.
        foreach (var key in given)
            Check(key, note, isGiven: true, signatures);
        foreach (var key in ReadFurtherKeys(log.Name).Where(k => !given.Exists(g => g.ToString() == k.ToString())))
            Check(key, note, isGiven: false, signatures);
        return signatures;
    }

    private void Check(VerifierKey key, SignedNote note, bool isGiven, List<CheckpointSignature> signatures)
    {
        if (note.CosignatureTime(key) is { } at && note.Verify(key).IsOk)
            signatures.Add(new CheckpointSignature(key.Key.Algorithm, key.ToString(), at, isGiven));
        else if (note.Signatures.Any(s => s.Name == key.Name && s.KeyId == key.KeyId))
            problems.Add(StaticPublisher.CheckpointFile, LedgerErrors.NoteSignature.Of($"its {key.Key.Algorithm} signature by a known key does not verify").ToString());
        else if (isGiven)
            problems.Add(StaticPublisher.CheckpointFile, LedgerErrors.NoteSignature.Of($"without the {key.Key.Algorithm} signature that is demanded of this log").ToString());
    }

    private List<VerifierKey> ReadFurtherKeys(string origin)
    {
        var keys = new List<VerifierKey>();
        if (!files.Exists(StaticPublisher.FurtherKeysFile))
            return keys;
        if (files.ReadText(StaticPublisher.FurtherKeysFile)?.Split('\n') is not [.. var lines, ""] || lines.Length > SignedNote.MaxSignatures)
        {
            problems.Add(StaticPublisher.FurtherKeysFile, "is not a list of verifier keys");
            return keys;
        }
        foreach (var line in lines)
        {
            if (!VerifierKey.Parse(line).TryGet(out var key, out var error))
                problems.Add(StaticPublisher.FurtherKeysFile, error.ToString());
            else if (key.IsAdditional && key.Name == origin)
                keys.Add(key);
        }
        return keys;
    }
}
