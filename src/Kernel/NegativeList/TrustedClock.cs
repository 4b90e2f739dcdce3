using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>Law 6: the time that counts is the latest known one; a clock that runs back is no clock.</summary>
public static class TrustedClock
{
    /// <summary>
    /// The later of the system's clock and the last moment this node vouched for (its last ledger entry, its last cosignature).
    /// Refused when the system's clock is more than 60 s behind.
    /// </summary>
    public static Result<DateTimeOffset> Read(DateTimeOffset system, DateTimeOffset? lastKnown)
    {
        if (lastKnown is not { } last || system >= last)
            return system;
        return last - system > Stamp.MaxSkew ? NegativeListErrors.ClockBackwards.Of($"{(long)(last - system).TotalSeconds} s behind") : last;
    }

    /// <summary>The calendar year in which volumes are summed up: that of China Standard Time (UTC+8, no summer time).</summary>
    public static int CalendarYear(DateTimeOffset moment) => moment.ToOffset(TimeSpan.FromHours(8)).Year;
}
