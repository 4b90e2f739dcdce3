using DataSpace.Connector.Uses;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>
/// Law 5 after a restore: a log that continues a lost one does not know what was spent there. The consumer negotiates the same offer again, or waits; nothing comes back
/// until the owner grants it again in an entry.
/// </summary>
public sealed class ContinuedLogTests : IAsyncLifetime
{
    private static readonly TimeSpan Ago = TimeSpan.FromHours(1);
    private readonly GateWorld _world = new();

    public ValueTask InitializeAsync()
    {
        Assert.True(_world.Ledger.RaiseMark(LogSuccession.ContinuedMark, (_world.Clock.GetUtcNow() - Ago).ToUnixTimeMilliseconds(), "old").IsOk);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_contract_concluded_anew_has_no_uses_until_its_owner_grants_them()
    {
        var use = _world.Use(Renewed("count", "10"));
        Assert.Equal(PolicyErrors.UsesExhausted, (await _world.AdmitAsync(use)).Error?.Kind);
        var raised = (await _world.Services.GetRequiredService<Regrants>().GrantAgainAsync(use.Agreement, "restored from a backup", TestContext.Current.CancellationToken)).Value.Values;
        Assert.Equal([20L], raised);
        Assert.Contains(_world.Ledger.Read(0, _world.Ledger.Latest.Size), r => r.Entry.Kind == EntryKind.BudgetRegranted);
        for (var i = 0; i < 10; i++)
            Assert.Null((await _world.AdmitAsync(_world.Use(use.Agreement))).Error);
        Assert.Equal(PolicyErrors.UsesExhausted, (await _world.AdmitAsync(_world.Use(use.Agreement))).Error?.Kind);
        // The same offer once more: the same counter, neither refused for its raised limit nor filled again.
        Assert.Equal(PolicyErrors.UsesExhausted, (await _world.AdmitAsync(_world.Use(Renewed("count", "10")))).Error?.Kind);
    }

    [Fact]
    public async Task A_rate_is_spent_for_the_day_in_which_the_log_was_lost()
    {
        var use = _world.Use(Renewed("dataspace:frequency", "1/PT1M"));
        Assert.Equal(PolicyErrors.TooFrequent, (await _world.AdmitAsync(use)).Error?.Kind);
        _world.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Null((await _world.AdmitAsync(_world.Use(use.Agreement))).Error);
    }

    [Fact]
    public async Task What_is_not_counted_goes_on()
        => Assert.Null((await _world.AdmitAsync(_world.Use(GateWorld.Agreement(GateWorld.Terms())))).Error);

    /// <summary>Signed after the log was continued.</summary>
    private System.Text.Json.Nodes.JsonObject Renewed(string term, string value)
    {
        var policy = GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint(term, "lteq", value)]);
        policy["timestamp"] = _world.Clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        return policy;
    }
}
