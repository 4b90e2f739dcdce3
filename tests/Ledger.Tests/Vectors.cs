using System.Text.Json;

namespace DataSpace.Ledger.Tests;

/// <summary>Finds the checked-in vectors from wherever the tests were built to.</summary>
internal static class Vectors
{
    public static readonly string Root = FindRoot();

    public static readonly JsonElement Tlog = Json("tlog/vectors.json");

    public static string Path(string name) => System.IO.Path.Combine(Root, "contracts", "vectors", name);

    public static JsonElement Json(string name) => JsonDocument.Parse(File.ReadAllText(Path(name))).RootElement;

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(at.FullName, "DataSpace.sln")))
                return at.FullName;
        }
        throw new InvalidOperationException("The repository's root was not found above the tests.");
    }
}
