using Xunit;

namespace DataSpace.Cli.Tests;

public sealed class UsageTests
{
    [Fact]
    public async Task Help_names_every_command_and_the_exit_codes()
    {
        var run = (await CliProcess.RunAsync("--help")).Exits(0);
        foreach (var command in new[] { "doctor", "demo", "coordinator", "connector", "members", "catalog", "negotiate", "job", "policy", "ledger" })
            Assert.Contains(command, run.Output, StringComparison.Ordinal);
        Assert.Contains("130 interrupted", run.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Empty(run.Errors);
    }

    [Theory]
    [InlineData("job", "plan", "submit", "status", "why", "result", "cancel", "view")]
    [InlineData("ledger", "verify", "show", "search", "bill", "erase", "disclose", "disclosed")]
    [InlineData("negotiate", "list", "terminate")]
    [InlineData("members", "list", "approve", "reject")]
    [InlineData("regulator", "run", "keygen", "import", "preview", "sign", "publish", "freeze", "lift", "clear", "register", "status")]
    [InlineData("policy", "explain", "lint", "diff", "translate")]
    [InlineData("dataset", "check", "history")]
    [InlineData("node", "egress")]
    [InlineData("privacy", "demo")]
    public async Task Help_of_a_group_names_its_commands(string group, params string[] commands)
    {
        var run = (await CliProcess.RunAsync(group, "--help")).Exits(0);
        foreach (var command in commands)
            Assert.Contains("  " + command + " ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_there_in_Chinese()
    {
        var run = (await CliProcess.RunAsync("job", "submit", "--help", "--lang", "zh")).Exits(0);
        Assert.Contains("用法：", run.Output, StringComparison.Ordinal);
        Assert.Contains("退出码：", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Options:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_language_comes_from_the_environment()
    {
        var run = (await CliProcess.RunAsync([("LANG", "zh_CN.UTF-8")], "--help")).Exits(0);
        Assert.Contains("用法：", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DS-CLI-001", "did you mean catalog?", "catlog")]
    [InlineData("DS-CLI-001", "did you mean submit?", "job", "submitt")]
    [InlineData("DS-CLI-001", "a command is missing", "job")]
    [InlineData("DS-CLI-001", "missing: SPEC", "job", "plan")]
    [InlineData("DS-CLI-001", "missing: --offer", "negotiate", "--participant", "x", "--dataset", "y")]
    [InlineData("DS-CLI-001", "missing: NEGOTIATION", "negotiate", "terminate")]
    [InlineData("DS-CLI-002", "Give --node DIR", "negotiate", "terminate", "urn:uuid:x", "--reason", "late")]
    [InlineData("DS-CLI-001", "--lang does not take \"fr\"", "catalog", "--lang", "fr")]
    [InlineData("DS-CLI-001", "--node needs a value", "catalog", "--node")]
    [InlineData("DS-CLI-001", "--rows does not take \"5\"", "demo", "--rows", "5")]
    [InlineData("DS-CLI-002", "Give --node DIR", "catalog")]
    [InlineData("DS-CLI-003", "/nowhere/at-all", "catalog", "--node", "/nowhere/at-all")]
    [InlineData("DS-CLI-001", "--kind nonsense", "ledger", "search", "--dir", "/nowhere", "--kind", "nonsense")]
    [InlineData("DS-CLI-060", "entries 3 to 5", "ledger", "erase", "--from", "3", "--to", "5", "--ground", "PIPL 47", "--by", "officer-2", "--node", "/nowhere/at-all")]
    [InlineData("DS-CLI-030", "/nowhere/at-all", "ledger", "verify", "--dir", "/nowhere/at-all")]
    public async Task A_wrong_command_line_exits_2_and_says_what_to_do(string code, string said, params string[] arguments)
    {
        var run = (await CliProcess.RunAsync(arguments)).Exits(2);
        Assert.Contains(code, run.Errors, StringComparison.Ordinal);
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
        Assert.Contains("What to do:", run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_an_error_is_one_document_on_stdout()
    {
        var run = (await CliProcess.RunAsync("catalog", "--node", "/nowhere", "--json")).Exits(2);
        var error = run.Json.GetProperty("error");
        Assert.Equal("DS-CLI-003", error.GetProperty("code").GetString());
        Assert.NotEmpty(error.GetProperty("adviceZh").GetString()!);
        Assert.Empty(run.Errors);
    }

    [Fact]
    public async Task Several_problems_are_all_named()
    {
        var run = (await CliProcess.RunAsync("negotiate", "--participant", "x", "--json")).Exits(2);
        var problems = run.Json.GetProperty("error").GetProperty("problems").EnumerateArray().Select(p => p.GetString()).ToList();
        Assert.Contains("missing: --dataset", problems);
        Assert.Contains("missing: --offer", problems);
    }

    [Theory]
    [InlineData("C")]
    [InlineData("POSIX")]
    [InlineData("")]
    public async Task Without_a_UTF8_locale_nothing_but_ASCII_is_printed(string lang)
    {
        foreach (var arguments in new string[][] { ["--help"], ["doctor"], ["catalog", "--node", "/nowhere"], ["job", "plan", "/nowhere", "--json"] })
        {
            var run = await CliProcess.RunAsync([("LANG", lang)], arguments);
            Assert.True((run.Output + run.Errors).All(char.IsAscii), run.Output + run.Errors);
        }
    }
}
