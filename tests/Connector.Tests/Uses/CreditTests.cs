using System.Text.Json.Nodes;
using DataSpace.Connector.Settlement;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Money;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Metering;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>A budget of money at the use gate: the consumer does not pay, asks two hundred times at once, waits for a restart, a re-grant or a restored backup.</summary>
public sealed class CreditTests : IAsyncLifetime
{
    private readonly GateWorld _world = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Two_hundred_uses_at_once_on_credit_for_ten_are_exactly_ten()
    {
        var first = _world.Use(Priced("20.00"));
        var asked = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(
            () => _world.Gate.AdmitAsync(_world.Use(first.Agreement), TestContext.Current.CancellationToken))));
        Assert.Equal(10, asked.Count(a => a.IsOk));
        Assert.All(asked.Where(a => !a.IsOk), a => Assert.Equal(PolicyErrors.CreditExhausted.Code, a.Error!.Code));
        Assert.Equal(10, _world.Ledger.Latest.Size);
        Assert.Equal(10 * 200, asked.Where(a => a.IsOk).Sum(a => a.Value.Decision.Obligations!.Debits.Single(d => d.IsCredit).Amount));
    }

    [Fact]
    public async Task Only_a_payment_gives_credit_back_and_each_once()
    {
        var first = _world.Use(Priced("4.00"));
        Assert.Null((await _world.AdmitAsync(first)).Error);
        Assert.Null((await _world.AdmitAsync(_world.Use(first.Agreement))).Error);
        await SpentAsync(first);
        _world.Restart();
        await SpentAsync(first);
        // The same offer negotiated again, and uses granted again: neither says that anything was paid.
        await SpentAsync(_world.Use(Priced("4.00")));
        Assert.Empty((await _world.Services.GetRequiredService<Regrants>().GrantAgainAsync(first.Agreement, "more uses", TestContext.Current.CancellationToken)).Value);
        await SpentAsync(first);
        // Two at once under one reference are one payment.
        var paid = await Task.WhenAll(PayAsync(first, 200, "bank 17"), PayAsync(first, 200, "bank 17"));
        Assert.All(paid.Where(p => !p.IsOk), p => Assert.Equal(SettlementErrors.PaymentKnown, p.Error!.Kind));
        Assert.Single(_world.Ledger.Read(0, _world.Ledger.Latest.Size), r => r.Entry.Kind == EntryKind.BudgetRegranted);
        Assert.Equal(SettlementErrors.PaymentKnown, (await PayAsync(first, 200, "bank 17")).Error?.Kind);
        Assert.Null((await _world.AdmitAsync(_world.Use(first.Agreement))).Error);
        await SpentAsync(first);
        // Less than one price buys nothing, and is not lost.
        Assert.Equal(300, (await PayAsync(first, 100, "bank 18")).Value.OwedMinor);
        await SpentAsync(first);
        var entry = (await PayAsync(first, 100, "bank 19")).Value.Entry;
        var payload = BudgetRegrantedPayload.FromFields(_world.Ledger.Read(entry.Index, entry.Index + 1).Single().PayloadFields).Value;
        Assert.Equal((100L, Payments.Reason + "bank 19", GateWorld.Provider), (payload.NewLimit - payload.OldLimit, payload.Reason, payload.Actor));
        Assert.Null((await _world.AdmitAsync(_world.Use(first.Agreement))).Error);
        await SpentAsync(first);
    }

    [Fact]
    public async Task In_a_log_that_continues_a_lost_one_everything_is_owed_until_it_is_paid()
    {
        Assert.True(_world.Ledger.RaiseMark(LogSuccession.ContinuedMark, _world.Clock.GetUtcNow().AddDays(-30).ToUnixTimeMilliseconds(), "old").IsOk);
        var use = _world.Use(Priced("20.00"));
        await SpentAsync(use);
        Assert.Empty((await _world.Services.GetRequiredService<Regrants>().GrantAgainAsync(use.Agreement, "restored", TestContext.Current.CancellationToken)).Value);
        await SpentAsync(use);
        Assert.Equal(1800, (await PayAsync(use, 200, "bank 1")).Value.OwedMinor);
        Assert.Null((await _world.AdmitAsync(_world.Use(use.Agreement))).Error);
        await SpentAsync(use);
    }

    [Fact]
    public async Task Without_a_limit_nothing_is_counted_and_there_is_nothing_to_pay_towards()
    {
        var use = _world.Use(Priced(null));
        Assert.DoesNotContain((await _world.AdmitAsync(use)).Decision!.Obligations!.Debits, d => d.IsCredit);
        Assert.Equal(SettlementErrors.NoCredit, (await PayAsync(use, 200, "bank 1")).Error?.Kind);
        Assert.Equal(SettlementErrors.NoCredit, (await _world.Services.GetRequiredService<Payments>()
            .RecordAsync(_world.Use(Priced("20.00")).Agreement, new Money(200, Currency.Eur), "bank 2", TestContext.Current.CancellationToken)).Error?.Kind);
    }

    private async Task SpentAsync(UseRequest use) => Assert.Equal(PolicyErrors.CreditExhausted.Code, (await _world.AdmitAsync(_world.Use(use.Agreement))).Error?.Code);

    private Task<Kernel.Results.Result<RecordedPayment>> PayAsync(UseRequest use, long fen, string reference)
        => _world.Services.GetRequiredService<Payments>().RecordAsync(use.Agreement, new Money(fen, Currency.Cny), reference, TestContext.Current.CancellationToken);

    private static JsonObject Priced(string? limit)
    {
        var price = GateWorld.Constraint("payAmount", "eq", "2.00");
        price["unit"] = "CNY";
        var constraints = new JsonArray(price);
        if (limit is not null)
        {
            var credit = GateWorld.Constraint("dataspace:creditLimit", "lteq", limit);
            credit["unit"] = "CNY";
            constraints.Add((JsonNode)credit);
        }
        var policy = GateWorld.Agreement(GateWorld.Terms());
        policy["obligation"] = new JsonArray(new JsonObject { ["action"] = "compensate", ["constraint"] = constraints });
        return policy;
    }
}
