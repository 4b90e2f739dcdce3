using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Hosting;
using DataSpace.Hosting.Storage;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Ledger.Sequencing;
using DataSpace.Regulator;
using DataSpace.Regulator.Publication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DataSpace.EndToEnd;

/// <summary>The regulator's clock: a stamp a minute, each good for a quarter of an hour.</summary>
public sealed class StampClockTests
{
    [Fact]
    public async Task A_second_stamp_comes_after_a_minute_and_is_good_for_a_quarter_of_an_hour()
    {
        var directory = Directory.CreateTempSubdirectory("stamps-").FullName;
        Directory.CreateDirectory(Path.Combine(directory, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Ed25519Signer[] people = [Ed25519Signer.Generate(), Ed25519Signer.Generate()];
        var file = Path.Combine(directory, "regulator.json");
        await File.WriteAllTextAsync(file, new JsonObject
        {
            ["did"] = "did:web:regulator.example",
            ["displayName"] = new JsonObject { ["en"] = "Regulator", ["zh"] = "监管方" },
            ["rootKeys"] = new JsonArray([.. people.Select(p => (JsonNode)RegulatorPin.Spell(p.PublicKey))]),
        }.ToJsonString(), TestContext.Current.CancellationToken);
        var clock = new ArmedClock(new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero));
        var config = RegulatorConfig.Load(file).Value;
        var keys = StampKeyStore.Load(directory);
        await using (var ledger = AuditLedger.Open(new LedgerOptions { Directory = Path.Combine(directory, "ledger"), Origin = "regulator.example/log" }, Ed25519Signer.Generate(), clock).Value)
        await using (var services = new ServiceCollection().AddStateStore<RegulatorStore>(new NodeOptions { Directory = directory, ConfigFile = file }).BuildServiceProvider())
        {
            Assert.True(StateStore.Open<RegulatorStore>(services).IsOk);
            using var desk = new PublicationDesk(config, keys, new ActLog(ledger, config), ledger, services.GetRequiredService<IDbContextFactory<RegulatorStore>>(), clock);
            var (start, online) = (clock.GetUtcNow(), keys.Signer.PublicKey);
            var set = new RuleSet(config.Did, 1, start, start, start.AddDays(7), RuleSetMode.Negative, new StampKey(RegulatorPin.Spell(online), online.KeyId, start.AddDays(6)), []);
            var published = await desk.PublishAsync(RegulatorSite.Sign(set, people), TestContext.Current.CancellationToken);
            Assert.True(published.IsOk, published.Error?.ToString());
            using var stamps = new StampClock(desk, clock, NullLogger<StampClock>.Instance);
            await stamps.StartAsync(TestContext.Current.CancellationToken);
            await clock.Armed.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            clock.Advance(TimeSpan.FromSeconds(59));
            Assert.Equal(start, desk.Current!.State.Stamp.Time);
            clock.Advance(TimeSpan.FromSeconds(1));
            var second = start + TimeSpan.FromSeconds(60);
            await Eventually.TrueAsync(() => Task.FromResult(desk.Current!.State.Stamp.Time == second), TimeSpan.FromSeconds(60), () => $"{desk.Current?.State.Stamp} {desk.Why}");

            // What a node makes of it that heard of nothing later.
            var node = RegulationState.Accept(config.Pin, published.Value.State.Mark, RegulationBundle.Read(desk.Current!.Json).Value, clock.GetUtcNow()).Value;
            Assert.Null(node.WhyUnavailable(second + TimeSpan.FromMinutes(15), extended: false));
            Assert.Equal(NegativeListErrors.StampStale, node.WhyUnavailable(second + TimeSpan.FromMinutes(15) + TimeSpan.FromTicks(1), extended: false)?.Kind);
            await stamps.StopAsync(TestContext.Current.CancellationToken);
        }
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Says when the minute's timer is set: what is waited for is the test's to move.</summary>
    private sealed class ArmedClock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Armed => _armed.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (period == Stamp.Interval)
                _armed.TrySetResult();
            return timer;
        }
    }
}
