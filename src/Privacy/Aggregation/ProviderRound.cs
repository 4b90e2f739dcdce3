using System.Security.Cryptography;
using DataSpace.Kernel.Results;
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
        NoiseShare? noise = null)
    {
        if (noise?.Groups != (shape.Noise is null ? null : shape.Groups))
            return PrivacyErrors.NoiseMissing.Of();
        if (cells is not null && (cells.Count != shape.Groups || cells.Any(cell => cell.Measures.Count != shape.Measures.Count || cell.Products.Count != shape.ProductCount)))
            return PrivacyErrors.CellsMismatch.Of();
        if (!AnalystKeys.ParsePublic(shape, analystPublicKeys, signedKeysDigest).TryGet(out var keys, out var keyError))
            return keyError;
        if (!MaskContext.Create(shape, ephemeralPublicKeysInRosterOrder, rosterHash, round).TryGet(out var context, out var rosterError))
            return rosterError;
        if (ownIndex < 0 || ownIndex >= shape.Parties || !context.Roster[ownIndex].AsSpan().SequenceEqual(own.PublicKey))
            return PrivacyErrors.OwnKeyNotInRoster.Of();
        if (!Agree(own, ownIndex, context).TryGet(out var secrets, out var weak))
            return weak;
        try
        {
            // From here on this key has spoken for this roster and round, whatever happens next.
            if (!own.TryClaim(rosterHash, round))
                return PrivacyErrors.MaskReuse.Of();
            var (first, second) = CellEncoder.Encode(shape, cells, noise);
            if (!Encrypt(engine, shape.Layout.First, first, keys.First, secrets, ownIndex, context).TryGet(out var underFirst, out var error))
                return error;
            if (!Encrypt(engine, shape.Layout.Second, second, keys.Second, secrets, ownIndex, context).TryGet(out var underSecond, out error))
                return error;
            var payload = AggregationMessage.Write(
                shape, AggregationMessageKind.Contribution, (ushort)ownIndex, rosterHash, round, underFirst.Concat(underSecond));
            return new ProtocolMessage(grant, AggregationMessage.Protocol, AggregationMessage.ContributionStep, payload);
        }
        finally
        {
            foreach (var secret in secrets)
                CryptographicOperations.ZeroMemory(secret);
        }
    }

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
        ISealEngine engine, ModulusSlots slots, ulong[] row, byte[] publicKey, byte[][] secrets, int ownIndex, MaskContext context)
    {
        if (slots.Ciphertexts == 0)
            return Array.Empty<byte[]>();
        PairwiseMasks.Apply(row, slots.Modulus, ownIndex, secrets.Length, (peer, mask) =>
        {
            var key = PairwiseMasks.DeriveKey(secrets[peer], context, ownIndex, peer, slots.Modulus);
            using var stream = new MaskStream(key);
            CryptographicOperations.ZeroMemory(key);
            stream.Fill(mask, slots.Modulus);
        });
        return engine.Encrypt(slots.Set, publicKey, [.. row.Chunk(slots.Set.Degree)]);
    }
}
