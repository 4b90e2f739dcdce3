namespace DataSpace.Kernel.Results;

/// <summary>
/// Proof that a use was granted: the Grant is durable in the owner's ledger and covered by its signed checkpoint.
/// Only the Ledger assembly can make one (law 1: no receipt, no result).
/// </summary>
public sealed class GrantHandle
{
    internal GrantHandle(string useId, long ledgerIndex, ReadOnlyMemory<byte> grantHash)
        => (UseId, LedgerIndex, GrantHash) = (useId, ledgerIndex, grantHash);

    /// <summary>Lower-case hex of <c>H(jobHash, contractId, step)</c>.</summary>
    public string UseId { get; }

    /// <summary>Zero-based index of the Grant in the owner's log.</summary>
    public long LedgerIndex { get; }

    /// <summary>RFC 6962 leaf hash of the Grant entry, 32 bytes.</summary>
    public ReadOnlyMemory<byte> GrantHash { get; }
}

/// <summary>
/// A result table that output control has released. One of the two types about data that may leave a connector (law 3);
/// only the Sandbox assembly can make one.
/// </summary>
public sealed class ReleasedOutput
{
    internal ReleasedOutput(GrantHandle grant, string mediaType, ReadOnlyMemory<byte> content)
        => (Grant, MediaType, Content) = (grant, mediaType, content);

    /// <summary>The use this output belongs to.</summary>
    public GrantHandle Grant { get; }

    /// <summary>Media type of <see cref="Content"/>, for example <c>application/json</c>.</summary>
    public string MediaType { get; }

    /// <summary>Serialized rows.</summary>
    public ReadOnlyMemory<byte> Content { get; }
}

/// <summary>
/// A message of a privacy protocol. The other type about data that may leave a connector (law 3);
/// only the Privacy assembly can make one, from a state machine that holds a <see cref="GrantHandle"/>.
/// </summary>
public sealed class ProtocolMessage
{
    internal ProtocolMessage(GrantHandle grant, string protocol, string step, ReadOnlyMemory<byte> payload)
        => (Grant, Protocol, Step, Payload) = (grant, protocol, step, payload);

    /// <summary>The use this message belongs to.</summary>
    public GrantHandle Grant { get; }

    /// <summary>Protocol name and version, for example <c>secure-aggregation/1</c>.</summary>
    public string Protocol { get; }

    /// <summary>Step name within the protocol.</summary>
    public string Step { get; }

    /// <summary>Serialized message; the statement what each party learns from it stands at the state machine.</summary>
    public ReadOnlyMemory<byte> Payload { get; }
}
