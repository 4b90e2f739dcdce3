using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;
using DataSpace.Privacy.Noise;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Uses;

/// <summary>Noise of one use at this owner.</summary>
/// <param name="OwnDigest">Names what this owner alone brings: data, canonical query, terms, consumer group.</param>
/// <param name="Digest">Names the whole query with everybody's data and noise: equal digests mean equal noise over equal figures.</param>
/// <param name="Share">The noise.</param>
internal sealed record UseNoise(string OwnDigest, string Digest, NoiseShare Share);

/// <summary>
/// This owner's noise: a function of a secret of this node and of the canonical query. A canonically equal query of the same consumer group gets the same noise
/// again and pays no epsilon again; anything that would change a figure or the scale of its noise changes the digest, and the query pays as a new one.
/// <para>Where noise is divided among several owners (h &gt; 1) this owner's figures are hidden by the others' noise too, so the digest also binds consumer and contracts of
/// all: were another owner to see a new query where this one sees an old one, the same figures would be shown under a second noise unpaid.</para>
/// </summary>
internal sealed class NoiseDesk(SqlSandbox sandbox, UseFacts facts, NodeIdentity self)
{
    private readonly NoiseSecret _secret = new(self.NoiseKey);

    /// <summary>Name of this node's noise, for round 0; an error when the sandbox, whose version it names, is not there.</summary>
    public async Task<Result<string>> KeyIdAsync(CancellationToken cancellation)
        => (await sandbox.ProbeAsync(cancellation)).TryGet(out var profile, out var error) ? IdOf(profile) : error;

    /// <summary>Name of what this owner alone brings to a use; null when the use has no noise. Known before the roster is.</summary>
    public Result<string?> OwnDigest(UseRequest use, UseObligations terms)
        => use.Order.Plan.Aggregate is not { Noise: { } noise } query ? (string?)null
            : Canonical(use, query, terms).TryGet(out var cells, out var error) ? OwnDigest(use, query, noise, cells)
            : error;

    /// <summary>The noise of a use whose roster is known; null when the use has none.</summary>
    public Result<UseNoise?> For(UseRequest use, UseObligations terms)
    {
        if (use.Order.Plan.Aggregate is not { Noise: { } noise } query)
            return (UseNoise?)null;
        if (!Canonical(use, query, terms).TryGet(out var cells, out var error))
            return error;
        if (!sandbox.Probe().TryGet(out var profile, out error))
            return error;
        if (use.Roster.FirstOrDefault(s => s.Participant == self.Did)?.NoiseKeyId != IdOf(profile))
            return JobErrors.RosterBroken.Of("noise");
        var own = OwnDigest(use, query, noise, cells);
        var digest = Digest.Sha256Hex(CanonicalJson.Of(new
        {
            own,
            roster = use.Roster.OrderBy(s => s.Participant, StringComparer.Ordinal).Select(s => new { s.Participant, s.DatasetVersion, s.NoiseKeyId }).ToList(),
            consumer = noise.HonestParties > 1 ? use.Order.Consumer : null,
            contracts = noise.HonestParties > 1 ? use.Order.Plan.Roster.Select(r => r.AgreementHash).ToList() : null,
        }));
        return new UseNoise(own, digest, _secret.For(Convert.FromHexString(digest), cells.CellsInPlanOrder));
    }

    private string IdOf(SandboxProfile profile) => _secret.Id("duckdb/" + profile.EngineVersion);

    private static Result<CanonicalCells> Canonical(UseRequest use, AggregateQuery query, UseObligations terms)
        => CanonicalCells.Of(use.Dataset.Source, CellPlans.Of(query, terms.RowFilter));

    private string OwnDigest(UseRequest use, AggregateQuery query, NoiseQuery noise, CanonicalCells cells)
        => Digest.Sha256Hex(CanonicalJson.Of(new
        {
            use.Entry.DatasetId,
            use.DatasetVersion,
            group = facts.GroupOf(use.Order.Consumer),
            parties = use.Order.Plan.Roster.Select(r => new { r.Participant, r.DatasetId }).ToList(),
            cells,
            query.MinGroupSize,
            noise,
        }));
}

/// <summary>
/// How privacy is paid for. A digest that was charged before is free: its noise, and so its result, is the one already paid for. Both marks and the budget are debited
/// in the Grant's own transaction; the mark of a digest has room for one, so of two that race to be the first exactly one is charged.
/// </summary>
internal static class PrivacyCharge
{
    /// <summary>Definition of every mark.</summary>
    private const string Definition = "noise of a query, charged";
    private const long Unbounded = long.MaxValue / 2;

    /// <summary>True when this very query was charged.</summary>
    public static bool IsPaid(AuditLedger ledger, UseNoise noise) => ledger.GetBudget(MarkOf(noise.Digest))?.Spent > 0;

    /// <summary>True when a query with the same part of this owner was charged: it may be a repetition.</summary>
    public static bool MayBePaid(AuditLedger ledger, string ownDigest) => ledger.GetBudget(MarkOf(ownDigest))?.Spent > 0;

    /// <summary>The marks that go with a charge.</summary>
    public static IEnumerable<Ledger.Sequencing.BudgetDebit> Marks(UseNoise noise) =>
    [
        Ledger.Sequencing.BudgetDebit.WithLimit(MarkOf(noise.Digest), Definition, 1, 1),
        Ledger.Sequencing.BudgetDebit.WithLimit(MarkOf(noise.OwnDigest), Definition, 1, Unbounded),
    ];

    /// <summary>True when somebody else charged this digest a moment ago.</summary>
    public static bool WasRaced(DsError error, UseNoise noise)
        => error.Kind == Ledger.LedgerErrors.BudgetExhausted && error.Detail == MarkOf(noise.Digest);

    private static string MarkOf(string digest) => "noise/" + digest;
}
