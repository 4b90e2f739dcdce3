using DataSpace.Hosting.Identity;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Connector.History;

/// <summary>Registration of query control.</summary>
internal static class HistoryServices
{
    /// <summary>The history beside the ledger, and the sandbox behind it.</summary>
    public static IServiceCollection AddQueryHistory(this IServiceCollection services) => services
        .AddSingleton(provider =>
        {
            var ledger = provider.GetRequiredService<AuditLedger>();
            return new QueryHistory(
                ledger.Directory, provider.GetRequiredService<NodeIdentity>().DatasetVersionKey, new LedgerAnchor(ledger), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<QueryHistory>>());
        })
        .AddSingleton<ControlledSandbox>();
}
