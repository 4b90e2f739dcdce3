using System.Diagnostics;
using DataSpace.Benchmarks.Space;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Intersection.Many;

namespace DataSpace.Benchmarks.Intersection;

/// <summary>Intersection of three parties on one thread, a third of the items common: CPU, bytes. Nothing to compare it with here; absolute figures.</summary>
internal static class ManyBenchmark
{
    private const int Parties = 3;

    /// <summary>Runs with sets of <paramref name="items"/>.</summary>
    public static void Run(TextWriter output, int items)
    {
        var rule = KeyRule.Create([new KeyPart("id", ["trim"])]).Value;
        var signers = Enumerable.Range(0, Parties).Select(_ => Ed25519Signer.Generate()).ToList();
        var keys = Enumerable.Range(1, Parties - 1).Select(_ => EphemeralKey.Generate()).ToList();
        var context = new ManyContext(
            new string('0', 64), "contracts", new string('0', 64), "did:web:l.example", ["did:web:a.example", "did:web:b.example"], "1", ["1", "1"], rule.Digest, new ManyTerms(IntersectionMode.Cardinality, 10, items, [items, items]));
        var sets = Enumerable.Range(0, Parties).Select(i => IntersectionBenchmark.Set(rule, i * items / 3, items)).ToList();
        var start = ThreadClock.Microseconds();
        var clock = Stopwatch.StartNew();
        using var leader = ManyLeader.Create(new ManyRun(IntersectionBenchmark.GrantOf("leader"), context, signers[0]), sets[0], [signers[1].PublicKey, signers[2].PublicKey]).Value;
        var others = keys.Select((key, i) => ManyParty.Create(
            new ManyRun(IntersectionBenchmark.GrantOf("party"), context, signers[i + 1]), i, sets[i + 1], signers[0].PublicKey, key, [.. keys.Select(k => k.PublicKey)], CancellationToken.None).Value).ToList();
        var tables = (ThreadClock.Microseconds() - start) / 1e6;
        long bytes = 0;
        while (!leader.IsComplete)
        {
            for (var i = 0; i < others.Count; i++)
            {
                bytes += Say(leader.With(i), others[i]);
                bytes += Say(others[i], leader.With(i));
            }
        }

        var count = leader.Finish().Value.Count;
        clock.Stop();
        foreach (var other in others)
            other.Dispose();
        if (count != items - (2 * items / 3))
            throw new BenchmarkException($"the intersection of three has {count} items");
        var seconds = (ThreadClock.Microseconds() - start) / 1e6;
        Report.Line(output, $"{Parties} x {items:N0}, all parties on one thread: {clock.Elapsed.TotalSeconds:F1} s wall, {seconds:F1} s CPU ({tables:F1} s for the tables), {(double)bytes / items:F1} bytes per item of the leader");
    }

    private static long Say(IConversation speaker, IConversation listener)
    {
        long bytes = 0;
        while (speaker.Next().Value is { } message)
        {
            bytes += message.Payload.Length;
            if (listener.Receive(message.Payload).Error is { } error)
                throw new BenchmarkException(error.ToString());
        }

        return bytes;
    }
}
