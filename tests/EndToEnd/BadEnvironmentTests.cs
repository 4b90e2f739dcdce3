using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;

namespace DataSpace.EndToEnd;

/// <summary>A host that lacks something: the node refuses with a code, keeps answering where it can, and loses nothing.</summary>
[Collection(Fragile.Name)]
public sealed class BadEnvironmentTests(FragileSpace fragile)
{
    private Space Space => fragile.Space;

    private Party Victim => Space.SupplierA;

    [Fact]
    public async Task Without_bubblewrap_nothing_runs_and_nothing_is_spent()
    {
        var agreement = await Space.AgreeAsync(Victim, "investments", "many");
        var before = await Space.SpentAsync(Victim, agreement);
        var samples = Samples();
        Assert.NotEmpty(samples);
        await Victim.Process.StopAsync();
        await Victim.RestartAsync(new Dictionary<string, string?> { ["DATASPACE_BWRAP"] = "/nonexistent/bwrap" });
        var status = await Victim.ReadAsync("/admin/status");
        Assert.False(status["sandbox"]!["available"]!.GetValue<bool>());
        Assert.Equal("DS-SBX-001", status["sandbox"]!["code"]!.GetValue<string>());
        var outcome = await Space.RunAsync(fragile.Spec);
        Assert.Equal("FAILED", outcome.State);
        Assert.Contains("DS-SBX-001", outcome.Codes);
        Assert.Equal(before, await Space.SpentAsync(Victim, agreement));
        await Victim.Process.StopAsync();
        await Victim.RestartAsync();
        Assert.Equal(samples, Samples()); // what did not change was looked through once

        List<(string, DateTime)> Samples() => [.. new DirectoryInfo(Path.Combine(Victim.Directory, "samples")).GetFiles().Select(f => (f.Name, f.LastWriteTimeUtc)).Order()];
    }

    /// <summary>A refusal is about the job; a coordinator that is away, or has no room, is not: what is granted would be spent for nothing.</summary>
    [Fact]
    public async Task A_coordinator_in_trouble_is_waited_for_and_the_job_says_so()
    {
        var spec = fragile.Spec.DeepClone().AsObject();
        spec["limits"] = new JsonObject { ["wallLimitMs"] = 600_000 };
        await Victim.Process.StopAsync(); // the job is not over before its coordinator is gone
        var job = await Space.SubmitAsync(spec);
        Task AsksAsync(string? code) => Eventually.TrueAsync(async () =>
        {
            var why = await Space.Leader.ReadAsync($"/admin/jobs/{job}/why");
            Assert.Equal("RUNNING", why["state"]!.GetValue<string>());
            return why["trail"]!.AsArray().Count > 1 && why["reasons"]!.AsArray().Where(r => r!["party"]!.GetValue<string>() == "Coordinator").Select(r => r!["code"]!.GetValue<string>()).SequenceEqual(code is null ? [] : [code]);
        }, Eventually.Least, Space.Story);
        await AsksAsync(null);
        await Space.Coordinator.Process.StopAsync();
        await AsksAsync("DS-HST-008");
        await using (var played = await ListeningNode.InPlaceOfAsync(Space.Coordinator))
        {
            played.Answering = (_, _) => (507, JsonSerializer.SerializeToUtf8Bytes(new { code = "DS-LED-003", title = "The disk is full" }));
            await AsksAsync("DS-LED-003");
            Assert.Equal("DS-LED-003", (await Space.Leader.ReadAsync("/admin/jobs/" + job))["waits"]!["code"]!.GetValue<string>());
        }
        await Space.Coordinator.RestartAsync();
        await Victim.RestartAsync();
        var outcome = await Space.EndAsync(job);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        Assert.Empty(outcome.Why["reasons"]!.AsArray());
        Assert.Null(outcome.Status["waits"]);
    }

    [Fact]
    public async Task A_full_disk_refuses_uses_with_a_code_and_loses_nothing()
    {
        await RequireMountsAsync();
        var agreement = await Space.AgreeAsync(Victim, "investments", "many");
        var before = await Space.SpentAsync(Victim, agreement);
        await Victim.Process.StopAsync();
        var size = new DirectoryInfo(Victim.Directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
        var megabytes = (size >> 20) + 12;
        // The node lives on a small file system of its own, which ends with its process.
        await Victim.StartAsync(Victim.Launch(Victim.Port) with
        {
            Through = ["unshare", "-m", "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"d='{Victim.Directory}'; cp -a \"$d\" \"$d.copy\" && mount -t tmpfs -o size={megabytes}m,mode=700 tmpfs \"$d\" && cp -a \"$d.copy/.\" \"$d\" && rm -r \"$d.copy\" && exec \"$@\""), "node"],
            SeenAt = pid => $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/root{Victim.Directory}",
        });
        var filler = Path.Combine(Victim.Process.Directory, "filler");
        Fill(filler);
        var outcome = await Space.RunAsync(fragile.Spec);
        Assert.Equal("FAILED", outcome.State);
        Assert.True(outcome.Codes.All(c => c is "DS-HST-002" or "DS-LED-003" or "DS-LED-008"), outcome.Why + Space.Story());
        var status = await Victim.ReadAsync("/admin/status");
        Assert.Equal("connector", status["role"]!.GetValue<string>());
        Assert.Equal(before, await Space.SpentAsync(Victim, agreement));
        Ledgers.AssertSound(Victim);
        // Room again: the same node goes on.
        File.Delete(filler);
        if (status["ledger"]!["refusal"] is null)
        {
            var after = await Space.RunAsync(fragile.Spec);
            Assert.True(after.State == "COMPLETED", after.Why + Space.Story());
        }
        // What it wrote there is carried back, as an owner who moves to a larger disk would.
        var saved = Path.Combine(Space.Root, "moved");
        await RunAsync("cp", "-a", Victim.Process.Directory + "/.", saved);
        await Victim.Process.StopAsync();
        Directory.Delete(Victim.Directory, recursive: true);
        Directory.Move(saved, Victim.Directory);
        await Victim.RestartAsync();
        Ledgers.AssertSound(Victim);
        var last = await Space.RunAsync(fragile.Spec);
        Assert.True(last.State == "COMPLETED", last.Why + Space.Story());
    }

    [Fact]
    public async Task A_read_only_ledger_directory_stops_the_start()
    {
        await RequireMountsAsync();
        await Victim.Process.StopAsync();
        var ended = await NodeProcess.RunToEndAsync(Victim.Launch() with
        {
            Through = ["unshare", "-m", "sh", "-c", $"l='{Victim.Directory}/ledger'; mount --bind \"$l\" \"$l\" && mount -o remount,ro,bind \"$l\" && exec \"$@\"", "node"],
        });
        await Victim.RestartAsync(); // unharmed
        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("DS-LED-001", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("ready", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_restored_from_an_old_copy_refuses_and_releases_nothing()
    {
        var agreement = await Space.AgreeAsync(Victim, "investments", "many");
        var ledger = Path.Combine(Victim.Directory, "ledger");
        var (old, current) = (Path.Combine(Space.Root, "ledger.old"), Path.Combine(Space.Root, "ledger.current"));
        await Victim.Process.StopAsync();
        await RunAsync("cp", "-a", ledger, old);
        await Victim.RestartAsync();
        var spent = await Space.SpentAsync(Victim, agreement);
        var good = await Space.RunAsync(fragile.Spec); // from here on the coordinator holds a newer checkpoint
        Assert.True(good.State == "COMPLETED", good.Why + Space.Story());
        await Victim.Process.StopAsync();

        // Only the database from the old copy: the node's own published checkpoint gives it away at the start.
        await RunAsync("cp", "-a", ledger, current);
        File.Copy(Path.Combine(old, "ledger.db"), Path.Combine(ledger, "ledger.db"), overwrite: true);
        foreach (var leftover in Directory.GetFiles(ledger, "ledger.db-*"))
            File.Delete(leftover);
        var ended = await HostedNode.RunToEndAsync(Victim.Launch());
        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("DS-LED-016", ended.Error, StringComparison.Ordinal);

        // The whole directory: consistent in itself, but somebody else remembers.
        Directory.Delete(ledger, recursive: true);
        await RunAsync("cp", "-a", old, ledger);
        await Victim.RestartAsync();
        Assert.Equal(spent, await Space.SpentAsync(Victim, agreement)); // the budget looks unspent again
        var refused = await Space.RunAsync(fragile.Spec);
        Assert.Equal("FAILED", refused.State);
        Assert.Contains("DS-LED-016", refused.Codes);
        Assert.DoesNotContain(await Space.SightsAsync(refused.JobId), s => s.From == Victim.Did && s.What.StartsWith("masked", StringComparison.Ordinal));
        Assert.Equal(spent, await Space.SpentAsync(Victim, agreement));
        // It does not forget by being restarted.
        await Victim.Process.StopAsync();
        await Victim.RestartAsync();
        Assert.Equal("DS-LED-016", (await Victim.ReadAsync("/admin/status"))["ledger"]!["refusal"]!.GetValue<string>());
        (await Victim.Wire.SendAsync(HttpMethod.Get, "/healthz", null, null)).Refused("DS-LED-016");

        await Victim.Process.StopAsync();
        Directory.Delete(ledger, recursive: true);
        Directory.Move(current, ledger);
        await Victim.RestartAsync();
        Assert.Equal(spent + 1, await Space.SpentAsync(Victim, agreement));
    }

    [Fact]
    public async Task A_port_in_use_ends_the_start_with_its_code()
    {
        var directory = Path.Combine(Space.Root, "second");
        var ended = await HostedNode.RunToEndAsync(Space.Coordinator.Launch(Space.Coordinator.Port) with { Directory = directory });
        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("DS-HST-001", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_nodes_on_one_directory_are_refused()
    {
        var ended = await NodeProcess.RunToEndAsync(Victim.Launch());
        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("DS-LED-002", ended.Error, StringComparison.Ordinal);
        Assert.Equal(200, (await Victim.GetAsync("/admin/status")).Status);
    }

    [Fact]
    public async Task A_bad_configuration_names_every_problem()
    {
        var file = Path.Combine(Space.Root, "bad.json");
        File.WriteAllText(file, """
            {"did":"not-a-did","displayName":{"en":"x","zh":"x"},"spaceId":"","replyBucketMs":0,
             "datasets":[{"id":"bad id","title":{"en":"x","zh":"x"},"path":"nowhere.csv","format":"xls","columns":[{"name":"a","type":"money"}],"offers":[],"subjectColumn":"b"}]}
            """);
        var ended = await HostedNode.RunToEndAsync(new NodeLaunch("Connector", Path.Combine(Space.Root, "never"), file));
        Assert.Equal(2, ended.ExitCode);
        foreach (var problem in (string[])["did is not a did:web", "spaceId", "replyBucketMs", "bad id", "format is", "nowhere.csv", "money", "subjectColumn 'b'", "at least one offer"])
            Assert.Contains(problem, ended.Error, StringComparison.Ordinal);
        Assert.Contains("DS-HST-003", ended.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Space.Root, "never")), "a node with a bad configuration must not leave keys behind");
    }

    [Theory]
    [InlineData("Connector")]
    [InlineData("Coordinator")]
    public async Task Unknown_arguments_are_all_named(string kind)
    {
        var ended = await HostedNode.RunToEndAsync(new NodeLaunch(kind, Path.Combine(Space.Root, "never"), "x.json") { Port = 70000, ExtraArguments = ["--frobnicate", "--listen", "nowhere"] });
        Assert.Equal(2, ended.ExitCode);
        foreach (var problem in (string[])["--frobnicate", "--port", "--listen"])
            Assert.Contains(problem, ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_that_others_may_read_stops_the_start()
    {
        var directory = Path.Combine(Space.Root, "open-key");
        var victim = new Party("open-key", "Connector", Space.Root, "did:web:open-key.example");
        victim.MakeKeys();
        File.SetUnixFileMode(Path.Combine(directory, "keys", "signing-ed25519"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var ended = await HostedNode.RunToEndAsync(Space.Coordinator.Launch() with { Directory = directory });
        Assert.Equal(3, ended.ExitCode);
        Assert.Contains("DS-HST-004", ended.Error, StringComparison.Ordinal);
    }

    private static async Task RequireMountsAsync()
    {
        var allowed = Environment.UserName == "root" && await TryAsync("unshare", "-m", "true");
        Assert.SkipUnless(allowed, "mounting a small or read-only file system needs root and mount namespaces");
    }

    private static void Fill(string path)
    {
        var block = new byte[64 * 1024];
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 });
        for (var size = block.Length; size > 0; size /= 2)
        {
            try
            {
                while (true)
                    file.Write(block, 0, size);
            }
            catch (IOException)
            {
                // full for this size; smaller pieces may still fit
            }
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
        => Assert.True(await TryAsync(program, arguments), $"{program} {string.Join(' ', arguments)} failed");

    private static async Task<bool> TryAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(program, arguments);
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
