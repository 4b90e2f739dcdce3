namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>SEAL's own public operations: what ours are compared with, in tests and benchmarks. No node calls them.</summary>
internal sealed partial class SealInstance
{
    /// <summary>SEAL's own sum of two ciphertexts: the reference for <see cref="ModularAddition"/>.</summary>
    public byte[] Add(SealParameterSet set, byte[] left, byte[] right)
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var evaluator = scope.New("Evaluator", context.Seal);
        var a = scope.New("Ciphertext");
        var b = scope.New("Ciphertext");
        Load(context, a, left);
        Load(context, b, right);
        _host.Call(evaluator, "addInplace", a, b);
        return Save(a);
    }

    /// <summary>Two loaded ciphertexts, so that the benchmark times SEAL's addition without loading and saving.</summary>
    public LoadedPair LoadPair(SealParameterSet set, byte[] left, byte[] right)
    {
        var context = ContextFor(set);
        var scope = new Scope(_host);
        var (evaluator, a, b) = (scope.New("Evaluator", context.Seal), scope.New("Ciphertext"), scope.New("Ciphertext"));
        Load(context, a, left);
        Load(context, b, right);
        return new LoadedPair(scope, () => _host.Call(evaluator, "addInplace", a, b));
    }

    /// <summary>Remaining noise budget in bits. Tests only: it must never reach a remote party.</summary>
    public int NoiseBudget(SealParameterSet set, byte[] secretKey, byte[] ciphertext)
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var key = scope.New("SecretKey");
        Load(context, key, secretKey);
        var cipher = scope.New("Ciphertext");
        Load(context, cipher, ciphertext);
        return (int)_host.Call(scope.New("Decryptor", context.Seal, key), "invariantNoiseBudget", cipher)!;
    }

    /// <summary>Loads and saves a ciphertext again: what SEAL itself makes of the bytes.</summary>
    public byte[] Reserialize(SealParameterSet set, byte[] ciphertext, string compression = "none")
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var cipher = scope.New("Ciphertext");
        Load(context, cipher, ciphertext);
        return ((HostArray)_host.Call(cipher, "saveToArray", _host.Enumerator("ComprModeType", compression))!).Data;
    }

    /// <summary>What SEAL says about a parameter choice; null when it refuses it.</summary>
    public SealParameterFacts? Describe(int degree, ulong plainModulus)
    {
        using var scope = new Scope(_host);
        var seal = NewContext(scope, degree, plainModulus, out var parameters);
        if (!(bool)_host.Call(seal, "parametersSet")!)
            return null;
        var moduli = scope.Own(_host.Call(parameters, "coeffModulus"));
        var count = (int)_host.Call(moduli, "size")!;
        var values = new ulong[count];
        for (var i = 0; i < count; i++)
        {
            var modulus = scope.Own(_host.Call(moduli, "get", i));
            values[i] = unchecked((ulong)(long)_host.Call(modulus, "value")!);
        }

        return new SealParameterFacts(values);
    }

    /// <summary>SEAL's own product of a ciphertext and a plaintext; DS-PRV-004 for a plaintext of zeros.</summary>
    public byte[] MultiplyPlain(SealParameterSet set, byte[] ciphertext, ulong[] slots) => WithPlain(set, ciphertext, slots, "multiplyPlainInplace");

    /// <summary>The same product by SEAL's other way: both transformed first, as <see cref="Evaluation.ProductSum"/> does.</summary>
    public byte[] MultiplyPlainTransformed(SealParameterSet set, byte[] ciphertext, ulong[] slots)
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var (evaluator, cipher, plain) = (scope.New("Evaluator", context.Seal), scope.New("Ciphertext"), scope.New("Plaintext"));
        Load(context, cipher, ciphertext);
        _host.Call(context.Encoder, "encode", HostArray.Of(slots), plain);
        _host.Call(evaluator, "plainTransformToNttInplace", plain, scope.Own(_host.Call(context.Seal, "firstParmsId")));
        _host.Call(evaluator, "cipherTransformToNttInplace", cipher);
        _host.Call(evaluator, "multiplyPlainInplace", cipher, plain);
        _host.Call(evaluator, "cipherTransformFromNttInplace", cipher);
        return Save(cipher);
    }

    /// <summary>SEAL's own sum of a ciphertext and a plaintext.</summary>
    public byte[] AddPlain(SealParameterSet set, byte[] ciphertext, ulong[] slots) => WithPlain(set, ciphertext, slots, "addPlainInplace");

    /// <summary>SEAL's own division by the last prime.</summary>
    public byte[] SwitchDown(SealParameterSet set, byte[] ciphertext)
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var cipher = scope.New("Ciphertext");
        Load(context, cipher, ciphertext);
        _host.Call(scope.New("Evaluator", context.Seal), "cipherModSwitchToNextInplace", cipher);
        return Save(cipher);
    }

    /// <summary>SEAL's own transforms of a ciphertext, forward or back.</summary>
    public byte[] Transform(SealParameterSet set, byte[] ciphertext, bool forward)
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var cipher = scope.New("Ciphertext");
        Load(context, cipher, ciphertext);
        _host.Call(scope.New("Evaluator", context.Seal), forward ? "cipherTransformToNttInplace" : "cipherTransformFromNttInplace", cipher);
        return Save(cipher);
    }

    /// <summary>
    /// A loaded ciphertext and an encoded plaintext, so that the benchmark times SEAL's own operations without loading and saving: the product into another ciphertext, and
    /// all of a ciphertext's transforms, forward and back.
    /// </summary>
    public LoadedProduct LoadProduct(SealParameterSet set, byte[] ciphertext, ulong[] slots)
    {
        var context = ContextFor(set);
        var scope = new Scope(_host);
        var (evaluator, cipher, target, plain) = (scope.New("Evaluator", context.Seal), scope.New("Ciphertext"), scope.New("Ciphertext"), scope.New("Plaintext"));
        Load(context, cipher, ciphertext);
        _host.Call(context.Encoder, "encode", HostArray.Of(slots), plain);
        return new LoadedProduct(
            scope,
            () => _host.Call(evaluator, "multiplyPlain", cipher, plain, target),
            () =>
            {
                _host.Call(evaluator, "cipherTransformToNttInplace", cipher);
                _host.Call(evaluator, "cipherTransformFromNttInplace", cipher);
            });
    }

    /// <summary>Makes a plaintext of a few coefficients, reads it back as bytes and deletes it, so many times; answers how many were made.</summary>
    public int ObjectsMadeAndDeleted(SealParameterSet set, int times)
    {
        ContextFor(set);
        var made = 0;
        for (; made < times; made++)
        {
            using var scope = new Scope(_host);
            var plain = scope.New("Plaintext", 8);
            if (Save(plain).Length == 0)
                break;
        }

        return made;
    }

    private byte[] WithPlain(SealParameterSet set, byte[] ciphertext, ulong[] slots, string operation)
    {
        var context = ContextFor(set);
        using var scope = new Scope(_host);
        var (cipher, plain) = (scope.New("Ciphertext"), scope.New("Plaintext"));
        Load(context, cipher, ciphertext);
        _host.Call(context.Encoder, "encode", HostArray.Of(slots), plain);
        _host.Call(scope.New("Evaluator", context.Seal), operation, cipher, plain);
        return Save(cipher);
    }

    /// <summary>Owns its C++ objects; valid only inside the operation that made it.</summary>
    internal sealed class LoadedPair(IDisposable scope, Action add) : IDisposable
    {
        /// <summary>Left += right, inside SEAL.</summary>
        public void Add() => add();

        public void Dispose() => scope.Dispose();
    }

    /// <summary>Owns its C++ objects; valid only inside the operation that made it.</summary>
    internal sealed class LoadedProduct(IDisposable scope, Action multiply, Action transform) : IDisposable
    {
        /// <summary>One multiply_plain.</summary>
        public void Multiply() => multiply();

        /// <summary>Transforms of all residues of both polynomials, forward and back.</summary>
        public void TransformThereAndBack() => transform();

        public void Dispose() => scope.Dispose();
    }
}

/// <summary>Ciphertext-chain facts that SEAL derived for a parameter choice: its key-level moduli.</summary>
internal sealed record SealParameterFacts(IReadOnlyList<ulong> KeyModuli);
