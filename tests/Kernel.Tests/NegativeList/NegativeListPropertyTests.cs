using CsCheck;
using DataSpace.Kernel.NegativeList;
using Xunit;

namespace DataSpace.Kernel.Tests.NegativeList;

/// <summary>
/// Properties over generated lists and requests: the index answers as reading every rule would, order never matters, a prohibition more never widens,
/// prohibited overrides, and knowing less about a request never helps it.
/// </summary>
public class NegativeListPropertyTests
{
    private static readonly Regulator Source = new();
    private static readonly string[] Industries = ["C", "C36", "C3670", "C3660", "A01", "health"];
    private static readonly string[] Scenarios = ["T0000", "T0200", "T0201", "U0100", "fraud"];
    private static readonly string[] Fields = ["id_card", "*phone*", "plate_no", "lat", "l?t", "*_no", "*"];
    private static readonly string[] Columns = ["id_card", "Mobile_Phone", "plate_no", "lat", "lot", "part_no", "quantity"];
    private static readonly string[] Classes = ["idCard", "phone", "plate"];
    private static readonly string[] Purposes = ["marketing", "planning", "credit"];
    private static readonly string[] Parties = ["did:web:a.example", "did:web:b.example", "did:web:c.example"];
    private static readonly string[] RuleRegions = ["CN", "CN-310000", "CN-310115", "US", "HK", "abroad"];
    private static readonly string[] Regions = ["CN", "CN-310000", "CN-310115", "CN-440300", "CN-810000", "US", "US-CA", "HK"];

    private static Gen<string[]> Some(string[] values, int least, int most)
        => Gen.Int[0, values.Length - 1].Array[least, most].Select(picks => picks.Distinct().Select(i => values[i]).ToArray());

    private static Gen<T?> Maybe<T>(Gen<T> gen, int oneIn)
        where T : class
        => Gen.Select(Gen.Int[1, oneIn], gen, (n, value) => n == 1 ? value : null);

    private static Gen<int?> MaybeInt(int low, int high, int oneIn) => Gen.Select(Gen.Int[1, oneIn], Gen.Int[low, high], (n, value) => n == 1 ? value : (int?)null);

    private static readonly Gen<RuleMatch> Match = Gen.Select(
        Gen.Select(Maybe(Some(Industries, 1, 3), 3), Maybe(Some(Scenarios, 1, 2), 4), Maybe(Some(Fields, 1, 3), 3), Maybe(Some(Classes, 1, 2), 4)),
        Gen.Select(MaybeInt(1, 6, 4), Maybe(Some(Purposes, 1, 2), 4), Maybe(Some(Parties, 1, 2), 4), Maybe(Some(RuleRegions, 1, 2), 3)),
        Gen.Select(MaybeInt(1, 50, 5), Gen.Bool, MaybeInt(4, 6, 8)),
        (what, who, volume) => new RuleMatch(
            what.Item1, what.Item2, what.Item3, what.Item4, who.Item1, who.Item1 is null ? volume.Item3 : null, who.Item2, who.Item3, who.Item4,
            volume.Item1 is { } v ? volume.Item2 ? new VolumePerYear(Records: v) : new VolumePerYear(Subjects: v) : null))
        .Where(m => m != new RuleMatch());

    private static Gen<Rule[]> RulesOf(params RuleRoute[] routes) => Gen.Select(Match, Gen.Int[0, routes.Length - 1]).Array[0, 12]
        .Select(made => made.Select((m, i) => Regulator.Rule("R-" + i, m.Item1, routes[m.Item2])).ToArray());

    private static readonly Gen<Rule[]> Rules = RulesOf(Enum.GetValues<RuleRoute>());

    private static readonly Gen<RegulationRequest> Request = Gen.Select(
        Gen.Select(Gen.Enum<RegulationStage>(), Maybe(Some(Industries, 0, 2), 2), Maybe(Some(Scenarios, 0, 2), 2), Maybe(Some(Purposes, 0, 2), 2)),
        Gen.Select(MaybeInt(1, 6, 2), Gen.Select(Gen.Int[0, 6], Gen.Int[0, 7], (c, k) => (c, k)).Array[0, 4], Gen.Int[0, 9], Gen.Int[0, 8]),
        Gen.Select(MaybeInt(0, 60, 2), MaybeInt(0, 60, 2), Gen.Int[0, 2], Gen.Int[0, 3]),
        (a, b, c) => new RegulationRequest
        {
            Stage = a.Item1,
            DatasetId = "d",
            Provider = Parties[c.Item3],
            Consumer = c.Item4 == 3 ? null : Parties[c.Item4],
            Now = Source.Now,
            Industries = a.Item2,
            Scenarios = a.Item3,
            Purposes = a.Item4,
            GradeRank = b.Item1,
            Columns = b.Item3 == 0 ? null : [.. b.Item2.Select(x => new RegulatedColumn(Columns[x.c], x.k == 7 ? null : x.k >= 3 ? [] : [Classes[x.k]]))],
            DestinationRegion = b.Item4 == 8 ? null : Regions[b.Item4],
            RecordsThisYear = c.Item1,
            SubjectsThisYear = c.Item2,
        });

    private static RegulationDecision Ask(IEnumerable<Rule> rules, RegulationRequest request, RuleSetMode mode = RuleSetMode.Negative, IReadOnlyList<string>? whitelist = null)
        => NegativeListIndex.Compile(RuleSetReader.Of(Source.Set(1, [.. rules]) with { Mode = mode, WhitelistIndustries = whitelist }).Value).Evaluate(request);

    [Fact]
    public void The_index_answers_as_reading_every_rule_would()
        => Gen.Select(Rules, Request).Sample((rules, request) =>
        {
            var expected = rules.Where(r => r.Route != RuleRoute.Allowed && Reading.Restricts(r, request))
                .OrderByDescending(r => r.Route).ThenBy(r => r.Id, StringComparer.Ordinal).Select(r => r.Id).FirstOrDefault();
            var answer = Ask(rules, request);
            Assert.Equal((expected, expected is null), (answer.RuleId, answer.Allowed));
        }, iter: 5_000);

    [Fact]
    public void A_white_list_answers_as_reading_every_rule_would()
        => Gen.Select(RulesOf(RuleRoute.Allowed, RuleRoute.Allowed, RuleRoute.Allowed, RuleRoute.Prohibited), Request).Sample((rules, request) =>
        {
            var allowed = !rules.Any(r => r.Route != RuleRoute.Allowed && Reading.Restricts(r, request)) && rules.Any(r => r.Route == RuleRoute.Allowed && Reading.Allows(r, request));
            Assert.Equal(allowed, Ask(rules, request, RuleSetMode.Whitelist).Allowed);
        }, iter: 5_000);

    [Fact]
    public void The_order_of_rules_never_matters()
        => Gen.Select(Rules, Request, Gen.Int, Gen.Enum<RuleSetMode>()).Sample((rules, request, seed, mode) =>
        {
            var shuffled = rules.OrderBy(r => unchecked((r.Id.GetHashCode(StringComparison.Ordinal) * 31) + seed)).ToArray();
            var (a, b) = (Ask(rules, request, mode), Ask(shuffled, request, mode));
            Assert.Equal((a.Allowed, a.Route, a.RuleId, a.Error?.Code), (b.Allowed, b.Route, b.RuleId, b.Error?.Code));
        });

    [Fact]
    public void A_restriction_more_never_widens()
        => Gen.Select(Rules, Match, Gen.Int[1, 4], Request, Gen.Enum<RuleSetMode>()).Sample((rules, match, route, request, mode) =>
        {
            if (Ask([.. rules, Regulator.Rule("X", match, (RuleRoute)route)], request, mode).Allowed)
                Assert.True(Ask(rules, request, mode).Allowed);
        });

    [Fact]
    public void Prohibited_overrides_everything()
        => Gen.Select(Rules, Request).Sample((rules, request) =>
        {
            var alone = rules.Where(r => r.Route == RuleRoute.Prohibited && Ask([r], request) is { Allowed: false }).ToArray();
            var answer = Ask(rules, request);
            Assert.Equal(alone.Length > 0, answer is { Route: RuleRoute.Prohibited, Allowed: false, Error.Code: "DS-NEG-021" });
        });

    [Fact]
    public void To_say_less_never_helps()
        => Gen.Select(Rules, Request, Gen.Int[0, 8], Gen.Enum<RuleSetMode>()).Sample((rules, request, silence, mode) =>
        {
            var silent = silence switch
            {
                0 => request with { Industries = null },
                1 => request with { Scenarios = null },
                2 => request with { Purposes = null },
                3 => request with { GradeRank = null },
                4 => request with { Columns = null },
                5 => request with { Columns = request.Columns is null ? null : [.. request.Columns.Select(c => c with { DataClasses = null })] },
                6 => request with { DestinationRegion = null },
                7 => request with { RecordsThisYear = null, SubjectsThisYear = null },
                _ => request with { Consumer = null },
            };
            if (Ask(rules, silent, mode).Allowed)
                Assert.True(Ask(rules, request, mode).Allowed);
        });
}

/// <summary>The rules' meaning, written a second time and naively, from the documentation of <see cref="RuleMatch"/> and <see cref="RegulationRequest"/>.</summary>
internal static class Reading
{
    public static bool Restricts(Rule rule, RegulationRequest q)
    {
        var m = rule.Match;
        var listing = q.Stage == RegulationStage.Listing;
        var counted = q.Stage is RegulationStage.Use or RegulationStage.Release;
        if ((listing && (m.Purpose is not null || m.DestinationRegion is not null)) || (!counted && m.Volume is not null))
            return false;
        bool Any<T>(IEnumerable<string>? wanted, IEnumerable<T>? given, Func<string, T, bool> fits) => wanted is null || given is null || given.Any(g => wanted.Any(w => fits(w, g)));
        return Any(m.Industry, q.Industries, Related) && Any(m.Scenario, q.Scenarios, Related) && (listing || Any(m.Purpose, q.Purposes, Same))
            && Any(m.Field, q.Columns, (w, c) => Fits(w, c.Name))
            && (m.Pattern is null || q.Columns is null || q.Columns.Any(c => c.DataClasses is null) || q.Columns.Any(c => c.DataClasses!.Any(m.Pattern.Contains)))
            && (m.Participant is null || (!listing && q.Consumer is null) || m.Participant.Contains(q.Provider) || (!listing && m.Participant.Contains(q.Consumer!)))
            && (m.DestinationRegion is null || q.DestinationRegion is null || m.DestinationRegion.Any(r => Reaches(r, q.DestinationRegion) || Wider(q.DestinationRegion, r)))
            && (q.GradeRank is null || (q.GradeRank >= (m.GradeAtLeast ?? 1) && q.GradeRank <= (m.GradeAtMost ?? 6)))
            && (m.Volume is null || (m.Volume.Records is { } records ? q.RecordsThisYear is null || q.RecordsThisYear >= records : q.SubjectsThisYear is null || q.SubjectsThisYear >= m.Volume.Subjects));
    }

    public static bool Allows(Rule rule, RegulationRequest q)
    {
        var m = rule.Match;
        var listing = q.Stage == RegulationStage.Listing;
        var counted = q.Stage is RegulationStage.Use or RegulationStage.Release;
        bool All(IEnumerable<string>? wanted, IReadOnlyCollection<string>? given, Func<string, string, bool> fits)
            => wanted is null || (given is { Count: > 0 } && given.All(g => wanted.Any(w => fits(w, g))));
        var classes = q.Columns is null || q.Columns.Any(c => c.DataClasses is null) ? null : q.Columns.SelectMany(c => c.DataClasses!).ToArray();
        return All(m.Industry, q.Industries?.ToArray(), Wider) && All(m.Scenario, q.Scenarios?.ToArray(), Wider) && (listing || All(m.Purpose, q.Purposes?.ToArray(), Same))
            && All(m.Field, q.Columns?.Select(c => c.Name).ToArray(), Fits) && All(m.Pattern, classes, Same)
            && (m.Participant is null || (m.Participant.Contains(q.Provider) && (listing || (q.Consumer is not null && m.Participant.Contains(q.Consumer)))))
            && (listing || m.DestinationRegion is null || (q.DestinationRegion is not null && m.DestinationRegion.Any(r => Reaches(r, q.DestinationRegion))))
            && ((m.GradeAtLeast is null && m.GradeAtMost is null) || (q.GradeRank is { } g && g >= (m.GradeAtLeast ?? 1) && g <= (m.GradeAtMost ?? 6)))
            && (!counted || m.Volume is null || (m.Volume.Records is { } records ? q.RecordsThisYear < records : q.SubjectsThisYear < m.Volume.Subjects));
    }

    private static bool Same(string a, string b) => a == b;

    private static bool Related(string a, string b) => Wider(a, b) || Wider(b, a);

    private static bool Reaches(string rule, string region)
        => rule == "abroad" ? !region.StartsWith("CN", StringComparison.Ordinal) || region.StartsWith("CN-8", StringComparison.Ordinal) : Wider(rule, region);

    /// <summary>The generated codes are few enough for the plain way: cut the zeros, compare the beginnings; words only with themselves.</summary>
    private static bool Wider(string wide, string narrow)
    {
        static string Cut(string code) => code.Any(char.IsAsciiDigit) && code.EndsWith("00", StringComparison.Ordinal) ? Cut(code[..^2]) : code;
        var isCode = wide.Length <= 2 ? wide.All(char.IsAsciiLetterUpper) : wide.Any(char.IsAsciiDigit);
        return wide == narrow || (isCode && Cut(narrow).StartsWith(Cut(wide), StringComparison.Ordinal) && char.IsAsciiLetterUpper(narrow[0]));
    }

    private static bool Fits(string glob, string name)
        => System.Text.RegularExpressions.Regex.IsMatch(name, "^" + System.Text.RegularExpressions.Regex.Escape(glob).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$",
            System.Text.RegularExpressions.RegexOptions.IgnoreCase | System.Text.RegularExpressions.RegexOptions.Singleline);
}
