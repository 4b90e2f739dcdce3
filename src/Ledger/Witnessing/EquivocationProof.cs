using System.Text.Json;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;

namespace DataSpace.Ledger.Witnessing;

/// <summary>
/// Two checkpoints signed by one log that no single history contains. Self-contained: whoever has the log's key can verify it. Equal sizes contradict each other
/// by themselves. For unequal ones the proof shows that the larger tree has, at the smaller size, another root than the log signed for it.
/// </summary>
/// <param name="Vkey">Verifier key of the log.</param>
/// <param name="First">The checkpoint of the smaller or equal size.</param>
/// <param name="Second">The other.</param>
/// <param name="OtherRoot">With unequal sizes: base64 root that the larger tree has at the smaller size.</param>
/// <param name="Proof">With unequal sizes: base64 consistency proof from that root to the larger one.</param>
public sealed record EquivocationProof(string Vkey, string First, string Second, string? OtherRoot = null, IReadOnlyList<string>? Proof = null)
{
    /// <summary>Longest JSON form, in bytes.</summary>
    public const int MaxBytes = 128 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The JSON form.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads the JSON form; verifies nothing.</summary>
    public static Result<EquivocationProof> Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return json.Length <= MaxBytes && JsonSerializer.Deserialize<EquivocationProof>(json, Json) is { Vkey: not null, First: not null, Second: not null } proof
                ? proof
                : WitnessErrors.EvidenceInvalid.Of("form");
        }
        catch (JsonException)
        {
            return WitnessErrors.EvidenceInvalid.Of("form");
        }
    }

    /// <summary>The two checkpoints, when they are signed by <paramref name="key"/> and contradict each other.</summary>
    public Result<(Checkpoint First, Checkpoint Second)> Verify(VerifierKey key)
    {
        if (Vkey != key.ToString() || !Checkpoint.Open(First, key).TryGet(out var first, out _) || !Checkpoint.Open(Second, key).TryGet(out var second, out _))
            return WitnessErrors.EvidenceInvalid.Of("signature");
        if (first.Size == second.Size)
            return first.SameTree(second) ? WitnessErrors.EvidenceInvalid.Of("the same tree") : (first, second);
        if (OtherRoot is null || Proof is null || Proof.Count > CheckpointSubmission.MaxProofHashes || NoteText.FromBase64(OtherRoot) is not { Length: MerkleHash.SizeBytes } other)
            return WitnessErrors.EvidenceInvalid.Of("proof");
        var hashes = new List<ReadOnlyMemory<byte>>();
        foreach (var line in Proof)
        {
            if (NoteText.FromBase64(line) is not { } hash)
                return WitnessErrors.EvidenceInvalid.Of("proof");
            hashes.Add(hash);
        }
        return !first.RootHash.Span.SequenceEqual(other) && ProofVerifier.Consistency(first.Size, second.Size, other, second.RootHash.Span, hashes)
            ? (first, second)
            : WitnessErrors.EvidenceInvalid.Of("the larger tree contains the smaller one, or nothing is shown");
    }
}
