namespace DataSpace.Kernel.NegativeList;

/// <summary>What a regulator can freeze.</summary>
public enum FreezeTarget
{
    /// <summary>A participant, by DID, in whatever role.</summary>
    Participant,

    /// <summary>A dataset, by its owner and the owner's id for it.</summary>
    Dataset,

    /// <summary>A contract, by agreement id.</summary>
    Contract,
}

/// <summary>Nothing moves with this target while it stands in the list. Lifted by a newer list without it.</summary>
/// <param name="Target">Kind of target.</param>
/// <param name="Id">Its DID or id.</param>
/// <param name="CaseId">The regulator's file number.</param>
/// <param name="Since">Since when.</param>
/// <param name="Provider">Of a dataset: DID of its owner, for ids are the owners' own. Null (in orders from before owners were named): every owner's dataset of this id.</param>
public sealed record Freeze(FreezeTarget Target, string Id, string CaseId, DateTimeOffset Since, string? Provider = null)
{
    /// <summary>True when it freezes this dataset of this owner.</summary>
    public bool IsOfDataset(string provider, string datasetId)
        => Target == FreezeTarget.Dataset && Id == datasetId && (Provider is null || Provider == provider);
}

/// <summary>The regulator's consent for one owner's dataset, one participant and one rule.</summary>
/// <param name="DatasetId">The dataset.</param>
/// <param name="Participant">DID of the consumer.</param>
/// <param name="RuleId">The rule whose route was passed.</param>
/// <param name="Until">End of the consent, exclusive.</param>
/// <param name="CaseId">The regulator's file number.</param>
/// <param name="Provider">DID of the dataset's owner. Null (in orders from before owners were named): clears nothing.</param>
public sealed record Clearance(string DatasetId, string Participant, string RuleId, DateTimeOffset Until, string CaseId, string? Provider = null);

/// <summary>
/// All freezes and clearances that stand, in one document signed by the online key. Both are in one list so that a relay can neither keep back
/// a freeze nor keep up a consent that was withdrawn: the stamp names this list by number and hash.
/// </summary>
/// <param name="Regulator">DID of the regulator.</param>
/// <param name="Sequence">Rising number, from 0, across rule set versions (the "freeze sequence").</param>
/// <param name="IssuedAt">When it was made.</param>
/// <param name="Freezes">At most 10,000.</param>
/// <param name="Clearances">At most 10,000.</param>
public sealed record StandingOrders(string Regulator, long Sequence, DateTimeOffset IssuedAt, IReadOnlyList<Freeze> Freezes, IReadOnlyList<Clearance> Clearances);

/// <summary>The online key's word that this rule set and these orders are the current ones at this moment. Signed every 60 s.</summary>
/// <param name="Regulator">DID of the regulator.</param>
/// <param name="Version">Version of the rule set.</param>
/// <param name="RuleSetHash">Lower-case hex SHA-256 of its canonical JSON.</param>
/// <param name="OrdersSequence">Number of the standing orders.</param>
/// <param name="OrdersHash">Lower-case hex SHA-256 of their canonical JSON.</param>
/// <param name="Time">The moment.</param>
public sealed record Stamp(string Regulator, int Version, string RuleSetHash, long OrdersSequence, string OrdersHash, DateTimeOffset Time)
{
    /// <summary>How often the regulator stamps.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    /// <summary>How long a stamp is good for everything.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>How long for general-grade data whose contract says so; every such use is logged as degraded.</summary>
    public static readonly TimeSpan ExtendedLifetime = TimeSpan.FromHours(24);

    /// <summary>How far clocks may differ.</summary>
    public static readonly TimeSpan MaxSkew = TimeSpan.FromSeconds(60);
}

/// <summary>What one holder of a root key signs: the rule set by number and hash.</summary>
/// <param name="Regulator">DID of the regulator.</param>
/// <param name="Version">Version of the rule set.</param>
/// <param name="RuleSetHash">Lower-case hex SHA-256 of its canonical JSON.</param>
public sealed record RuleSetApproval(string Regulator, int Version, string RuleSetHash);
