namespace DataSpace.Connector;

/// <summary>What happened inside the sandbox, for the owner's eyes only.</summary>
internal static partial class SandboxLog
{
    [LoggerMessage(1, LogLevel.Warning, "Sandbox incident {Code} on {Dataset}: {Detail}")]
    public static partial void Incident(ILogger logger, string code, string? dataset, string detail);
}
