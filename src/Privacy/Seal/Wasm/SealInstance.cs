using System.Runtime.InteropServices;
using Wasmtime;

namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>
/// SEAL operations on one store, with a context and an encoder cached per parameter set. Owned by one <see cref="SealStore"/> and used under its lock.
/// Every other C++ object lives inside one call and is deleted before it returns.
/// </summary>
internal sealed partial class SealInstance : IDisposable
{
    private readonly EmbindHost _host;
    private readonly Dictionary<SealParameterSet, Context> _contexts = [];
    private readonly int _security;
    private readonly int _uncompressed;

    public SealInstance(Engine engine, Module module, FillRandom fillRandom, bool countsFuel = false)
    {
        _host = new EmbindHost(engine, module, fillRandom, countsFuel);
        _security = _host.Enumerator("SecLevelType", "tc128");
        _uncompressed = _host.Enumerator("ComprModeType", "none");
    }

    public long HeapBytes => _host.HeapBytes;

    public int LiveHandles => _host.LiveHandles;

    public ulong FuelUsed => _host.FuelUsed;

    public bool IsBroken => _host.IsBroken;

    /// <summary>A fresh secret and public key, serialized without compression.</summary>
    public SealKeyPair GenerateKeys(SealParameterSet set)
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var generator = scope.New("KeyGenerator", context.Seal);
        var secret = scope.Own(_host.Call(generator, "secretKey"));
        var open = scope.Own(_host.Call(generator, "createPublicKey"));
        return new SealKeyPair(Save(secret), Save(open));
    }

    public byte[][] Encrypt(SealParameterSet set, byte[] publicKey, IReadOnlyList<ulong[]> slots)
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var key = scope.New("PublicKey");
        Load(context, key, publicKey);
        var encryptor = scope.New("Encryptor", context.Seal, key);
        var plain = scope.New("Plaintext");
        var cipher = scope.New("Ciphertext");
        var result = new byte[slots.Count][];
        for (var i = 0; i < result.Length; i++)
        {
            _host.Call(context.Encoder, "encode", HostArray.Of(slots[i]), plain);
            _host.Call(encryptor, "encrypt", plain, cipher);
            result[i] = Save(cipher);
        }

        return result;
    }

    public ulong[][] Decrypt(SealParameterSet set, byte[] secretKey, IReadOnlyList<byte[]> ciphertexts)
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var key = scope.New("SecretKey");
        Load(context, key, secretKey);
        var decryptor = scope.New("Decryptor", context.Seal, key);
        var plain = scope.New("Plaintext");
        var cipher = scope.New("Ciphertext");
        var result = new ulong[ciphertexts.Count][];
        for (var i = 0; i < result.Length; i++)
        {
            Load(context, cipher, ciphertexts[i]);
            _host.Call(decryptor, "decrypt", cipher, plain);
            var decoded = (HostArray)_host.Call(context.Encoder, "decodeBigUint64", plain)!;
            result[i] = MemoryMarshal.Cast<byte, ulong>(decoded.Data).ToArray();
        }

        return result;
    }

    /// <summary>Ciphertexts whose second half is a seed: symmetric encryption, shorter and with less noise.</summary>
    public byte[][] EncryptSeeded(SealParameterSet set, SealKeyPair keys, IReadOnlyList<ulong[]> slots)
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var open = scope.New("PublicKey");
        var secret = scope.New("SecretKey");
        Load(context, open, keys.PublicKey);
        Load(context, secret, keys.SecretKey);
        var encryptor = scope.New("Encryptor", context.Seal, open, secret);
        var plain = scope.New("Plaintext");
        var result = new byte[slots.Count][];
        for (var i = 0; i < result.Length; i++)
        {
            _host.Call(context.Encoder, "encode", HostArray.Of(slots[i]), plain);
            using var one = new Scope(_host);
            result[i] = Save(one.Own(_host.Call(encryptor, "encryptSymmetricSerializable", plain)));
        }

        return result;
    }

    public void Dispose() => _host.Dispose();

    private Context ContextFor(SealParameterSet set)
    {
        if (_contexts.TryGetValue(set, out var known))
            return known;
        using var scope = new Scope(_host);
        var seal = NewContext(scope, set.Degree, set.PlainModulus, out _);
        if (!(bool)_host.Call(seal, "parametersSet")!)
            throw new SealRefusedException();
        var context = new Context(seal, _host.New("BatchEncoder", seal));
        scope.Keep(seal);
        return _contexts[set] = context;
    }

    private CppObject NewContext(Scope scope, int degree, ulong plainModulus, out CppObject parameters)
    {
        parameters = scope.New("EncryptionParameters", _host.Enumerator("SchemeType", "bfv"));
        _host.Call(parameters, "setPolyModulusDegree", degree);
        var moduli = scope.Own(_host.CallStatic("CoeffModulus", "BFVDefault", degree, _security));
        _host.Call(parameters, "setCoeffModulus", moduli);
        _host.Call(parameters, "setPlainModulus", scope.New("Modulus", plainModulus));
        const bool expandModulusChain = true;
        return scope.New("SEALContext", parameters, expandModulusChain, _security);
    }

    private void Load(Context context, CppObject target, byte[] bytes) => _host.Call(target, "loadFromArray", context.Seal, HostArray.Of(bytes));

    private byte[] Save(CppObject source) => ((HostArray)_host.Call(source, "saveToArray", _uncompressed)!).Data;

    private sealed record Context(CppObject Seal, CppObject Encoder);

    /// <summary>Deletes the C++ objects of one operation, newest first, also when SEAL throws.</summary>
    private sealed class Scope(EmbindHost host) : IDisposable
    {
        private readonly List<CppObject> _owned = [];

        public CppObject New(string className, params object[] arguments) => Own(host.New(className, arguments));

        public CppObject Own(object? created)
        {
            var target = (CppObject)created!;
            _owned.Add(target);
            return target;
        }

        /// <summary>Takes an object out of the scope.</summary>
        public void Keep(CppObject target) => _owned.Remove(target);

        public void Dispose()
        {
            for (var i = _owned.Count - 1; i >= 0; i--)
                host.Delete(_owned[i]);
        }
    }
}
