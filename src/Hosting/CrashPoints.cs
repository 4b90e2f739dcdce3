namespace DataSpace.Hosting;

/// <summary>Points of a job between which a crash must neither lose nor repeat anything.</summary>
public enum CrashPoint
{
    /// <summary>Owner: its round-0 statement is stored, the roster has not come.</summary>
    AfterStatement,

    /// <summary>Owner: everything is checked, nothing is spent.</summary>
    BeforeGrant,

    /// <summary>Owner: spent, nothing is read.</summary>
    AfterGrant,

    /// <summary>Owner: computed, nothing is committed.</summary>
    BeforeReport,

    /// <summary>Owner: committed, nothing has left.</summary>
    AfterReport,

    /// <summary>Owner: the contribution has left, its receipt is offered and not yet countersigned.</summary>
    BeforeReceipt,

    /// <summary>Coordinator: JobDispatched is logged, no owner has heard of the job.</summary>
    AfterDispatchLog,

    /// <summary>Coordinator: every contribution is here, the sum is not.</summary>
    BeforeSum,

    /// <summary>Coordinator: the job is complete, its analyst does not know.</summary>
    BeforeTelling,

    /// <summary>Analyst: verified and decrypted, the result is not stored.</summary>
    AfterDecoding,

    /// <summary>Analyst: the result is stored, no receipt has been offered.</summary>
    BeforeReceiptOffer,
}

/// <summary>
/// Ends the process at a named point, for crash tests: environment variable <c>DATASPACE_CRASH_AT</c>. Absent in operation.
/// </summary>
public sealed class CrashPoints(NodeSurroundings surroundings)
{
    private readonly string? _armed = surroundings.Variable("DATASPACE_CRASH_AT");

    /// <summary>Kills this process without any clean-up when the point is armed.</summary>
    public void Reach(CrashPoint point)
    {
        if (_armed == point.ToString())
            System.Diagnostics.Process.GetCurrentProcess().Kill();
    }
}
