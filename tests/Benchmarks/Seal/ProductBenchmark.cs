using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Evaluation;

namespace DataSpace.Benchmarks.Seal;

/// <summary>Transforms and products at degree 8,192 in C# against SEAL in WebAssembly in the same run, what encryption and decryption cost, and sizes.</summary>
internal static class ProductBenchmark
{
    private const double TargetRatio = 1.0 / 3;
    private static readonly SealParameterSet Set = SealParameterSet.Products1;

    public static void Run(TextWriter output, WasmSealEngine engine)
    {
        var keys = engine.GenerateKeys(Set).Value;
        var slots = Enumerable.Range(0, Set.Degree).Select(i => (ulong)i * 100_003).ToArray();
        var full = engine.Encrypt(Set, keys.PublicKey, [slots]).Value[0];
        var seeded = engine.EncryptSymmetric(Set, keys, [slots]).Value[0];
        var transform = Transforms(output, engine, full, slots, out var multiply);
        Report.AtMost(output, "C# transform of 8,192 to SEAL's in WebAssembly", transform, TargetRatio);

        var (ciphertext, operand) = (EvaluatedCiphertext.Parse(Set, full).Value, PlainOperand.Encode(Set, slots).Value);
        var sum = new ProductSum(Set);
        Line(output, "C# multiply_plain, all of it", SealBenchmark.Median(() =>
        {
            var one = new ProductSum(Set);
            one.Add(EvaluatedCiphertext.Parse(Set, full).Value, PlainOperand.Encode(Set, slots).Value);
            one.ToCiphertext();
        }), multiply);
        Line(output, "C# multiply and add, both kept transformed", SealBenchmark.Median(() => sum.Add(ciphertext, operand)), multiply);
        Line(output, "C# encode and transform a plaintext", SealBenchmark.Median(() => PlainOperand.Encode(Set, slots)), null);
        Line(output, "C# check and transform a ciphertext", SealBenchmark.Median(() => EvaluatedCiphertext.Parse(Set, full)), null);
        Line(output, "C# check, expand and transform a seeded one", SealBenchmark.Median(() => EvaluatedCiphertext.Parse(Set, seeded)), null);
        var zero = engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree]]).Value[0];
        byte[] Reply()
        {
            var one = new ProductSum(Set);
            one.Add(ciphertext, operand);
            return one.Finish(zero, slots, 60, 2).Value;
        }

        Line(output, "C# reply: mask, flood, switch down two primes", SealBenchmark.Median(() => Reply()), null);
        var reply = Reply();
        Line(output, "SEAL encrypt under a public key", SealBenchmark.Median(() => engine.Encrypt(Set, keys.PublicKey, [slots])), null);
        Line(output, "SEAL encrypt under the secret key, seeded", SealBenchmark.Median(() => engine.EncryptSymmetric(Set, keys, [slots])), null);
        Line(output, "the same, 16 at once, each", SealBenchmark.Median(() => engine.EncryptSymmetric(Set, keys, [.. Enumerable.Repeat(slots, 16)])) / 16, null);
        Line(output, "SEAL decrypt, full modulus", SealBenchmark.Median(() => engine.Decrypt(Set, keys.SecretKey, [full])), null);
        Line(output, "SEAL decrypt, switched down", SealBenchmark.Median(() => engine.Decrypt(Set, keys.SecretKey, [reply], 2)), null);
        Report.Line(output, $"bytes: ciphertext {full.Length:N0}, seeded {seeded.Length:N0}, reply {reply.Length:N0}, public key {keys.PublicKey.Length:N0}");
    }

    /// <summary>C# to SEAL, per transform.</summary>
    private static double Transforms(TextWriter output, WasmSealEngine engine, byte[] full, ulong[] slots, out double multiply)
    {
        var (each, product) = engine.Encryption.Run(instance =>
        {
            using var loaded = instance.LoadProduct(Set, full, slots);
            return (SealBenchmark.Median(loaded.TransformThereAndBack) / (2 * Set.Ciphertext.ResidueCount), SealBenchmark.Median(loaded.Multiply));
        }).Value;
        multiply = product;
        Line(output, "SEAL in WebAssembly: one transform", each, null);
        Line(output, "SEAL in WebAssembly: multiply_plain", product, null);
        var best = double.NaN;
        foreach (var path in NttPaths.Supported)
        {
            var transform = NegacyclicTransform.Create(Set.Ciphertext.ModulusAt(0), Set.Degree, path);
            var values = new double[Set.Degree];
            transform.Read(CiphertextCodec.Residue(Set.Ciphertext, full, 0), values);
            var forward = SealBenchmark.Median(() => transform.Forward(values));
            var back = SealBenchmark.Median(() => transform.Inverse(values));
            Line(output, $"C# forward, {path}", forward, each);
            Line(output, $"C# back, {path}", back, each);
            best = (forward + back) / 2 / each;
        }

        return best;
    }

    private static void Line(TextWriter output, string what, double microseconds, double? reference)
    {
        if (reference is { } other)
            Report.Line(output, $"{what,-44} {microseconds,10:F1} us   ratio {microseconds / other:F3}");
        else
            Report.Line(output, $"{what,-44} {microseconds,10:F1} us");
    }
}
