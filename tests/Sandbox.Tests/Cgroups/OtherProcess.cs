using System.Diagnostics;
using DataSpace.Sandbox.Cgroups;

namespace DataSpace.Sandbox.Tests.Cgroups;

/// <summary>A process that waits for the end of its input: another node, or something left in a group.</summary>
internal sealed class OtherProcess : IDisposable
{
    private readonly System.Diagnostics.Process _process;

    private OtherProcess(System.Diagnostics.Process process) => _process = process;

    public GroupOwner Owner => GroupOwner.Of(_process.Id)!;

    public bool HasExited => _process.HasExited;

    public static OtherProcess Start(RunGroup? inside = null)
    {
        var info = new ProcessStartInfo("/bin/sh", ["-c", CgroupEntry.Script + "; exec \"$@\"", "sh", .. inside?.EntryFiles ?? [], CgroupEntry.End, "cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new OtherProcess(System.Diagnostics.Process.Start(info)!);
    }

    /// <summary>Until it runs in its place: it answers.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync("ready".AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        Assert.Equal("ready", await _process.StandardOutput.ReadLineAsync(cancellationToken));
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Waits until somebody ends it.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
