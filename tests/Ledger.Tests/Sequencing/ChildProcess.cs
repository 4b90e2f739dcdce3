using System.Collections;
using System.Diagnostics;
using System.IO.Pipes;

namespace DataSpace.Ledger.Tests.Sequencing;

/// <summary>Runs one test of this executable in a process of its own.</summary>
internal static class ChildProcess
{
    public const string DirectoryVariable = "LEDGER_TEST_DIRECTORY";
    public const string PipeVariable = "LEDGER_TEST_PIPE";

    public const string Only = "Runs only as the child process that another test starts.";

    public static bool IsChild => Environment.GetEnvironmentVariable(DirectoryVariable) is not null;

    /// <summary>Starts the test; <paramref name="shellPrefix"/> runs in new user and mount namespaces before it, when given.</summary>
    public static Process Start(Type testClass, string method, string directory, AnonymousPipeServerStream? pipe = null, string? shellPrefix = null)
    {
        var executable = Path.Combine(AppContext.BaseDirectory, "DataSpace.Ledger.Tests");
        string[] run = [executable, "-noColor", "-method", $"{testClass.FullName}.{method}"];
        var info = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true };
        if (shellPrefix is null)
        {
            info.FileName = executable;
            foreach (var argument in run[1..])
                info.ArgumentList.Add(argument);
        }
        else
        {
            info.FileName = "unshare";
            foreach (var argument in (string[])["-rm", "sh", "-c", shellPrefix + " && exec \"$@\"", "sh", .. run])
                info.ArgumentList.Add(argument);
        }
        // The child is a plain run: it must not report to the runner that started us.
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(pair => (string)pair.Key))
        {
            if (name.StartsWith("TESTINGPLATFORM", StringComparison.Ordinal) || name.StartsWith("DOTNET_CLI", StringComparison.Ordinal))
                info.Environment.Remove(name);
        }
        info.Environment[DirectoryVariable] = directory;
        if (pipe is not null)
            info.Environment[PipeVariable] = pipe.GetClientHandleAsString();
        return Process.Start(info)!;
    }

    /// <summary>Why namespaces cannot be used here, or null.</summary>
    public static async Task<string?> WhyNoNamespacesAsync(CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
            return "Mounting a small file system needs Linux namespaces.";
        try
        {
            using var probe = Process.Start(new ProcessStartInfo("unshare", ["-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"])
            { RedirectStandardError = true })!;
            await probe.WaitForExitAsync(cancellation);
            return probe.ExitCode == 0 ? null : "This machine allows no user and mount namespaces.";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "The unshare program is not installed.";
        }
    }
}
