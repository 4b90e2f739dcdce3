using System.Text.Json;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary><c>meter</c> over a ledger directory.</summary>
public sealed class MeterCommandTests
{
    [Fact]
    public async Task Folding_counts_each_entry_once_and_exact_figures_are_shown_on_request_alone()
    {
        using var ledger = await SmallLedger.CreateAsync(3);
        var json = (await CliProcess.RunAsync("meter", "fold", "--dir", ledger.Directory, "--vkey", ledger.Vkey, "--json")).Exits(0).Json;
        Assert.Equal((9, 9), (json.GetProperty("size").GetInt64(), json.GetProperty("added").GetInt64()));
        var sums = json.GetProperty("sums").EnumerateArray().ToDictionary(s => s.GetProperty("unit").GetString()!, s => s.GetProperty("value").GetInt64(), StringComparer.Ordinal);
        Assert.Equal((3, 3, 3, 180), (sums["use/granted"], sums["use/receipted"], sums["uses"], sums["resultCells"]));
        Assert.DoesNotContain(sums.Keys, unit => unit.StartsWith("exact/", StringComparison.Ordinal));
        var again = (await CliProcess.RunAsync("meter", "fold", "--dir", ledger.Directory, "--exact", "--json")).Exits(0).Json;
        Assert.Equal(0, again.GetProperty("added").GetInt64());
        Assert.Contains(again.GetProperty("sums").EnumerateArray(), s => s.GetProperty("unit").GetString() == "exact/cpuMs");
    }

    [Fact]
    public async Task Altered_meters_do_not_verify()
    {
        using var ledger = await SmallLedger.CreateAsync(1);
        Assert.Contains("DS-MTR-013", (await CliProcess.RunAsync("meter", "verify", "--dir", ledger.Directory)).Exits(1).Errors, StringComparison.Ordinal);
        (await CliProcess.RunAsync("meter", "fold", "--dir", ledger.Directory)).Exits(0);
        Assert.True((await CliProcess.RunAsync("meter", "verify", "--dir", ledger.Directory, "--json")).Exits(0).Json.GetProperty("ok").GetBoolean());
        await using (var db = new SqliteConnection($"Data Source={Path.Combine(ledger.Directory, "metering.db")};Pooling=False"))
        {
            await db.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = db.CreateCommand();
            command.CommandText = "UPDATE meter SET value = value + 1 WHERE unit = 'resultCells'";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }
        Assert.Contains("DS-MTR-015", (await CliProcess.RunAsync("meter", "verify", "--dir", ledger.Directory)).Exits(1).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_is_exported_as_cloud_events_and_a_wrong_key_exports_nothing()
    {
        using var ledger = await SmallLedger.CreateAsync(2);
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "events.json");
        (await CliProcess.RunAsync("meter", "export", "--dir", ledger.Directory, "--vkey", "nobody+00000000+AAAA", "--out", file)).Exits(1);
        Assert.False(File.Exists(file));
        Assert.Equal(2, (await CliProcess.RunAsync("meter", "export", "--dir", ledger.Directory, "--out", file, "--json")).Exits(0).Json.GetProperty("events").GetInt64());
        using var events = JsonDocument.Parse(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(2, events.RootElement.EnumerateArray().Select(e => e.GetProperty("id").GetString()).Distinct().Count());
        Assert.All(events.RootElement.EnumerateArray(), e => Assert.False(e.GetProperty("data").TryGetProperty("exact", out _)));
    }
}
