using System.Runtime.InteropServices;

namespace DataSpace.Ledger.Tiles;

/// <summary>Files that are whole or absent after a crash: temporary file, fsync, rename, then fsync of the directory.</summary>
internal static partial class DurableFile
{
    /// <summary>Ending of files that a crash may leave behind; they are never read.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Writes and renames. The name is durable only after <see cref="SyncDirectory"/>.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + TemporarySuffix;
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Makes creations and renames in a directory durable.</summary>
    public static void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            return; // NTFS journals names; a directory cannot be opened for flushing there.
        const int ReadOnlyDirectoryCloseOnExec = 0x10000 | 0x80000;
        var handle = Open(directory, ReadOnlyDirectoryCloseOnExec);
        if (handle < 0)
            throw new IOException("Cannot open a directory to flush it.", Marshal.GetLastPInvokeError());
        try
        {
            if (Fsync(handle) != 0)
                throw new IOException("Cannot flush a directory.", Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
