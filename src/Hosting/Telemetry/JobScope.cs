using Microsoft.Extensions.Logging;

namespace DataSpace.Hosting.Telemetry;

/// <summary>
/// The ids by which the lines of one job are joined, at one node and between nodes: <c>jobHash</c>, <c>jobId</c>, <c>contractId</c> and <c>decisionId</c>, in
/// every line that is written while the scope is open. What is not known yet is left out; an inner scope adds it.
/// </summary>
public static class JobScope
{
    /// <summary>Opens the scope.</summary>
    public static IDisposable? BeginJob(this ILogger logger, string jobHash, string? jobId, string? contractId = null, string? decisionId = null)
        => logger.BeginScope(Ids(("jobHash", jobHash), ("jobId", jobId), ("contractId", contractId), ("decisionId", decisionId)));

    /// <summary>Inside a job: one use of it.</summary>
    public static IDisposable? BeginUse(this ILogger logger, string contractId, string decisionId)
        => logger.BeginScope(Ids(("contractId", contractId), ("decisionId", decisionId)));

    private static Dictionary<string, object?> Ids(params ReadOnlySpan<(string Name, string? Value)> ids)
    {
        var known = new Dictionary<string, object?>();
        foreach (var (name, value) in ids)
        {
            if (value is not null)
                known[name] = value;
        }
        return known;
    }
}
