using DataSpace.Hosting;

namespace DataSpace.Connector.Jobs;

/// <summary>Points of a use between which a crash must neither lose nor repeat anything.</summary>
internal enum CrashPoint
{
    BeforeGrant,
    AfterGrant,
    BeforeReport,
    AfterReport,
}

/// <summary>
/// Ends the process at a named point, for crash tests: environment variable <c>DATASPACE_CRASH_AT</c>. Absent in operation.
/// </summary>
internal sealed class CrashPoints(NodeSurroundings surroundings)
{
    private readonly string? _armed = surroundings.Variable("DATASPACE_CRASH_AT");

    /// <summary>Kills this process without any clean-up when the point is armed.</summary>
    public void Reach(CrashPoint point)
    {
        if (_armed == point.ToString())
            System.Diagnostics.Process.GetCurrentProcess().Kill();
    }
}
