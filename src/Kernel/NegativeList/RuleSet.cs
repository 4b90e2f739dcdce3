namespace DataSpace.Kernel.NegativeList;

/// <summary>What a matching rule demands. The order is the strictness: of several matching rules the greatest value counts.</summary>
public enum RuleRoute
{
    /// <summary>White list: named as permitted. Opens nothing that another rule closes.</summary>
    Allowed,

    /// <summary>Personal-information protection certification, then a clearance.</summary>
    Certification,

    /// <summary>Standard contract filed with the regulator, then a clearance.</summary>
    StandardContract,

    /// <summary>Security assessment by the regulator, then a clearance.</summary>
    SecurityAssessment,

    /// <summary>Must not circulate; no clearance helps.</summary>
    Prohibited,
}

/// <summary>What happens to whatever no rule names.</summary>
public enum RuleSetMode
{
    /// <summary>It may circulate.</summary>
    Negative,

    /// <summary>It must not, in the industries of <see cref="RuleSet.WhitelistIndustries"/>; elsewhere it may.</summary>
    Whitelist,
}

/// <summary>A volume within one calendar year (China Standard Time). Exactly one of the two members is given.</summary>
/// <param name="Records">Number of records.</param>
/// <param name="Subjects">Number of distinct persons or other subjects.</param>
public sealed record VolumePerYear(long? Records = null, long? Subjects = null);

/// <summary>
/// What a rule is about. All given members must hold; within a list one value suffices. At least one member is given.
/// For <see cref="RuleRoute.Allowed"/> the lists are read the other way round: every value of the request must be named.
/// </summary>
/// <param name="Industry">Industry codes (GB/T 4754: <c>C</c>, <c>C36</c>, <c>C3670</c>; a shorter code contains the longer) or plain words.</param>
/// <param name="Scenario">Scenario codes (<c>T0000</c> contains <c>T0200</c>) or plain words.</param>
/// <param name="Field">Column names or globs with <c>*</c> and <c>?</c>; case does not matter.</param>
/// <param name="Pattern">Data classes that a column was declared or found to hold: <c>idCard</c>, <c>phone</c>, <c>bankCard</c>, <c>email</c>, <c>plate</c> ….</param>
/// <param name="GradeAtLeast">Rank from 1: general 1 to 4, important = 5, core = 6.</param>
/// <param name="GradeAtMost">Rank, for white lists.</param>
/// <param name="Purpose">Purposes of use.</param>
/// <param name="Participant">DIDs of provider, consumer or another party.</param>
/// <param name="DestinationRegion">Where the result goes: <c>CN</c>, <c>CN-310000</c>, <c>US</c> …, or <see cref="RegionScope.Abroad"/>.</param>
/// <param name="Volume">Reached or exceeded by this request (white list: not reached).</param>
public sealed record RuleMatch(
    IReadOnlyList<string>? Industry = null, IReadOnlyList<string>? Scenario = null, IReadOnlyList<string>? Field = null, IReadOnlyList<string>? Pattern = null,
    int? GradeAtLeast = null, int? GradeAtMost = null, IReadOnlyList<string>? Purpose = null, IReadOnlyList<string>? Participant = null,
    IReadOnlyList<string>? DestinationRegion = null, VolumePerYear? Volume = null);

/// <summary>One rule.</summary>
/// <param name="Id">Id within the regulator's rule sets, <c>[A-Za-z0-9._-]</c>, at most 64 characters; named in every refusal.</param>
/// <param name="Basis">Law, notice or list that it rests on.</param>
/// <param name="TitleEn">For people, English.</param>
/// <param name="TitleZh">For people, Chinese.</param>
/// <param name="Match">What it is about.</param>
/// <param name="Route">What it demands.</param>
public sealed record Rule(string Id, string Basis, string TitleEn, string TitleZh, RuleMatch Match, RuleRoute Route);

/// <summary>The online key that the root keys entrust with stamps and standing orders.</summary>
/// <param name="PublicKey">Raw Ed25519 key, base64url.</param>
/// <param name="KeyId">Its id.</param>
/// <param name="NotAfter">End of the delegation, exclusive.</param>
public sealed record StampKey(string PublicKey, string KeyId, DateTimeOffset NotAfter);

/// <summary>
/// A regulator's list, signed offline by several root keys. It travels as JSON and is hashed in canonical form (RFC 8785), so relays may
/// reformat but not alter it. Limits stand in <see cref="RuleSetReader"/>.
/// </summary>
/// <param name="Regulator">DID of the regulator.</param>
/// <param name="Version">Rising number, from 1.</param>
/// <param name="IssuedAt">When it was made.</param>
/// <param name="ValidFrom">In force from, inclusive.</param>
/// <param name="ValidUntil">In force until, exclusive.</param>
/// <param name="Mode">What happens to whatever no rule names.</param>
/// <param name="StampKey">The online key.</param>
/// <param name="Rules">The rules, at most 10,000; their order means nothing.</param>
/// <param name="WhitelistIndustries">Industries in which only the white list circulates; null with <see cref="RuleSetMode.Whitelist"/> means all.</param>
public sealed record RuleSet(
    string Regulator, int Version, DateTimeOffset IssuedAt, DateTimeOffset ValidFrom, DateTimeOffset ValidUntil, RuleSetMode Mode,
    StampKey StampKey, IReadOnlyList<Rule> Rules, IReadOnlyList<string>? WhitelistIndustries = null);
