using NJsonSchema;
using Xunit;

namespace DataSpace.Kernel.Tests;

/// <summary>The shipped schemas.</summary>
internal static class Schemas
{
    /// <summary>Where they lie.</summary>
    public static string Folder { get; } = Find();

    /// <summary>The schema of that name, with those it refers to.</summary>
    public static Task<JsonSchema> ReadAsync(string name) => JsonSchema.FromFileAsync(Path.Combine(Folder, name + ".schema.json"), TestContext.Current.CancellationToken);

    /// <summary>Fails with what the schema finds wrong.</summary>
    public static void Obeys(this JsonSchema schema, string json)
    {
        var errors = schema.Validate(json);
        Assert.True(errors.Count == 0, string.Join('\n', errors) + "\n" + json);
    }

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(Path.Combine(folder, "contracts", "schemas")))
                return Path.Combine(folder, "contracts", "schemas");
        }
        throw new DirectoryNotFoundException("contracts/schemas above " + AppContext.BaseDirectory);
    }
}
