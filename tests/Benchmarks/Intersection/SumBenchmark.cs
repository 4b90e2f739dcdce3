using System.Collections;
using System.Diagnostics;
using System.Globalization;
using DataSpace.Benchmarks.Space;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Intersection.Sums;
using DataSpace.Privacy.Seal;

namespace DataSpace.Benchmarks.Intersection;

/// <summary>
/// What a sum costs beside the intersection: the sender encrypts its values, the receiver chooses half of them, the sender opens one reply. Both parties one after the other, CPU of the whole process
/// with everything that SEAL does in WebAssembly.
/// </summary>
internal static class SumBenchmark
{
    private const int Items = 1 << 20;
    private const int WarmUpItems = 1 << 16;
    private const double Seconds = 2;

    public static void Run(TextWriter output)
    {
        using var engine = new VectorSealEngine(new WasmSealEngine(new WasmSealOptions { CacheDirectory = Path.Combine(AppContext.BaseDirectory, "seal-cache") }));
        Leg(engine, WarmUpItems);
        var (encrypt, choose, open, bytes) = Leg(engine, Items);
        Report.Line(output, $"sum over {Items:N0} values: sender encrypts {encrypt:F2} s, receiver chooses and adds up {choose:F2} s, sender opens {open:F3} s CPU; {bytes / 1e6:F1} MB to the receiver");
        Report.AtMost(output, "sum leg, 2^20 values, both parties", encrypt + choose + open, Seconds, " s CPU");
    }

    private static (double Encrypt, double Choose, double Open, long Bytes) Leg(ISealEngine engine, int items)
    {
        var terms = new IntersectionTerms(IntersectionMode.Sum, 10, items, items, new ValueBounds(0, 200_000));
        var values = Enumerable.Range(0, items).Select(i => i * 7919L % 200_000).ToArray();
        var set = SetOf(values, terms.Values!);
        var chosen = new BitArray(items);
        var expected = Int128.Zero;
        for (var i = 0; i < items; i += 2)
        {
            chosen[i] = true;
            expected += set.Values(i, 1)[0];
        }

        var start = Cpu();
        using var holder = ValueHolder.Create(engine, terms, set).Value;
        var messages = Enumerable.Range(0, holder.Messages).Select(i => holder.Values(i).Value).ToList();
        var encrypted = Cpu();
        var selector = new ValueSelector(engine, terms, items);
        selector.TakeKey(holder.PublicKey(0));
        foreach (var message in messages)
            selector.Take(message, chosen);
        var reply = selector.Reply(0).Value;
        var replied = Cpu();
        holder.Take(reply);
        if (holder.Sum().Value != expected)
            throw new BenchmarkException("the sum is wrong");
        return (encrypted - start, replied - encrypted, Cpu() - replied, messages.Sum(m => (long)m.Length) + holder.PublicKey(0).Length);
    }

    private static ItemSet SetOf(long[] values, ValueBounds bounds)
    {
        var set = new ItemSetBuilder(KeyRule.Create([new KeyPart("id", [])]).Value, values.Length, bounds);
        for (var i = 0; i < values.Length; i++)
            set.Add([i.ToString(CultureInfo.InvariantCulture)], values[i]);
        return set.Build().Value;
    }

    private static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
}
