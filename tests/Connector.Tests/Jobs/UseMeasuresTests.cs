using DataSpace.Connector.Datasets;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Classification;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Tests.Jobs;

/// <summary>What a Report says to others is the same whatever the computation met: a finer unit would be a channel for what output control holds back.</summary>
public sealed class UseMeasuresTests(SharedGate shared) : IClassFixture<SharedGate>
{
    private static readonly SandboxProfile Profile = new(SandboxProfileKind.Unprivileged, "1.0", "bwrap", "worker", new string('a', 64));
    private static readonly byte[] Output = new byte[4096];

    private static SandboxUsage Usage(double cpuMs, long bytes) => new(cpuMs, cpuMs, cpuMs, bytes, bytes, Profile.Name);

    private async Task<(GrantedUse Granted, UseRequest Use)> GrantedAsync()
    {
        var use = shared.World.Use(GateWorld.Agreement(GateWorld.Terms()));
        return ((await shared.World.Gate.AdmitAsync(use, TestContext.Current.CancellationToken)).Value.Use, use);
    }

    private static Listing Of(Listing listing, long rows, long subjects)
        => listing with { Rows = rows, Subjects = subjects, Classification = listing.Classification! with { Scale = new DataScale(rows, subjects) } };

    /// <summary>The fields that leave the owner, as text.</summary>
    private static string Shown(ReportPayload report)
        => string.Join('\n', report.ToFields().Where(f => !f.Label.StartsWith(ReportPayload.OwnerOnlyPrefix, StringComparison.Ordinal)).Select(f => f.Label + "=" + Convert.ToHexString(f.Value.Span)));

    [Fact]
    public async Task What_a_computation_met_how_long_it_took_and_whether_it_failed_is_for_the_owner_alone()
    {
        var (granted, use) = await GrantedAsync();
        UseWork[] works =
        [
            new(Output, 4, Usage(1, 1_000), TimeSpan.FromMilliseconds(3), 3),
            new(Output, 4, Usage(9_000, 800_000_000), TimeSpan.FromSeconds(9), 4_711) { ProtocolBytes = 17, Fuel = 4_242 }, // fuel that depends on the data is the owner's
            new(Output, 4, null, TimeSpan.Zero),
        ];
        var reports = works.Select(w => UseMeasures.ReportOf(granted, use, w, Of(use.Listing!, 12_345, 678), Profile, new string('b', 64))).ToList();
        Assert.Single(reports.Select(Shown).Distinct());
        Assert.Equal(3, reports.Select(r => (r.CpuMs, r.WallMs, string.Join(' ', r.Measured))).Distinct().Count());
    }

    [Theory]
    [InlineData(10_000, 100, 99_999, 999, true)] // who comes and goes within a power of ten is not told
    [InlineData(12_345, 678, 12_346, 677, true)]
    [InlineData(99_999, 100, 100_000, 100, false)]
    [InlineData(10, 9, 10, 10, false)]
    public async Task The_size_of_the_data_is_told_in_powers_of_ten(long rows, long subjects, long otherRows, long otherSubjects, bool same)
    {
        var (granted, use) = await GrantedAsync();
        var work = new UseWork(Output, 4, Usage(1, 1), TimeSpan.Zero, subjects);
        var (one, other) = (UseMeasures.ReportOf(granted, use, work, Of(use.Listing!, rows, subjects), Profile, new string('b', 64)), UseMeasures.ReportOf(granted, use, work, Of(use.Listing!, otherRows, otherSubjects), Profile, new string('b', 64)));
        Assert.Equal(same, Shown(one) == Shown(other));
        foreach (var unit in (string[])["rowsScanned", "subjects"])
            Assert.Matches("^10*$", $"{one.Units[unit]}");
        Assert.Equal((rows, otherRows), (one.RowsScanned, other.RowsScanned)); // the owner keeps the exact number
    }

    [Fact]
    public async Task Time_is_told_as_it_was_reserved_and_bytes_as_they_are_sent_to_everybody()
    {
        var (granted, use) = await GrantedAsync();
        var units = UseMeasures.ReportOf(granted, use, new UseWork(Output, 4, Usage(3, 3), TimeSpan.FromMilliseconds(7), 5), use.Listing, Profile, new string('b', 64)).Units;
        Assert.Equal((use.Order.Plan.WallLimitMs, use.Order.Plan.WallLimitMs, Output.Length, 4, 1), ((int)units["cpuMs"], (int)units["wallMs"], (int)units["bytesOut"], (int)units["resultCells"], (int)units["uses"]));
        Assert.DoesNotContain("fuel", units.Keys); // no guest ran
        // Fuel that follows from the plan is shown and billed, and is the owner's measurement too.
        var planned = UseMeasures.ReportOf(granted, use, new UseWork(Output, 4, null, TimeSpan.Zero) { Fuel = 92, PlannedFuel = 92 }, use.Listing, Profile, new string('b', 64));
        Assert.Equal((92, 92), (planned.Units["fuel"], planned.Measured["fuel"]));
        // Of data that nobody looked at nothing is known, and nothing is told.
        var unlooked = UseMeasures.ReportOf(granted, use, new UseWork(Output, 4, null, TimeSpan.Zero), null, Profile, new string('b', 64)).Units;
        Assert.Equal((0, 0), (unlooked["rowsScanned"], unlooked["subjects"]));
        Assert.Equal(units.Keys, unlooked.Keys);
    }
}
