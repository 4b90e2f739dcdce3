using DataSpace.Ledger.Sequencing;
using DataSpace.Metering.Meters;

namespace DataSpace.Connector.Meters;

/// <summary>
/// Keeps the running sums beside this node's log (<c>metering.db</c>): every few seconds, when the log has grown, it folds what is new. For the owner's eyes; bills are
/// computed from the log. Erasures and folding take turns, since a reader of the vault keeps erased pages alive.
/// </summary>
internal sealed partial class MeterWorker(AuditLedger ledger, TimeProvider clock, ILogger<MeterWorker> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private MeterState? _state;
    private string? _code;

    /// <summary>Sums of all contracts and months by unit, without the owner's exact figures; entries that they cover; why the last run failed, or null.</summary>
    public object Summary()
    {
        var state = Volatile.Read(ref _state);
        var totals = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var sum in state?.Sums.Where(s => !s.Unit.StartsWith(MeterNames.Exact, StringComparison.Ordinal)) ?? [])
            totals[sum.Unit] = totals.GetValueOrDefault(sum.Unit) is var so && so > long.MaxValue - sum.Value ? long.MaxValue : so + sum.Value;
        return new { size = state?.Size ?? 0, totals, code = Volatile.Read(ref _code) };
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            if (ledger.Published.Size <= (Volatile.Read(ref _state)?.Size ?? 0))
                continue;
            try
            {
                var run = await ledger.ReadVaultAsync(() => MeterProjector.Run(ledger.Directory, ledger.VerifierKey), stoppingToken);
                if (run.TryGet(out var state, out var error))
                    Volatile.Write(ref _state, state);
                else if (error.Code != _code)
                    LogRefused(log, error.Code);
                Volatile.Write(ref _code, error?.Code);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(log, e); // a full disk, or somebody else folds: the next run begins where the last one committed
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The meters were not brought up to date: {Code}")]
    private static partial void LogRefused(ILogger logger, string code);

    [LoggerMessage(2, LogLevel.Warning, "The meters were not brought up to date")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
