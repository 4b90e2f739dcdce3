namespace DataSpace.Ledger.Fsck;

/// <summary>Where a log's published files are read from. Names are relative, with forward slashes.</summary>
internal interface ILogFiles
{
    /// <summary>The bytes of a file; null when it is absent, longer than <paramref name="maxBytes"/> or cannot be read.</summary>
    byte[]? Read(string name, int maxBytes);

    /// <summary>Whether there is such a file.</summary>
    bool Exists(string name);

    /// <summary>Partial files of a tile or bundle, by the path of the full one.</summary>
    IEnumerable<string> PartialNames(string full);

    /// <summary>Every file below <c>tile/</c>.</summary>
    IEnumerable<string> TileNames();
}

/// <summary>A log's own directory, or a copy of it.</summary>
internal sealed class DirectoryFiles(string directory) : ILogFiles
{
    public byte[]? Read(string name, int maxBytes)
    {
        try
        {
            var file = new FileInfo(Path.Combine(directory, name));
            return file.Exists && file.Length <= maxBytes ? File.ReadAllBytes(file.FullName) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // reported as absent by the caller
        }
    }

    public bool Exists(string name) => File.Exists(Path.Combine(directory, name));

    public IEnumerable<string> PartialNames(string full)
    {
        var partials = Path.Combine(directory, full + ".p");
        if (!Directory.Exists(partials))
            return [];
        try
        {
            return Directory.GetFiles(partials).Select(NameOf);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    public IEnumerable<string> TileNames()
    {
        var root = Path.Combine(directory, "tile");
        return Directory.Exists(root) ? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(NameOf) : [];
    }

    private string NameOf(string file) => Path.GetRelativePath(directory, file).Replace('\\', '/');
}
