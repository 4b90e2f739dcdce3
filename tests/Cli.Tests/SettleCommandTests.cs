using System.Text;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary><c>settle</c> without a node: what everybody computes from directories.</summary>
public sealed class SettleCommandTests
{
    [Fact]
    public async Task A_plan_is_checked_and_its_hash_printed()
    {
        using var folder = new TempFolder();
        var json = (await CliProcess.RunAsync("settle", "plan", folder.File("plan.json", SmallSettlement.Plan), "--json")).Exits(0).Json;
        Assert.Equal(("per-use", 64), (json.GetProperty("id").GetString(), json.GetProperty("hash").GetString()!.Length));
        Assert.Contains("DS-SET-003", (await CliProcess.RunAsync("settle", "plan", folder.File("bad.json", SmallSettlement.Plan.Replace("125", "-1", StringComparison.Ordinal)))).Exits(1).Errors, StringComparison.Ordinal);
        (await CliProcess.RunAsync("settle", "plan", Path.Combine(folder.Path, "none.json"))).Exits(2);
    }

    [Fact]
    public async Task Recomputing_from_copies_gives_the_same_bytes()
    {
        using var space = await SmallSettlement.CreateAsync(2);
        var (first, second) = (Path.Combine(space.Root, "first.json"), Path.Combine(space.Root, "second.json"));
        var run = (await CliProcess.RunAsync(["settle", "recompute", .. space.Inputs, "--agreement", space.AgreementFile, "--out", first])).Exits(0);
        Assert.Contains("Total ¥2.50", run.Output, StringComparison.Ordinal);
        var copies = Path.Combine(space.Root, "copies");
        foreach (var file in new[] { space.ProviderDirectory, space.ConsumerDirectory }.SelectMany(d => Directory.EnumerateFiles(d, "*", SearchOption.AllDirectories)).Where(f => !Path.GetFileName(f).StartsWith("ledger.", StringComparison.Ordinal)))
        {
            var target = Path.Combine(copies, Path.GetRelativePath(space.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        string[] moved = [.. space.Inputs.Select(i => i == space.ConsumerDirectory || i == space.ProviderDirectory ? Path.Combine(copies, Path.GetFileName(i)) : i)];
        var hash = (await CliProcess.RunAsync(["settle", "recompute", .. moved, "--out", second, "--json"])).Exits(0).Json.GetProperty("statementHash").GetString();
        Assert.Equal(await File.ReadAllBytesAsync(first, Cancel), await File.ReadAllBytesAsync(second, Cancel));
        Assert.Equal(hash, Digest.Sha256Hex(await File.ReadAllBytesAsync(first, Cancel)));
        Assert.Contains("Total", (await CliProcess.RunAsync("settle", "show", second)).Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_statement_is_verified_with_signatures_and_exported_with_their_states()
    {
        using var space = await SmallSettlement.CreateAsync(1);
        var (file, csv, pdf) = (Path.Combine(space.Root, "s.json"), Path.Combine(space.Root, "s.csv"), Path.Combine(space.Root, "s.pdf"));
        (await CliProcess.RunAsync(["settle", "recompute", .. space.Inputs, "--out", file])).Exits(0);
        SmallSettlement.Sign(file, both: false);
        var signatures = Path.ChangeExtension(file, ".signatures.json");
        var unsigned = (await CliProcess.RunAsync(["settle", "verify", file, .. space.Inputs, "--signatures", signatures])).Exits(1);
        Assert.Contains("DS-SET-017", unsigned.Errors, StringComparison.Ordinal);
        (await CliProcess.RunAsync("settle", "export", file, "--format", "csv", "--out", csv, "--party", space.ProviderDirectory, "--party", space.ConsumerDirectory)).Exits(0);
        var rows = (await File.ReadAllTextAsync(csv, Cancel)).Split("\r\n").Where(r => r.StartsWith("signature,", StringComparison.Ordinal)).ToList();
        Assert.Equal(["missing", "signed"], rows.Select(r => r.Split(',')[2]));
        SmallSettlement.Sign(file, both: true);
        var json = (await CliProcess.RunAsync(["settle", "verify", file, .. space.Inputs, "--signatures", signatures, "--json"])).Exits(0).Json;
        Assert.Equal((true, 2), (json.GetProperty("ok").GetBoolean(), json.GetProperty("signers").GetInt32()));
        (await CliProcess.RunAsync("settle", "export", file, "--format", "pdf", "--out", pdf)).Exits(0);
        Assert.Contains("(not verified here )", Encoding.ASCII.GetString(await File.ReadAllBytesAsync(pdf, Cancel)), StringComparison.Ordinal);

        var altered = JsonNode.Parse(await File.ReadAllBytesAsync(file, Cancel))!;
        altered["totals"]![0]!["amountMinor"] = 1;
        await File.WriteAllBytesAsync(file, CanonicalJson.FromNode(altered).Value, Cancel);
        Assert.Contains("DS-SET-016", (await CliProcess.RunAsync(["settle", "verify", file, .. space.Inputs])).Exits(1).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_contract_decides_the_plan_by_its_file_or_by_a_pin()
    {
        using var space = await SmallSettlement.CreateAsync(1);
        var other = new string('a', 64);
        await File.WriteAllTextAsync(Path.Combine(space.Root, "other.json"), SmallSettlement.Agreement(other), Cancel);
        var refused = (await CliProcess.RunAsync(["settle", "recompute", .. space.Inputs, "--agreement", Path.Combine(space.Root, "other.json")])).Exits(1);
        Assert.Contains("DS-SET-023", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("DS-SET-008", (await CliProcess.RunAsync(["settle", "recompute", .. space.Inputs, "--pin", "contract-1=" + other])).Exits(1).Errors, StringComparison.Ordinal);
        (await CliProcess.RunAsync(["settle", "recompute", .. space.Inputs, "--pin", "contract-1"])).Exits(2);
    }

    [Fact]
    public async Task What_no_quorum_cosigned_is_not_settled_where_a_policy_stands()
    {
        using var space = await SmallSettlement.CreateAsync(1);
        var policy = Path.Combine(space.Root, "policy");
        await File.WriteAllTextAsync(policy, space.WitnessPolicy(cosign: false), Cancel);
        Assert.Contains("DS-SET-024", (await CliProcess.RunAsync(["settle", "recompute", .. space.Inputs, "--policy", policy])).Exits(1).Errors, StringComparison.Ordinal);
        // The same policy beside a party's node.json holds without being asked for.
        File.Copy(policy, Path.Combine(space.ProviderDirectory, "witness-policy"));
        Assert.Contains("DS-SET-024", (await CliProcess.RunAsync(["settle", "recompute", .. space.Inputs])).Exits(1).Errors, StringComparison.Ordinal);
        space.WitnessPolicy(cosign: true);
        (await CliProcess.RunAsync(["settle", "recompute", .. space.Inputs])).Exits(0);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
