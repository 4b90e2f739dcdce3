using System.Globalization;
using System.IO.Pipes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tests.Fsck;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

/// <summary>
/// A real process is killed under load; the parent keeps a journal of what it acknowledged. (The page cache survives a kill, so
/// this shows the order of commit and acknowledgement, not that the disk keeps what it says it flushed.)
/// </summary>
public sealed class KilledProcessTests
{
    private const int Callers = 16;
    private const int AcknowledgedBeforeKill = 400;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task What_a_killed_process_acknowledged_is_in_the_log_and_nothing_is_granted_twice()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var fixture = new LedgerFixture();
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        using var child = ChildProcess.Start(typeof(KilledProcessTests), nameof(Grant_until_killed), fixture.Directory, pipe);
        pipe.DisposeLocalCopyOfClientHandle();
        using var reader = new StreamReader(pipe);
        var journal = new List<string>();
        while (journal.Count < AcknowledgedBeforeKill && await reader.ReadLineAsync(cancel) is { } line)
            journal.Add(line);
        Assert.Equal("DS-LED-002", fixture.TryOpen().Error?.Code); // one store, one process
        child.Kill();
        while (await reader.ReadLineAsync(cancel) is { } line)
            journal.Add(line);
        await child.WaitForExitAsync(cancel);
        Assert.True(journal.Count >= AcknowledgedBeforeKill, await child.StandardOutput.ReadToEndAsync(cancel));

        await using var ledger = fixture.Open();
        foreach (var line in journal.Where(line => line.EndsWith('.'))) // the last line may be cut
        {
            var parts = line.TrimEnd('.').Split(' ');
            var use = ledger.FindUse(parts[0]);
            Assert.NotNull(use);
            Assert.Equal(parts[1], use.GrantIndex.ToString(CultureInfo.InvariantCulture));
        }
        Assert.Equal(ledger.Latest.Size, ledger.GetBudget("uses")!.Spent);
        fixture.AssertVerifies();
        await ForeignVerifier.CheckAsync(fixture.Directory);
        Assert.Equal("DS-LED-011", (await ledger.GrantAsync(LedgerFixture.Grant("0-0"), [new("uses", 1)], cancel)).Error?.Code);
    }

    [Fact(Skip = ChildProcess.Only, SkipUnless = nameof(ChildProcess.IsChild), SkipType = typeof(ChildProcess))]
    public async Task Grant_until_killed()
    {
        using var pipe = new AnonymousPipeClientStream(PipeDirection.Out, Environment.GetEnvironmentVariable(ChildProcess.PipeVariable)!);
        await using var writer = new StreamWriter(pipe) { AutoFlush = true };
        var fixture = new LedgerFixture(Environment.GetEnvironmentVariable(ChildProcess.DirectoryVariable));
        await using var ledger = fixture.Open();
        ledger.DefineBudget("uses", 1_000_000, "contract-1");
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 50_000; i++)
            {
                var granted = (await ledger.GrantAsync(LedgerFixture.Grant($"{caller}-{i}"), [new("uses", 1)], Cancel)).Value;
                lock (writer)
                    writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{granted.Handle.UseId} {granted.Handle.LedgerIndex}."));
            }
        }, Cancel)));
    }
}
