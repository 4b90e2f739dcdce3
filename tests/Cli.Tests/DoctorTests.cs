using DataSpace.Cli.Doctor;
using DataSpace.Sandbox.Cgroups;
using Xunit;

namespace DataSpace.Cli.Tests;

public sealed class DoctorTests
{
    [Fact]
    public async Task Every_check_has_a_verdict_and_every_failed_one_a_fix()
    {
        var run = await CliProcess.RunAsync("doctor", "--json");
        var checks = run.Json.GetProperty("checks").EnumerateArray().ToList();
        Assert.Equal(
            ["system", "sdk", "user-namespaces", "bubblewrap", "sandbox-profile", "sandbox-worker", "node-programs", "seal-wasm", "disk", "memory", "ports", "clock", "locale", "proxy"],
            checks.Select(c => c.GetProperty("id").GetString()));
        foreach (var check in checks)
        {
            var ok = check.GetProperty("ok").GetBoolean();
            Assert.Equal(ok, check.GetProperty("fix").ValueKind == System.Text.Json.JsonValueKind.Null);
        }
        run.Exits(checks.All(c => c.GetProperty("ok").GetBoolean()) ? 0 : 1);
        Assert.Equal(run.ExitCode == 0, run.Json.GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    public async Task The_profile_names_what_bounds_a_run_and_why_not_more(string language)
    {
        var found = await CgroupFinder.OfThisProcess;
        var run = await CliProcess.RunAsync("doctor", "--json", "--lang", language);
        var check = run.Json.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "sandbox-profile");
        var detail = check.GetProperty("detail").GetString()!;
        Assert.True(check.GetProperty("ok").GetBoolean(), "either profile is a working state");
        Assert.StartsWith(ProfileName.Of(Environment.IsPrivilegedProcess, found.Version) + ": ", detail, StringComparison.Ordinal);
        var (word, reason) = language == "en" ? ("control groups", DoctorTexts.Absence(found.Absence).En) : ("控制组", DoctorTexts.Absence(found.Absence).Zh);
        Assert.Equal(found.Parent is null, detail.Contains(word, StringComparison.Ordinal) && detail.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_bubblewrap_is_named_with_the_command_that_installs_it()
    {
        using var empty = new TempFolder();
        var run = (await CliProcess.RunAsync([("PATH", empty.Path)], "doctor")).Exits(1);
        Assert.Contains("apt-get install bubblewrap", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Root_is_told_when_the_user_of_a_use_can_make_no_namespace()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only a root host becomes another user before a use.");
        using var folder = new TempFolder();
        var refusing = System.IO.Path.Combine(folder.Path, "setpriv");
        File.WriteAllText(refusing, "#!/bin/sh\necho 'setpriv: refused here' >&2\nexit 1\n");
        File.SetUnixFileMode(refusing, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var run = (await CliProcess.RunAsync([("PATH", folder.Path + ":" + Environment.GetEnvironmentVariable("PATH"))], "doctor", "--json")).Exits(1);
        foreach (var id in (string[])["user-namespaces", "bubblewrap"])
        {
            var check = run.Json.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id);
            Assert.False(check.GetProperty("ok").GetBoolean());
            Assert.Contains("refused here", check.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_missing_worker_is_named_with_the_command_that_builds_it()
    {
        var run = (await CliProcess.RunAsync([("DATASPACE_WORKER", "/nowhere")], "doctor", "--lang", "zh")).Exits(1);
        Assert.Contains("✗ 沙箱工作程序", run.Output, StringComparison.Ordinal);
        Assert.Contains("dotnet publish src/SandboxWorker", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_is_named_but_its_value_never_shown()
    {
        var run = await CliProcess.RunAsync([("http_proxy", "http://user:hunter2@proxy.example:3128")], "doctor");
        Assert.Contains("http_proxy", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Output + run.Errors, StringComparison.Ordinal);
    }
}
