using Xunit;

namespace DataSpace.Cli.Tests;

public sealed class AuditCommandTests
{
    [Fact]
    public async Task A_bundle_is_written_and_verified_and_says_what_it_does_not_prove()
    {
        using var ledger = await SmallLedger.CreateAsync(2);
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "out.dsaudit");
        var export = (await CliProcess.RunAsync("audit", "export", "--dir", ledger.Directory, "--out", file)).Exits(0);
        Assert.Contains("No people", export.Output, StringComparison.Ordinal);
        var run = (await CliProcess.RunAsync("audit", "verify", file, "--lang", "zh")).Exits(0);
        Assert.Contains("验证通过", run.Output, StringComparison.Ordinal);
        Assert.Contains("未能证明", run.Output, StringComparison.Ordinal);
        Assert.Contains(ledger.Vkey, run.Output, StringComparison.Ordinal);
        var json = (await CliProcess.RunAsync("audit", "verify", file, "--vkey", ledger.Vkey, "--json")).Exits(0).Json;
        Assert.True(json.GetProperty("ok").GetBoolean());
        Assert.Equal(2, json.GetProperty("uses").GetProperty("otherLogAbsent").GetInt64());
        Assert.True(json.GetProperty("logs")[0].GetProperty("keyGiven").GetBoolean());
        Assert.NotEmpty(json.GetProperty("statement").GetProperty("doesNotProve").EnumerateArray());
    }

    [Fact]
    public async Task What_is_wrong_is_named_with_the_right_exit_code()
    {
        using var ledger = await SmallLedger.CreateAsync(1);
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "out.dsaudit");
        (await CliProcess.RunAsync("audit", "export", "--dir", ledger.Directory, "--out", file, "--payloads", "none")).Exits(0);
        var later = Path.Combine(folder.Path, "later");
        await ledger.AppendAsync(1, 1);
        File.Copy(Path.Combine(ledger.Directory, "checkpoint"), later);
        var cut = (await CliProcess.RunAsync("audit", "verify", file, "--witness", later)).Exits(1);
        Assert.Contains("rolled back", cut.Output, StringComparison.Ordinal);
        Assert.Contains((await File.ReadAllTextAsync(later, TestContext.Current.CancellationToken)).Split('\n')[2], cut.Output, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        Assert.Contains("DS-AUD-00", (await CliProcess.RunAsync("audit", "verify", file)).Exits(1).Errors, StringComparison.Ordinal);
        Assert.Contains("DS-AUD-005", (await CliProcess.RunAsync("audit", "verify", "/nowhere/at-all")).Exits(2).Errors, StringComparison.Ordinal);
        Assert.Contains("DS-CLI-030", (await CliProcess.RunAsync("audit", "export", "--dir", "/nowhere/at-all", "--out", file)).Exits(2).Errors, StringComparison.Ordinal);
    }
}
