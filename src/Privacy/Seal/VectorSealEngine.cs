using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal.Evaluation;

namespace DataSpace.Privacy.Seal;

/// <summary>
/// Encryption and decryption of the parameter sets with products in vectorised C#, in the same serialized forms; keys, and everything of other sets, by the engine behind it. Owns that engine.
/// Decided in <c>decisions/2026-11-29-encryption-of-products-in-csharp.md</c>.
/// </summary>
/// <param name="engine">SEAL itself.</param>
public sealed class VectorSealEngine(ISealEngine engine) : ISealEngine
{
    /// <inheritdoc />
    public Result<SealKeyPair> GenerateKeys(SealParameterSet set) => engine.GenerateKeys(set);

    /// <inheritdoc />
    public Result<IReadOnlyList<byte[]>> Encrypt(SealParameterSet set, byte[] publicKey, IReadOnlyList<ulong[]> slots)
    {
        if (!set.HasProducts)
            return engine.Encrypt(set, publicKey, slots);
        if (!PublicOperand.Parse(set, publicKey).TryGet(out var key, out var error))
            return error;
        return set.AreSlots(slots) ? Each(slots, vector => key.Encrypt(vector)) : PrivacyErrors.SlotRange.Of();
    }

    /// <inheritdoc />
    public Result<IReadOnlyList<byte[]>> EncryptSymmetric(SealParameterSet set, SealKeyPair keys, IReadOnlyList<ulong[]> slots)
    {
        if (!set.HasProducts)
            return engine.EncryptSymmetric(set, keys, slots);
        if (CiphertextCodec.CheckPublicKey(set, keys.PublicKey).Error is { } refused)
            return refused;
        if (!SecretOperand.Parse(set, keys.SecretKey).TryGet(out var key, out var error))
            return error;
        using (key)
            return set.AreSlots(slots) ? Each(slots, vector => key.Encrypt(vector)) : PrivacyErrors.SlotRange.Of();
    }

    /// <inheritdoc />
    public Result<IReadOnlyList<ulong[]>> Decrypt(SealParameterSet set, byte[] secretKey, IReadOnlyList<byte[]> ciphertexts, int switchedDown = 0)
    {
        if (!set.HasProducts)
            return engine.Decrypt(set, secretKey, ciphertexts, switchedDown);
        foreach (var ciphertext in ciphertexts)
        {
            if (CiphertextCodec.Check(set, ciphertext, switchedDown).Error is { } refused)
                return refused;
        }

        if (!SecretOperand.Parse(set, secretKey).TryGet(out var key, out var error))
            return error;
        using (key)
            return Each(ciphertexts, ciphertext => key.Decrypt(ciphertext, switchedDown));
    }

    /// <inheritdoc />
    public void Trim() => engine.Trim();

    /// <inheritdoc />
    public void Dispose() => engine.Dispose();

    private static Result<IReadOnlyList<TOut>> Each<TIn, TOut>(IReadOnlyList<TIn> all, Func<TIn, TOut> one) => Made<IReadOnlyList<TOut>>([.. all.Select(one)]);

    private static Result<T> Made<T>(T made) => made;
}
