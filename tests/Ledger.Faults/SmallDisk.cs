using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace DataSpace.Ledger.Faults;

/// <summary>Runs a writer on a file system of its own that soon is full.</summary>
internal static class SmallDisk
{
    private const int Uses = 2000; // more than fit

    // $1 size in KiB, $2 mount point, $3 store to begin with, $4 where it goes afterwards, then the writer. A disk is never full of a copy.
    private const string Script = "mount -t tmpfs -o size=$1k tmpfs \"$2\" && cp -a \"$3\"/. \"$2\" && from=$2 to=$4 && shift 4 && { \"$@\"; code=$?; cp -a \"$from\"/. \"$to\"; exit $code; }";

    /// <summary>Why this machine has no small disks, or null.</summary>
    public static async Task<string?> WhyNotAsync(CancellationToken cancellation)
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo("unshare", ["-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]) { RedirectStandardError = true })!;
            var refused = await probe.StandardError.ReadToEndAsync(cancellation).ConfigureAwait(false);
            await probe.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return probe.ExitCode == 0 ? null : $"A disk of its own needs user and mount namespaces (unshare -rm): {refused.Trim()}";
        }
        catch (Win32Exception)
        {
            return "A disk of its own needs unshare (util-linux), which is not there.";
        }
    }

    /// <summary>Runs until the disk is full; <paramref name="after"/> then holds what was on it. Returns the writer's exit code.</summary>
    public static async Task<int> RunAsync(string store, string after, int freeKib, Journal journal, CancellationToken cancellation)
    {
        using var mount = new Scratch();
        // A tmpfs counts whole pages.
        var used = Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories).Sum(f => (new FileInfo(f).Length + 4095) / 4096 * 4);
        string[] behind = ["unshare", "-rm", "sh", "-c", Script, "sh", (used + freeKib).ToString(CultureInfo.InvariantCulture), mount.Path, store, after];
        using var process = Writer.Start(mount.Path, 0, Uses, callers: 1, behind);
        return (await Writer.HearAsync(process, journal, cancellation).ConfigureAwait(false)).ExitCode;
    }
}
