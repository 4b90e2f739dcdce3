using System.Globalization;

namespace DataSpace.Hosting;

/// <summary>
/// The clock of a node: the system's. For tests of what happens when stamps expire or a clock goes back it can be shifted as a whole: environment variable
/// <c>DATASPACE_CLOCK_SHIFT_S</c>, in seconds. Whoever may set it may set the machine's clock as well; law 6 holds for both.
/// </summary>
public static class NodeClock
{
    /// <summary>Name of the variable.</summary>
    public const string Variable = "DATASPACE_CLOCK_SHIFT_S";

    /// <summary>The clock of a node in these surroundings.</summary>
    public static TimeProvider Create(NodeSurroundings surroundings)
        => long.TryParse(surroundings.Variable(Variable), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) && seconds != 0
            ? new Shifted(TimeSpan.FromSeconds(seconds))
            : TimeProvider.System;

    private sealed class Shifted(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
    }
}
