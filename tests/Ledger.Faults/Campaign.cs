using System.Diagnostics;
using System.Globalization;

namespace DataSpace.Ledger.Faults;

/// <summary>Runs the kinds of faults that were asked for, prints progress and the table.</summary>
public static class Campaign
{
    private const string Help = """
        Usage: tests/faults.sh [--all | --sample N] [--seed S] [--only KIND] [--at POINT]

          --all        every point of every kind (about ten minutes on two processors)
          --sample N   N points of each kind, drawn by the seed (default 12)
          --seed S     seed of whatever is drawn; taken from the clock and printed when it is not given
          --only KIND  one kind alone, by its name in the table
          --at POINT   one point, as a failure names it

        After each fault: indices without a gap, root recomputed, consistent with every earlier checkpoint, everything acknowledged is there, one entry per
        id, budgets equal to the Grants, clean verification; then all uses are carried through and everything is checked again. A store that lacks something
        acknowledged stays shut: of it only what is published is checked. tests/Ledger.Faults/README.md says what is verified in samples.
        Exit codes: 0 every promise held, 1 one did not, 2 wrong arguments, 3 this machine cannot run it.
        """;

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);

    private sealed record Options(bool All, int Sample, int Seed, string? Only, string? At);

    /// <summary>Every kind.</summary>
    private static IFaultKind[] Kinds(int seed) => [new MatrixFaults(254, 65_534), new StraceFaults(), new KillFaults(seed), new PowerFaults(seed), new FileFaults(seed), new StoreFaults(), new FullDiskFaults()];

    /// <summary>Runs with the arguments of <c>tests/faults.sh</c>.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        if (Parse(args) is not { } options)
        {
            await output.WriteLineAsync(Help).ConfigureAwait(false);
            return args is ["--help" or "-h"] ? 0 : 2;
        }
        var kinds = Kinds(options.Seed).Where(kind => options.Only is null || kind.Kind == options.Only).ToList();
        if (kinds.Count == 0)
        {
            await output.WriteLineAsync($"There is no kind {options.Only}: {string.Join(", ", Kinds(0).Select(k => k.Kind))}").ConfigureAwait(false);
            return 2;
        }
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}")).ConfigureAwait(false);
        using var second = new SecondOpinion();
        if (await SecondOpinion.WhyNotAsync(CancellationToken.None).ConfigureAwait(false) is { } alone)
        {
            await output.WriteLineAsync("The second verifier is needed: " + alone).ConfigureAwait(false);
            return 3;
        }
        var (watch, tallies, skipped) = (Stopwatch.StartNew(), new List<FaultTally>(), 0);
        foreach (var kind in kinds)
        {
            using (kind)
            {
                if (await kind.WhyNotAsync(CancellationToken.None).ConfigureAwait(false) is { } reason)
                {
                    await output.WriteLineAsync($"{kind.Kind}: left out. {reason}").ConfigureAwait(false);
                    skipped++;
                    continue;
                }
                var points = await kind.FindAsync(CancellationToken.None).ConfigureAwait(false);
                if (options.At is { } at)
                    points = [.. points.Where(point => point == at)];
                tallies.Add(await RunAsync(kind, points, options.All ? int.MaxValue : options.Sample, options.Seed, second, output.WriteLine, CancellationToken.None).ConfigureAwait(false));
            }
        }
        foreach (var failure in tallies.SelectMany(tally => tally.Failures))
            await output.WriteLineAsync("FAILED " + failure).ConfigureAwait(false);
        await output.WriteLineAsync("\n" + FaultTally.Heading).ConfigureAwait(false);
        foreach (var tally in tallies)
            await output.WriteLineAsync(tally.ToString()).ConfigureAwait(false);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"\n{tallies.Sum(t => t.Runs)} faults in {watch.Elapsed.TotalSeconds:F0} s. Lost: {tallies.Sum(t => t.Count(BreachKind.Lost))}. Counted twice: {tallies.Sum(t => t.Count(BreachKind.CountedTwice))}. Broken in another way: {tallies.Sum(t => t.Count(BreachKind.Forked) + t.Count(BreachKind.Unsound))}. Logs that the second verifier saw: {second.Verified}.")).ConfigureAwait(false);
        return tallies.Any(t => t.Failures.Count > 0) ? 1 : skipped > 0 || tallies.Sum(t => t.Runs) == 0 ? 3 : 0;
    }

    /// <summary>Strikes points of one kind, as many at a time as there are processors.</summary>
    /// <param name="kind">Kind.</param>
    /// <param name="points">Its points.</param>
    /// <param name="sample">How many of them.</param>
    /// <param name="seed">Draws them.</param>
    /// <param name="second">Looks at each log afterwards.</param>
    /// <param name="say">Takes lines about progress.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<FaultTally> RunAsync(
        IFaultKind kind, IReadOnlyList<string> points, int sample, int seed, SecondOpinion second, Action<string> say, CancellationToken cancellation)
    {
        var tally = new FaultTally(kind.Kind);
        var chosen = sample >= points.Count ? points : Draw(kind, points, sample, seed);
        say(string.Create(CultureInfo.InvariantCulture, $"{kind.Kind}: {chosen.Count} of {points.Count} points"));
        var (watch, gate, done, said) = (Stopwatch.StartNew(), new Lock(), 0, TimeSpan.Zero);
        await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, async (point, cancel) =>
        {
            tally.Add(point, await kind.RunAsync(point, second, cancel).ConfigureAwait(false));
            await AskAsync(last: false).ConfigureAwait(false);
            lock (gate)
            {
                done++;
                if (watch.Elapsed - said < ProgressEvery)
                    return;
                said = watch.Elapsed;
                say(string.Create(CultureInfo.InvariantCulture, $"  {kind.Kind}: {done} of {chosen.Count}, {tally.Failures.Count} failed"));
            }
        }).ConfigureAwait(false);
        await AskAsync(last: true).ConfigureAwait(false);
        return tally;

        async Task AskAsync(bool last)
        {
            foreach (var (name, breach) in await second.VerifyAsync(last, cancellation).ConfigureAwait(false))
                tally.Add(name, breach);
        }
    }

    // The same ones for the same seed, first those that no sample leaves out.
    private static string[] Draw(IFaultKind kind, IReadOnlyList<string> points, int count, int seed)
    {
        var drawn = points.Where(point => !kind.IsInEverySample(point)).ToArray();
        new Random(seed).Shuffle(drawn);
        return [.. points.Where(kind.IsInEverySample).Concat(drawn).Take(count)];
    }

    private static Options? Parse(string[] args)
    {
        var options = new Options(All: false, Sample: 12, Seed: (int)(TimeProvider.System.GetTimestamp() & int.MaxValue), Only: null, At: null);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--all")
            {
                options = options with { All = true };
                continue;
            }
            if (i + 1 == args.Length)
                return null;
            var value = args[++i];
            var number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1;
            if (args[i - 1] is "--sample" or "--seed" && number < 0)
                return null;
            switch (args[i - 1])
            {
                case "--sample":
                    options = options with { Sample = number };
                    break;
                case "--seed":
                    options = options with { Seed = number };
                    break;
                case "--only":
                    options = options with { Only = value };
                    break;
                case "--at":
                    options = options with { At = value };
                    break;
                default:
                    return null;
            }
        }
        return options;
    }
}
