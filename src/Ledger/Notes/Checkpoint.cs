using System.Globalization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;

namespace DataSpace.Ledger.Notes;

/// <summary>A tree head as a signed note. C2SP tlog-checkpoint.</summary>
/// <param name="Origin">Name of the log.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="RootHash">RFC 6962 root over them, 32 bytes.</param>
/// <param name="Note">The whole note, signatures included.</param>
public sealed record Checkpoint(string Origin, long Size, ReadOnlyMemory<byte> RootHash, string Note)
{
    /// <summary>Signs a tree head.</summary>
    public static Checkpoint Sign(string origin, long size, ReadOnlyMemory<byte> root, ISigner signer)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{origin}\n{size}\n{Convert.ToBase64String(root.Span)}\n");
        return new Checkpoint(origin, size, root, SignedNote.Sign(text, origin, signer));
    }

    /// <summary>
    /// Reads a checkpoint and verifies the signature of its log: Ed25519, for additional signatures never stand alone. The origin must be the key's name.
    /// </summary>
    public static Result<Checkpoint> Open(string note, VerifierKey log)
    {
        if (log.IsAdditional)
            return LedgerErrors.NoteSignature.Of("the key given is not the log's own");
        if (!SignedNote.Parse(note).TryGet(out var parsed, out var error))
            return error;
        if (!parsed.Verify(log).TryGet(out _, out error))
            return error;
        if (!ParseText(parsed.Text).TryGet(out var head, out error))
            return error;
        return head.Origin == log.Name
            ? head with { Note = note }
            : LedgerErrors.NoteSignature.Of("the checkpoint has another origin");
    }

    /// <summary>Reads the signed text: origin, size, root, and extension lines, which are ignored. <see cref="Note"/> stays empty.</summary>
    public static Result<Checkpoint> ParseText(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length < 4 || lines[^1].Length != 0 || lines[0].Length == 0
            || NoteText.FromDecimal(lines[1]) is not { } size
            || NoteText.FromBase64(lines[2]) is not { Length: MerkleHash.SizeBytes } root
            || lines[3..^1].Any(line => line.Length == 0))
            return LedgerErrors.NoteMalformed.Of("not a checkpoint");
        return new Checkpoint(lines[0], size, root, "");
    }

    /// <summary>The same with the signature lines of its log's own key alone: what is kept and passed between nodes stays short.</summary>
    public Checkpoint Bare(VerifierKey log) => SignedNote.Parse(Note).TryGet(out var note, out _) ? this with { Note = note.Bare(log) } : this;

    /// <summary>Same size and same root.</summary>
    public bool SameTree(Checkpoint other) => Size == other.Size && RootHash.Span.SequenceEqual(other.RootHash.Span);
}
