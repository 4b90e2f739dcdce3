using System.Collections.Concurrent;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal.Wasm;

namespace DataSpace.Privacy.Seal.Native;

/// <summary>
/// SEAL's private operations by an operator's own native library, in place of WebAssembly: off unless the operator names one. The same parameters, strict codecs and bytes. What WebAssembly gives and this does not:
/// a wall between SEAL and the rest of the process; a fault inside the library is a fault of the node.
/// </summary>
public sealed unsafe class NativeSealEngine : ISealEngine
{
    private const nint Bfv = 1, Security128 = 128, Uncompressed = 0, NoPool = 0, Yes = 1, No = 0;

    private readonly SealLibrary _library;
    private readonly ConcurrentDictionary<SealParameterSet, Lazy<Context>> _contexts = new();

    private NativeSealEngine(SealLibrary library) => _library = library;

    /// <summary>Loads a library by its absolute path and tries it.</summary>
    /// <returns>DS-PRV-190 to 193.</returns>
    public static Result<NativeSealEngine> Load(string path)
    {
        if (!SealLibrary.Load(path).TryGet(out var library, out var error))
            return error;
        var engine = new NativeSealEngine(library);
        return SealParameterSet.All.All(engine.Agrees) ? engine : NativeErrors.LibraryParameters.Of();
    }

    /// <inheritdoc />
    public Result<SealKeyPair> GenerateKeys(SealParameterSet set) => Run(set, (context, scope) =>
    {
        var generator = scope.Own("KeyGenerator", _library.Make("KeyGenerator_Create1", context.Seal));
        var secret = scope.Own("SecretKey", _library.Make("KeyGenerator_SecretKey", generator));
        var open = scope.Own("PublicKey", _library.Make("KeyGenerator_CreatePublicKey", generator, No));
        return new SealKeyPair(Save("SecretKey", secret), Save("PublicKey", open));
    });

    /// <inheritdoc />
    public Result<IReadOnlyList<byte[]>> Encrypt(SealParameterSet set, byte[] publicKey, IReadOnlyList<ulong[]> slots)
    {
        if (CiphertextCodec.CheckPublicKey(set, publicKey).Error is { } error)
            return error;
        if (!set.AreSlots(slots))
            return PrivacyErrors.SlotRange.Of();
        return Run<IReadOnlyList<byte[]>>(set, (context, scope) =>
        {
            var key = Load(context, scope, "PublicKey", publicKey);
            var encryptor = scope.Own("Encryptor", _library.Make("Encryptor_Create", context.Seal, key, 0));
            return Each(context, scope, slots, (plain, cipher) => _library.Call("Encryptor_Encrypt", encryptor, plain, cipher, NoPool));
        });
    }

    /// <inheritdoc />
    public Result<IReadOnlyList<byte[]>> EncryptSymmetric(SealParameterSet set, SealKeyPair keys, IReadOnlyList<ulong[]> slots)
    {
        if (CiphertextCodec.CheckPublicKey(set, keys.PublicKey).Error is { } error)
            return error;
        if (!set.AreSlots(slots))
            return PrivacyErrors.SlotRange.Of();
        return Run<IReadOnlyList<byte[]>>(set, (context, scope) =>
        {
            var key = LoadSecret(set, context, scope, keys.SecretKey);
            var encryptor = scope.Own("Encryptor", _library.Make("Encryptor_Create", context.Seal, 0, key));
            return Each(context, scope, slots, (plain, cipher) => _library.Call("Encryptor_EncryptSymmetric", encryptor, plain, Yes, cipher, NoPool));
        });
    }

    /// <inheritdoc />
    public Result<IReadOnlyList<ulong[]>> Decrypt(SealParameterSet set, byte[] secretKey, IReadOnlyList<byte[]> ciphertexts, int switchedDown = 0)
    {
        foreach (var ciphertext in ciphertexts)
        {
            if (CiphertextCodec.Check(set, ciphertext, switchedDown).Error is { } error)
                return error;
        }

        return Run<IReadOnlyList<ulong[]>>(set, (context, scope) =>
        {
            var decryptor = scope.Own("Decryptor", _library.Make("Decryptor_Create", context.Seal, LoadSecret(set, context, scope, secretKey)));
            var plain = scope.Own("Plaintext", _library.Make("Plaintext_Create1", NoPool));
            var result = new ulong[ciphertexts.Count][];
            for (var i = 0; i < result.Length; i++)
            {
                _library.Call("Decryptor_Decrypt", decryptor, Load(context, scope, "Ciphertext", ciphertexts[i]), plain);
                result[i] = Decode(set, context, plain);
            }

            return result;
        });
    }

    /// <inheritdoc />
    public void Trim()
    {
        // SEAL's pools keep what they have; there is nothing else.
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var context in _contexts.Values.Where(made => made.IsValueCreated))
        {
            _library.Call("BatchEncoder_Destroy", context.Value.Encoder);
            _library.Call("SEALContext_Destroy", context.Value.Seal);
        }

        _contexts.Clear();
    }

    /// <summary>Whether the library's parameters are the pinned ones, and what it makes has the accepted forms and comes back.</summary>
    private bool Agrees(SealParameterSet set)
    {
        var parameters = Run(set, (context, _) =>
        {
            Span<ulong> key = stackalloc ulong[4], first = stackalloc ulong[4];
            fixed (ulong* keyWords = key, firstWords = first)
            {
                _library.Call("SEALContext_KeyParmsId", context.Seal, (nint)keyWords);
                _library.Call("SEALContext_FirstParmsId", context.Seal, (nint)firstWords);
            }

            return set.PublicKey.HasParmsId(key) && set.Ciphertext.HasParmsId(first);
        });
        var slots = new ulong[set.Degree];
        Array.Fill(slots, set.PlainModulus - 1);
        return parameters is { IsOk: true, Value: true }
            && GenerateKeys(set).TryGet(out var keys, out _)
            && SecretKeyCodec.IsWellFormed(set, keys.SecretKey)
            && Encrypt(set, keys.PublicKey, [slots]).TryGet(out var open, out _)
            && EncryptSymmetric(set, keys, [slots]).TryGet(out var seeded, out _)
            && SeededCiphertext.Expand(set, seeded[0]).TryGet(out var full, out _)
            && Decrypt(set, keys.SecretKey, [open[0], full]).TryGet(out var back, out _)
            && back.All(vector => vector.AsSpan().SequenceEqual(slots));
    }

    private Result<T> Run<T>(SealParameterSet set, Func<Context, Scope, T> operation)
    {
        try
        {
            var context = _contexts.GetOrAdd(set, static (one, engine) => new Lazy<Context>(() => engine.NewContext(one)), this).Value;
            using var scope = new Scope(_library);
            return operation(context, scope);
        }
        catch (SealRefusedException)
        {
            return PrivacyErrors.SealRefused.Of();
        }
    }

    private Context NewContext(SealParameterSet set)
    {
        using var scope = new Scope(_library);
        var parameters = scope.Own("EncParams", _library.Make("EncParams_Create1", Bfv));
        _library.Call("EncParams_SetPolyModulusDegree", parameters, set.Degree);
        nint[] moduli = [.. set.PublicKey.Moduli.Select(modulus => scope.Own("Modulus", _library.Make("Modulus_Create1", (nint)modulus)))];
        fixed (nint* words = moduli)
            _library.Call("EncParams_SetCoeffModulus", parameters, moduli.Length, (nint)words);
        _library.Call("EncParams_SetPlainModulus2", parameters, (nint)set.PlainModulus);
        var seal = _library.Make("SEALContext_Create", parameters, Yes, Security128);
        byte isSet = 0;
        _library.Call("SEALContext_ParametersSet", seal, (nint)(&isSet));
        return isSet != 0 ? new Context(seal, _library.Make("BatchEncoder_Create", seal)) : throw new SealRefusedException();
    }

    private byte[][] Each(Context context, Scope scope, IReadOnlyList<ulong[]> slots, Action<nint, nint> encrypt)
    {
        var plain = scope.Own("Plaintext", _library.Make("Plaintext_Create1", NoPool));
        var cipher = scope.Own("Ciphertext", _library.Make("Ciphertext_Create1", NoPool));
        var result = new byte[slots.Count][];
        for (var i = 0; i < result.Length; i++)
        {
            fixed (ulong* words = slots[i])
                _library.Call("BatchEncoder_Encode1", context.Encoder, slots[i].Length, (nint)words, plain);
            encrypt(plain, cipher);
            result[i] = Save("Ciphertext", cipher);
        }

        return result;
    }

    private ulong[] Decode(SealParameterSet set, Context context, nint plain)
    {
        var (slots, count) = (new ulong[set.Degree], (ulong)set.Degree);
        fixed (ulong* words = slots)
            _library.Call("BatchEncoder_Decode1", context.Encoder, plain, (nint)(&count), (nint)words, NoPool);
        return count == (ulong)set.Degree ? slots : throw new SealRefusedException();
    }

    private nint LoadSecret(SealParameterSet set, Context context, Scope scope, byte[] key)
        => SecretKeyCodec.IsWellFormed(set, key) ? Load(context, scope, "SecretKey", key) : throw new SealRefusedException();

    private nint Load(Context context, Scope scope, string kind, byte[] bytes)
    {
        var target = scope.Own(kind, kind == "Ciphertext" ? _library.Make("Ciphertext_Create1", NoPool) : _library.Make(kind + "_Create1"));
        long read = 0;
        fixed (byte* start = bytes)
            _library.Call(kind + "_Load", target, context.Seal, (nint)start, bytes.Length, (nint)(&read));
        return read == bytes.Length ? target : throw new SealRefusedException();
    }

    private byte[] Save(string kind, nint source)
    {
        long most = 0, written = 0;
        _library.Call(kind + "_SaveSize", source, Uncompressed, (nint)(&most));
        var bytes = new byte[most];
        fixed (byte* start = bytes)
            _library.Call(kind + "_Save", source, (nint)start, bytes.Length, Uncompressed, (nint)(&written));
        return written == most ? bytes : bytes[..(int)written];
    }

    /// <summary>SEAL's context and encoder, which may be used by several threads at once.</summary>
    private sealed record Context(nint Seal, nint Encoder);

    /// <summary>Destroys the objects of one operation, newest first, also when SEAL refuses.</summary>
    private sealed class Scope(SealLibrary library) : IDisposable
    {
        private readonly Stack<(string Kind, nint Handle)> _owned = [];

        public nint Own(string kind, nint handle)
        {
            _owned.Push((kind, handle));
            return handle;
        }

        public void Dispose()
        {
            while (_owned.TryPop(out var one))
                library.Call(one.Kind + "_Destroy", one.Handle);
        }
    }
}
