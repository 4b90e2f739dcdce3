namespace DataSpace.Protocol.Regulation;

/// <summary>Where nodes and regulators meet. Every path takes a peer's request token; the node knows its regulator by the <c>node.json</c> named in its configuration.</summary>
public static class RegulationPaths
{
    /// <summary>
    /// On every node and on the regulator. GET: the newest verified bundle (query <c>regulator</c> = DID, <c>after</c> = unix seconds of the stamp that the caller
    /// holds; 204 when there is nothing newer). POST: a bundle, judged by its signatures and never by who carries it.
    /// </summary>
    public const string Bundle = "/regulation/bundle";

    /// <summary>On the regulator. GET: the newest stamp alone, as text (compact JWS). Open, like the bundle there: both prove themselves.</summary>
    public const string Stamp = "/regulation/stamp";

    /// <summary>On a node. POST: <see cref="RegulationPreviewRequest"/> by the regulator's request token; nothing is kept or changed.</summary>
    public const string Preview = "/regulation/preview";

    /// <summary>On the regulator. POST: <see cref="SignedPaper"/> with a <see cref="RegulationAcknowledgement"/>.</summary>
    public const string Acknowledgements = "/regulation/acknowledgements";

    /// <summary>On a connector. POST: <see cref="SignedPaper"/> with a <see cref="RegulationNotice"/>.</summary>
    public const string Notices = "/peer/regulation/notices";
}

/// <summary>A signed document on its way (compact JWS).</summary>
public sealed record SignedPaper(string Document);

/// <summary>Something that a rule or a freeze stopped, or that goes on again.</summary>
/// <param name="Kind"><c>dataset</c>, <c>contract</c> or <c>job</c>.</param>
/// <param name="Target">Dataset id, agreement id, or job hash.</param>
/// <param name="RuleId">The rule, or <c>freeze/</c> and the case.</param>
/// <param name="DatasetId">The dataset behind it.</param>
/// <param name="Counterparty">The other side of a contract or job, where there is one.</param>
public sealed record RegulationEffect(string Kind, string Target, string RuleId, string DatasetId, string? Counterparty = null)
{
    /// <summary>A published dataset.</summary>
    public const string Dataset = "dataset";

    /// <summary>A contract.</summary>
    public const string Contract = "contract";

    /// <summary>A running job.</summary>
    public const string Job = "job";
}

/// <summary>
/// Node → regulator (JWS, typ <see cref="Typ"/>, audience = the regulator): a bundle arrived, and this is what it did here. Sent again until it is taken;
/// a newer one replaces an older one.
/// </summary>
/// <param name="Node">DID of the node.</param>
/// <param name="Regulator">DID of the regulator.</param>
/// <param name="Version">Version of the rule set now in force here.</param>
/// <param name="RuleSetHash">Its hash, lower-case hex.</param>
/// <param name="FreezeSequence">Sequence of the list of freezes now in force here.</param>
/// <param name="ArrivedAtMs">When the bundle arrived, milliseconds since 1970 by the node's clock.</param>
/// <param name="DoneAtMs">When everything it touches was suspended, the same.</param>
/// <param name="Suspended">Newly stopped by this bundle.</param>
/// <param name="Resumed">Goes on again since this bundle.</param>
/// <param name="StillSuspended">How many were stopped before and still are.</param>
public sealed record RegulationAcknowledgement(
    string Node, string Regulator, long Version, string RuleSetHash, long FreezeSequence, long ArrivedAtMs, long DoneAtMs,
    IReadOnlyList<RegulationEffect> Suspended, IReadOnlyList<RegulationEffect> Resumed, int StillSuspended)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-regulation-ack+jws";
}

/// <summary>Node → the other party of a contract (JWS, typ <see cref="Typ"/>): the contract was suspended or goes on.</summary>
/// <param name="AgreementId">The contract.</param>
/// <param name="DatasetId">Its dataset.</param>
/// <param name="Suspended">False: it goes on.</param>
/// <param name="RuleId">The rule, or <c>freeze/</c> and the case.</param>
/// <param name="Basis">Legal basis as the rule names it.</param>
/// <param name="TitleEn">The rule's title.</param>
/// <param name="TitleZh">The same in Chinese.</param>
/// <param name="Code">Stable error code of uses from now on; empty when the contract goes on.</param>
/// <param name="Regulator">DID of the regulator.</param>
/// <param name="Version">Version of the rule set.</param>
/// <param name="AtMs">When, milliseconds since 1970 by the sender's clock.</param>
public sealed record RegulationNotice(
    string AgreementId, string DatasetId, bool Suspended, string RuleId, string Basis, string TitleEn, string TitleZh, string Code, string Regulator, long Version, long AtMs)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-regulation-notice+jws";
}
