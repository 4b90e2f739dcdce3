using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using DataSpace.Benchmarks.Space;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Curve;
using DataSpace.Privacy.Intersection.Keys;

namespace DataSpace.Benchmarks.Intersection;

/// <summary>
/// Private set intersection with both parties in this process on two threads, half of the items common: CPU, wall, bytes and memory, beside libsodium's ristretto255
/// doing the group operations alone, and beside the npm package where it is installed.
/// </summary>
internal static class IntersectionBenchmark
{
    public const int DefaultItems = 1 << 16;

    private const int MostReferenceItems = 1 << 14;
    private const double SodiumRatio = 0.25;
    private const double NpmRatio = 1.0 / 30;
    private const double NpmByteRatio = 0.75;
    private const int FullItems = 1 << 20;
    private const double FullSeconds = 40;
    private const double FullMegabytes = 250;
    private const int WaitingMessages = 2;

    /// <summary>Runs everything for two sets of <paramref name="items"/>.</summary>
    public static void Run(TextWriter output, int items)
    {
        Paths(output);
        var perItem = Parties(output, items, out var bytesPerItem);
        Sodium(output, perItem);
        OpenMined(output, items, perItem, bytesPerItem);
        ManyBenchmark.Run(output, Math.Min(items, DefaultItems));
        SumBenchmark.Run(output); // last: SEAL's heaps would count as memory of the parties
    }

    private static void Paths(TextWriter output)
    {
        var points = new byte[4096 * Curve25519.PointBytes];
        var products = new byte[points.Length];
        new Random(1).NextBytes(points);
        var scalar = new byte[Curve25519.ScalarBytes];
        Report.Line(output, $"path in use: {Curve25519.PathName}");
        foreach (var path in Curve25519.Paths)
        {
            var multiply = Rate(() => path.Multiply(scalar, points, products), 4096);
            var map = Rate(() => path.MapAndMultiply(scalar, points, products), 4096);
            Report.Line(output, $"{path.Name,-10} multiply {multiply,10:N0}/s   map and multiply {map,10:N0}/s");
        }
    }

    private static double Rate(Action action, int items)
    {
        action();
        var samples = Enumerable.Range(0, 5).Select(_ =>
        {
            var start = ThreadClock.Microseconds();
            action();
            return (ThreadClock.Microseconds() - start) / 1e6;
        });
        return items / samples.Min();
    }

    /// <summary>CPU microseconds per item of one set, both parties together.</summary>
    private static double Parties(TextWriter output, int items, out double bytesPerItem)
    {
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var rule = KeyRule.Create([new KeyPart("id", ["trim"])]).Value;
        var (receiverSigner, senderSigner) = (Ed25519Signer.Generate(), Ed25519Signer.Generate());
        var context = new IntersectionContext(
            "job", "contract", new string('0', 64), "did:web:r.example", "did:web:s.example", "1", "1", rule.Digest, new IntersectionTerms(IntersectionMode.Ids, 10, items, items));
        using BlockingCollection<ReadOnlyMemory<byte>> toSender = new(WaitingMessages), toReceiver = new(WaitingMessages);
        long bytes = 0;
        var count = 0;
        var receiving = new Thread(() =>
        {
            using var receiver = IntersectionReceiver.Create(
                new IntersectionRun(GrantOf("receiver"), context, receiverSigner, senderSigner.PublicKey), Set(rule, items / 2, items)).Value;
            Talk(receiver, toSender, toReceiver, ref bytes);
            count = receiver.Finish().Value.Count;
        });
        var sending = new Thread(() =>
        {
            using var sender = IntersectionSender.Create(
                new IntersectionRun(GrantOf("sender"), context, senderSigner, receiverSigner.PublicKey), Set(rule, 0, items)).Value;
            Talk(sender, toReceiver, toSender, ref bytes);
        });
        receiving.Start();
        sending.Start();
        receiving.Join();
        sending.Join();
        clock.Stop();
        if (count != items - (items / 2))
            throw new BenchmarkException($"the intersection has {count} items instead of {items - (items / 2)}");
        var seconds = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        var peak = PeakMegabytes();
        bytesPerItem = (double)bytes / items;
        Report.Line(output, $"{items:N0} x {items:N0}, both parties: {clock.Elapsed.TotalSeconds:F1} s wall, {seconds:F1} s CPU, {bytesPerItem:F1} bytes per item, peak memory {peak:F0} MB");
        if (items == FullItems)
        {
            Report.AtMost(output, "2^20 x 2^20, wall", clock.Elapsed.TotalSeconds, FullSeconds, " s");
            Report.AtMost(output, "2^20 x 2^20, peak memory of both parties", peak, FullMegabytes, " MB");
        }

        return seconds * 1e6 / items;
    }

    private static void Talk(IntersectionParty party, BlockingCollection<ReadOnlyMemory<byte>> outgoing, BlockingCollection<ReadOnlyMemory<byte>> incoming, ref long bytes)
    {
        while (!party.IsComplete)
        {
            if (party.Next().Value is { } message)
            {
                Interlocked.Add(ref bytes, message.Payload.Length);
                outgoing.Add(message.Payload);
            }
            else if (party.Receive(incoming.Take()).Error is { } error)
            {
                throw new BenchmarkException(error.ToString());
            }
        }
    }

    internal static ItemSet Set(KeyRule rule, int from, int count)
    {
        var row = new string?[1];
        return ItemSet.Read(rule, Enumerable.Range(from, count).Select(i =>
        {
            row[0] = string.Create(CultureInfo.InvariantCulture, $"user-{i}");
            return (IReadOnlyList<string?>)row;
        }), count).Value;
    }

    /// <summary>The same group operations with ristretto255: per item two hashes to the group and four multiplications, and nothing else.</summary>
    private static void Sodium(TextWriter output, double perItem)
    {
        if (!Ristretto255.IsAvailable)
        {
            output.WriteLine("libsodium is not beside this program: not compared");
            return;
        }

        var start = ThreadClock.Microseconds();
        for (var i = 0; i < MostReferenceItems; i++)
            Ristretto255.OneItemOfBothParties(i);
        var reference = (ThreadClock.Microseconds() - start) / MostReferenceItems;
        Report.Line(output, $"libsodium ristretto255, the group operations alone: {reference:F1} us CPU per item; here with everything {perItem:F1} us");
        Report.AtMost(output, "CPU to libsodium ristretto255", perItem / reference, SodiumRatio);
    }

    private static void OpenMined(TextWriter output, int items, double perItem, double bytesPerItem)
    {
        var source = Path.Combine(Repository.Root, "tests", "Benchmarks", "Intersection", "openmined");
        if (!Directory.Exists(Path.Combine(source, "node_modules")))
        {
            output.WriteLine("@openmined/psi.js is not installed: `npm ci` in tests/Benchmarks/Intersection/openmined, then again");
            return;
        }

        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = source };
        start.ArgumentList.Add("run.cjs");
        start.ArgumentList.Add(Math.Min(items, DefaultItems).ToString(CultureInfo.InvariantCulture));
        using var node = Process.Start(start) ?? throw new BenchmarkException("node does not start");
        var line = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        if (node.ExitCode != 0)
            throw new BenchmarkException("the npm package failed");
        var result = System.Text.Json.JsonDocument.Parse(line).RootElement;
        var theirItems = result.GetProperty("items").GetDouble();
        var theirs = result.GetProperty("cpuSeconds").GetDouble() * 1e6 / theirItems;
        var theirBytes = result.GetProperty("bytes").GetDouble() / theirItems;
        Report.Line(output, $"@openmined/psi.js, raw mode, {theirItems:N0} items: {theirs:F1} us CPU and {theirBytes:F1} bytes per item");
        Report.AtMost(output, "CPU to @openmined/psi.js", perItem / theirs, NpmRatio);
        Report.AtMost(output, "bytes to @openmined/psi.js", bytesPerItem / theirBytes, NpmByteRatio);
    }

    private static double PeakMegabytes()
    {
        var line = File.Exists("/proc/self/status") ? File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        return line is null
            ? Process.GetCurrentProcess().PeakWorkingSet64 / 1e6
            : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    [System.Runtime.CompilerServices.UnsafeAccessor(System.Runtime.CompilerServices.UnsafeAccessorKind.Constructor)]
    private static extern GrantHandle NewGrant(string useId, long ledgerIndex, ReadOnlyMemory<byte> grantHash);

    internal static GrantHandle GrantOf(string useId) => NewGrant(useId, 0, new byte[32]);
}
