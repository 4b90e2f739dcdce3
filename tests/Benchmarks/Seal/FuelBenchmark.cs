using System.Security.Cryptography;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Wasm;
using Wasmtime;

namespace DataSpace.Benchmarks.Seal;

/// <summary>
/// What Wasmtime counts for SEAL's operations, beside the table by which they are metered, and what the counting costs: the same calls in an engine with and one without.
/// </summary>
internal static class FuelBenchmark
{
    private const int Calls = 20;
    private const double Million = 1e6;
    private const double MostOff = 0.05;

    public static void Run(TextWriter output)
    {
        var wasm = SealModuleFile.ReadVerified(SealModuleFile.Locate(null).Value).Value;
        using var counting = new Engine(new Config().WithFuelConsumption(true));
        using var plain = new Engine();
        using var countingModule = Module.FromBytes(counting, "seal", wasm);
        using var plainModule = Module.FromBytes(plain, "seal", wasm);
        using var counted = new SealInstance(counting, countingModule, RandomNumberGenerator.Fill, countsFuel: true);
        using var uncounted = new SealInstance(plain, plainModule, RandomNumberGenerator.Fill);
        var worst = 0.0;
        foreach (var set in new[] { SealParameterSet.Aggregation1, SealParameterSet.Products1 })
        {
            var keys = counted.GenerateKeys(set);
            ulong[][] slots = [new ulong[set.Degree]];
            var cipher = counted.Encrypt(set, keys.PublicKey, slots);
            Line("key pair", SealFuel.KeyPair(set), seal => seal.GenerateKeys(set));
            Line("encrypt", SealFuel.Encrypt(set, 1), seal => seal.Encrypt(set, keys.PublicKey, slots));
            Line("encrypt, symmetric", SealFuel.EncryptSymmetric(set, 1), seal => seal.EncryptSeeded(set, keys, slots));
            Line("decrypt", SealFuel.Decrypt(set, 1), seal => seal.Decrypt(set, keys.SecretKey, cipher));

            void Line(string what, long table, Action<SealInstance> call)
            {
                call(counted);
                call(uncounted);
                var before = counted.FuelUsed;
                call(counted);
                var fuel = (counted.FuelUsed - before) / Million;
                var (with, without) = (Microseconds(() => call(counted)), Microseconds(() => call(uncounted)));
                worst = Math.Max(worst, Math.Abs(table / fuel - 1));
                Report.Line(output, $"{set.Name,-9} {what,-19} {fuel,8:F2} million counted, table {table,4}; counting costs {with / without:F2}x");
            }
        }
        Report.AtMost(output, "table of fuel, from what is counted", worst, MostOff);
    }

    private static double Microseconds(Action call)
    {
        var began = ThreadClock.Microseconds();
        for (var i = 0; i < Calls; i++)
            call();
        return (ThreadClock.Microseconds() - began) / Calls;
    }
}
