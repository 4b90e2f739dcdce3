using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal;

/// <summary>A serialized key pair. The secret half never leaves the analyst's own node.</summary>
/// <param name="SecretKey">SEAL secret key, uncompressed.</param>
/// <param name="PublicKey">SEAL public key, uncompressed, as <see cref="CiphertextCodec.CheckPublicKey"/> accepts it.</param>
public sealed record SealKeyPair(byte[] SecretKey, byte[] PublicKey);

/// <summary>
/// Microsoft SEAL's private operations: those that need keys or randomness. Public operations (add, strict checks) are
/// <see cref="CiphertextCodec"/> and <see cref="CiphertextSum"/> and need no engine. Implementations are thread-safe, hold no key between calls,
/// and answer expected failures with codes that never carry SEAL's text.
/// </summary>
public interface ISealEngine : IDisposable
{
    /// <summary>A fresh key pair from the operating system's randomness.</summary>
    Result<SealKeyPair> GenerateKeys(SealParameterSet set);

    /// <summary>
    /// Batch-encodes and encrypts vectors of exactly <see cref="SealParameterSet.Degree"/> slots, each below the plain modulus, under a checked public key.
    /// </summary>
    Result<IReadOnlyList<byte[]>> Encrypt(SealParameterSet set, byte[] publicKey, IReadOnlyList<ulong[]> slots);

    /// <summary>
    /// As <see cref="Encrypt"/>, by who holds the secret key: seeded ciphertexts (<see cref="SeededCiphertext"/>), half the bytes, with less noise.
    /// </summary>
    Result<IReadOnlyList<byte[]>> EncryptSymmetric(SealParameterSet set, SealKeyPair keys, IReadOnlyList<ulong[]> slots);

    /// <summary>Decrypts and batch-decodes; every ciphertext passes the strict codec first.</summary>
    /// <param name="set">Parameters.</param>
    /// <param name="secretKey">Serialized secret key.</param>
    /// <param name="ciphertexts">Serialized, all of one level.</param>
    /// <param name="switchedDown">Primes that were switched away from all of them, an index of <see cref="SealParameterSet.Levels"/>.</param>
    Result<IReadOnlyList<ulong[]>> Decrypt(SealParameterSet set, byte[] secretKey, IReadOnlyList<byte[]> ciphertexts, int switchedDown = 0);

    /// <summary>Gives memory back while idle; the next call starts again. Overwrites what held keys.</summary>
    void Trim();
}
