namespace DataSpace.Cli.Node;

// The parts of the management API's answers that the command line shows. Fields a node adds later are ignored here and
// pass through untouched with --json.

/// <summary>A text in two languages.</summary>
internal sealed record TwoTexts(string? En, string? Zh);

/// <summary>GET /admin/members.</summary>
internal sealed record MembersView(IReadOnlyList<MemberView> Members);

/// <summary>One participant as the coordinator knows it.</summary>
internal sealed record MemberView(string Did, string? Name, string State, string? Url);

/// <summary>GET /admin/status of a connector.</summary>
internal sealed record StatusView(string Did, string? Name, string? Role, CoordinatorView? Coordinator, LedgerView? Ledger, SandboxView? Sandbox);

/// <summary>How a connector stands with its coordinator: membership none, pending, approved or rejected.</summary>
internal sealed record CoordinatorView(string? Did, string? Url, string? Membership, bool? Reachable);

/// <summary>A node's ledger in one line.</summary>
internal sealed record LedgerView(string? Origin, long Size, string? RootHash);

/// <summary>Whether the sandbox can run, and why not.</summary>
internal sealed record SandboxView(bool Available, string? Profile, string? Code);

/// <summary>GET /admin/catalog.</summary>
internal sealed record CatalogView(IReadOnlyList<DatasetView> Datasets, IReadOnlyList<UnreachableView>? Unreachable);

/// <summary>A member whose catalogue could not be read, and why.</summary>
internal sealed record UnreachableView(string? Participant, string? ParticipantName, string? Code);

/// <summary>One dataset of the federated catalogue.</summary>
internal sealed record DatasetView(
    string Participant, string? ParticipantName, string DatasetId, TwoTexts? Title, IReadOnlyList<ColumnView>? Columns,
    ClassificationView? Classification, IReadOnlyList<OfferView>? Offers, IReadOnlyList<string>? Scenarios = null);

/// <summary>Industry code, grade, security level 001 to 005, what it says about persons (none, personal, sensitive), region.</summary>
internal sealed record ClassificationView(string? Industry, string? Grade, string? SecurityLevel, string? Personal, string? Region);

/// <summary>A column; role is subject, group, measure or other.</summary>
internal sealed record ColumnView(string Name, string? Type, string? Role);

/// <summary>An offer of a dataset.</summary>
internal sealed record OfferView(string OfferId, OfferSummary? Summary);

/// <summary>The terms of an offer that a person weighs.</summary>
internal sealed record OfferSummary(
    string? Purpose, long? Uses, int? MinGroupSize, string? Dominance, long? PricePerUseMinor, string? Currency, string? ValidUntil,
    IReadOnlyList<string>? Columns, IReadOnlyList<string>? GroupKeys, IReadOnlyList<string>? Computations,
    IReadOnlyList<PermissionView>? Permissions = null, string? StampExtension = null, IReadOnlyList<string>? CoProviders = null);

/// <summary>One permission of an offer or contract.</summary>
internal sealed record PermissionView(
    string? Rule, string? Purpose, long? UsesLimit, long? UsesSpent, int? MinGroupSize, string? Dominance, long? PricePerUseMinor, string? Currency,
    IReadOnlyList<string>? Columns, IReadOnlyList<DutyView>? Duties, long? CreditLimitMinor = null, long? OwedMinor = null);

/// <summary>A duty: of a permission, or of a job with its state (pending, done, breached, at-owner).</summary>
internal sealed record DutyView(
    string? Action, string? Phase, string? Party, string? Within, string? OwnerName = null, string? PartyName = null, string? State = null, string? Deadline = null, string? Code = null);

/// <summary>GET /admin/negotiations.</summary>
internal sealed record NegotiationsView(IReadOnlyList<NegotiationView> Negotiations);

/// <summary>A negotiation and its states so far.</summary>
internal sealed record NegotiationView(
    string Id, string? Participant, string? ParticipantName, string? DatasetId, string? OfferId, string State,
    IReadOnlyList<StateView>? History, string? AgreementId, ProblemView? Error);

/// <summary>A state and when it was reached.</summary>
internal sealed record StateView(string State, string? At);

/// <summary>GET /admin/agreements.</summary>
internal sealed record AgreementsView(IReadOnlyList<AgreementView> Agreements);

/// <summary>An agreement, seen from the consumer or the provider.</summary>
internal sealed record AgreementView(
    string AgreementId, string? Role, string? Participant, string? ParticipantName, string? DatasetId, string? PolicyVersion,
    long? UsesLimit, long? UsesSpent, long? PricePerUseMinor, string? Currency, string? SignedAt);

/// <summary>A problem inside another answer.</summary>
internal sealed record ProblemView(string Code, string? Title, string? TitleZh, string? Detail, string? Advice, string? AdviceZh);

/// <summary>A dry run.</summary>
internal sealed record PlanView(
    string PlanHash, string? Kind, string? Title, string? Purpose, IReadOnlyList<PartyView>? Parties, IReadOnlyList<StepView>? Steps,
    IReadOnlyList<PlanContractView>? Contracts, SlotsView? Slots, long? TotalPriceMinor, string? Currency,
    IReadOnlyList<WarningView>? Warnings, IReadOnlyList<RefusalView>? Refusals, DerivedView? Classification = null,
    NoiseView? Privacy = null);

/// <summary>Classification of a result: source catalogue before the job, signed after it; retention as ISO 8601 duration.</summary>
internal sealed record DerivedView(
    string Grade, string? GradeZh, string? SecurityLevel, string? Personal, string? PersonalZh, IReadOnlyList<string>? Industries, IReadOnlyList<string>? Regions,
    IReadOnlyList<GradingRuleView>? Rules, string? Retention, IReadOnlyList<string>? Recipients, IReadOnlyList<string>? Purposes, IReadOnlyList<ParentView>? Parents, string? Source);

/// <summary>Why the grade or flag differs from the strictest input's.</summary>
internal sealed record GradingRuleView(string? Code, string? En, string? Zh);

/// <summary>A dataset that went into a result.</summary>
internal sealed record ParentView(string? Participant, string? DatasetId, string? DatasetVersion, string? AgreementId, string? AgreementHash);

/// <summary>A party of a plan or job.</summary>
internal sealed record PartyView(string Did, string? Name, TwoTexts? Role, string? State, string? Code, int? ReplyBucketMs = null);

/// <summary>One message of a plan: who sends what to whom, and what the receiver learns.</summary>
internal sealed record StepView(int N, TwoTexts? From, TwoTexts? To, TwoTexts? Message, string? Size, TwoTexts? Learns);

/// <summary>A contract that a plan would spend from.</summary>
internal sealed record PlanContractView(
    string? ParticipantName, string AgreementId, long? UsesLimit, long? UsesSpent, long? Debit, long? PricePerUseMinor, string? Currency,
    long? PrivacyBudgetMicro = null, IReadOnlyList<PermissionView>? Permissions = null, long? UsesKnown = null, long? CreditLimitMinor = null);

/// <summary>Fixed-point layout of the aggregate.</summary>
internal sealed record SlotsView(System.Text.Json.JsonElement Scale, long? MaxRowsPerParty, IReadOnlyList<SlotStatisticView>? Statistics);

/// <summary>Bits, bound and scale of one statistic, and under how many plain moduli it is recovered.</summary>
internal sealed record SlotStatisticView(string Name, int? Bits, int? Available, System.Text.Json.JsonElement Bound, string? Scale = null, int? Moduli = null);

/// <summary>Noise of a plan or result: its cost, and how far figures may be off.</summary>
internal sealed record NoiseView(long EpsilonMicro, int? ContributionBound, int? HonestParties, IReadOnlyList<NoiseFigureView>? Figures);

/// <summary>Noise of one figure.</summary>
internal sealed record NoiseFigureView(string Statistic, long EpsilonMicro, string? Sensitivity, string? StandardError);

/// <summary>Something to know before submitting.</summary>
internal sealed record WarningView(string? Code, string? En, string? Zh);

/// <summary>A refusal known in advance.</summary>
internal sealed record RefusalView(string Code, string? ParticipantName, string? Title, string? TitleZh, string? Advice, string? AdviceZh);

/// <summary>Answer to a submission.</summary>
internal sealed record SubmittedView(string JobId);

/// <summary>A job's progress.</summary>
internal sealed record JobView(string JobId, string? Title, string State, IReadOnlyList<StageView>? Stages, IReadOnlyList<PartyView>? Parties, ProblemView? Error,
    IReadOnlyList<DutyView>? Duties = null, string? Actor = null, ProblemView? Waits = null);

/// <summary>One stage of a job.</summary>
internal sealed record StageView(string Name, TwoTexts? Title, long Done, long Total, double? Ms);

/// <summary>Why a job is where it is.</summary>
internal sealed record WhyView(string JobId, string State, IReadOnlyList<ReasonView>? Reasons, IReadOnlyList<TrailView>? Trail,
    IReadOnlyList<DutyView>? Duties = null, string? Actor = null);

/// <summary>One reason.</summary>
internal sealed record ReasonView(string? At, string? Party, string Code, string? Title, string? TitleZh, string? Detail, string? Advice, string? AdviceZh);

/// <summary>One thing that happened.</summary>
internal sealed record TrailView(string? At, string? Party, TwoTexts? Event);

/// <summary>A job's result table and where it came from.</summary>
internal sealed record ResultView(
    string JobId, string? Kind, IReadOnlyList<ResultColumnView> Columns, IReadOnlyList<IReadOnlyList<System.Text.Json.JsonElement>> Rows,
    IReadOnlyList<SuppressedView>? Suppressed, string? ResultDigest, ProvenanceView? Provenance, DerivedView? Classification = null,
    IReadOnlyList<IReadOnlyList<string?>>? Errors = null, NoiseView? Noise = null, ModelCardView? Card = null,
    HiddenGroupsView? HiddenGroups = null);

/// <summary>Slots of groups that nobody listed.</summary>
internal sealed record HiddenGroupsView(int Slots, int SuppressedSlots, int CollidedSlots);

/// <summary>What stands beside a model's weights, or scores by one; members that a kind of model does not have are null.</summary>
internal sealed record ModelCardView(
    string? Mode, string? Model, ModelLabelView? Label, IReadOnlyList<ModelPartyView>? Parties, IReadOnlyList<string>? Contracts, long? Rows, long? CommonRows, int? Rounds, int? Iterations, bool? Converged,
    System.Text.Json.JsonElement? Deviance, System.Text.Json.JsonElement? NullDeviance, System.Text.Json.JsonElement? Explained, System.Text.Json.JsonElement? LogLoss, System.Text.Json.JsonElement? SquaredError, string? Ridge, int? LeastSubjects,
    long? EpsilonMicro, TwoTexts? Certificate, IReadOnlyList<TwoTexts>? Opened, int? ScoredRows = null, int? OffGrid = null, TwoTexts? Within = null);

/// <summary>What a model explains.</summary>
internal sealed record ModelLabelView(string? Column, string? Participant);

/// <summary>An owner of a model.</summary>
internal sealed record ModelPartyView(string? Participant, string? Dataset, int? Columns);

/// <summary>A column of a result.</summary>
internal sealed record ResultColumnView(string Name, System.Text.Json.JsonElement Title);

/// <summary>A group that was not released.</summary>
internal sealed record SuppressedView(System.Text.Json.JsonElement Group, string? Code);

/// <summary>Contracts, roster and grants behind a result.</summary>
internal sealed record ProvenanceView(IReadOnlyList<GrantView>? Grants);

/// <summary>A provider's grant, found in its ledger at this index.</summary>
internal sealed record GrantView(string? ParticipantName, long LedgerIndex, string? Origin);

/// <summary>Bytes counted at the node's sockets.</summary>
internal sealed record EgressView(string? Since, IReadOnlyList<PeerBytesView>? BytesByPeer, long TotalBytesOut, long TotalBytesIn);

/// <summary>Bytes to and from one peer.</summary>
internal sealed record PeerBytesView(string Peer, long BytesOut, long BytesIn);

/// <summary>Everything the coordinator ever saw of a job.</summary>
internal sealed record CoordinatorSawView(string JobId, IReadOnlyList<SawView> Saw);

/// <summary>One thing the coordinator saw: a size and a digest.</summary>
internal sealed record SawView(string? At, string? From, string? What, string? WhatZh, long Bytes, string? Sha256);
