using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Datasets;

/// <summary>
/// Holds for every dataset the last compliance check, and makes it anew at start, at reload, and whenever the file is another one. A dataset without a check
/// that passed for the declaration and the file of this moment is not listed, not negotiated and not used. Results stand in the ledger too.
/// </summary>
internal sealed partial class ComplianceCheck(
    DatasetRegistry datasets, PolicyDecisionPoint decisions, SqlSandbox sandbox, KeptSamples samples, DerivedData derived, NodeIdentity self, ConnectorConfig config, AuditLedger ledger, TimeProvider clock,
    ILogger<ComplianceCheck> log)
{
    private const int WallLimitMs = 600_000;
    private const int MaxFindingsLogged = 100;
    private const int Attempts = 3;
    private const string Unclassified = "unclassified";

    /// <value>A check that could not look at the data is tried again after this time, when somebody asks.</value>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Listing> _listings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>Checks all datasets; after start and reload, and when the owner asks.</summary>
    public async Task<IReadOnlyList<Listing>> CheckAllAsync(CancellationToken cancellation)
    {
        var all = datasets.All.Values.ToList();
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellation },
            async (dataset, token) => await CheckAsync(dataset, _ => false, token));
        return [.. all.Select(d => _listings[d.Config.Id])];
    }

    /// <summary>Checks one dataset now.</summary>
    public Task<Listing> CheckAsync(PublishedDataset dataset, CancellationToken cancellation) => CheckAsync(dataset, _ => false, cancellation);

    /// <summary>The check of this declaration and this file; made now when there is none. A changed file is seen by its time and length.</summary>
    public Task<Listing> CurrentAsync(PublishedDataset dataset, CancellationToken cancellation)
        => CheckAsync(dataset, known => ReferenceEquals(known.Dataset, dataset) && StampOf(dataset) == known.Stamp && !IsToRetry(known), cancellation);

    /// <summary>The check of this declaration and this version, if it passed; made now when there is none. What a use needs.</summary>
    public async Task<Result<Listing>> HoldAsync(PublishedDataset dataset, string version, CancellationToken cancellation)
    {
        var listing = await CheckAsync(dataset, known => ReferenceEquals(known.Dataset, dataset) && known.Version == version && !IsToRetry(known), cancellation);
        return listing.IsListed && listing.Version == version ? listing : listing.ToPeer();
    }

    /// <summary>Datasets that may be shown to others, with their checks.</summary>
    public async Task<IReadOnlyList<Listing>> ListedAsync(CancellationToken cancellation)
    {
        var listed = new List<Listing>();
        foreach (var dataset in datasets.All.Values)
        {
            if (await CurrentAsync(dataset, cancellation) is { IsListed: true } listing)
                listed.Add(listing);
        }
        return listed;
    }

    /// <summary>Last checks, without making any.</summary>
    public IReadOnlyList<Listing> Known => [.. datasets.All.Keys.Order(StringComparer.Ordinal).Select(id => _listings.GetValueOrDefault(id)).OfType<Listing>()];

    /// <summary>The last check of this declaration, without making one; null when there is none.</summary>
    public Listing? KnownOf(PublishedDataset dataset)
        => _listings.TryGetValue(dataset.Config.Id, out var known) && ReferenceEquals(known.Dataset, dataset) ? known : null;

    private async Task<Listing> CheckAsync(PublishedDataset dataset, Func<Listing, bool> isEnough, CancellationToken cancellation)
    {
        if (_listings.TryGetValue(dataset.Config.Id, out var known) && isEnough(known))
            return known;
        var turn = _turns.GetOrAdd(dataset.Config.Id, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellation);
        try
        {
            if (_listings.TryGetValue(dataset.Config.Id, out known) && isEnough(known))
                return known;
            var listing = await LookAsync(dataset, cancellation);
            _listings[dataset.Config.Id] = listing;
            await RecordAsync(listing, cancellation);
            return listing;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Listing> LookAsync(PublishedDataset dataset, CancellationToken cancellation)
    {
        if (!DatasetClassification.Of(dataset.Config, config.Region).TryGet(out var declared, out var incomplete))
            return Withheld(dataset, null, default, string.Empty, new(incomplete.Kind, incomplete.Detail ?? incomplete.Kind.Title));
        if (PublicationProblem(dataset) is { } refused)
            return Withheld(dataset, declared, StampOf(dataset), string.Empty, refused);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var stamp = StampOf(dataset);
            if (!datasets.VersionOf(dataset, self.DatasetVersionKey).TryGet(out var version, out var error))
                return NotSampled(dataset, declared, stamp, string.Empty, error);
            if (!(await SampleAsync(dataset, version, cancellation)).TryGet(out var looked, out error))
                return NotSampled(dataset, declared, stamp, version, error);
            if (!derived.Of(dataset.Config).TryGet(out var inherited, out error))
                return Withheld(dataset, declared, stamp, version, new(error.Kind, error.Detail ?? error.Kind.Title));
            // The version was taken before the look: only a file that is still the same was looked at.
            if (stamp != StampOf(dataset) || !datasets.VersionOf(dataset, self.DatasetVersionKey).TryGet(out var after, out _) || after != version)
                continue;
            var sample = looked.Report;
            if (looked.IsNew && !samples.Keep(dataset.Source, version, looked.Engine, sample))
                LogNotKept(log, dataset.Config.Id);
            var (columns, findings, gradeFound) = ComplianceRules.Judge(dataset.Config, declared, sample, dataset.Offers);
            findings = [.. findings, .. DerivedRules.Judge(declared, dataset.Offers, inherited, clock.GetUtcNow())];
            var scale = dataset.Config.Classification!.Scale ?? new DataScale(sample.Rows, sample.Subjects);
            return new Listing(dataset, version, stamp, declared with { Scale = scale }, sample.Sampled, columns, findings, gradeFound, clock.GetUtcNow())
            {
                Rows = sample.Rows,
                Subjects = sample.Subjects,
                Until = findings.Count == 0 ? inherited.Until : null,
            };
        }
        return Withheld(dataset, declared, default, string.Empty, new(ClassificationErrors.NotSampled, "the file changes while it is looked at"));
    }

    /// <summary>What a look through the data finds depends on its content, so that it is looked through once.</summary>
    private async Task<Result<(SampleReport Report, string Engine, bool IsNew)>> SampleAsync(PublishedDataset dataset, string version, CancellationToken cancellation)
    {
        // First, though it may not be needed: data that could not be used is not listed either.
        if (!(await sandbox.ProbeAsync(cancellation)).TryGet(out var profile, out var error))
            return error;
        if (samples.Find(dataset.Source, version, profile.EngineVersion) is { } kept)
            return (kept, profile.EngineVersion, false);
        var seed = long.Parse(version.AsSpan(0, 15), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var looked = await sandbox.SampleAsync(dataset.Source, seed, new SandboxLimits { WallLimitMs = WallLimitMs, CpuLimitSeconds = WallLimitMs / 1000 }, cancellation);
        return looked.TryGet(out var report, out error) ? (report, profile.EngineVersion, true) : error;
    }

    /// <summary>The decision point's word on publishing: an offer in another owner's name, or of another dataset, is not this node's to make.</summary>
    private ListingFinding? PublicationProblem(PublishedDataset dataset)
    {
        foreach (var offer in dataset.Offers)
        {
            var decision = PolicyEnforcementFilter.Decide(decisions, new PolicyRequest
            {
                Policy = offer.Compiled,
                Action = PolicyActions.Publish,
                Actor = self.Did,
                Consumer = string.Empty,
                Provider = self.Did,
                DatasetId = dataset.Config.Id,
                ContractId = offer.Id,
                Now = clock.GetUtcNow(),
            });
            if (!decision.IsOk)
                return new ListingFinding(decision.Error.Kind, $"offer '{offer.Id}': {decision.Error.Detail}");
        }
        return null;
    }

    private Listing Withheld(PublishedDataset dataset, DataClassification? declared, FileStamp stamp, string version, ListingFinding finding)
        => new(dataset, version, stamp, declared, 0, [], [finding], null, clock.GetUtcNow());

    private Listing NotSampled(PublishedDataset dataset, DataClassification declared, FileStamp stamp, string version, DsError error)
        => Withheld(dataset, declared, stamp, version, new(ClassificationErrors.NotSampled, error.Code)) with { Cause = error };

    private bool IsToRetry(Listing known)
        => known.Until <= clock.GetUtcNow() || (known.Findings.Any(f => f.Kind == ClassificationErrors.NotSampled) && clock.GetUtcNow() - known.CheckedAt > RetryAfter);

    private static FileStamp StampOf(PublishedDataset dataset)
    {
        var info = new FileInfo(dataset.Config.Path);
        return info.Exists ? new FileStamp(info.LastWriteTimeUtc, info.Length) : default;
    }

    /// <summary>One entry per declaration, version and outcome: a restart that finds the same says nothing new.</summary>
    private async Task RecordAsync(Listing listing, CancellationToken cancellation)
    {
        var id = listing.Dataset.Config.Id;
        var payload = new ListingCheckedPayload
        {
            DatasetId = id,
            GradeDeclared = listing.Classification?.Grade.Name() ?? Unclassified,
            GradeFound = listing.GradeFound?.Name() ?? Unclassified,
            Findings = [.. listing.Findings.Take(MaxFindingsLogged).Select(f => $"{f.Kind.Code} {f.Column} {f.Class} {f.SharePermille}".TrimEnd())],
            Outcome = listing.IsListed ? "listed" : "refused",
        };
        var content = string.Join('\n', [.. payload.Findings, payload.Outcome, payload.GradeDeclared, payload.GradeFound, listing.Version, id]);
        var eventId = Digest.Sha256(Encoding.UTF8.GetBytes("listing/" + content)).AsMemory(0, 16);
        // Looked up first: a log that is not empty takes entries only once its witnesses were asked, and a node that is starting has nobody to ask yet.
        if (ledger.IndexOf(eventId) is null && !(await ledger.AppendAsync(new EntryDraft(payload, id) { EventId = eventId }, cancellation)).TryGet(out _, out var error))
            LogNotRecorded(log, id, error.Code);
        if (!listing.IsListed)
            LogWithheld(log, id, string.Join("; ", listing.Findings.Select(f => f.Kind.Code + " " + f.Detail)));
    }

    [LoggerMessage(1, LogLevel.Warning, "Dataset {Dataset} is not listed: {Findings}")]
    private static partial void LogWithheld(ILogger logger, string dataset, string findings);

    [LoggerMessage(2, LogLevel.Error, "The check of dataset {Dataset} could not be recorded: {Code}")]
    private static partial void LogNotRecorded(ILogger logger, string dataset, string code);

    [LoggerMessage(3, LogLevel.Warning, "What the sample of dataset {Dataset} held could not be kept; the next start looks again")]
    private static partial void LogNotKept(ILogger logger, string dataset);
}
