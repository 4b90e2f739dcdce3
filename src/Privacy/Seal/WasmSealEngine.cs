using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal.Wasm;
using Wasmtime;

namespace DataSpace.Privacy.Seal;

/// <summary>
/// The default <see cref="ISealEngine"/>: SEAL 4.1.2 as WebAssembly in Wasmtime, in this process. Nothing is loaded before the first operation.
/// Stores of two roles: some generate keys, decrypt and encrypt under the own key, others encrypt under keys that came from elsewhere; a fault that a remote key could provoke
/// never happens beside a secret.
/// </summary>
public sealed class WasmSealEngine : ISealEngine
{
    private readonly WasmSealOptions _options;
    private readonly Lock _loading = new();
    private readonly SealStorePool _secrets;
    private readonly SealStorePool _encryption;
    private Engine? _engine;
    private Module? _module;

    /// <summary>Prepares an engine; loads nothing yet.</summary>
    public WasmSealEngine(WasmSealOptions options)
        : this(options, RandomNumberGenerator.Fill)
    {
    }

    /// <summary>With a random source of the test's choice.</summary>
    internal WasmSealEngine(WasmSealOptions options, FillRandom fillRandom)
    {
        _options = options;
        _secrets = new SealStorePool(options.ParallelStores, Load, fillRandom, options.LargestHeapBytes);
        _encryption = new SealStorePool(options.ParallelStores, Load, fillRandom, options.LargestHeapBytes);
    }

    /// <summary>The stores that hold secret keys during an operation.</summary>
    internal SealStorePool Secrets => _secrets;

    /// <summary>The stores that load remote public keys.</summary>
    internal SealStorePool Encryption => _encryption;

    /// <summary>True once Wasmtime and the module are in memory.</summary>
    internal bool IsLoaded => _module is not null;

    /// <inheritdoc />
    public Result<SealKeyPair> GenerateKeys(SealParameterSet set) => _secrets.Run(seal => seal.GenerateKeys(set));

    /// <inheritdoc />
    public Result<IReadOnlyList<byte[]>> Encrypt(SealParameterSet set, byte[] publicKey, IReadOnlyList<ulong[]> slots)
    {
        if (CiphertextCodec.CheckPublicKey(set, publicKey).Error is { } error)
            return error;
        return set.AreSlots(slots)
            ? _encryption.Run<IReadOnlyList<byte[]>>(seal => seal.Encrypt(set, publicKey, slots))
            : PrivacyErrors.SlotRange.Of();
    }

    /// <inheritdoc />
    public Result<IReadOnlyList<byte[]>> EncryptSymmetric(SealParameterSet set, SealKeyPair keys, IReadOnlyList<ulong[]> slots)
    {
        if (CiphertextCodec.CheckPublicKey(set, keys.PublicKey).Error is { } error)
            return error;
        return set.AreSlots(slots)
            ? _secrets.Run<IReadOnlyList<byte[]>>(seal => seal.EncryptSeeded(set, keys, slots))
            : PrivacyErrors.SlotRange.Of();
    }

    /// <inheritdoc />
    public Result<IReadOnlyList<ulong[]>> Decrypt(SealParameterSet set, byte[] secretKey, IReadOnlyList<byte[]> ciphertexts, int switchedDown = 0)
    {
        foreach (var ciphertext in ciphertexts)
        {
            if (CiphertextCodec.Check(set, ciphertext, switchedDown).Error is { } error)
                return error;
        }

        return _secrets.Run<IReadOnlyList<ulong[]>>(seal => seal.Decrypt(set, secretKey, ciphertexts));
    }

    /// <inheritdoc />
    public void Trim()
    {
        _secrets.Trim();
        _encryption.Trim();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _secrets.Dispose();
        _encryption.Dispose();
        lock (_loading)
        {
            _module?.Dispose();
            _engine?.Dispose();
            (_module, _engine) = (null, null);
        }
    }

    private Result<(Engine Engine, Module Module)> Load()
    {
        lock (_loading)
        {
            if (_module is null)
            {
                var engine = new Engine();
                if (!SealModuleFile.Load(engine, _options).TryGet(out var module, out var error))
                {
                    engine.Dispose();
                    return error;
                }

                (_engine, _module) = (engine, module);
            }

            return (_engine!, _module);
        }
    }
}
