namespace DataSpace.Ledger.Faults;

/// <summary>A temporary directory that goes when it is disposed of.</summary>
public sealed class Scratch : IDisposable
{
    /// <summary>Empty, or a copy of a store.</summary>
    public Scratch(string? copyOf = null)
    {
        Path = Directory.CreateTempSubdirectory("ledger-faults-").FullName;
        if (copyOf is not null)
            Recovery.Copy(copyOf, Path);
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
