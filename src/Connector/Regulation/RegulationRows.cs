namespace DataSpace.Connector.Regulation;

/// <summary>Something that is suspended now. What the list says at the gate decides; this row is what was done about it, and told.</summary>
internal sealed class SuspensionRow
{
    /// <summary><c>dataset</c>, <c>contract</c> or <c>job</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Dataset id, agreement id or job hash.</summary>
    public required string Target { get; init; }
    public required string DatasetId { get; init; }
    public string? Counterparty { get; init; }
    public required string Code { get; set; }
    public required string RuleId { get; set; }
    public string? Detail { get; set; }
    public string Basis { get; set; } = string.Empty;
    public string TitleEn { get; set; } = string.Empty;
    public string TitleZh { get; set; } = string.Empty;
    public required string Regulator { get; set; }
    public long Version { get; set; }
    public DateTimeOffset Since { get; init; }
}

/// <summary>A message that is owed: a notice to the other party, or an acknowledgement to a regulator. Signed anew at every attempt.</summary>
internal sealed class RegulationMailRow
{
    /// <summary>One letter per receiver and matter: a newer one takes the place of an older one that was not delivered.</summary>
    public required string Id { get; init; }
    public required string Receiver { get; init; }
    public required string Path { get; init; }
    public required string Typ { get; init; }
    public required string Body { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public int Revision { get; set; }
}

/// <summary>What the other party of a contract said last about it.</summary>
internal sealed class RegulationNoticeRow
{
    public required string AgreementId { get; init; }
    public required string Sender { get; init; }
    public bool Suspended { get; set; }
    public required string Body { get; set; }
    public DateTimeOffset At { get; set; }
}
