using DataSpace.Connector.Datasets;
using DataSpace.Connector.Uses;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Secrets;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Classification.Detectors;
using DataSpace.Kernel.Policy;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Tests.Datasets;

/// <summary>A sample counts for the content, the declaration and the worker of which it was made, on the node that made it; whatever else lies in its place is none.</summary>
public sealed class KeptSamplesTests : IDisposable
{
    private const string Version = "v1", Engine = "1.0";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ds-samples-");
    private readonly DatasetConfig _dataset = Fixtures.Dataset(Fixtures.Plain());
    private readonly SampleReport _report;

    public KeptSamplesTests()
    {
        _report = Fixtures.Sample(_dataset, ("note", PersonalDataClass.Phone, 3, 5));
        File.WriteAllText(Worker, "worker");
        Of().Keep(_dataset.ToSource(), Version, Engine, _report);
    }

    private string Worker => Path.Combine(_directory.FullName, "worker");

    private FileInfo Kept => Assert.Single(new DirectoryInfo(Path.Combine(_directory.FullName, "samples")).GetFiles());

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void What_was_kept_is_found_by_the_next_start_and_by_its_owner_alone()
    {
        var found = Of().Find(_dataset.ToSource(), Version, Engine);
        Assert.NotNull(found);
        Assert.Equal((_report.Rows, _report.Subjects, _report.Sampled), (found.Rows, found.Subjects, found.Sampled));
        Assert.Equal(_report.Columns.Select(c => (c.Name, c.Values, string.Join(',', c.Matches), string.Join(',', c.Candidates))), found.Columns.Select(c => (c.Name, c.Values, string.Join(',', c.Matches), string.Join(',', c.Candidates))));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Kept.UnixFileMode);
        Assert.NotNull(Of().Find(_dataset.ToSource() with { Path = "elsewhere.csv" }, Version, Engine));
    }

    [Fact]
    public void Another_content_declaration_engine_worker_or_node_has_none()
    {
        var source = _dataset.ToSource();
        Assert.Null(Of().Find(source, "v2", Engine));
        Assert.Null(Of().Find(source, Version, "1.1"));
        Assert.Null(Of().Find(source with { SubjectColumn = null }, Version, Engine));
        Assert.Null(Of().Find(source with { Format = DatasetFormat.Json }, Version, Engine));
        Assert.Null(Of().Find(source with { Columns = [.. source.Columns.Reverse()] }, Version, Engine));
        Assert.Null(Of("another").Find(source, Version, Engine));
        File.WriteAllText(Worker, "another worker");
        Assert.Null(Of().Find(source, Version, Engine));
        File.Delete(Worker); // unknown is not the same as the unknown of before
        Assert.False(Of().Keep(source, Version, Engine, _report));
        Assert.Null(Of().Find(source, Version, Engine));
    }

    [Fact]
    public void A_damaged_file_is_none_and_the_next_sample_takes_its_place()
    {
        var path = Kept.FullName;
        var good = File.ReadAllBytes(path);
        for (var i = 0; i < good.Length; i += 7)
        {
            var bad = (byte[])good.Clone();
            bad[i] ^= 1;
            File.WriteAllBytes(path, bad);
            Assert.Null(Of().Find(_dataset.ToSource(), Version, Engine));
        }
        foreach (var bad in (byte[][])[[], good[..31], good[..32], good[..^1], [.. good, 0], new byte[5 * 1024 * 1024]])
        {
            File.WriteAllBytes(path, bad);
            Assert.Null(Of().Find(_dataset.ToSource(), Version, Engine));
        }
        Assert.True(Of().Keep(_dataset.ToSource(), "v2", Engine, _report));
        Assert.NotNull(Of().Find(_dataset.ToSource(), "v2", Engine));
        Assert.NotEmpty(Kept.Name);
    }

    [Fact]
    public void Where_nothing_can_be_kept_nothing_is()
    {
        Directory.Delete(Path.Combine(_directory.FullName, "samples"), recursive: true);
        File.WriteAllText(Path.Combine(_directory.FullName, "samples"), "in the way");
        Assert.False(Of().Keep(_dataset.ToSource(), Version, Engine, _report));
        Assert.Null(Of().Find(_dataset.ToSource(), Version, Engine));
    }

    private KeptSamples Of(string keys = "keys") => new(
        new NodeOptions { Directory = _directory.FullName, ConfigFile = "none" },
        NodeIdentity.LoadOrCreate("did:web:owner.example", "owner", new FileSecretProvider(Path.Combine(_directory.FullName, keys)), TimeProvider.System),
        new UseFacts(new ConnectorConfig("did:web:owner.example", new Bilingual("o", "o"), "s", [_dataset]), new PeerDirectory(TimeProvider.System), Worker));
}
