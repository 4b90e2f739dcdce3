using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Receipts;
using Microsoft.Data.Sqlite;

namespace DataSpace.EndToEnd;

/// <summary>
/// One owner, exact answers, and a consumer who subtracts: over two contracts, with a sister company, from totals, and after the owner's record of earlier answers was lost or
/// put back. Every attack asks what it needs and computes with what it got.
/// </summary>
[Collection(Fragile.Name)]
public sealed class QueryHistoryTests(FragileSpace fragile)
{
    private Space Space => fragile.Space;

    private Party Owner => Space.SupplierA;

    [Fact]
    public async Task Two_contracts_of_one_consumer_are_one_history()
    {
        var all = await AskAsync(Differences.Contracts, Differences.One);
        Assert.Equal(3, all.Count);
        var but = await AskAsync(Differences.Contracts, Differences.Two, " WHERE value > 0");
        Assert.False(but.ContainsKey(1935), "the year without its one victim was released");
        Assert.Single(but); // hidden alone, a total would show it: the next smallest went with it
        AssertUnknown(Differences.Victim, all, but);
        Assert.Equal(all, await AskAsync(Differences.Contracts, Differences.Two)); // the same question under the other contract reveals nothing new
    }

    [Fact]
    public async Task A_sister_company_is_the_same_consumer_for_cells_and_for_parties()
    {
        var but = await AskAsync(Differences.Sisters, Differences.One, " WHERE value > 0", Space.SupplierB);
        Assert.Equal(3, but.Count);
        var all = await AskAsync(Differences.Sisters, Differences.One);
        Assert.False(all.ContainsKey(1935), "the analyst got what its sister had without the victim");
        AssertUnknown(Differences.Victim, all, but);

        // {leader, A, B} for the one, {A, B} for the other: the difference would be the leader.
        var three = await Space.RunAsync(fragile.Spec);
        Assert.True(three.State == "COMPLETED", three.Why + Space.Story());
        var inputs = new List<(Party, string, string?)>();
        foreach (var owner in (Party[])[Space.SupplierA, Space.SupplierB])
            inputs.Add((owner, "investments", await Space.AgreeAsync(owner, "investments", Differences.Joint, Space.SupplierB)));
        var two = await Space.RunAsync(Jobs.Spec([.. inputs]), Space.SupplierB);
        Assert.Equal("FAILED", two.State);
        Assert.Contains("DS-JOB-019", two.Codes);
    }

    [Fact]
    public async Task A_total_does_not_give_away_a_group_that_is_too_small()
    {
        var years = await AskAsync(Differences.Totals, Differences.One);
        Assert.False(years.ContainsKey(1937));
        var spec = Jobs.SqlSpec(Owner, Differences.Totals, $"SELECT SUM(invest) AS total FROM {Differences.Totals}", await Space.AgreeAsync(Owner, Differences.Totals, Differences.Two));
        var total = await Space.RunAsync(spec);
        Assert.True(total.State == "COMPLETED", total.Why + Space.Story());
        var difference = Number(total.Result!["rows"]![0]![0]!) - years.Values.Sum();
        Assert.NotEqual(Differences.Small, difference);
        Assert.Equal([1935], years.Keys); // 1936 is hidden for 1937's sake: together they are ten
    }

    [Fact]
    public async Task An_older_or_missing_record_stops_exact_answers_until_the_owner_accepts_the_loss()
    {
        var file = Path.Combine(Owner.LedgerDirectory, "history.db");
        await AskAsync(Differences.Older, Differences.One);
        await Owner.Process.StopAsync();
        File.Copy(file, file + ".backup");
        await Owner.RestartAsync();
        var all = await AskAsync(Differences.Lost, Differences.One);

        // Put back from a backup: the answer that came after it is not in there.
        await Owner.Process.StopAsync();
        Remove(file);
        File.Move(file + ".backup", file);
        await Owner.RestartAsync();
        await RefusedAsync("DS-HIS-002");
        var status = await Owner.ReadAsync("/admin/history");
        Assert.Equal(("DS-HIS-002", 1), (status["problem"]!["code"]!.GetValue<string>(), status["unknown"]!.GetValue<int>()));

        // Not by accident, and logged: only then exact answers begin again.
        (await Owner.PostAsync("/admin/history/begin", new JsonObject { ["confirm"] = false, ["reason"] = "no" })).Refused("DS-HIS-007", 400);
        await RefusedAsync("DS-HIS-002");
        await BeginAsync("restored from a backup", beginnings: 1);
        Assert.Equal(all, await AskAsync(Differences.Lost, Differences.One));
        // What the copy still knew stays in force.
        Assert.False((await AskAsync(Differences.Older, Differences.Two, " WHERE value > 0")).ContainsKey(1935));
        (await Owner.PostAsync("/admin/history/begin", new JsonObject { ["confirm"] = true, ["reason"] = "again" })).Refused("DS-HIS-006", 409);

        // As after an upgrade from a node that kept no history: uses are known, the file and its mark are not.
        await Owner.Process.StopAsync();
        Remove(file);
        Forget(Path.Combine(Owner.LedgerDirectory, "ledger.db"));
        await Owner.RestartAsync();
        await RefusedAsync("DS-HIS-001");
        await Owner.Process.StopAsync();
        await Owner.RestartAsync();
        await RefusedAsync("DS-HIS-001");
        await BeginAsync("upgraded", beginnings: 2);
        Assert.Equal(all, await AskAsync(Differences.Lost, Differences.One));
        Assert.False((await AskAsync(Differences.Lost, Differences.Two, " WHERE value > 0")).ContainsKey(1935));
        var entries = await Ledgers.ReadWhenAsync(Owner, r => r.Count(e => e.Entry.Kind == EntryKind.BudgetRegranted) == 2);
        Assert.Equal(["restored from a backup", "upgraded"], entries.Where(e => e.Entry.Kind == EntryKind.BudgetRegranted).Select(e => BudgetRegrantedPayload.FromFields(e.PayloadFields).Value.Reason));
        Assert.True(Ledgers.Verify(Owner).Ok);
    }

    /// <summary>Nothing that the attacker can subtract is the secret: year by year, and sum by sum.</summary>
    private static void AssertUnknown(decimal secret, Dictionary<int, decimal> first, Dictionary<int, decimal> second)
    {
        foreach (var (year, total) in first)
        {
            if (second.TryGetValue(year, out var other))
                Assert.NotEqual(secret, Math.Abs(total - other));
        }
        Assert.NotEqual(secret, Math.Abs(first.Values.Sum() - second.Values.Sum()));
    }

    private async Task BeginAsync(string reason, int beginnings)
    {
        var begun = (await Owner.PostAsync("/admin/history/begin", new JsonObject { ["confirm"] = true, ["reason"] = reason })).Ok();
        Assert.True(begun["complete"]!.GetValue<bool>());
        Assert.Equal(beginnings, begun["beginnings"]!.GetValue<int>());
    }

    private async Task RefusedAsync(string code)
    {
        var agreement = await Space.AgreeAsync(Owner, Differences.Lost, Differences.Two);
        var before = await Space.SpentAsync(Owner, agreement);
        var outcome = await Space.RunAsync(Jobs.SqlSpec(Owner, Differences.Lost, Differences.ByYear(Differences.Lost, " WHERE value > 0"), agreement));
        Assert.Equal("FAILED", outcome.State);
        Assert.True(outcome.Codes.SequenceEqual([code]), outcome.Why.ToJsonString());
        Assert.Equal(before, await Space.SpentAsync(Owner, agreement));
    }

    /// <summary>What the analyst gets, by year.</summary>
    private async Task<Dictionary<int, decimal>> AskAsync(string dataset, string offer, string where = "", Party? analyst = null)
    {
        var agreement = await Space.AgreeAsync(Owner, dataset, offer, analyst);
        var outcome = await Space.RunAsync(Jobs.SqlSpec(Owner, dataset, Differences.ByYear(dataset, where), agreement), analyst);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        return outcome.Result!["rows"]!.AsArray().ToDictionary(r => (int)Number(r![0]!), r => Number(r![1]!));
    }

    private static decimal Number(JsonNode value) => decimal.Parse(value.GetValue<string>(), CultureInfo.InvariantCulture);

    private static void Remove(string database)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm"])
            File.Delete(database + suffix);
    }

    /// <summary>The ledger of a node that never counted answers.</summary>
    private static void Forget(string ledger)
    {
        using var store = new SqliteConnection($"Data Source={ledger};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = "DELETE FROM meta WHERE key = 'mark/query-history'";
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
