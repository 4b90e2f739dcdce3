namespace DataSpace.SandboxWorker;

/// <summary>A failure with a known class; the launcher maps classes to codes.</summary>
internal sealed class WorkerException(string failureClass, string detail) : Exception(detail)
{
    public string FailureClass { get; } = failureClass;
}
