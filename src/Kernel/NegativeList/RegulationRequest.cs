namespace DataSpace.Kernel.NegativeList;

/// <summary>When the list is asked. Later stages know more and are judged by more.</summary>
public enum RegulationStage
{
    /// <summary>A dataset is about to be listed: the dataset and its provider are judged.</summary>
    Listing,

    /// <summary>A contract is about to be concluded: consumer, purpose and destination too.</summary>
    Negotiation,

    /// <summary>A use is about to be granted: the year's volume too.</summary>
    Use,

    /// <summary>A result is about to leave.</summary>
    Release,
}

/// <summary>A column of the request.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataClasses">Data classes declared or found (<c>idCard</c>, <c>phone</c> …); empty when it was looked at and none found; null when nobody looked.</param>
public sealed record RegulatedColumn(string Name, IReadOnlyList<string>? DataClasses);

/// <summary>
/// A question to the list. Null means "not known", and counts against the request wherever the stage is judged by it; an empty list means "known
/// to be none".
/// </summary>
public sealed record RegulationRequest
{
    /// <summary>When it is asked.</summary>
    public required RegulationStage Stage { get; init; }

    /// <summary>Id of the dataset, as its provider lists it.</summary>
    public required string DatasetId { get; init; }

    /// <summary>DID of the provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The moment, from <see cref="TrustedClock"/>.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>DID of the consumer; not judged at listing.</summary>
    public string? Consumer { get; init; }

    /// <summary>Others who take part: co-providers of a joint computation.</summary>
    public IReadOnlyList<string> OtherParties { get; init; } = [];

    /// <summary>Agreement id, when there is one.</summary>
    public string? ContractId { get; init; }

    /// <summary>Industries of the dataset.</summary>
    public IReadOnlyList<string>? Industries { get; init; }

    /// <summary>Scenarios of use.</summary>
    public IReadOnlyList<string>? Scenarios { get; init; }

    /// <summary>Purposes; not judged at listing.</summary>
    public IReadOnlyList<string>? Purposes { get; init; }

    /// <summary>Grade of the data: general 1 to 4, important = 5, core = 6.</summary>
    public int? GradeRank { get; init; }

    /// <summary>Columns touched; at listing all of them.</summary>
    public IReadOnlyList<RegulatedColumn>? Columns { get; init; }

    /// <summary>Region of the consumer, where the result goes; not judged at listing.</summary>
    public string? DestinationRegion { get; init; }

    /// <summary>Records of this dataset that went to this consumer in this calendar year, this request included; judged at use and release.</summary>
    public long? RecordsThisYear { get; init; }

    /// <summary>Distinct subjects likewise.</summary>
    public long? SubjectsThisYear { get; init; }

    /// <summary>The contract says that an older stamp than usual will do; counts only for general grades (rank 1 to 4).</summary>
    public bool ContractExtendsStamp { get; init; }

    /// <summary>How old, where <see cref="ContractExtendsStamp"/>; null: up to the most that can be said, 24 h.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? StampExtension { get; init; }

    /// <summary>Highest rank of a general grade.</summary>
    public const int LastGeneralGrade = 4;
}
