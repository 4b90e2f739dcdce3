using System.Diagnostics;

[assembly: AssemblyFixture(typeof(DataSpace.Sandbox.Tests.Support.WorkerFixture))]

namespace DataSpace.Sandbox.Tests.Support;

/// <summary>
/// The published worker. <c>tests/run.sh</c> publishes it beforehand; here it is published only when it is missing or older than its sources.
/// </summary>
public sealed class WorkerFixture : IAsyncLifetime
{
    public static string RepositoryRoot { get; } = FindRoot();

    public static string WorkerDirectory { get; } =
        Path.Combine(RepositoryRoot, "artifacts", "publish", "DataSpace.SandboxWorker", "release_linux-x64");

    /// <summary>A sandbox with the default profile of this host, and the incidents it reported.</summary>
    public SqlSandbox Sandbox { get; private set; } = null!;

    public ConcurrentLog Incidents { get; } = new();

    public async ValueTask InitializeAsync()
    {
        if (IsOutdated())
            await PublishAsync();
        Sandbox = new SqlSandbox(new SandboxOptions { WorkerDirectory = WorkerDirectory, OnIncident = Incidents.Add });
    }

    public ValueTask DisposeAsync()
    {
        Sandbox.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsOutdated()
    {
        var worker = Path.Combine(WorkerDirectory, "sandbox-worker");
        if (!File.Exists(worker))
            return true;
        var sources = Directory.EnumerateFiles(Path.Combine(RepositoryRoot, "src", "SandboxWorker"), "*.cs*")
            .Concat(Directory.EnumerateFiles(Path.Combine(RepositoryRoot, "src", "Kernel", "Classification", "Detectors"), "*.cs"))
            .Append(Path.Combine(RepositoryRoot, "src", "Sandbox", "Process", "WorkerWire.cs"));
        return sources.Any(f => File.GetLastWriteTimeUtc(f) > File.GetLastWriteTimeUtc(worker));
    }

    private static async Task PublishAsync()
    {
        var info = new ProcessStartInfo("dotnet", ["publish", "src/SandboxWorker", "-c", "Release", "-r", "linux-x64", "-nodeReuse:false"])
        {
            WorkingDirectory = RepositoryRoot,
            RedirectStandardOutput = true,
        };
        using var publish = System.Diagnostics.Process.Start(info)!;
        var output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, output);
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "DataSpace.sln")))
                return directory.FullName;
        }

        throw new DirectoryNotFoundException("DataSpace.sln not found above " + AppContext.BaseDirectory);
    }
}

/// <summary>Incidents of all tests; each test looks for its own dataset name.</summary>
public sealed class ConcurrentLog
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<SandboxIncident> _items = [];

    public void Add(SandboxIncident incident) => _items.Enqueue(incident);

    public IReadOnlyList<SandboxIncident> Of(string dataset) => [.. _items.Where(i => i.Dataset == dataset)];
}
