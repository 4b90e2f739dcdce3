using System.Diagnostics;
using System.Runtime.Intrinsics;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Wasm;

namespace DataSpace.Benchmarks.Seal;

/// <summary>
/// Public operations in C# against SEAL's own in the same run, and what secure aggregation costs one party. Prints µs of thread CPU (median);
/// judge the ratios, not the absolute figures.
/// </summary>
internal static class SealBenchmark
{
    private const double TargetRatio = 0.5;

    /// <summary>Runs everything; the compiled module is cached beside the executable.</summary>
    public static void Run(TextWriter output)
    {
        var cache = Path.Combine(AppContext.BaseDirectory, "seal-cache");
        var progress = new Reporter(output);
        using var engine = new WasmSealEngine(new WasmSealOptions { CacheDirectory = cache, Progress = progress });
        var clock = Stopwatch.StartNew();
        engine.GenerateKeys(SealParameterSet.Aggregation1);
        Report.Line(output, $"engine ready, first key pair        {clock.Elapsed.TotalMilliseconds,10:F0} ms wall");
        Report.Line(output, $"vector width: {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 64)} bits");
        Additions(output, engine);
        ProductBenchmark.Run(output, engine);
        Aggregation(output, engine);
    }

    private static void Additions(TextWriter output, WasmSealEngine engine)
    {
        var set = SealParameterSet.Bfv8k;
        var keys = engine.GenerateKeys(set).Value;
        var two = engine.Encrypt(set, keys.PublicKey, [new ulong[set.Degree], new ulong[set.Degree]]).Value;
        var ours = two[0].ToArray();
        var seal = engine.Encryption.Run(instance =>
        {
            using var pair = instance.LoadPair(set, two[0], two[1]);
            return Median(pair.Add);
        }).Value;
        Report.Line(output, $"SEAL's own add, two BFV8k           {seal,10:F1} us");
        foreach (var path in new[] { AdditionPath.Scalar, AdditionPath.Vector256, AdditionPath.Vector512 })
        {
            var cost = Median(() => CiphertextSum.AddInPlace(set, ours, two[1], path));
            Report.Line(output, $"C# add, {path,-10}                  {cost,10:F1} us   ratio {cost / seal:F2}");
        }

        var best = Median(() => CiphertextSum.AddInPlace(set, ours, two[1]));
        Report.Line(output, $"C# add, chosen path                 {best,10:F1} us");
        Report.AtMost(output, "C# add of two BFV8k ciphertexts to SEAL's own add", best / seal, TargetRatio);
        var check = Median(() => CiphertextCodec.Check(set, two[1]));
        Report.Line(output, $"parse and check one, 524 KB         {check,10:F1} us");
        var both = Median(() =>
        {
            CiphertextCodec.Check(set, two[1]);
            CiphertextSum.AddInPlace(set, ours, two[1]);
        });
        Report.Line(output, $"parse, check and add                {both,10:F1} us   ratio {both / seal:F2}");
    }

    private static void Aggregation(TextWriter output, WasmSealEngine engine)
    {
        var set = SealParameterSet.Aggregation1;
        var keys = engine.GenerateKeys(set).Value;
        var slots = new ulong[set.Degree];
        var ciphertext = engine.Encrypt(set, keys.PublicKey, [slots]).Value[0];
        Report.Line(output, $"key pair, degree 4096               {Median(() => engine.GenerateKeys(set)),10:F1} us");
        Report.Line(output, $"encode and encrypt, degree 4096     {Median(() => engine.Encrypt(set, keys.PublicKey, [slots])),10:F1} us");
        Report.Line(output, $"decrypt and decode, degree 4096     {Median(() => engine.Decrypt(set, keys.SecretKey, [ciphertext])),10:F1} us");
        foreach (var (parties, ciphertexts) in new[] { (3, 1), (5, 1), (16, 1), (5, 16) })
        {
            var row = new ulong[ciphertexts * set.Degree];
            var key = new byte[32];
            var cost = Median(() => PairwiseMasks.Apply(row, set.PlainModulus, 0, parties, (_, mask) =>
            {
                using var stream = new MaskStream(key);
                stream.Fill(mask, set.PlainModulus);
            }));
            Report.Line(output, $"masks of one party, m={parties,-3}{row.Length,6} slots {cost,10:F1} us");
        }

        using var own = EphemeralKey.Generate();
        using var peer = EphemeralKey.Generate();
        var peerKey = peer.PublicKey;
        Report.Line(output, $"X25519 agreement with one peer      {Median(() => own.Agree(peerKey)),10:F1} us");
    }

    internal static double Median(Action action)
    {
        const int samples = 31;
        const double sampleMicroseconds = 4000, warmUpMilliseconds = 400;
        // Long enough for the runtime to replace the first, unoptimised code.
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalMilliseconds < warmUpMilliseconds;)
            action();
        var start = ThreadClock.Microseconds();
        action();
        var inner = Math.Max(1, (int)(sampleMicroseconds / Math.Max(1, ThreadClock.Microseconds() - start)));
        var costs = new double[samples];
        for (var sample = 0; sample < samples; sample++)
        {
            start = ThreadClock.Microseconds();
            for (var i = 0; i < inner; i++)
                action();
            costs[sample] = (ThreadClock.Microseconds() - start) / inner;
        }

        Array.Sort(costs);
        return costs[samples / 2];
    }

    private sealed class Reporter(TextWriter output) : IProgress<SealPreparation>
    {
        public void Report(SealPreparation value) => output.WriteLine($"SEAL: {value}");
    }
}
