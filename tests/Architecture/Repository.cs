using System.Reflection;

namespace DataSpace.Architecture;

/// <summary>The repository this assembly was built from, found upwards from where it runs.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["artifacts", "node_modules", ".git", ".vs", ".dataspace", "bin", "obj", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>All files that belong to the repository, as paths relative to the root with forward slashes.</summary>
    public static IEnumerable<string> Files(string under = ".")
    {
        var pending = new Stack<string>([Path.GetFullPath(Path.Combine(Root, under))]);
        while (pending.TryPop(out var folder))
        {
            foreach (var child in Directory.EnumerateDirectories(folder))
            {
                if (!NotOurs.Contains(Path.GetFileName(child)) && new DirectoryInfo(child).LinkTarget is null)
                    pending.Push(child);
            }
            foreach (var file in Directory.EnumerateFiles(folder))
                yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
        }
    }

    /// <summary>Names at the top, files and folders, without what builds and tools put there.</summary>
    public static IReadOnlyList<string> TopLevel() => [.. Directory.EnumerateFileSystemEntries(Root).Select(e => Path.GetFileName(e)).Except(NotOurs).Order(StringComparer.Ordinal)];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Our production assemblies beside this one; test assemblies are no part of the house.</summary>
    public static IReadOnlyList<Assembly> Assemblies { get; } =
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
            .Where(f => IsOurs(Path.GetFileNameWithoutExtension(f)))
            .Order(StringComparer.Ordinal)
            .Select(f => Assembly.Load(new AssemblyName(Path.GetFileNameWithoutExtension(f)))),
    ];

    private static bool IsOurs(string name) => name == "dataspace" || (name.StartsWith("DataSpace.", StringComparison.Ordinal) && name != "DataSpace.Architecture");

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "DataSpace.sln")))
                return folder;
        }
        throw new DirectoryNotFoundException("DataSpace.sln is not above " + AppContext.BaseDirectory);
    }
}
