// Every class drives several nodes that wait for each other most of the time: three spaces at once keep two cores busy.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 3)]
[assembly: Xunit.TestCollectionOrderer(typeof(DataSpace.EndToEnd.Support.LongestFirst))]

namespace DataSpace.EndToEnd.Support;

/// <summary>Where the built hosts and the samples lie, found from the test assembly.</summary>
internal static class Layout
{
    private static readonly string Configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));

    /// <summary>Root of the source tree.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The supply-chain sample.</summary>
    public static string Sample { get; } = Path.Combine(Root, "samples", "supply-chain");

    /// <summary>Compiled SEAL modules, kept between runs so that only the first one compiles.</summary>
    public static string Cache { get; } = Path.Combine(Root, "artifacts", "test-cache");

    /// <summary>The published sandbox worker.</summary>
    public static string Worker { get; } = Path.Combine(Root, "artifacts", "publish", "DataSpace.SandboxWorker", "release_linux-x64");

    /// <summary>Program of a host, of the same configuration as the tests.</summary>
    public static string Host(string kind)
    {
        var name = "DataSpace." + kind;
        var path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", name, Configuration, name + ".dll"));
        return File.Exists(path) ? path : throw new FileNotFoundException($"Build the solution first: {path} is missing.");
    }

    /// <summary>The end-to-end tests run real owners' sandboxes: without the worker nothing here can be true.</summary>
    public static void RequireWorker()
    {
        if (!File.Exists(Path.Combine(Worker, "sandbox-worker")))
            throw new FileNotFoundException("The sandbox worker is not published. Run: dotnet publish src/SandboxWorker -c Release");
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "DataSpace.sln")))
                return directory.FullName;
        }
        throw new DirectoryNotFoundException("DataSpace.sln is not above the test assembly.");
    }
}
