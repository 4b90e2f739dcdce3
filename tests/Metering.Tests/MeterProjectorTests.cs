using System.Globalization;
using System.Text.Json;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;
using DataSpace.Metering.Meters;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DataSpace.Metering.Tests;

/// <summary>Sums beside a real ledger: once each, in pieces or at once, and never of another history.</summary>
public sealed class MeterProjectorTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ds-meters-").FullName;

    private string Log => Path.Combine(_root, "log");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Sums_are_those_of_the_entries_and_a_second_run_adds_nothing()
    {
        await WriteAsync(0, 5);
        var first = MeterProjector.Run(Log).Value;
        Assert.Equal((5, 4, 3), (Sum(first, MeterNames.Granted), Sum(first, MeterNames.Reported), Sum(first, MeterNames.Receipted)));
        Assert.Equal((4, 80, 40), (Sum(first, "uses"), Sum(first, "resultCells"), Sum(first, "bytesOut")));
        Assert.Equal((2000, 48, 320), (Sum(first, MeterNames.EpsilonMicro), Sum(first, "exact/more/subjects"), Sum(first, "exact/rowsScanned")));
        var again = MeterProjector.Run(Log).Value;
        Assert.Equal(0, again.Added);
        Assert.Equal(first.Sums, again.Sums);
        Assert.Equal(first.Sums, MeterProjector.Verify(Log).Value.Sums);
    }

    [Fact]
    public async Task Folding_in_pieces_gives_what_folding_at_once_gives_wherever_it_is_cut()
    {
        await WriteAsync(0, 4);
        using var log = LogStream.Open(Log).Value;
        var size = log.Checkpoint.Size;
        var whole = FoldTo("whole", size);
        Assert.NotEmpty(whole);
        for (var cut = 0L; cut <= size; cut++)
        {
            FoldTo("cut" + cut.ToString(CultureInfo.InvariantCulture), cut);
            Assert.Equal(whole, FoldTo("cut" + cut.ToString(CultureInfo.InvariantCulture), size));
        }
        var byOne = new List<MeterSum>();
        for (var end = 1L; end <= size; end++)
            byOne = [.. FoldTo("one", end)];
        Assert.Equal(whole, byOne);

        IReadOnlyList<MeterSum> FoldTo(string name, long end)
        {
            using var store = MeterStore.Open(Path.Combine(_root, name + ".db")).Value;
            return MeterProjector.Fold(log, store, end, mustCommit: true).Value.Sums;
        }
    }

    [Fact]
    public async Task A_use_that_is_completed_in_a_later_run_is_counted_once()
    {
        await using (var log = RealLog.Open(Log, "did:web:supplier-a.example", FakeLog.Provider))
        {
            var grant = FakeLog.NewGrant("job-a");
            var granted = await log.GrantAsync(grant);
            var reported = await log.ReportAsync(granted);
            await log.AppendAsync(Receipt(granted.Entry.LeafHashHex, reported.LeafHashHex, grant), grant.ContractId);
        }
        using var stream = LogStream.Open(Log).Value;
        for (var end = 1L; end <= 3; end++)
        {
            using var store = MeterStore.Open(Path.Combine(_root, "m.db")).Value;
            var state = MeterProjector.Fold(stream, store, end, mustCommit: true).Value;
            Assert.Equal((1, end > 1 ? 1 : 0, end > 2 ? 1 : 0), (Sum(state, MeterNames.Granted), Sum(state, MeterNames.Reported), Sum(state, MeterNames.Receipted)));
        }
    }

    [Fact]
    public async Task A_run_that_does_not_commit_leaves_nothing()
    {
        await WriteAsync(0, 3);
        using var stream = LogStream.Open(Log).Value;
        using (var store = MeterStore.Open(Path.Combine(_root, "m.db")).Value)
            Assert.NotEmpty(MeterProjector.Fold(stream, store, stream.Checkpoint.Size, mustCommit: false).Value.Sums);
        using var after = MeterStore.Open(Path.Combine(_root, "m.db")).Value;
        Assert.Empty(after.Sums());
        Assert.Equal(stream.Checkpoint.Size, MeterProjector.Fold(stream, after, stream.Checkpoint.Size, mustCommit: true).Value.Added);
    }

    [Fact]
    public async Task Erasures_wait_while_the_node_folds_and_go_through_afterwards()
    {
        await WriteAsync(0, 3);
        MeterState folded;
        await using (var log = RealLog.Open(Log, "did:web:supplier-a.example", FakeLog.Provider))
        {
            folded = await log.ReadVaultAsync(() =>
            {
                // An erasure that began now would find a reader and answer that it is pending.
                using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
                Assert.ThrowsAnyAsync<OperationCanceledException>(() => log.TryEraseUntilAsync(0, ErasedPayload.Content, soon.Token)).GetAwaiter().GetResult();
                return MeterProjector.Run(Log).OrThrow();
            });
            Assert.Null(await log.TryEraseAsync(0, ErasedPayload.Content));
        }
        Assert.Equal(folded.Sums, MeterProjector.Run(Log).OrThrow().Sums);
        Assert.True(MeterProjector.Verify(Log).IsOk);
    }

    [Theory]
    [InlineData("UPDATE meter SET value = value + 1 WHERE unit = 'uses'")]
    [InlineData("DELETE FROM meter WHERE unit = 'bytesOut'")]
    [InlineData("INSERT INTO meter VALUES('contract-9', '2026-03', 'uses', 1)")]
    public async Task Meters_that_somebody_altered_are_found(string sql)
    {
        await WriteAsync(0, 3);
        MeterProjector.Run(Log).OrThrow();
        Alter(sql);
        Assert.Equal("DS-MTR-015", MeterProjector.Verify(Log).Error!.Code);
    }

    [Fact]
    public async Task Meters_of_another_history_are_refused_and_not_added_to()
    {
        await WriteAsync(0, 3);
        MeterProjector.Run(Log).OrThrow();
        var kept = Path.Combine(_root, "kept.db");
        File.Copy(Path.Combine(Log, "metering.db"), kept);
        // Another log of the same key and name, longer than what was counted.
        Directory.Delete(Log, recursive: true);
        await WriteAsync(10, 6);
        File.Copy(kept, Path.Combine(Log, "metering.db"));
        Assert.Equal("DS-MTR-014", MeterProjector.Run(Log).Error!.Code);
        Assert.Equal("DS-MTR-015", MeterProjector.Verify(Log).Error!.Code);
        // And an older copy of the log: shorter than what was counted.
        Directory.Delete(Log, recursive: true);
        await WriteAsync(0, 1);
        File.Copy(kept, Path.Combine(Log, "metering.db"));
        Assert.Equal("DS-MTR-014", MeterProjector.Run(Log).Error!.Code);
        Assert.Equal("DS-MTR-014", MeterProjector.Verify(Log).Error!.Code);
    }

    [Fact]
    public async Task A_changed_entry_refuses_the_run()
    {
        await WriteAsync(0, 3);
        var bundle = Directory.GetFiles(Path.Combine(Log, "tile", "entries"), "*", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!;
        var bytes = File.ReadAllBytes(bundle);
        bytes[^1] ^= 1; // in the last signature: the head still reads well
        File.WriteAllBytes(bundle, bytes);
        Assert.Equal("DS-MTR-014", MeterProjector.Run(Log).Error!.Code);
        Assert.False(MeterProjector.Verify(Log).IsOk);
    }

    [Fact]
    public async Task A_file_that_is_no_meter_file_is_named()
    {
        await WriteAsync(0, 1);
        File.WriteAllText(Path.Combine(Log, "metering.db"), "not a database, but long enough to be looked at as one");
        Assert.Equal("DS-MTR-013", MeterProjector.Run(Log).Error!.Code);
    }

    [Fact]
    public async Task Cloud_events_are_unique_well_formed_and_without_exact_figures_unless_asked_for()
    {
        await WriteAsync(0, 5);
        var (plain, exact) = (Export(new UsageEventOptions()), Export(new UsageEventOptions { WithExact = true }));
        Assert.Equal(4, plain.Count);
        Assert.Equal(4, plain.Select(e => (e.GetProperty("source").GetString(), e.GetProperty("id").GetString())).Distinct().Count());
        foreach (var item in plain)
        {
            Assert.Equal(("1.0", UsageEvents.EventType, "did:web:supplier-a.example", "contract-1"),
                (item.GetProperty("specversion").GetString(), item.GetProperty("type").GetString(), item.GetProperty("source").GetString(), item.GetProperty("subject").GetString()));
            Assert.Equal(1, item.GetProperty("data").GetProperty("units").GetProperty("uses").GetInt64());
            Assert.Contains("Does not prove: ", item.GetProperty(UsageEvents.StatementAttribute).GetString(), StringComparison.Ordinal);
            Assert.Equal("2026-03-10T00:00:00.000Z", item.GetProperty("time").GetString());
            Assert.False(item.GetProperty("data").TryGetProperty("exact", out _));
        }
        Assert.All(exact, e => Assert.Equal(12, e.GetProperty("data").GetProperty("exact").GetProperty("more/subjects").GetInt64()));
        Assert.Empty(Export(new UsageEventOptions { ContractId = "other" }));
        Assert.Empty(Export(new UsageEventOptions { Period = "2026-04" }));
        Assert.Equal(4, Export(new UsageEventOptions { Period = "2026-03", ContractId = "contract-1" }).Count);
    }

    private List<JsonElement> Export(UsageEventOptions options)
    {
        using var stream = new MemoryStream();
        var count = UsageEvents.Write(Log, stream, options).Value;
        var events = JsonDocument.Parse(stream.ToArray()).RootElement.EnumerateArray().ToList();
        Assert.Equal(count, events.Count);
        return events;
    }

    /// <summary>Uses of one contract: the last is only granted, the one before has no receipt.</summary>
    private async Task WriteAsync(int firstJob, int uses)
    {
        await using var log = RealLog.Open(Log, "did:web:supplier-a.example", FakeLog.Provider);
        for (var i = 0; i < uses; i++)
        {
            var grant = FakeLog.NewGrant("job-" + (firstJob + i).ToString(CultureInfo.InvariantCulture)) with
            {
                Limits = new Dictionary<string, long> { ["epsilonMicro"] = 500, ["minGroupSize"] = 3 },
            };
            var granted = await log.GrantAsync(grant);
            if (i == uses - 1)
                continue;
            var reported = await log.ReportAsync(granted, measured: new Dictionary<string, long> { ["subjects"] = 12 });
            if (i < uses - 2)
                await log.AppendAsync(Receipt(granted.Entry.LeafHashHex, reported.LeafHashHex, grant), grant.ContractId);
        }
    }

    private static ReceiptPayload Receipt(string grantHash, string reportHash, GrantPayload grant)
        => ReceiptPayload.SignAsConsumer(grantHash, reportHash, FakeLog.Digest("result"), grant.JobHash, FakeLog.Consumer, FakeLog.ConsumerKey)
            .Countersign(FakeLog.ConsumerKey.PublicKey, FakeLog.Provider).Value;

    private static long Sum(MeterState state, string unit) => state.Sums.Where(s => s.Unit == unit).Sum(s => s.Value);

    private void Alter(string sql)
    {
        using var db = new SqliteConnection($"Data Source={Path.Combine(Log, "metering.db")};Pooling=False");
        db.Open();
        using var command = db.CreateCommand();
#pragma warning disable CA2100 // The test's own texts.
        command.CommandText = sql;
#pragma warning restore CA2100
        Assert.True(command.ExecuteNonQuery() > 0);
    }
}

/// <summary>For the step of a test that must work.</summary>
internal static class ResultExtensions
{
    public static T OrThrow<T>(this Kernel.Results.Result<T> result) => result.IsOk ? result.Value : throw new InvalidOperationException(result.Error.ToString());
}
