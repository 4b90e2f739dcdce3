using System.Globalization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Benchmarks.NegativeList;

/// <summary>
/// What a list of 10,000 rules adds to one decision, by the thread's own CPU time: beside the same question to a list of 20 rules, and beside reading every
/// rule. Two lists: a mixed one, and one that is hard on the index (every rule of one industry and one purpose, told apart by name patterns alone).
/// </summary>
internal static class NegativeListBenchmark
{
    private const int Many = 10_000;
    private const double LimitMicroseconds = 20;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Industries = ["C3670", "I6420", "J6610", "Q8411", "G5431"];
    private static readonly string[] Purposes = ["marketing", "credit-risk", "profiling", "industry-statistics"];

    /// <summary>Runs and prints one line per case.</summary>
    public static void Run(TextWriter output)
    {
        Compare(output, "mixed", Mixed);
        Compare(output, "patterns only", PatternsOnly);
    }

    private static void Compare(TextWriter output, string name, Func<int, Rule> rule)
    {
        var large = Set(Many, rule);
        var start = ThreadClock.Microseconds();
        var index = NegativeListIndex.Compile(large);
        var compile = ThreadClock.Microseconds() - start;
        var small = NegativeListIndex.Compile(Set(20, rule));
        var request = Request();
        var full = Measure(() => index.Evaluate(request), 100_000);
        var few = Measure(() => small.Evaluate(request), 100_000);
        var scan = Measure(() => index.Matches(request), 200);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"negative list, {name,-14} {full,8:F2} µs with {Many:N0} rules; {few:F2} µs with 20 ({full / few:F1} times); reading every rule {scan:N0} µs ({scan / full:N0} times); compiled in {compile / 1000.0:F0} ms"));
        Report.AtMost(output, $"negative list, {name}", full, LimitMicroseconds, "µs");
    }

    private static double Measure<T>(Func<T> ask, int times)
    {
        for (var i = 0; i < Math.Max(20, times / 10); i++)
            Keep(ask());
        var start = ThreadClock.Microseconds();
        for (var i = 0; i < times; i++)
            Keep(ask());
        return (ThreadClock.Microseconds() - start) / (double)times;
    }

    private static void Keep<T>(T answer)
    {
        if (answer is RegulationDecision { Allowed: false } decision)
            throw new InvalidOperationException("The benchmark measures the wrong thing: " + decision.Error);
    }

    private static Rule Mixed(int i) => Named(i, (i % 5) switch
    {
        0 => new RuleMatch(Field: [$"column_{i}", $"*secret_{i}*"]),
        1 => new RuleMatch(Participant: [$"did:web:firm-{i}.example"], Purpose: [Purposes[i % 4]]),
        2 => new RuleMatch(Industry: [$"C{1000 + (i % 9000)}"], GradeAtLeast: 5),
        3 => new RuleMatch(Industry: [Industries[i % 5]], Field: [$"attr_{i}_*"], DestinationRegion: [RegionScope.Abroad]),
        _ => new RuleMatch(Scenario: [$"scenario-{i}"], Pattern: ["idCard"], Volume: new VolumePerYear(Subjects: 100_000)),
    });

    private static Rule PatternsOnly(int i) => Named(i, new RuleMatch(Industry: ["C3670"], Purpose: ["industry-statistics"], Field: [$"*q{i:x4}z*"]));

    private static Rule Named(int i, RuleMatch match) => new($"R-{i}", "Basis", "Title", "标题", match, RuleRoute.Prohibited);

    private static RuleSetDocument Set(int count, Func<int, Rule> rule)
    {
        var key = new Ed25519Signer(new byte[32]).PublicKey;
        return RuleSetReader.Of(new RuleSet(
            "did:web:regulator.example", 1, Start, Start, Start + TimeSpan.FromDays(30), RuleSetMode.Negative,
            new StampKey(RegulatorPin.Spell(key), key.KeyId, Start + TimeSpan.FromDays(30)), [.. Enumerable.Range(0, count).Select(rule)])).Value;
    }

    /// <summary>A use of 20 columns, everything known.</summary>
    private static RegulationRequest Request() => new()
    {
        Stage = RegulationStage.Use,
        DatasetId = "investments",
        Provider = "did:web:supplier.example",
        Consumer = "did:web:leader.example",
        ContractId = "urn:uuid:6d0f7b6e-6e0f-4a3c-8f46-0d9b8b0f3a11",
        Now = Start + TimeSpan.FromDays(1),
        Industries = ["C3670"],
        Scenarios = ["U0100"],
        Purposes = ["industry-statistics"],
        GradeRank = 2,
        Columns = [.. Enumerable.Range(0, 20).Select(i => new RegulatedColumn($"measure_value_{i}", []))],
        DestinationRegion = "CN-310115",
        RecordsThisYear = 1000,
        SubjectsThisYear = 100,
    };
}
