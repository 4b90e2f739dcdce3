namespace DataSpace.Sandbox.Cgroups;

/// <summary>The few operations on a control group's directory. Tests put a stand-in here that behaves as the kernel's version 2 does.</summary>
internal class CgroupFiles
{
    public virtual bool HasDirectory(string path) => Directory.Exists(path);

    public virtual bool HasFile(string path) => File.Exists(path);

    /// <summary>Names of the groups directly below.</summary>
    public virtual IReadOnlyList<string> Children(string directory) => [.. Directory.EnumerateDirectories(directory).Select(d => Path.GetFileName(d))];

    public virtual string Read(string path) => File.ReadAllText(path);

    /// <summary>Writes to a control file, which the kernel has made: a missing one is an error, never created.</summary>
    public virtual void Write(string path, string text)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(text));
    }

    public virtual void Make(string directory) => Directory.CreateDirectory(directory);

    /// <summary>Fails while a process is inside.</summary>
    public virtual void Remove(string directory) => Directory.Delete(directory);

    /// <summary>Whether a shell may put itself into a group through these files, as <see cref="CgroupEntry"/> does before each run.</summary>
    public virtual async Task<bool> CanEnterAsync(IReadOnlyList<string> entryFiles)
    {
        var info = new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", CgroupEntry.Script, "sh", .. entryFiles, CgroupEntry.End])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        info.Environment.Clear();
        using var shell = System.Diagnostics.Process.Start(info)!;
        await shell.StandardError.ReadToEndAsync().ConfigureAwait(false);
        await shell.WaitForExitAsync().ConfigureAwait(false);
        return shell.ExitCode == 0;
    }
}
