using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Lint;

/// <summary>A use that nobody asked for yet. What is null is taken as not given.</summary>
public sealed record WhatIf
{
    /// <summary>Id of the agreement that an offer is taken for.</summary>
    public const string AgreementId = "urn:dataspace:what-if";

    /// <summary>Declared purpose.</summary>
    public string? Purpose { get; init; }

    /// <summary>Kind of computation.</summary>
    public string? Computation { get; init; }

    /// <summary>Columns that are read.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Columns that are grouped by.</summary>
    public IReadOnlyList<string>? GroupKeys { get; init; }

    /// <summary>Minimum group size.</summary>
    public int? MinimumGroupSize { get; init; }

    /// <summary>Dominance limit, percent.</summary>
    public int? DominancePercent { get; init; }

    /// <summary>Row cap.</summary>
    public long? MaxRows { get; init; }

    /// <summary>Micro-epsilon to spend.</summary>
    public long? EpsilonMicro { get; init; }

    /// <summary>Role of who asks.</summary>
    public string? Role { get; init; }

    /// <summary>DID of the consumer; the agreement's own when null.</summary>
    public string? Consumer { get; init; }

    /// <summary>Other providers, <c>did#keyId</c>.</summary>
    public IReadOnlyList<string>? CoProviders { get; init; }

    /// <summary>Where the consumer is.</summary>
    public string? ConsumerRegion { get; init; }

    /// <summary>Where the owner computes.</summary>
    public string? ExecutionRegion { get; init; }

    /// <summary>Host of the consumer's node.</summary>
    public string? ConsumerAddress { get; init; }

    /// <summary>Names of what computes.</summary>
    public IReadOnlyList<string>? Algorithms { get; init; }

    /// <summary>Moment of the use.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The question to the decision point for an agreement.</summary>
    public PolicyRequest AskOf(CompiledPolicy agreement, DateTimeOffset now) => new()
    {
        Policy = agreement,
        Action = PolicyActions.Use,
        Actor = Consumer ?? agreement.Source.Assignee!,
        Consumer = Consumer ?? agreement.Source.Assignee!,
        Provider = agreement.Source.Assigner!,
        DatasetId = agreement.Source.Target!,
        ContractId = agreement.Source.Id!,
        Now = At ?? now,
        Purpose = Purpose,
        Computation = Computation,
        Columns = Columns ?? [],
        GroupKeys = GroupKeys ?? [],
        MinimumGroupSize = MinimumGroupSize,
        DominancePercent = DominancePercent,
        MaxRows = MaxRows,
        EpsilonMicro = EpsilonMicro,
        Role = Role,
        CoProviders = Partners(),
        ConsumerRegion = ConsumerRegion,
        ExecutionRegion = ExecutionRegion,
        ConsumerAddress = ConsumerAddress,
        Algorithms = Algorithms ?? [],
        ExecutionEnv = Computation switch { "aggregate" or PolicyComputations.Intersect or PolicyComputations.IntersectIds or PolicyComputations.IntersectSum or PolicyComputations.Regress or PolicyComputations.Lookup or PolicyComputations.Score => "mpc", "sql" => "sandbox", _ => null },
        EncryptMode = "ciphertext",
        DeliveryMethod = "api",
    };

    /// <summary>The other providers.</summary>
    public IReadOnlyList<CoProvider> Partners() => [.. (CoProviders ?? []).Select(p => p.Split('#', 2)).Select(p => new CoProvider(p[0], p.Length > 1 ? p[1] : ""))];

    /// <summary>An offer as if it had been agreed at <paramref name="now"/>; an agreement as it is. Parties and target that it leaves open are filled in.</summary>
    public static Result<CompiledPolicy> Agreed(OdrlPolicy policy, string target, string assigner, string assignee, DateTimeOffset now)
    {
        if (policy.Kind == PolicyKind.Offer)
        {
            policy = policy with
            {
                Kind = PolicyKind.Agreement,
                Id = AgreementId,
                Target = policy.Target ?? target,
                Assigner = policy.Assigner ?? assigner,
                Assignee = policy.Assignee ?? assignee,
                Timestamp = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
            };
        }
        return PolicyCompiler.Compile(JsonSerializer.SerializeToElement(PolicyWriter.Write(policy)));
    }
}

/// <summary>What would be decided, by which rule, and every condition beside it. As JSON the answer of the endpoint and of the command line.</summary>
/// <param name="Outcome"><c>allow</c>, <c>allowAfterDuty</c> or <c>deny</c>.</param>
/// <param name="Code">Code of the first reason; null when allowed.</param>
/// <param name="Title">Its title.</param>
/// <param name="TitleZh">Its title in Chinese.</param>
/// <param name="DecidedBy">What decided: a rule, or what stands before the contract.</param>
/// <param name="Detail">What exactly.</param>
/// <param name="PolicyVersion">Hash of the policy.</param>
/// <param name="PendingDuties">To be carried out first.</param>
/// <param name="Rules">Every condition of every rule.</param>
public sealed record PolicyAnswer(
    string Outcome, string? Code, string? Title, string? TitleZh, string? DecidedBy, string? Detail, string PolicyVersion, IReadOnlyList<string> PendingDuties,
    IReadOnlyList<ExplainedCheck> Rules)
{
    /// <summary>The contract's own answer.</summary>
    public static PolicyAnswer Of(PolicyDecision decision, PolicyRequest request) => new(
        decision.Outcome switch { PolicyOutcome.Allow => "allow", PolicyOutcome.AllowAfterDuty => "allowAfterDuty", _ => "deny" },
        decision.Reason?.Code, decision.Reason?.Kind.Title, decision.Reason?.Kind.TitleZh, decision.Reason?.Rule, decision.Reason?.Term,
        request.Policy!.Version, [.. decision.PendingDuties.Select(d => $"{d.Action} {d.Id}")], PolicyExplanation.Of(request.Policy, request));

    /// <summary>A refusal from elsewhere than the contract's rules, with the rules beside it.</summary>
    public static PolicyAnswer Of(DsError error, PolicyRequest request)
        => new("deny", error.Code, error.Kind.Title, error.Kind.TitleZh, "gate", error.Detail, request.Policy!.Version, [], PolicyExplanation.Of(request.Policy, request));
}
