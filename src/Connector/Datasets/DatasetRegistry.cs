using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Connector.Regulation;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Messages;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Datasets;

/// <summary>A published offer: the policy as written, as protocol offer, and compiled.</summary>
internal sealed record PublishedOffer(string Id, Offer Offer, CompiledPolicy Compiled, IReadOnlyList<string>? Scenarios = null);

/// <summary>A dataset ready for use.</summary>
internal sealed record PublishedDataset(DatasetConfig Config, DatasetSource Source, IReadOnlyList<PublishedOffer> Offers);

/// <summary>
/// What this connector exposes: read from the configuration, policies compiled once. A policy that cannot be enforced stops the start
/// (or the reload): nothing is offered that the engine would not uphold. Swapped as a whole under a volatile reference.
/// </summary>
internal sealed class DatasetRegistry
{
    private const int MaxPolicyBytes = PolicyReader.MaxBytes;
    private const long AlwaysHashedBytes = 64L * 1024 * 1024;
    private readonly ConcurrentDictionary<string, (DateTime Written, long Length, string Digest)> _versions = new(StringComparer.Ordinal);
    private volatile IReadOnlyDictionary<string, PublishedDataset> _datasets;

    private volatile IReadOnlyDictionary<string, string> _pins;

    private DatasetRegistry(IReadOnlyDictionary<string, PublishedDataset> datasets, IReadOnlyDictionary<string, string>? pins)
        => (_datasets, _pins) = (datasets, pins ?? new Dictionary<string, string>());

    /// <summary>Confirmed keys of the configuration, by DID.</summary>
    public IReadOnlyDictionary<string, string> Pins => _pins;

    /// <summary>All datasets, by id.</summary>
    public IReadOnlyDictionary<string, PublishedDataset> All => _datasets;

    /// <summary>Builds the registry; every bad policy is named.</summary>
    public static Result<DatasetRegistry> Create(ConnectorConfig config)
        => Compile(config).TryGet(out var datasets, out var error) ? new DatasetRegistry(datasets, config.Pins) : error;

    /// <summary>Reads policies and datasets again. On error the old ones stay.</summary>
    public Result<Unit> Reload(ConnectorConfig config)
    {
        if (!Compile(config).TryGet(out var datasets, out var error))
            return error;
        _datasets = datasets;
        _pins = config.Pins ?? new Dictionary<string, string>();
        return Unit.Value;
    }

    /// <summary>
    /// Version of a dataset: keyed hash (HMAC-SHA-256 under this node's secret) of its file, hex. It says "the same data as before" and nothing else: a plain
    /// digest would let anyone who knows all but one value confirm that one. Large files are hashed again only when time or length changed.
    /// </summary>
    public Result<string> VersionOf(PublishedDataset dataset, byte[] versionKey)
    {
        try
        {
            var info = new FileInfo(dataset.Config.Path);
            if (info.Length > AlwaysHashedBytes && _versions.TryGetValue(info.FullName, out var known) && known.Written == info.LastWriteTimeUtc && known.Length == info.Length)
                return known.Digest;
            using var file = info.OpenRead();
            var digest = Convert.ToHexStringLower(HMACSHA256.HashData(versionKey, file));
            _versions[info.FullName] = (info.LastWriteTimeUtc, info.Length, digest);
            return digest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return SandboxErrors.DatasetMissing.Of(dataset.Config.Id);
        }
    }

    private static Result<IReadOnlyDictionary<string, PublishedDataset>> Compile(ConnectorConfig config)
    {
        var datasets = new Dictionary<string, PublishedDataset>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var dataset in config.Datasets)
        {
            var offers = new List<PublishedOffer>();
            foreach (var offer in dataset.Offers)
            {
                if (Compile(offer).TryGet(out var published, out var error) && (error = FilterProblem(dataset, published.Compiled) ?? StampProblem(dataset, published.Compiled)) is null)
                    offers.Add(published);
                else
                    problems.Add($"dataset '{dataset.Id}', offer '{offer.Id}': {error}");
            }
            datasets[dataset.Id] = new PublishedDataset(dataset, dataset.ToSource(), offers);
        }
        return problems.Count > 0 ? ConnectorErrors.PolicyNotEnforceable.Of(string.Join("; ", problems)) : datasets;
    }

    /// <summary>A row filter over a column that is not there, or that names a subject, would fail at every use.</summary>
    private static DsError? FilterProblem(DatasetConfig dataset, CompiledPolicy policy)
    {
        foreach (var predicate in policy.Terms.SelectMany(t => t.Obligations.RowFilter))
        {
            if (dataset.Columns.FirstOrDefault(c => c.Name == predicate.Column) is not { } column || column.Identifier || column.Name == dataset.SubjectColumn)
                return ConnectorErrors.PolicyNotEnforceable.Of($"rowFilter: '{predicate.Column}' is no column that can be compared");
        }
        return null;
    }

    /// <summary>An older stamp is for data of a general grade: an offer that says otherwise would promise what the gate refuses.</summary>
    private static DsError? StampProblem(DatasetConfig dataset, CompiledPolicy policy)
        => dataset.Classification is { } declared && RegulationQuestions.GradeRank(declared.Grade) is not (>= 1 and <= RegulationRequest.LastGeneralGrade)
            && policy.Terms.Any(t => t.Obligations.StampExtension is not null)
            ? ConnectorErrors.PolicyNotEnforceable.Of(PolicyTerms.StampExtension + " is for data of a general grade")
            : null;

    private static Result<PublishedOffer> Compile(OfferConfig offer)
    {
        try
        {
            if (new FileInfo(offer.Policy).Length > MaxPolicyBytes || JsonNode.Parse(File.ReadAllBytes(offer.Policy)) is not JsonObject policy)
                return ConnectorErrors.PolicyNotEnforceable.Of("not a JSON object of at most 1 MiB");
            foreach (var comment in policy.Where(p => p.Key.StartsWith('$') || p.Key == "_comment").Select(p => p.Key).ToList())
                policy.Remove(comment);
            (policy["@type"], policy["@id"]) = ("Offer", offer.Id);
            policy.Remove("target");
            policy.Remove("@context");
            var element = JsonSerializer.SerializeToElement(policy);
            if (!Offer.Parse(element).TryGet(out var parsed, out var error) || !PolicyCompiler.Compile(element).TryGet(out var compiled, out error))
                return error;
            return new PublishedOffer(offer.Id, parsed, compiled, offer.Scenarios);
        }
        catch (JsonException e)
        {
            return ConnectorErrors.PolicyNotEnforceable.Of($"JSON at line {e.LineNumber + 1}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ConnectorErrors.PolicyNotEnforceable.Of("the policy file cannot be read");
        }
    }
}
