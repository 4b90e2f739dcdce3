namespace DataSpace.Cli.Demo;

/// <summary>Copies of ledgers for the demo: the originals are evidence and are never touched.</summary>
internal static class FolderCopy
{
    /// <summary>The published files: checkpoint, key, tiles. Made anew.</summary>
    public static void PublishedFiles(string ledger, string copy)
    {
        Everything(ledger, copy, static name => !name.Contains(".db", StringComparison.Ordinal) && name != "ledger.lock");
    }

    /// <summary>Published files and the vault with its write-ahead log, which an idle node leaves as they are.</summary>
    public static void WithVault(string ledger, string copy)
        => Everything(ledger, copy, static name => !name.StartsWith("ledger.", StringComparison.Ordinal));

    private static void Everything(string from, string to, Func<string, bool> wanted)
    {
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(f => wanted(Path.GetFileName(f))))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
