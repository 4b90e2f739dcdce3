namespace DataSpace.Connector.Duties;

/// <summary>
/// A duty of one use, at the owner. The row drives the work; that a duty was done or breached is proven by the ledger. Written before the Grant of its use, so no use can
/// be granted whose duties are not on record.
/// </summary>
internal sealed class OwedDutyRow
{
    public required string UseId { get; init; }
    public required string DutyId { get; init; }

    /// <summary>See <see cref="Kernel.Policy.RuleActions"/>: <c>inform</c>, <c>delete</c> or <c>dataspace:logRecordSend</c>.</summary>
    public required string Action { get; init; }

    /// <summary><c>before</c>, <c>during</c> or <c>after</c>.</summary>
    public required string Phase { get; init; }
    public required string AgreementId { get; init; }

    /// <summary>Consumer, dataset and rules in one name, as for budgets: negotiating the same offer again does not shake off what is owed.</summary>
    public required string Scope { get; init; }
    public required string Consumer { get; init; }
    public required string DatasetId { get; init; }
    public required string JobHash { get; init; }
    public required string Purpose { get; init; }

    /// <summary>DID of the informed party; null for other actions.</summary>
    public string? Party { get; init; }

    /// <summary>Ticks from its beginning to its deadline; 0 when it has to be done at once.</summary>
    public long WithinTicks { get; init; }

    /// <summary>One of <see cref="DutyStates"/>.</summary>
    public required string State { get; set; }

    /// <summary>By this owner's clock; null until the duty has begun.</summary>
    public DateTimeOffset? Deadline { get; set; }

    /// <summary>The notice's content as JSON, always the same.</summary>
    public string? Notice { get; set; }

    /// <summary>Digest of the result, from the consumer's receipt.</summary>
    public string? ResultDigest { get; set; }

    /// <summary>What proves that it was done: the signed acknowledgement or statement, or the hash of an entry.</summary>
    public string? Proof { get; set; }

    /// <summary>Why the last attempt failed.</summary>
    public string? LastCode { get; set; }
    public int Attempts { get; set; }
    public DateTimeOffset? NextTryAt { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? DoneAt { get; set; }

    /// <summary>When it was found to be overdue; stays when it is made good.</summary>
    public DateTimeOffset? BreachedAt { get; set; }
    public int Revision { get; set; }
}

/// <summary>Where a duty of a use stands.</summary>
internal static class DutyStates
{
    /// <summary>Its use may be granted; nothing is due yet.</summary>
    public const string Planned = "planned";

    /// <summary>Due, with a deadline.</summary>
    public const string Pending = "pending";

    /// <summary>Proven, and in the ledger.</summary>
    public const string Done = "done";

    /// <summary>Overdue; uses under the contract are denied until it is made good.</summary>
    public const string Breached = "breached";
}

/// <summary>What an owner told this node about a use.</summary>
internal sealed class ReceivedNoticeRow
{
    public required string Owner { get; init; }
    public required string UseId { get; init; }
    public required string DutyId { get; init; }

    /// <summary>The notice as JSON.</summary>
    public required string Body { get; init; }

    /// <summary>SHA-256 of its canonical form, lower-case hex.</summary>
    public required string Hash { get; init; }
    public DateTimeOffset ReceivedAt { get; init; }
}
