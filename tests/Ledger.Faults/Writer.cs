using System.Diagnostics;
using System.Globalization;

namespace DataSpace.Ledger.Faults;

/// <summary>The load as a process of its own, which faults strike. Its standard output is the journal.</summary>
public static class Writer
{
    /// <summary>Exit code after a refusal.</summary>
    public const int RefusedCode = 3;

    /// <summary>This program.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "DataSpace.Ledger.Faults");

    /// <summary>Arguments that make this program the writer.</summary>
    public static string[] Arguments(string directory, int first, int count, int callers)
        => ["write", directory, .. new[] { first, count, callers }.Select(n => n.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Runs in the process that was started so.</summary>
    public static async Task<int> RunAsync(string directory, int first, int count, int callers)
    {
        // No buffer on this side: a line that was said is in the pipe, whatever becomes of this process.
        using var output = Console.OpenStandardOutput();
        var gate = new Lock();
        if (!Load.Open(directory).TryGet(out var ledger, out var error))
            return Refuse(error.Code);
        await using (ledger)
            error = await Load.RunAsync(ledger, first, count, callers, Say, CancellationToken.None).ConfigureAwait(false);
        return error is null ? 0 : Refuse(error.Code);

        int Refuse(string code)
        {
            Say(Journal.Line(code));
            return RefusedCode;
        }

        void Say(string line)
        {
            lock (gate)
                output.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        }
    }

    /// <summary>Starts it, behind another program when <paramref name="behind"/> names one.</summary>
    public static Process Start(string directory, int first, int count, int callers, params IEnumerable<string> behind)
    {
        string[] command = [.. behind, Executable, .. Arguments(directory, first, count, callers)];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // One worker: which thread makes which call is then the same in every run, and strace counts calls per thread.
        start.Environment["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>Hears a process until it ends. Returns its exit code and what it said on standard error.</summary>
    public static async Task<(int ExitCode, string Errors)> HearAsync(Process process, Journal journal, CancellationToken cancellation)
    {
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        while (await process.StandardOutput.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
            journal.Add(line);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return (process.ExitCode, await errors.ConfigureAwait(false));
    }
}
