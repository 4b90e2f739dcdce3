using DataSpace.Kernel.Results;

namespace DataSpace.Hosting.Secrets;

/// <summary>Where secrets come from: files now, a sidecar's secret store later.</summary>
public interface ISecretProvider
{
    /// <summary>
    /// The secret of that name; created and durably stored when it does not exist. The caller owns the returned copy.
    /// Throws <see cref="SecretAccessException"/> when the store is unusable.
    /// </summary>
    byte[] GetOrCreate(string name, Func<byte[]> create);
}

/// <summary>A secret cannot be read or stored; the node must not start.</summary>
public sealed class SecretAccessException(DsError error) : Exception(error.ToString())
{
    /// <summary>What is wrong.</summary>
    public DsError Error { get; } = error;
}

/// <summary>One file per secret, mode 0600, in a directory of mode 0700.</summary>
public sealed class FileSecretProvider(string directory) : ISecretProvider
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MaxBytes = 64 * 1024;

    /// <inheritdoc />
    public byte[] GetOrCreate(string name, Func<byte[]> create)
    {
        var path = Path.Combine(directory, name);
        try
        {
            Directory.CreateDirectory(directory, Private | UnixFileMode.UserExecute);
            return File.Exists(path) ? Read(path) : Create(path, create());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretAccessException(HostErrors.DirectoryNotWritable.Of($"secret '{name}' ({e.GetType().Name})"));
        }
    }

    private static byte[] Read(string path)
    {
        if ((File.GetUnixFileMode(path) & ~Private) != 0)
            throw new SecretAccessException(HostErrors.KeyFileTooOpen.Of(Path.GetFileName(path)));
        if (new FileInfo(path).Length > MaxBytes)
            throw new SecretAccessException(HostErrors.BadConfiguration.Of($"secret file '{Path.GetFileName(path)}' is too large"));
        return File.ReadAllBytes(path);
    }

    private static byte[] Create(string path, byte[] value)
    {
        // Written beside and renamed: a crash leaves either no secret or a whole one.
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private }))
        {
            file.Write(value);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: false);
        return value;
    }
}
