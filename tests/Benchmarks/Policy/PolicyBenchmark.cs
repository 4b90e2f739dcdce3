using System.Globalization;
using System.Text;
using DataSpace.Kernel.Policy;

namespace DataSpace.Benchmarks.Policy;

/// <summary>Policy decisions per second of one core, by the thread's own CPU time, for an allowed and a denied use.</summary>
internal static class PolicyBenchmark
{
    private const double DecisionsTarget = 500_000;
    private const double CompileTargetMs = 100;
    private const string Provider = "did:web:supplier.example";
    private const string Consumer = "did:web:leader.example";

    private const string Agreement = """
        {
          "@type": "Agreement", "@id": "urn:uuid:6d0f7b6e-6e0f-4a3c-8f46-0d9b8b0f3a11", "target": "investments",
          "assigner": "did:web:supplier.example", "assignee": "did:web:leader.example", "timestamp": "2026-01-15T08:00:00Z",
          "permission": [{ "action": "use", "constraint": [
            { "leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["industry-statistics", "credit-risk"] },
            { "leftOperand": "dateTime", "operator": "gteq", "rightOperand": "2026-01-01T00:00:00Z" },
            { "leftOperand": "dateTime", "operator": "lt", "rightOperand": "2027-01-01T00:00:00Z" },
            { "leftOperand": "count", "operator": "lteq", "rightOperand": "20" },
            { "leftOperand": "recipient", "operator": "eq", "rightOperand": "did:web:leader.example" },
            { "leftOperand": "dataspace:computation", "operator": "isAnyOf", "rightOperand": ["sql", "aggregate"] },
            { "leftOperand": "dataspace:column", "operator": "isAnyOf", "rightOperand": ["year", "invest", "value", "capital"] },
            { "leftOperand": "dataspace:groupKey", "operator": "isAnyOf", "rightOperand": ["year"] },
            { "leftOperand": "dataspace:minimumGroupSize", "operator": "gteq", "rightOperand": "3" },
            { "leftOperand": "dataspace:dominancePercent", "operator": "lteq", "rightOperand": "off" },
            { "leftOperand": "dataspace:maxRows", "operator": "lteq", "rightOperand": "100" },
            { "leftOperand": "dataspace:coProvider", "operator": "isAnyOf", "rightOperand": ["did:web:a.example#k1", "did:web:b.example#k2"] },
            { "leftOperand": "dataspace:independentCoProviders", "operator": "gteq", "rightOperand": "1" }
          ] }],
          "prohibition": [{ "action": "use", "constraint": [{ "leftOperand": "purpose", "operator": "eq", "rightOperand": "marketing" }] }],
          "obligation": [{ "action": "compensate", "constraint": [{ "leftOperand": "payAmount", "operator": "eq", "rightOperand": "2.00", "unit": "CNY" }] }]
        }
        """;

    /// <summary>Runs and prints one line per case.</summary>
    public static void Run(TextWriter output)
    {
        var policy = PolicyCompiler.Compile(Encoding.UTF8.GetBytes(Agreement)).Value;
        var pdp = new PolicyDecisionPoint();
        var allowed = new PolicyRequest
        {
            Policy = policy,
            Action = PolicyActions.Use,
            Actor = "u-17",
            Consumer = Consumer,
            Provider = Provider,
            DatasetId = "investments",
            ContractId = "urn:uuid:6d0f7b6e-6e0f-4a3c-8f46-0d9b8b0f3a11",
            Now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
            Purpose = "industry-statistics",
            Computation = "aggregate",
            Columns = ["invest", "year"],
            GroupKeys = ["year"],
            CoProviders = [new CoProvider("did:web:a.example", "k1"), new CoProvider("did:web:b.example", "k2")],
            PolicyVersion = policy.Version,
        };
        Measure(output, "policy decision, allowed", pdp, allowed, expectAllowed: true);
        Measure(output, "policy decision, denied", pdp, allowed with { Purpose = "marketing" }, expectAllowed: false);

        var twenty = PolicyCompiler.Compile(Encoding.UTF8.GetBytes(Rules(10, 10))).Value;
        var asked = allowed with { Policy = twenty, PolicyVersion = twenty.Version, Purpose = "purpose-7", Role = "analyst", ConsumerRegion = "CN-310115" };
        Measure(output, "20 rules, allowed", pdp, asked, expectAllowed: true);
        Measure(output, "20 rules, denied", pdp, asked with { Columns = ["wage", "year"] }, expectAllowed: false);
        var thousand = Encoding.UTF8.GetBytes(Rules(500, 500));
        _ = PolicyCompiler.Compile(thousand).Value;
        var since = ThreadClock.Microseconds();
        _ = PolicyCompiler.Compile(thousand).Value;
        Report.AtMost(output, "compile 1,000 rules", (ThreadClock.Microseconds() - since) / 1000.0, CompileTargetMs, " ms");

        const int compilations = 2_000;
        var start = ThreadClock.Microseconds();
        for (var i = 0; i < compilations; i++)
            _ = PolicyCompiler.Compile(Encoding.UTF8.GetBytes(Agreement)).Value;
        Print(output, "policy compilation", compilations, TimeSpan.FromMicroseconds(ThreadClock.Microseconds() - start), 0);
    }

    /// <summary>An agreement with that many permissions, each for one purpose, and prohibitions, none of which applies.</summary>
    private static string Rules(int permissions, int prohibitions)
    {
        const string terms = """
            { "leftOperand": "dateTime", "operator": "lt", "rightOperand": "2027-01-01T00:00:00Z" }, { "leftOperand": "recipient", "operator": "eq", "rightOperand": "did:web:leader.example" },
            { "leftOperand": "dataspace:computation", "operator": "isAnyOf", "rightOperand": ["aggregate"] }, { "leftOperand": "dataspace:groupKey", "operator": "eq", "rightOperand": "year" },
            { "leftOperand": "dataspace:column", "operator": "isAnyOf", "rightOperand": ["year", "invest"] }, { "leftOperand": "dataspace:minimumGroupSize", "operator": "gteq", "rightOperand": "3" },
            { "leftOperand": "dataspace:dominancePercent", "operator": "lteq", "rightOperand": "off" },
            { "leftOperand": "dataspace:coProvider", "operator": "isAnyOf", "rightOperand": ["did:web:a.example#k1", "did:web:b.example#k2"] }
            """;
        var allow = Enumerable.Range(0, permissions).Select(i =>
            $$"""{ "action": "use", "constraint": [{ "leftOperand": "purpose", "operator": "eq", "rightOperand": "purpose-{{i}}" }, {{terms}}] }""");
        var forbid = Enumerable.Range(0, prohibitions).Select(i => $$"""
            { "action": "use", "constraint": [{ "leftOperand": "dataspace:role", "operator": "eq", "rightOperand": "role-{{i}}" }, { "leftOperand": "dataspace:consumerRegion", "operator": "isPartOf", "rightOperand": "CN" }] }
            """);
        return $$"""
            { "@type": "Agreement", "@id": "urn:uuid:6d0f7b6e-6e0f-4a3c-8f46-0d9b8b0f3a11", "target": "investments", "assigner": "{{Provider}}", "assignee": "{{Consumer}}",
              "timestamp": "2026-01-15T08:00:00Z", "permission": [{{string.Join(',', allow)}}], "prohibition": [{{string.Join(',', forbid)}}] }
            """;
    }

    private static void Measure(TextWriter output, string name, PolicyDecisionPoint pdp, PolicyRequest request, bool expectAllowed)
    {
        const int warmUp = 50_000;
        const int decisions = 1_000_000;
        for (var i = 0; i < warmUp; i++)
            Check(pdp.Decide(request), expectAllowed);
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = ThreadClock.Microseconds();
        for (var i = 0; i < decisions; i++)
            Check(pdp.Decide(request), expectAllowed);
        var elapsed = TimeSpan.FromMicroseconds(ThreadClock.Microseconds() - start);
        Print(output, name, decisions, elapsed, (GC.GetAllocatedBytesForCurrentThread() - bytes) / decisions);
        Report.AtLeast(output, name, decisions / elapsed.TotalSeconds, DecisionsTarget, "/s");
    }

    private static void Check(PolicyDecision decision, bool expectAllowed)
    {
        if (decision.IsAllowed != expectAllowed)
            throw new InvalidOperationException("The benchmark measures the wrong thing: " + decision.Reason?.Reason);
    }

    private static void Print(TextWriter output, string name, int count, TimeSpan elapsed, long bytesEach)
        => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-28} {count / elapsed.TotalSeconds,12:N0}/s {bytesEach,6:N0} B each"));
}
