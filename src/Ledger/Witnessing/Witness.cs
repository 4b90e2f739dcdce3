using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;

namespace DataSpace.Ledger.Witnessing;

/// <summary>What a witness answers.</summary>
/// <param name="Cosignature">The cosignature lines, when the checkpoint was cosigned: Ed25519 first.</param>
/// <param name="Error">Why it was not; its kind carries the status of C2SP tlog-witness.</param>
/// <param name="HeldSize">With <see cref="WitnessErrors.OldSizeWrong"/>: the size held.</param>
/// <param name="Contradicted">A validly signed checkpoint whose size is held with another root: together with the held one a proof of two histories.</param>
/// <param name="UnknownOrigin">With <see cref="WitnessErrors.OriginUnknown"/>: the name that the log gave itself.</param>
public sealed record WitnessAnswer(string? Cosignature, DsError? Error = null, long? HeldSize = null, Checkpoint? Contradicted = null, string? UnknownOrigin = null);

/// <summary>
/// Cosigns checkpoints of other logs (C2SP tlog-witness, tlog-cosignature): only ones that extend what was cosigned before. Safe for all threads. The advance is
/// durable before a cosignature exists.
/// </summary>
/// <param name="name">Name of this witness in its verifier key.</param>
/// <param name="signer">Its key.</param>
/// <param name="store">Durable state per log.</param>
/// <param name="logs">Key of a log by its origin; null for logs that are not witnessed here.</param>
/// <param name="clock">Time of cosignatures.</param>
/// <param name="also">Further keys (ML-DSA-44, SM2) under the same name: each answer has a line by each of them after the Ed25519 one. What is kept has the latter alone.</param>
public sealed class Witness(string name, ISigner signer, WitnessStore store, Func<string, VerifierKey?> logs, TimeProvider clock, params IReadOnlyList<ISigner> also)
{
    /// <summary>Verifier key of this witness.</summary>
    public VerifierKey Key { get; } = VerifierKey.ForWitness(name, signer.PublicKey);

    /// <summary>Verifier keys of the further lines, in their order.</summary>
    public IReadOnlyList<VerifierKey> FurtherKeys { get; } = [.. also.Select(s => VerifierKey.ForWitness(name, s.PublicKey))];

    /// <summary>Name of a log in the witness's read endpoint: lower-case hex SHA-256 of its origin.</summary>
    public static string HashOf(string origin) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));

    /// <summary>Checks, persists, cosigns. The checks stand in the order of the specification.</summary>
    public WitnessAnswer AddCheckpoint(ReadOnlySpan<byte> body)
    {
        if (!CheckpointSubmission.Parse(body).TryGet(out var submission, out var error))
            return new WitnessAnswer(null, error);
        if (SignedPart(submission.Note) is not { } text || !Checkpoint.ParseText(text).TryGet(out var head, out _))
            return Refused(WitnessErrors.SubmissionMalformed, "checkpoint");
        if (logs(head.Origin) is not { } key)
            return new WitnessAnswer(null, WitnessErrors.OriginUnknown.Of(), UnknownOrigin: head.Origin);
        if (!SignedNote.Parse(submission.Note).TryGet(out var note, out _) || !Checkpoint.Open(submission.Note, key).TryGet(out var checkpoint, out _))
            return Refused(WitnessErrors.CheckpointUnsigned);
        if (submission.OldSize > checkpoint.Size)
            return Refused(WitnessErrors.OldSizeAhead);
        var held = store.Cosigned(checkpoint.Origin);
        if ((held?.Size ?? 0) != submission.OldSize)
            return Moved(held);
        if (ProofProblem(held, checkpoint, submission.Proof) is { } problem)
            return new WitnessAnswer(null, problem, Contradicted: held is not null && held.Size == checkpoint.Size && !held.SameTree(checkpoint) ? checkpoint : null);
        var now = clock.GetUtcNow();
        var line = note.Cosign(name, signer, now);
        if (store.Advance(held, checkpoint with { Note = note.Bare(key) + line }, HashOf(checkpoint.Origin)))
            return new WitnessAnswer(line + string.Concat(also.Select(s => note.TryCosign(name, s, now))));
        var moved = store.Cosigned(checkpoint.Origin);
        return held is null && moved is null ? Refused(WitnessErrors.TooManyLogs) : Moved(moved);
    }

    /// <summary>The newest checkpoint cosigned here, by the hash of its origin.</summary>
    public Checkpoint? Cosigned(string originHash) => store.CosignedByHash(originHash);

    // A line that looks like a signature and is none is a bad signature (403), not a bad request: the recorded exchange has one with other spare bits in its base64.
    private static string? SignedPart(string note)
    {
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        return split >= 0 && note.EndsWith('\n') && split + 2 < note.Length && note[(split + 2)..^1].Split('\n').All(line => line.StartsWith("\u2014 ", StringComparison.Ordinal))
            ? note[..(split + 1)]
            : null;
    }

    private static DsError? ProofProblem(Checkpoint? held, Checkpoint next, IReadOnlyList<ReadOnlyMemory<byte>> proof)
    {
        if (next.Size == 0 && !next.RootHash.Span.SequenceEqual(MerkleHash.Empty.Span))
            return WitnessErrors.ProofRejected.Of("size 0 with another root");
        if (held is null or { Size: 0 })
            return proof.Count == 0 ? null : WitnessErrors.ProofRejected.Of("a proof from size 0");
        return ProofVerifier.Consistency(held.Size, next.Size, held.RootHash.Span, next.RootHash.Span, proof)
            ? null
            : WitnessErrors.ProofRejected.Of(held.Size == next.Size ? "same size, other root or a proof" : null);
    }

    private static WitnessAnswer Moved(Checkpoint? held) => new(null, WitnessErrors.OldSizeWrong.Of(), held?.Size ?? 0);

    private static WitnessAnswer Refused(ErrorKind kind, string? detail = null) => new(null, kind.Of(detail));
}
