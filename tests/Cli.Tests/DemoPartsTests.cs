using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using DataSpace.Cli.Demo;
using NJsonSchema;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary>The demo's own arithmetic and generator; the demo itself runs in tests/EndToEnd, DemoProcessTests.</summary>
public sealed class DemoPartsTests
{
    [Fact]
    public void The_plaintext_union_of_the_sample_gives_the_published_figures()
    {
        var union = new PlaintextUnion(decimals: 3);
        foreach (var owner in DemoFolder.Owners)
            union.AddCsv(Path.Combine(DemoFolder.Sample, owner, "investments.csv"), "year", "invest");
        Assert.Equal(20, union.Groups.Count);
        Assert.Equal((11, 730.398m, 66.400m, 96.590m), (union.Count("1935"), union.Sum("1935"), union.Mean("1935", 3)!.Value, union.StandardDeviation("1935", 3)!.Value));
        Assert.Equal((11, 2744.091m, 249.463m, 409.285m), (union.Count("1954"), union.Sum("1954"), union.Mean("1954", 3)!.Value, union.StandardDeviation("1954", 3)!.Value));
    }

    [Fact]
    public async Task The_demo_writes_configurations_that_obey_the_published_schemas()
    {
        using var temporary = new TempFolder();
        var folder = DemoFolder.Create(Path.Combine(temporary.Path, "demo"));
        folder.Call("supplier-a", "bank", "Bank", "银行");
        async Task CheckAsync(string kind, string key)
        {
            var schemas = Path.Combine(DemoFolder.Sample, "..", "..", "contracts", "schemas");
            var schema = await JsonSchema.FromFileAsync(Path.Combine(schemas, kind + "-config.schema.json"), TestContext.Current.CancellationToken);
            var problems = schema.Validate(await File.ReadAllTextAsync(folder.ConfigFile(key), TestContext.Current.CancellationToken));
            Assert.True(problems.Count == 0, $"{key}: {string.Join("; ", problems)}");
            // Nobody's quorum counts the operator beside its own coordinator.
            var config = JsonNode.Parse(await File.ReadAllTextAsync(folder.ConfigFile(key), TestContext.Current.CancellationToken))!;
            Assert.Equal([folder.Did("chain-leader")], config["operatorDids"]!.AsArray().Select(d => d!.GetValue<string>()));
        }
        foreach (var withDatasets in (bool[])[false, true])
        {
            await CheckAsync("coordinator", DemoFolder.Coordinator);
            foreach (var owner in DemoFolder.Owners)
            {
                folder.WriteConfig(owner, withDatasets, dataset: null);
                await CheckAsync("connector", owner);
            }
        }
    }

    [Fact]
    public void Mean_and_deviation_agree_with_floating_point_to_its_precision()
    {
        Gen.Int[-1_000_000, 1_000_000].Array[1, 50].Sample(values =>
        {
            var union = new PlaintextUnion(decimals: 2);
            foreach (var value in values)
                union.Add("g", value);
            var mean = values.Average() / 100;
            var deviation = Math.Sqrt(values.Average(v => Math.Pow((v / 100.0) - mean, 2)));
            Assert.Equal(mean, (double)union.Mean("g", 6)!, 1e-6);
            Assert.Equal(deviation, (double)union.StandardDeviation("g", 6)!, 1e-5);
        });
    }

    [Fact]
    public void Synthetic_rows_are_the_same_for_the_same_seed_and_the_union_counts_them()
    {
        using var folder = new TempFolder();
        var (first, second) = (Path.Combine(folder.Path, "a.csv"), Path.Combine(folder.Path, "b.csv"));
        var union = new PlaintextUnion(SyntheticRows.Decimals);
        SyntheticRows.Write(first, 7, 5_000, union, _ => { }, TestContext.Current.CancellationToken);
        SyntheticRows.Write(second, 7, 5_000, new PlaintextUnion(SyntheticRows.Decimals), _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));

        var read = new PlaintextUnion(SyntheticRows.Decimals);
        read.AddCsv(first, "grp", "value");
        Assert.Equal(SyntheticRows.Groups, read.Groups.Count);
        foreach (var group in read.Groups)
            Assert.Equal((union.Count(group), union.Sum(group), union.StandardDeviation(group, 6)), (read.Count(group), read.Sum(group), read.StandardDeviation(group, 6)));
        Assert.All(File.ReadLines(first).Skip(1), l => Assert.InRange(decimal.Parse(l.Split(',')[2], CultureInfo.InvariantCulture), 0, 1000));
    }

    [Fact]
    public async Task Clean_removes_the_folder_and_says_so()
    {
        using var home = new TempFolder();
        var demo = Directory.CreateDirectory(Path.Combine(home.Path, "demo"));
        await File.WriteAllTextAsync(Path.Combine(demo.FullName, "x"), "", TestContext.Current.CancellationToken);
        (await CliProcess.RunAsync([("DATASPACE_HOME", home.Path)], "demo", "--clean")).Exits(0);
        Assert.False(demo.Exists && Directory.Exists(demo.FullName));
    }

    [Fact]
    public async Task Clean_ends_no_process_whose_id_was_reused_by_somebody_else()
    {
        using var home = new TempFolder();
        var demo = Directory.CreateDirectory(Path.Combine(home.Path, "demo"));
        await File.WriteAllTextAsync(Path.Combine(demo.FullName, "processes.json"), $$"""{"coordinator":{{Environment.ProcessId}}}""", TestContext.Current.CancellationToken);
        var json = (await CliProcess.RunAsync([("DATASPACE_HOME", home.Path)], "demo", "--clean", "--json")).Exits(0).Json;
        Assert.Empty(json.GetProperty("stopped").EnumerateArray());
    }
}
