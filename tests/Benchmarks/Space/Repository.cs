namespace DataSpace.Benchmarks.Space;

/// <summary>Where the built programs lie in the source tree.</summary>
internal static class Repository
{
    /// <summary>The directory of the solution.</summary>
    public static string Root
    {
        get
        {
            var at = new DirectoryInfo(AppContext.BaseDirectory);
            while (at is not null && !File.Exists(Path.Combine(at.FullName, "DataSpace.sln")))
                at = at.Parent;
            return at?.FullName ?? throw new BenchmarkException("DataSpace.sln is not above the benchmark: run it inside the source tree.");
        }
    }

    /// <summary>The published sandbox worker.</summary>
    public static string WorkerDirectory
    {
        get
        {
            var directory = Path.Combine(Root, "artifacts", "publish", "DataSpace.SandboxWorker", "release_linux-x64");
            return File.Exists(Path.Combine(directory, "sandbox-worker"))
                ? directory
                : throw new BenchmarkException("The sandbox worker is not published. Run: dotnet publish src/SandboxWorker -c Release");
        }
    }

    /// <summary>The assembly of a node, in this benchmark's own configuration.</summary>
    public static string NodeAssembly(string kind)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var path = Path.Combine(Root, "artifacts", "bin", "DataSpace." + kind, configuration, $"DataSpace.{kind}.dll");
        return File.Exists(path) ? path : throw new BenchmarkException($"{path} is missing. Build src/{kind} first.");
    }
}

/// <summary>A benchmark that cannot run, or that measured something wrong. The message is for people.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
