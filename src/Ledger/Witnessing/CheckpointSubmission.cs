using System.Globalization;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;

namespace DataSpace.Ledger.Witnessing;

/// <summary>Body of <c>add-checkpoint</c> (C2SP tlog-witness): <c>old SIZE</c>, proof hashes, an empty line, the checkpoint.</summary>
/// <param name="OldSize">Size that the witness is expected to hold.</param>
/// <param name="Proof">Consistency proof from there, at most <see cref="MaxProofHashes"/> hashes.</param>
/// <param name="Note">The checkpoint with its signatures.</param>
public sealed record CheckpointSubmission(long OldSize, IReadOnlyList<ReadOnlyMemory<byte>> Proof, string Note)
{
    /// <summary>Most hashes in a proof.</summary>
    public const int MaxProofHashes = 63;

    /// <summary>Longest checkpoint that is taken, in bytes: one log signature and some cosignatures.</summary>
    public const int MaxNoteBytes = 16 * 1024;

    /// <summary>Longest body, in bytes.</summary>
    public const int MaxBytes = MaxNoteBytes + (MaxProofHashes + 2) * 45;

    /// <summary>The body's text.</summary>
    public string Format()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"old {OldSize}\n");
        foreach (var hash in Proof)
            text.Append(Convert.ToBase64String(hash.Span)).Append('\n');
        return text.Append('\n').Append(Note).ToString();
    }

    /// <summary>Reads a body; verifies nothing.</summary>
    public static Result<CheckpointSubmission> Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            return Malformed("too long");
        string text;
        try
        {
            text = NoteText.StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            return Malformed("not UTF-8");
        }
        var split = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0)
            return Malformed("no empty line");
        var lines = text[..split].Split('\n');
        if (!lines[0].StartsWith("old ", StringComparison.Ordinal) || NoteText.FromDecimal(lines[0]["old ".Length..]) is not { } oldSize)
            return Malformed("old size");
        if (lines.Length - 1 > MaxProofHashes)
            return Malformed("too many hashes");
        var proof = new List<ReadOnlyMemory<byte>>(lines.Length - 1);
        foreach (var line in lines.AsSpan(1))
        {
            if (NoteText.FromBase64(line) is not { Length: MerkleHash.SizeBytes } hash)
                return Malformed("hash");
            proof.Add(hash);
        }
        return new CheckpointSubmission(oldSize, proof, text[(split + 2)..]);
    }

    private static DsError Malformed(string what) => WitnessErrors.SubmissionMalformed.Of(what);
}
