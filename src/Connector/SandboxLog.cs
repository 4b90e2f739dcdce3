namespace DataSpace.Connector;

/// <summary>What happened inside the sandbox, for the owner's eyes only.</summary>
internal static partial class SandboxLog
{
    [LoggerMessage(1, LogLevel.Warning, "Sandbox incident {Code} on {Dataset}: {Detail}")]
    public static partial void Incident(ILogger logger, string code, string? dataset, string detail);
}

/// <summary>Where compiled SEAL modules are kept: per user, shared by the nodes of this user, private.</summary>
internal static class SealCache
{
    /// <summary>Follows XDG_CACHE_HOME.</summary>
    public static string Directory => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "dataspace", "seal");
}
