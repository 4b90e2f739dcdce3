using DataSpace.Kernel.NegativeList;

namespace DataSpace.Regulator.Publication;

/// <summary>Stamps every 60 s.</summary>
internal sealed partial class StampClock(PublicationDesk desk, TimeProvider clock, ILogger<StampClock> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Stamp.Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await desk.StampAsync(stoppingToken);
            if (desk.Why is { } why)
                LogSilent(log, why.Code);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing was stamped: {Code}")]
    private static partial void LogSilent(ILogger log, string code);
}
