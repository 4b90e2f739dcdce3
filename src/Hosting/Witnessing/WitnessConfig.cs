using DataSpace.Kernel.Results;
using DataSpace.Ledger.Witnessing;

namespace DataSpace.Hosting.Witnessing;

/// <summary>Who witnesses this node's log, as its owner configured it.</summary>
/// <param name="Dids">Participants to ask; null asks the coordinator and up to three others that this node knows.</param>
/// <param name="Policy">A tlog-policy file instead; its witnesses are named by their DIDs.</param>
/// <param name="RequireQuorum">A use waits until the quorum has cosigned its Grant, and is refused when it does not come.</param>
public sealed record WitnessConfig(IReadOnlyList<string>? Dids, WitnessPolicy? Policy, bool RequireQuorum)
{
    /// <summary>Nothing configured.</summary>
    public static WitnessConfig Default { get; } = new(null, null, RequireQuorum: false);

    /// <summary>Most participants that may be named.</summary>
    public const int MaxWitnesses = 16;

    /// <summary>Reads the members <c>witnesses</c>, <c>witnessPolicy</c> and <c>requireWitnesses</c> of a configuration; paths are relative to <paramref name="directory"/>.</summary>
    public static Result<WitnessConfig> Create(IReadOnlyList<string>? dids, string? policyFile, bool requireQuorum, string directory)
    {
        if (dids is not null && policyFile is not null)
            return HostErrors.BadConfiguration.Of("either witnesses or witnessPolicy");
        if (dids is { Count: > MaxWitnesses } || dids?.Any(d => d is null || !Kernel.Identity.ParticipantId.Parse(d).IsOk) == true)
            return HostErrors.BadConfiguration.Of($"witnesses: at most {MaxWitnesses}, each a did:web");
        if (policyFile is null)
            return new WitnessConfig(dids, null, requireQuorum);
        try
        {
            var file = new FileInfo(Path.GetFullPath(policyFile, directory));
            if (file.Length > WitnessPolicy.MaxBytes)
                return HostErrors.BadConfiguration.Of("witnessPolicy: the file is too long");
            return WitnessPolicy.Parse(File.ReadAllText(file.FullName)).TryGet(out var policy, out var error)
                ? new WitnessConfig(null, policy, requireQuorum)
                : HostErrors.BadConfiguration.Of($"witnessPolicy: {error.Detail}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HostErrors.BadConfiguration.Of($"witnessPolicy: {Path.GetFileName(policyFile)} cannot be read");
        }
    }
}
