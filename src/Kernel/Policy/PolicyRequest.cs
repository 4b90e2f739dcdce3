namespace DataSpace.Kernel.Policy;

/// <summary>A co-provider in the roster of a job.</summary>
/// <param name="Did">DID.</param>
/// <param name="KeyId">Key id named in the job for it.</param>
public sealed record CoProvider(string Did, string KeyId)
{
    /// <summary>The spelling in contracts: <c>did#keyId</c>.</summary>
    public override string ToString() => Did + "#" + KeyId;
}

/// <summary>Actions that a decision is asked about.</summary>
public static class PolicyActions
{
    /// <summary>One use of the data in a computation; every rule applies.</summary>
    public const string Use = "use";

    /// <summary>Concluding a contract: whether this consumer could use the data at all under the offer.</summary>
    public const string Negotiate = "negotiate";

    /// <summary>Listing a dataset under a policy: only its owner may.</summary>
    public const string Publish = "publish";
}

/// <summary>A question to the <see cref="PolicyDecisionPoint"/>: who wants to do what, with which data, how, when. Every value was validated at the edge.</summary>
public sealed record PolicyRequest
{
    /// <summary>The contract's compiled policy; null denies (no policy answers).</summary>
    public required CompiledPolicy? Policy { get; init; }

    /// <summary>One of <see cref="PolicyActions"/>; any other denies.</summary>
    public required string Action { get; init; }

    /// <summary>DID of the participant who asks: the consumer for a use or negotiation, the owner for publishing.</summary>
    public required string Actor { get; init; }

    /// <summary>DID of the data consumer, who is the recipient of the result.</summary>
    public required string Consumer { get; init; }

    /// <summary>DID of the owner who decides.</summary>
    public required string Provider { get; init; }

    /// <summary>Dataset that is asked for.</summary>
    public required string DatasetId { get; init; }

    /// <summary>Contract (agreement) id; empty before there is one.</summary>
    public required string ContractId { get; init; }

    /// <summary>Decision time, UTC; from the node's guarded clock, never from the message.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Policy hash that the job names; null when none. A difference denies.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>Declared purpose, or null.</summary>
    public string? Purpose { get; init; }

    /// <summary>Kind of computation: <c>sql</c> or <c>aggregate</c>.</summary>
    public string? Computation { get; init; }

    /// <summary>Columns that the computation reads, group keys included.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Columns that it groups by.</summary>
    public IReadOnlyList<string> GroupKeys { get; init; } = [];

    /// <summary>Minimum group size the job asks for; null takes the contract's.</summary>
    public int? MinimumGroupSize { get; init; }

    /// <summary>Dominance limit the job asks for, percent; null takes the contract's.</summary>
    public int? DominancePercent { get; init; }

    /// <summary>Row cap the job asks for; null takes the contract's.</summary>
    public long? MaxRows { get; init; }

    /// <summary>The other providers of the job's roster.</summary>
    public IReadOnlyList<CoProvider> CoProviders { get; init; } = [];

    /// <summary>DIDs known to belong to the consumer's group; they never count as independent of it.</summary>
    public IReadOnlyList<string> ConsumerGroup { get; init; } = [];

    /// <summary>Role of the actor, as the signed order states it; null when it states none.</summary>
    public string? Role { get; init; }

    /// <summary>Where this node computes, see <see cref="Region"/>; null when its owner states no region.</summary>
    public string? ExecutionRegion { get; init; }

    /// <summary>Where the consumer is, as this owner has confirmed it; null when not confirmed.</summary>
    public string? ConsumerRegion { get; init; }

    /// <summary>Host of the consumer's node: a name, lower case, or an IP address; null when unknown.</summary>
    public string? ConsumerAddress { get; init; }

    /// <summary>Every name of what will compute: the protocol's, and <c>sha256:</c> of the program.</summary>
    public IReadOnlyList<string> Algorithms { get; init; } = [];

    /// <summary>One of <see cref="PolicyTerms.Environments"/>, or null.</summary>
    public string? ExecutionEnv { get; init; }

    /// <summary>How the result travels, or null.</summary>
    public string? EncryptMode { get; init; }

    /// <summary>How the result is delivered, or null.</summary>
    public string? DeliveryMethod { get; init; }

    /// <summary>Plaintext bytes of the result where they are known beforehand; null leaves the bound to output control.</summary>
    public long? OutputBytes { get; init; }

    /// <summary>Micro-epsilon that the job asks to spend; null when it asks for exact figures.</summary>
    public long? EpsilonMicro { get; init; }

    /// <summary>Ids of the duties that were carried out for this use, with proof.</summary>
    public IReadOnlyList<string> FulfilledDuties { get; init; } = [];

    /// <summary>What a counter has spent, for an early and friendly refusal only; the debit itself is atomic in the ledger. Null when nobody looked.</summary>
    public Func<BudgetDebit, long>? SpentOf { get; init; }
}
