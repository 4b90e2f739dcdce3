using System.Globalization;
using System.Security.Cryptography;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Aggregation.Hidden;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Aggregation.Hidden;

/// <summary>Groups without a public list: right or absent, and nothing of what may not be shown.</summary>
public sealed class HiddenGroupTests(SealFixture seal)
{
    private static readonly GroupContext Roomy = HiddenParties.Context(64);

    [Theory]
    [InlineData(4)] // nearly everything collides
    [InlineData(16)]
    [InlineData(128)]
    public void Shown_groups_are_those_of_a_plain_group_by_and_the_rest_is_accounted_for(int tableSlots)
    {
        var random = new Random(tableSlots); // rows, not secrets
        var (shown, passing) = (0, 0);
        for (var run = 0; run < 25; run++)
        {
            using var holder = GroupKeyHolder.Create(Roomy).Value;
            var owners = random.Next(2, 5);
            var shape = HiddenParties.Shape(tableSlots, owners);
            // Some groups are everybody's, some are one owner's; some are too small at an owner.
            var rows = Enumerable.Range(0, owners).Select(owner => Enumerable.Range(0, 24).Where(_ => random.Next(3) > 0).SelectMany(g => Rows(random, run % 2 == 0 ? $"省{g}" : $"{owner}-{g}", run % 3 == 0 ? 0 : 12)).ToList()).ToList();
            var table = GroupTable.Read(shape, HiddenParties.Job, HiddenParties.Sum(shape, [.. rows.Select(r => HiddenParties.Slots(shape, holder, r))])).Value;
            var may = rows.SelectMany(r => r).GroupBy(r => r.Group).Where(g => rows.All(own => own.Where(r => r.Group == g.Key).Select(r => r.Subject).Distinct().Count() is 0 or >= HiddenParties.K)).ToDictionary(g => g.Key, g => g.ToList());
            foreach (var (code, cell) in table.Groups)
            {
                var plain = may[code];
                Assert.Equal(((long)plain.Count, (Int128)plain.Sum(r => r.Value), (Int128)plain.Sum(r => r.Value * r.Value)), (cell.Count, cell.Measures[0].Sum, cell.Measures[0].SumOfSquares!.Value));
                Assert.Single(cell.Measures);
            }

            Assert.Equal(table.Groups.Select(g => g.Code).Distinct().Count(), table.Groups.Count);
            Assert.Equal(2 * tableSlots, table.Slots);
            if (table.SuppressedSlots == 0)
                Assert.Equal(may.Count > table.Groups.Count, table.CollidedSlots > 0); // nothing is lost unsaid
            (shown, passing) = (shown + table.Groups.Count, passing + may.Count);
        }

        if (tableSlots == 128)
            Assert.InRange(shown, passing * 0.85, passing);
        else if (tableSlots == 4)
            Assert.InRange(shown, 0, passing / 2);
    }

    [Fact]
    public void A_group_below_the_minimum_at_one_owner_has_no_label_and_no_figure()
    {
        using var holder = GroupKeyHolder.Create(Roomy).Value;
        var shape = HiddenParties.Shape(64, 2);
        List<OwnRow> many = [.. Same("both", 10), .. Same("rare", 10), .. Same("mine", 4)];
        List<OwnRow> few = [.. Same("both", 5), .. Same("rare", 2), new("lonely", 1, 1), .. Same(new string('x', 25), 9), .. Same("bad\u0007code", 9)];
        var table = GroupTable.Read(shape, HiddenParties.Job, HiddenParties.Sum(shape, [HiddenParties.Slots(shape, holder, many), HiddenParties.Slots(shape, holder, few)])).Value;
        // Beside rare and lonely, codes too long and not for people's eyes are suppressed: never cut, never shown. A neighbour in both of its slots may be lost with them.
        Assert.Subset(new HashSet<string> { "both", "mine" }, table.Groups.Select(g => g.Code).ToHashSet());
        Assert.All(table.Groups.Where(g => g.Code == "both"), g => Assert.Equal(15, g.Cell.Count));
        Assert.InRange(table.SuppressedSlots, 5, 8);
    }

    [Fact]
    public void A_slot_with_a_group_that_may_not_be_shown_is_uniform_whatever_its_label()
    {
        var shape = HiddenParties.Shape(8, 2);
        foreach (var code in (string[])["", "AAAAAAAAAAAAAAAAAAAAAAAA", "广西壮族自治区"])
        {
            var (small, big) = (new List<ulong>(), new List<ulong>());
            for (var repeat = 0; repeat < 40; repeat++)
            {
                // Another group of the same owner passes in each slot: the slot is suppressed as a whole.
                var groups = Enumerable.Range(0, 8).SelectMany(place => (HiddenGroup[])[
                    new(code, Value(place, place), HiddenParties.CellOf(Same(code, 2))), new("passing", Value(place, place), HiddenParties.CellOf(Same("passing", 9)))]).ToList();
                var (first, second) = CellEncoder.Encode(shape, GroupSlots.Cells(shape, HiddenParties.Job, groups).Value, null);
                small.AddRange(Enumerable.Range(0, shape.Groups).SelectMany(cell => Enumerable.Range(shape.Layout.FirstStatistics(cell).Start, shape.Layout.FirstStatistics(cell).Length)).Select(v => first[shape.Layout.First.SlotOf(v)]));
                big.AddRange(Enumerable.Range(0, shape.Groups).SelectMany(cell => Enumerable.Range(shape.Layout.SecondStatistics(cell).Start, shape.Layout.SecondStatistics(cell).Length)).Select(v => second[shape.Layout.Second.SlotOf(v)]));
                Assert.All(Enumerable.Range(0, shape.Groups), cell => Assert.NotEqual(0UL, first[shape.Layout.First.SlotOf(shape.Layout.Flag(cell))]));
            }

            Statistics.AssertUniform(Statistics.Bins(small, SealParameterSet.Aggregation1.PlainModulus));
            Statistics.AssertUniform(Statistics.Bins(big, SealParameterSet.Aggregation2.PlainModulus));
        }
    }

    [Fact]
    public void Two_groups_in_one_slot_are_never_read_as_one()
    {
        // In both of their slots: nothing can be taken off. Equal counts give labels whose mean may well be a label's bytes.
        var shape = HiddenParties.Shape(8, 2);
        foreach (var (a, b) in ((string, string)[])[("a", "c"), ("a", "a\u0001"), ("10", "12"), ("aa", "bb")])
        {
            var cells = GroupSlots.Cells(shape, HiddenParties.Job, [new(a, Value(1, 2), HiddenParties.CellOf(Same(a, 4))), new(b.Replace("\u0001", "b", StringComparison.Ordinal), Value(1, 2), HiddenParties.CellOf(Same(b, 4)))]).Value;
            var table = GroupTable.Read(shape, HiddenParties.Job, HiddenParties.Sum(shape, [cells, Empty(shape)])).Value;
            Assert.Empty(table.Groups);
            Assert.Equal((0, 2), (table.SuppressedSlots, table.CollidedSlots));
        }

        // With a third that shares a slot with one of them only, both chains unravel.
        var chain = GroupSlots.Cells(shape, HiddenParties.Job, [new("a", Value(1, 2), HiddenParties.CellOf(Same("a", 4))), new("b", Value(1, 3), HiddenParties.CellOf(Same("b", 5))), new("c", Value(4, 3), HiddenParties.CellOf(Same("c", 6)))]).Value;
        var read = GroupTable.Read(shape, HiddenParties.Job, HiddenParties.Sum(shape, [chain, chain])).Value;
        Assert.Equal([("a", 8L), ("b", 10L), ("c", 12L)], read.Groups.Select(g => (g.Code, g.Cell.Count)));
        Assert.Equal(0, read.CollidedSlots);
    }

    [Fact]
    public void A_label_of_another_job_is_none()
    {
        var shape = HiddenParties.Shape(8, 2);
        var cells = GroupSlots.Cells(shape, RandomNumberGenerator.GetBytes(32), [new("a", Value(1, 2), HiddenParties.CellOf(Same("a", 4)))]).Value;
        var table = GroupTable.Read(shape, HiddenParties.Job, HiddenParties.Sum(shape, [cells, Empty(shape)])).Value;
        Assert.Empty(table.Groups);
        Assert.Equal(2, table.CollidedSlots);
    }

    [Fact]
    public void Groups_placed_by_two_keys_or_in_one_table_alone_are_refused()
    {
        var shape = HiddenParties.Shape(64, 2);
        var one = GroupSlots.Cells(shape, HiddenParties.Job, [new("a", Value(1, 2), HiddenParties.CellOf(Same("a", 4)))]).Value;
        var other = GroupSlots.Cells(shape, HiddenParties.Job, [new("a", Value(3, 4), HiddenParties.CellOf(Same("a", 4)))]).Value;
        Assert.Same(HiddenGroupErrors.Inconsistent, GroupTable.Read(shape, HiddenParties.Job, HiddenParties.Sum(shape, [one, other])).Error?.Kind);
        var half = one.Select((cell, slot) => slot < 64 ? cell : Empty(shape)[slot]).ToList();
        Assert.Same(HiddenGroupErrors.Inconsistent, GroupTable.Read(shape, HiddenParties.Job, HiddenParties.Sum(shape, [half, Empty(shape)])).Error?.Kind);
    }

    [Fact]
    public void So_many_are_lost_as_the_plan_says()
    {
        const int runs = 400, tableSlots = 64;
        foreach (var groups in (int[])[16, 32])
        {
            var (shape, lost) = (HiddenParties.Shape(tableSlots, 2), 0);
            for (var run = 0; run < runs / 4; run++)
            {
                var cells = GroupSlots.Cells(shape, HiddenParties.Job, [.. Enumerable.Range(0, groups).Select(g => new HiddenGroup(g.ToString(CultureInfo.InvariantCulture), RandomNumberGenerator.GetBytes(64), HiddenParties.CellOf(Same("g", 3))))]).Value;
                lost += groups - GroupTable.Read(shape, HiddenParties.Job, HiddenParties.Sum(shape, [cells, Empty(shape)])).Value.Groups.Count;
            }

            // Losses come in pairs; six standard deviations above the mean, and for the larger load some at all.
            var expected = GroupSlots.ExpectedLoss(groups, tableSlots) * runs / 4;
            Assert.InRange(lost, groups == 16 ? 0 : 1, expected + (6 * Math.Sqrt(4 * expected)));
        }
    }

    [Fact]
    public void Contributions_of_owners_that_heard_of_different_keys_give_no_result()
    {
        var scenario = new Scenario(seal.Engine, HiddenParties.Shape(8, 2)) { RosterHash = HiddenParties.Job };
        using var holder = GroupKeyHolder.Create(HiddenParties.Context(4)).Value;
        using var other = GroupKeyHolder.Create(HiddenParties.Context(4)).Value;
        var (asker, refused) = HiddenParties.Converse(holder, HiddenParties.Context(4), ["a", "b"]);
        Assert.Null(refused);
        Assert.Equal(holder.ValuesOf(["a", "b"]).Value.Select(v => Convert.ToHexString(v.Span)), asker.Values.Select(v => Convert.ToHexString(v.Span)));
        Assert.Equal(holder.PublicKey.ToArray(), asker.PublicKey.ToArray());

        var own = HiddenParties.Slots(scenario.Shape, holder, [.. Same("a", 4), .. Same("b", 5)]);
        var asked = GroupSlots.Cells(scenario.Shape, HiddenParties.Job, [.. asker.Values.Zip([("a", 3), ("b", 7)]).Select(p => new HiddenGroup(p.Second.Item1, p.First, HiddenParties.CellOf(Same(p.Second.Item1, p.Second.Item2))))]).Value;
        byte[] Contribute(int index, IReadOnlyList<LocalCell> cells, ReadOnlyMemory<byte> agreed, Scenario at) => ProviderRound.Contribute(
            at.Engine, Scenario.Grant, at.Shape, cells, at.Keys.PublicKeys, at.Ephemeral[index], index, at.Roster, at.RosterHash, at.Round, at.Keys.Digest, agreed: agreed).Value.Payload.ToArray();

        var decoded = scenario.Decode([Contribute(0, own, holder.PublicKey, scenario), Contribute(1, asked, asker.PublicKey, scenario)]).Value;
        var table = GroupTable.Read(scenario.Shape, scenario.RosterHash, decoded).Value;
        if (table.CollidedSlots == 0)
            Assert.Equal([("a", 7L), ("b", 12L)], table.Groups.Select(g => (g.Code, g.Cell.Count)));

        var again = new Scenario(seal.Engine, scenario.Shape) { RosterHash = HiddenParties.Job };
        Assert.Same(PrivacyErrors.CheckSlotMismatch, again.Decode([Contribute(0, own, holder.PublicKey, again), Contribute(1, asked, other.PublicKey, again)]).Error?.Kind);
    }

    private static IReadOnlyList<OwnRow> Same(string group, int subjects) => [.. Enumerable.Range(0, subjects).Select(s => new OwnRow(group, s, s))];

    private static IEnumerable<OwnRow> Rows(Random random, string group, int least)
        => Enumerable.Range(0, random.Next(least, 12 + least)).Select(_ => new OwnRow(group, random.Next(least == 0 ? 5 : 500), random.Next(-1000, 1001)));

    private static IReadOnlyList<LocalCell> Empty(AggregationShape shape) => GroupSlots.Cells(shape, HiddenParties.Job, []).Value;

    private static byte[] Value(int first, int second)
    {
        var value = new byte[64];
        (value[7], value[15]) = ((byte)first, (byte)second);
        return value;
    }
}
