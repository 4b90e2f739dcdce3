using System.Globalization;
using DataSpace.Ledger.Faults;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

/// <summary>
/// A sample of what <c>tests/faults.sh --all</c> strikes: after each fault every promise of <see cref="LogInvariants"/> is checked, the uses are carried through, and everything
/// is checked again, at last by the verifier in the other language (of the logs of 65,537 entries it sees one). Of a store that rightly stays shut both verify what is published. The seed is printed; <c>LEDGER_FAULTS_SEED</c> repeats a run.
/// </summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private const string SeedVariable = "LEDGER_FAULTS_SEED";
    private const string AllPoints = "DATASPACE_ALL_POINTS";

    [Fact(Timeout = 300_000)]
    public Task Every_step_fails_before_and_after_it_is_done_over_the_edge_of_the_first_tile()
        => StrikeAsync(_ => new MatrixFaults(254), sample: int.MaxValue, atLeast: 35, TestContext.Current.CancellationToken);

    [Fact(Timeout = 300_000)]
    public Task Every_step_fails_before_and_after_it_is_done_over_the_edge_of_the_first_tile_of_tiles()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(AllPoints) == "1", $"a log of 65,537 entries, each signed and verified twice; {AllPoints}=1 takes one point of it, tests/faults.sh --all every one");
        return StrikeAsync(_ => new MatrixFaults(65_534), sample: 1, atLeast: 1, TestContext.Current.CancellationToken, leastSeen: 1); // the one point that every sample has
    }

    [Fact(Timeout = 300_000)]
    public Task System_calls_that_kill_and_system_calls_that_fail()
        => StrikeAsync(_ => new StraceFaults(), sample: 6, atLeast: 3, TestContext.Current.CancellationToken); // a thread may make a call fewer than in the run that counted

    [Fact(Timeout = 300_000)]
    public Task The_power_fails_and_what_was_not_flushed_is_gone()
        => StrikeAsync(seed => new PowerFaults(seed), sample: 24, atLeast: 24, TestContext.Current.CancellationToken);

    [Fact(Timeout = 300_000)]
    public Task A_writer_under_load_is_killed_again_and_again()
        => StrikeAsync(seed => new KillFaults(seed), sample: 1, atLeast: 3, TestContext.Current.CancellationToken);

    [Fact(Timeout = 300_000)]
    public Task Logs_and_published_files_are_cut_and_garbled()
        => StrikeAsync(seed => new FileFaults(seed), sample: 24, atLeast: 24, TestContext.Current.CancellationToken, mayStayShut: true);

    [Fact(Timeout = 300_000)]
    public Task Two_processes_clocks_backups_and_races()
        => StrikeAsync(_ => new StoreFaults(), sample: int.MaxValue, atLeast: 11, TestContext.Current.CancellationToken, mayStayShut: true);

    [Fact(Timeout = 300_000)]
    public Task The_disk_is_full()
        => StrikeAsync(_ => new FullDiskFaults(), sample: 3, atLeast: 3, TestContext.Current.CancellationToken);

    private async Task StrikeAsync(Func<int, IFaultKind> create, int sample, int atLeast, CancellationToken cancel, bool mayStayShut = false, int? leastSeen = null)
    {
        var seed = Environment.GetEnvironmentVariable(SeedVariable) is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : (int)(TimeProvider.System.GetTimestamp() & int.MaxValue);
        using var kind = create(seed);
        if (await kind.WhyNotAsync(cancel) is { } reason)
            Assert.Skip(reason);
        Assert.Null(await SecondOpinion.WhyNotAsync(cancel));
        using var second = new SecondOpinion();
        var tally = await Campaign.RunAsync(kind, await kind.FindAsync(cancel), sample, seed, second, output.WriteLine, cancel);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, the second verifier saw {second.Verified} logs\n{FaultTally.Heading}\n{tally}"));
        Assert.True(tally.Failures.Count == 0, string.Create(CultureInfo.InvariantCulture, $"seed {seed}\n") + string.Join('\n', tally.Failures));
        Assert.True(tally.Runs >= atLeast && tally.Recovered + tally.StayedShut == tally.Runs, tally.ToString());
        // Only a store that lacks something acknowledged may stay shut; every other one goes on.
        Assert.True(mayStayShut || tally.StayedShut == 0, tally.ToString());
        Assert.True(second.Verified >= (leastSeen ?? tally.Runs), string.Create(CultureInfo.InvariantCulture, $"{tally.Runs} runs, and the second verifier saw {second.Verified} logs"));
    }
}
