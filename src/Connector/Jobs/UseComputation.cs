using System.Diagnostics;
using System.Text.Json;
using DataSpace.Connector.History;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Jobs;

/// <summary>What a computation leaves to be committed.</summary>
/// <param name="Committed">Bytes that will leave.</param>
/// <param name="ResultCells">Cells of the result as planned; the same whatever the data hold.</param>
/// <param name="Usage">What the sandbox reported, or null when it failed.</param>
/// <param name="Elapsed">Time of the whole computation.</param>
/// <param name="Subjects">Subjects behind the cells, each counted once per cell; null where output control does not count them. Owner only.</param>
internal sealed record UseWork(byte[] Committed, int ResultCells, SandboxUsage? Usage, TimeSpan Elapsed, long? Subjects = null)
{
    /// <summary>Bytes said in a protocol before; 0 where there is none. Owner only.</summary>
    public long ProtocolBytes { get; init; }

    /// <summary>Fuel of the operations in WebAssembly (<see cref="SealFuel"/>); 0 where there are none. Owner only.</summary>
    public long Fuel { get; init; }

    /// <summary>Fuel that follows from the plan alone, whatever the data hold: shown and billed. 0 where how much it is depends on the data.</summary>
    public long PlannedFuel { get; init; }

    /// <summary>Why the conversation broke off after something of its result had left: reported, and refused; null for work that is done.</summary>
    public DsError? BrokenOff { get; init; }
}

/// <summary>The part of a use that reads data: sandbox, output control, masks. Reached only with a grant.</summary>
internal sealed partial class UseComputation(
    ProviderDesk desk, ControlledSandbox controlled, ISealEngine engine, Egress egress, MaskKeys maskKeys, Dropouts.DropoutParts dropouts, HiddenGroups.HiddenGroupRunner hidden, NodeIdentity self,
    TimeProvider clock,
    ILogger<UseComputation> log)
{
    private const int MaxTableRows = 1000;

    /// <summary>A joint statistic: exact cells in the sandbox, then noise, masks and encryption.</summary>
    public async Task<Result<UseWork>> AggregateAsync(
        UseRow row, UseRequest use, AggregateQuery query, AdmittedUse admitted, EgressContext context, CancellationToken cancellation)
    {
        if (!AggregationShapes.Of(query, use.Order.Plan.Roster.Count).TryGet(out var shape, out var error))
            return error;
        var started = Stopwatch.GetTimestamp();
        if (!(await CellsAsync(row, use, query, admitted, shape, context.Grant, cancellation)).TryGet(out var local, out error))
            return error;
        var (cells, status, ran) = (local.Cells, local.Status, local.Ran);
        if (status.Code is not null)
            LogDataFailure(log, status.Code, ran.IsOk ? null : ran.Error.Detail);
        var roster = JsonSerializer.Deserialize<List<string>>(row.RoundZeros!, JobJson.Options)!;
        if (!JobOrders.VerifyRoster(use.Order, row.JobHash, roster, self.Did, desk.PinnedCoProvider, clock).TryGet(out var statements, out error))
            return error;
        if (maskKeys.Find(row.JobHash) is not { } own || !dropouts.IsReady(use.Order.Plan, row.JobHash))
            return JobErrors.Abandoned.Of();
        var metered = new MeteredSealEngine(engine);
        var position = statements.ToList().FindIndex(s => s.Participant == self.Did);
        var message = ProviderRound.Contribute(
            metered, context.Grant, shape, cells, use.AnalystKeys, own, position,
            [.. statements.Select(s => Convert.FromBase64String(s.EphemeralKey))], Convert.FromHexString(row.RosterHash!), 0,
            Convert.FromHexString(use.Order.AnalystKeysDigest), admitted.Noise?.Share, use.Order.Plan.HasDropout ? dropouts.Find(row.JobHash)!.Party : null, local.Agreed);
        if (!message.TryGet(out var contribution, out error) || !egress.Pack(context, contribution, status).TryGet(out var bytes, out error))
            return error;
        var usage = ran.IsOk ? ran.Value.Usage : null;
        return new UseWork(bytes, query is { Bins: null, Matrix: null } ? query.GroupCount * query.Measures.Count : query.FigureCount, usage, Stopwatch.GetElapsedTime(started), ran.IsOk ? ran.Value.Cells.Sum(c => c.Subjects) : null)
        {
            ProtocolBytes = local.ProtocolBytes,
            // As many ciphertexts as the shape has, also for data that failed.
            Fuel = metered.Fuel,
            PlannedFuel = metered.Fuel,
        };
    }

    /// <summary>This owner's cells: of a public list of groups, or of the groups that its rows have.</summary>
    private async Task<Result<HiddenGroups.HiddenCells>> CellsAsync(
        UseRow row, UseRequest use, AggregateQuery query, AdmittedUse admitted, AggregationShape shape, GrantHandle grant, CancellationToken cancellation)
    {
        if (query.Hidden is not null)
            return await hidden.RunAsync(row, use, query, admitted, shape, grant, cancellation);
        var ran = await controlled.RunCellsAsync(grant, use, query, CellPlans.Of(query, admitted.Decision.Obligations!.RowFilter), LimitsOf(use), cancellation);
        var (cells, status) = CellPlans.Judge(ran, query);
        return new HiddenGroups.HiddenCells(cells, status, default, ran, 0);
    }

    /// <summary>One provider's released table, or a failure of the same size.</summary>
    public async Task<Result<UseWork>> TableAsync(UseRequest use, PolicyDecision decision, EgressContext context, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var ran = await controlled.RunStatementAsync(context.Grant, use, use.Order.Plan.Sql!.Text, RulesOf(decision), LimitsOf(use), cancellation);
        if (!ran.IsOk)
            LogDataFailure(log, ran.Error.Code, ran.Error.Detail);
        var packed = ran.TryGet(out var run, out var failure) ? egress.Pack(context, run.Output) : egress.PackFailure(context, failure.Code);
        return packed.TryGet(out var bytes, out var error)
            ? new UseWork(bytes, TableCells(decision), run?.Usage, Stopwatch.GetElapsedTime(started))
            : error;
    }

    /// <summary>Cells that the contract lets out at most, rows by columns: reserved and billed, whatever the statement finds.</summary>
    internal static int TableCells(PolicyDecision decision)
    {
        var rules = RulesOf(decision);
        return rules.MaxRows * Math.Max(1, rules.AllowedColumns.Union(rules.GroupKeys, StringComparer.Ordinal).Count());
    }

    /// <summary>Output rules from the decided terms.</summary>
    public static OutputRules RulesOf(PolicyDecision decision)
    {
        var obligations = decision.Obligations!;
        return new OutputRules
        {
            AllowedColumns = obligations.AllowedColumns.ToHashSet(StringComparer.Ordinal),
            GroupKeys = obligations.AllowedGroupKeys.ToHashSet(StringComparer.Ordinal),
            MinGroupSize = obligations.MinimumGroupSize,
            DominancePercent = obligations.DominancePercent,
            MaxRows = (int)Math.Min(obligations.MaxRows ?? MaxTableRows, MaxTableRows),
            MaxOutputBytes = (int)Math.Min(obligations.MaxOutputBytes ?? Egress.TableBytes / 2, Egress.TableBytes / 2),
            RowFilter = CellPlans.FilterOf(obligations.RowFilter),
        };
    }

    /// <summary>Limits of a run in the sandbox.</summary>
    public static SandboxLimits LimitsOf(UseRequest use) => new()
    {
        WallLimitMs = use.Order.Plan.WallLimitMs,
        CpuLimitSeconds = Math.Max(1, use.Order.Plan.WallLimitMs / 1000),
    };

    [LoggerMessage(1, LogLevel.Warning, "The computation over the data failed: {Code} {Detail}")]
    private static partial void LogDataFailure(ILogger logger, string code, string? detail);
}
