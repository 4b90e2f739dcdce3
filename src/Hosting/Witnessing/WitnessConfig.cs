using DataSpace.Kernel.Results;
using DataSpace.Ledger.Witnessing;

namespace DataSpace.Hosting.Witnessing;

/// <summary>Who witnesses this node's log, as its owner configured it.</summary>
/// <param name="Dids">Participants to ask; null asks the coordinator and up to three others that this node knows.</param>
/// <param name="Policy">A tlog-policy file instead; its witnesses are named by their DIDs.</param>
/// <param name="RequireQuorum">A use waits until the quorum has cosigned its Grant, and is refused when it does not come.</param>
public sealed record WitnessConfig(IReadOnlyList<string>? Dids, WitnessPolicy? Policy, bool RequireQuorum)
{
    /// <value>How long a log that is not empty waits for a witness's word before its first entry, by default.</value>
    public const int DefaultAskMs = 5_000;

    /// <summary>Participants behind which the operator of the space stands: beside the coordinator they are no second witness.</summary>
    public IReadOnlyList<string> OperatorDids { get; init; } = [];

    /// <summary>How long a log that is not empty waits for a witness's word before its first entry, when none can be reached.</summary>
    public TimeSpan Ask { get; init; } = TimeSpan.FromMilliseconds(DefaultAskMs);

    /// <summary>Nothing configured.</summary>
    public static WitnessConfig Default { get; } = new(null, null, RequireQuorum: false);

    /// <summary>Most participants that may be named.</summary>
    public const int MaxWitnesses = 16;

    /// <summary>
    /// Reads the members <c>witnesses</c>, <c>witnessPolicy</c>, <c>requireWitnesses</c>, <c>operatorDids</c> and <c>witnessAskMs</c> of a configuration; paths are relative to
    /// <paramref name="directory"/>.
    /// </summary>
    public static Result<WitnessConfig> Create(IReadOnlyList<string>? dids, string? policyFile, bool requireQuorum, string directory, IReadOnlyList<string>? operators, int? askMs)
    {
        if (operators is { Count: > MaxWitnesses } || operators?.Any(d => d is null || !Kernel.Identity.ParticipantId.Parse(d).IsOk) == true)
            return HostErrors.BadConfiguration.Of($"operatorDids: at most {MaxWitnesses}, each a did:web");
        if (dids?.FirstOrDefault(d => operators?.Contains(d, StringComparer.Ordinal) == true) is { } own)
            return HostErrors.BadConfiguration.Of($"witnesses: {own} is the operator's own");
        if (askMs is < 100 or > 60_000)
            return HostErrors.BadConfiguration.Of("witnessAskMs is 100 to 60000");
        return Create(dids, policyFile, requireQuorum, directory).TryGet(out var config, out var error)
            ? config with { OperatorDids = operators ?? [], Ask = TimeSpan.FromMilliseconds(askMs ?? DefaultAskMs) }
            : error;
    }

    private static Result<WitnessConfig> Create(IReadOnlyList<string>? dids, string? policyFile, bool requireQuorum, string directory)
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
            if (!WitnessPolicy.Parse(File.ReadAllText(file.FullName)).TryGet(out var policy, out var error))
                return HostErrors.BadConfiguration.Of($"witnessPolicy: {error.Detail}");
            // Nodes reach each other by what their members say about themselves, with a pinned certificate; another address would silently not be asked.
            return policy.Witnesses.FirstOrDefault(w => w.Url is not null) is { } elsewhere
                ? HostErrors.BadConfiguration.Of($"witnessPolicy: witness {elsewhere.Name} has a URL; a node asks participants, by their DIDs")
                : new WitnessConfig(null, policy, requireQuorum);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HostErrors.BadConfiguration.Of($"witnessPolicy: {Path.GetFileName(policyFile)} cannot be read");
        }
    }
}
