using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal;

/// <summary>
/// What operations of SEAL are metered with: millions of instructions of the WebAssembly guest as Wasmtime counts them, by a table. Counting while it runs would cost an eighth of the
/// time, and gives the same numbers to a part in a thousand: what SEAL executes depends on the parameters, hardly on chance and not on values. Decided in
/// <c>decisions/2026-11-29-fuel-by-table.md</c>; <c>tests/Benchmarks -- --job seal</c> counts again. It stays the measure where other code does the same operation (<see cref="VectorSealEngine"/>, an operator's
/// own library): a use is priced by what it asks for, not by what its owner computes it with.
/// </summary>
public static class SealFuel
{
    /// <summary>SHA-256 of the module that the table was counted on.</summary>
    internal const string CountedOn = "b30d3776265a56373a2001d2cd48baa8d72ddd571e04ddfaefd4c231271170e4";

    /// <summary>Fuel of one key pair.</summary>
    public static long KeyPair(SealParameterSet set) => set.Degree == 4096 ? 32 : 100;

    /// <summary>Fuel of encrypting so many vectors of slots under a public key.</summary>
    public static long Encrypt(SealParameterSet set, int count) => count * (set.Degree == 4096 ? 45L : 143);

    /// <summary>Fuel of encrypting so many vectors of slots under a secret key.</summary>
    public static long EncryptSymmetric(SealParameterSet set, int count) => count * (set.Degree == 4096 ? 28L : 97);

    /// <summary>Fuel of decrypting so many ciphertexts.</summary>
    public static long Decrypt(SealParameterSet set, int count) => count * (set.Degree == 4096 ? 21L : 73);
}

/// <summary>Counts the fuel of what goes through it: one for each use. Thread-safe where the engine behind it is; does not own that engine.</summary>
/// <param name="engine">Does the work.</param>
public sealed class MeteredSealEngine(ISealEngine engine) : ISealEngine
{
    private long _fuel;

    /// <summary>Fuel so far, failed operations included.</summary>
    public long Fuel => Interlocked.Read(ref _fuel);

    /// <inheritdoc />
    public Result<SealKeyPair> GenerateKeys(SealParameterSet set)
    {
        Interlocked.Add(ref _fuel, SealFuel.KeyPair(set));
        return engine.GenerateKeys(set);
    }

    /// <inheritdoc />
    public Result<IReadOnlyList<byte[]>> Encrypt(SealParameterSet set, byte[] publicKey, IReadOnlyList<ulong[]> slots)
    {
        Interlocked.Add(ref _fuel, SealFuel.Encrypt(set, slots.Count));
        return engine.Encrypt(set, publicKey, slots);
    }

    /// <inheritdoc />
    public Result<IReadOnlyList<byte[]>> EncryptSymmetric(SealParameterSet set, SealKeyPair keys, IReadOnlyList<ulong[]> slots)
    {
        Interlocked.Add(ref _fuel, SealFuel.EncryptSymmetric(set, slots.Count));
        return engine.EncryptSymmetric(set, keys, slots);
    }

    /// <inheritdoc />
    public Result<IReadOnlyList<ulong[]>> Decrypt(SealParameterSet set, byte[] secretKey, IReadOnlyList<byte[]> ciphertexts, int switchedDown = 0)
    {
        Interlocked.Add(ref _fuel, SealFuel.Decrypt(set, ciphertexts.Count));
        return engine.Decrypt(set, secretKey, ciphertexts, switchedDown);
    }

    /// <inheritdoc />
    public void Trim() => engine.Trim();

    /// <inheritdoc />
    public void Dispose()
    {
        // The engine goes on for others.
    }
}
