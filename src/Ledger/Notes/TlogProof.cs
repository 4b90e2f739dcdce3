using System.Globalization;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;

namespace DataSpace.Ledger.Notes;

/// <summary>An inclusion proof with the checkpoint it leads to, as one text that can be kept offline. C2SP tlog-proof.</summary>
/// <param name="Index">Index of the entry.</param>
/// <param name="Hashes">Siblings from the leaf upward.</param>
/// <param name="CheckpointNote">The checkpoint, verbatim, with all its signatures.</param>
/// <param name="Extra">Data beside the proof. Nobody has signed it.</param>
public sealed record TlogProof(
    long Index, IReadOnlyList<ReadOnlyMemory<byte>> Hashes, string CheckpointNote, ReadOnlyMemory<byte>? Extra = null)
{
    private const string Header = "c2sp.org/tlog-proof@v1";
    private const int MaxLength = SignedNote.MaxBytes + 16 * 1024;

    /// <summary>The text form.</summary>
    public string Format()
    {
        var text = new StringBuilder(Header).Append('\n');
        if (Extra is { } extra)
            text.Append("extra ").Append(Convert.ToBase64String(extra.Span)).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (var hash in Hashes)
            text.Append(Convert.ToBase64String(hash.Span)).Append('\n');
        return text.Append('\n').Append(CheckpointNote).ToString();
    }

    /// <summary>Reads the text form. Verifies nothing.</summary>
    public static Result<TlogProof> Parse(string text)
    {
        if (text.Length > MaxLength)
            return LedgerErrors.ProofMalformed.Of("proof too long");
        var split = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0)
            return LedgerErrors.ProofMalformed.Of("proof without a checkpoint");
        var lines = text[..split].Split('\n');
        var next = 1;
        ReadOnlyMemory<byte>? extra = null;
        if (lines[0] != Header)
            return LedgerErrors.ProofMalformed.Of("unknown proof version");
        if (next < lines.Length && lines[next].StartsWith("extra ", StringComparison.Ordinal))
        {
            if (NoteText.FromBase64(lines[next++]["extra ".Length..]) is not { } bytes)
                return LedgerErrors.ProofMalformed.Of("malformed extra line");
            extra = bytes;
        }
        if (next >= lines.Length || !lines[next].StartsWith("index ", StringComparison.Ordinal)
            || NoteText.FromDecimal(lines[next++]["index ".Length..]) is not { } index)
            return LedgerErrors.ProofMalformed.Of("malformed index line");
        if (lines.Length - next > ProofVerifier.MaxProofHashes)
            return LedgerErrors.ProofMalformed.Of("too many hashes");
        var hashes = new List<ReadOnlyMemory<byte>>();
        foreach (var line in lines[next..])
        {
            if (NoteText.FromBase64(line) is not { Length: MerkleHash.SizeBytes } hash)
                return LedgerErrors.ProofMalformed.Of("malformed hash line");
            hashes.Add(hash);
        }
        return new TlogProof(index, hashes, text[(split + 2)..], extra);
    }

    /// <summary>The checkpoint, when it is signed by <paramref name="log"/> and covers the leaf at <see cref="Index"/>.</summary>
    public Result<Checkpoint> Verify(ReadOnlySpan<byte> leafHash, VerifierKey log)
    {
        if (!Checkpoint.Open(CheckpointNote, log).TryGet(out var checkpoint, out var error))
            return error;
        return ProofVerifier.Inclusion(Index, checkpoint.Size, leafHash, Hashes, checkpoint.RootHash.Span)
            ? checkpoint
            : LedgerErrors.ProofInvalid.Of("the entry is not in the tree at this index");
    }
}
