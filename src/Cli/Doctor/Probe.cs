using System.ComponentModel;
using System.Diagnostics;

namespace DataSpace.Cli.Doctor;

/// <summary>Runs a small program for a check: no input, little output, ten seconds at most.</summary>
internal static class Probe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>What the program said; exit code -1 when it is not installed or did not end in time.</summary>
    public static async Task<ProbeResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
        }
        catch (Win32Exception)
        {
            return new ProbeResult(-1, "", "");
        }
        using (process)
        {
            try
            {
                process.StandardInput.Close();
                var error = process.StandardError.ReadToEndAsync(limit.Token);
                var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return new ProbeResult(process.ExitCode, output, await error);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                return new ProbeResult(-1, "", "timeout");
            }
        }
    }
}

/// <summary>Outcome of a probe.</summary>
internal sealed record ProbeResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The first line of what it complained about.</summary>
    public string FirstErrorLine => Errors.Split('\n', 2)[0].Trim();
}
