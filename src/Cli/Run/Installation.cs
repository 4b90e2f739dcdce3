using DataSpace.Kernel.Results;

namespace DataSpace.Cli.Run;

/// <summary>Where the other programs and files of this installation are: beside the command line, or in the build's artifacts folder.</summary>
internal static class Installation
{
    /// <summary>The repository this program was built in (the folder of DataSpace.sln), or null when installed elsewhere.</summary>
    public static string? Repository { get; } = FindRepository();

    /// <summary>The demo's and doctor's working folder: DATASPACE_HOME, else <c>.dataspace</c> in the repository or the home directory.</summary>
    public static string Home => Environment.GetEnvironmentVariable("DATASPACE_HOME") is { Length: > 0 } home
        ? Path.GetFullPath(home)
        : Path.Combine(Repository ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dataspace");

    /// <summary>The <c>dotnet</c> program that runs this process, so that hosts run on the same runtime.</summary>
    public static string DotNet
    {
        get
        {
            var runtime = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
            var beside = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", "dotnet"));
            return File.Exists(beside) ? beside : "dotnet";
        }
    }

    /// <summary>The assembly of a host, for example <c>DataSpace.Connector</c>.</summary>
    public static Result<string> Host(string name)
    {
        var here = AppContext.BaseDirectory.TrimEnd('/');
        string[] candidates =
        [
            Path.Combine(here, name + ".dll"),
            Path.Combine(here, "..", "..", name, Path.GetFileName(here), name + ".dll"),
            Path.Combine(Repository ?? here, "artifacts", "bin", name, "release", name + ".dll"),
            Path.Combine(Repository ?? here, "artifacts", "bin", name, "debug", name + ".dll"),
        ];
        // A host belongs to its own runtime configuration; a mere reference copy beside another program has none.
        var found = candidates.FirstOrDefault(c => File.Exists(c) && File.Exists(Path.ChangeExtension(c, ".runtimeconfig.json")));
        return found is null ? CliErrors.HostMissing.Of(name) : Path.GetFullPath(found);
    }

    /// <summary>The sandbox worker's executable, or null.</summary>
    public static string? SandboxWorker
    {
        get
        {
            if (Environment.GetEnvironmentVariable("DATASPACE_WORKER") is { Length: > 0 } named)
                return File.Exists(Path.Combine(named, "sandbox-worker")) ? Path.GetFullPath(Path.Combine(named, "sandbox-worker")) : null;
            var publish = Path.Combine(Repository ?? AppContext.BaseDirectory, "artifacts", "publish", "DataSpace.SandboxWorker");
            string[] candidates =
            [
                Path.Combine(AppContext.BaseDirectory, "sandbox-worker"),
                Path.Combine(publish, "release_linux-x64", "sandbox-worker"),
                Path.Combine(publish, "release", "sandbox-worker"),
            ];
            return candidates.FirstOrDefault(File.Exists);
        }
    }

    /// <summary>Microsoft SEAL as WebAssembly, or null.</summary>
    public static string? SealModule
    {
        get
        {
            string[] candidates =
            [
                Path.Combine(AppContext.BaseDirectory, "seal_throws.wasm"),
                Path.Combine(Repository ?? AppContext.BaseDirectory, "node_modules", "node-seal", "dist", "seal_throws.wasm"),
            ];
            return candidates.FirstOrDefault(File.Exists);
        }
    }

    private static string? FindRepository()
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Directory.GetCurrentDirectory() })
        {
            for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
            {
                if (File.Exists(Path.Combine(directory.FullName, "DataSpace.sln")))
                    return directory.FullName;
            }
        }
        return null;
    }
}
