using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Privacy.Noise;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Aggregation;

/// <summary>
/// A provider's part of secure aggregation: one message.
/// <para><b>Contribution</b> (provider → coordinator → analyst): the provider's slots plus pairwise masks, encrypted under the analyst's per-job key.
/// The coordinator learns that this provider sent a message of the public size. The analyst, who can decrypt it, sees values uniform modulo the plain
/// moduli unless it colludes with all other providers but one. Nobody learns from it whether a cell was suppressed or the provider failed: only the
/// sum of all contributions shows <i>that</i> some provider suppressed a cell, never which.</para>
/// <para><b>Noise</b>: where the shape demands it, this provider's share goes into its statistics before masks and encryption, so nobody but the provider
/// ever holds a figure without it. Which cells are suppressed stays exact and is not covered by the epsilon.</para>
/// <para><b>Owners that are gone</b>: where the plan lets a job go on without some, the contribution carries the provider's self-mask too, see <see cref="DropoutParty"/>.</para>
/// <para><b>Assumptions</b>: at least two providers are honest (with m = 2, both), the roster hash was agreed in round 0, and the caller commits
/// the returned bytes before the first one leaves and resends those bytes on a retry.</para>
/// </summary>
public static class ProviderRound
{
    /// <summary>This provider's fresh key for a job; the public half goes into round 0.</summary>
    public static EphemeralKey NewKey() => EphemeralKey.Generate();

    /// <summary>
    /// Encodes, masks and encrypts this provider's cells. Every data-dependent outcome gives a message of the same size.
    /// </summary>
    /// <param name="engine">SEAL.</param>
    /// <param name="grant">Proof that the use is in the ledger.</param>
    /// <param name="shape">Public shape of the job.</param>
    /// <param name="cells">One per group, in order; null when the local computation failed for a reason that depends on data.</param>
    /// <param name="analystPublicKeys">The analyst's key blob (<see cref="AnalystKeys.PublicKeys"/>).</param>
    /// <param name="own">This provider's key of the job.</param>
    /// <param name="ownIndex">Its place in the roster.</param>
    /// <param name="ephemeralPublicKeysInRosterOrder">All providers' keys, as verified in round 0.</param>
    /// <param name="rosterHash">H(jobHash, sorted roster), 32 bytes.</param>
    /// <param name="round">Round number, from 0.</param>
    /// <param name="signedKeysDigest">SHA-256 of the key blob as the analyst signed it in the job; stops a coordinator that swaps keys.</param>
    /// <param name="noise">This provider's noise; required exactly when the shape demands noise.</param>
    /// <param name="dropout">This provider's part where the job may go on without some of the owners: a second mask of its own goes over the others. Required exactly when the plan says so.</param>
    /// <param name="agreed">What all owners must have found alike before; empty where there is nothing. Masks of owners that did not do not cancel, and there is no result.</param>
    public static Result<ProtocolMessage> Contribute(
        ISealEngine engine,
        GrantHandle grant,
        AggregationShape shape,
        IReadOnlyList<LocalCell>? cells,
        byte[] analystPublicKeys,
        EphemeralKey own,
        int ownIndex,
        IReadOnlyList<byte[]> ephemeralPublicKeysInRosterOrder,
        byte[] rosterHash,
        int round,
        ReadOnlyMemory<byte> signedKeysDigest,
        NoiseShare? noise = null,
        DropoutParty? dropout = null,
        ReadOnlyMemory<byte> agreed = default)
    {
        if (noise?.Groups != (shape.Noise is null ? null : shape.Groups))
            return PrivacyErrors.NoiseMissing.Of();
        if (cells is not null && (cells.Count != shape.Groups || cells.Any(cell => cell.Measures.Count != shape.Measures.Count || cell.Products.Count != shape.ProductCount)))
            return PrivacyErrors.CellsMismatch.Of();
        if (!AnalystKeys.ParsePublic(shape, analystPublicKeys, signedKeysDigest).TryGet(out var keys, out var keyError))
            return keyError;
        if (!MaskContext.Create(shape.Parties, MeaningOf(shape, agreed), ephemeralPublicKeysInRosterOrder, rosterHash, round).TryGet(out var context, out var rosterError))
            return rosterError;
        if (ownIndex < 0 || ownIndex >= shape.Parties || !context.Roster[ownIndex].AsSpan().SequenceEqual(own.PublicKey))
            return PrivacyErrors.OwnKeyNotInRoster.Of();
        if (!Agree(own, ownIndex, context).TryGet(out var secrets, out var weak))
            return weak;
        byte[]? seed = null;
        try
        {
            // From here on this key has spoken for this roster and round, whatever happens next.
            if (!own.TryClaim(rosterHash, round))
                return PrivacyErrors.MaskReuse.Of();
            if (dropout is not null && !dropout.Claim(rosterHash).TryGet(out seed, out var early))
                return early;
            var (first, second) = CellEncoder.Encode(shape, cells, noise);
            if (!Encrypt(engine, shape.Layout.First, first, keys.First, secrets, seed, ownIndex, context).TryGet(out var underFirst, out var error))
                return error;
            if (!Encrypt(engine, shape.Layout.Second, second, keys.Second, secrets, seed, ownIndex, context).TryGet(out var underSecond, out error))
                return error;
            var payload = AggregationMessage.Write(
                shape, AggregationMessageKind.Contribution, (ushort)ownIndex, rosterHash, round, underFirst.Concat(underSecond));
            dropout?.Contributed(grant, payload);
            return new ProtocolMessage(grant, AggregationMessage.Protocol, AggregationMessage.ContributionStep, payload);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            foreach (var secret in secrets)
                CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static ReadOnlyMemory<byte> MeaningOf(AggregationShape shape, ReadOnlyMemory<byte> agreed)
        => agreed.IsEmpty ? shape.Digest : SHA256.HashData([.. "DataSpace secure-aggregation/1 agreed\n"u8, .. shape.Digest.Span, .. agreed.Span]);

    private static Result<byte[][]> Agree(EphemeralKey own, int ownIndex, MaskContext context)
    {
        var secrets = new byte[context.Roster.Count][];
        for (var peer = 0; peer < secrets.Length; peer++)
        {
            secrets[peer] = [];
            if (peer == ownIndex)
                continue;
            if (!own.Agree(context.Roster[peer]).TryGet(out var secret, out var error))
                return error;
            secrets[peer] = secret;
        }

        return secrets;
    }

    private static Result<IReadOnlyList<byte[]>> Encrypt(
        ISealEngine engine, ModulusSlots slots, ulong[] row, byte[] publicKey, byte[][] secrets, byte[]? seed, int ownIndex, MaskContext context)
    {
        if (slots.Ciphertexts == 0)
            return Array.Empty<byte[]>();
        PairwiseMasks.Apply(row, slots.Modulus, ownIndex, secrets.Length, (peer, mask) => PairwiseMasks.WriteShared(secrets[peer], context, ownIndex, peer, slots.Modulus, mask));
        if (seed is not null)
        {
            var own = new ulong[row.Length];
            SelfMask.Write(seed, context, ownIndex, slots.Modulus, own);
            PairwiseMasks.Add(row, own, slots.Modulus);
            Array.Clear(own);
        }

        return engine.Encrypt(slots.Set, publicKey, [.. row.Chunk(slots.Set.Degree)]);
    }
}
