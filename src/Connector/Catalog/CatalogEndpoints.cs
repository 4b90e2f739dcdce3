using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Regulation;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol;
using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;
using DataSpace.Protocol.Messages;

namespace DataSpace.Connector.Catalog;

/// <summary>This node's own catalogue (DSP 2025-1), the federated one for its owner, and the list of agreements.</summary>
internal static class CatalogEndpoints
{
    /// <summary>Property of a dataset: replies about it leave at multiples of this time, in milliseconds.</summary>
    public const string ReplyBucket = "dataspace:replyBucketMs";

    /// <summary>Distribution format: data stays, computation comes.</summary>
    private const string ComputeToData = "DataSpace-ComputeToData";

    public static void MapCatalog(this WebApplication app)
    {
        var dsp = app.MapGroup(DspBase.Path).RequirePeer();
        dsp.MapPost(CatalogPaths.Request, RequestAsync).Exchanges("CatalogRequestMessage", "Catalog").WithSummary("Catalogue of this provider (DSP 2025-1).");
        dsp.MapGet(CatalogPaths.DatasetTemplate, DatasetAsync).Gives<JsonObject>().WithSummary("One dataset (DSP 2025-1).");
        app.MapGet("/admin/catalog", async (CatalogReader reader, CancellationToken c) => (await reader.ReadAsync(c)).ToHttp())
            .RequireAdmin().WithSummary("Everything on offer in the space.");
        app.MapGet("/admin/agreements", ListAgreementsAsync).RequireAdmin().WithSummary("Contracts of this node. With contract, that one alone and with its document: terms and both keys, whose canonical SHA-256 every use names.");
        app.MapPost("/admin/reload", async (NodeOptions options, DatasetRegistry datasets, ComplianceCheck check, RegulationRegister regulation, CancellationToken cancellation) =>
        {
            if (!ConnectorConfig.Load(options.ConfigFile).TryGet(out var config, out var error))
                return error.ToProblem();
            if (datasets.Reload(config) is { IsOk: false } failed)
                return failed.Error.ToProblem();
            await check.CheckAllAsync(cancellation);
            regulation.Announce(); // what is declared may have changed: listings and contracts are judged again
            return Results.NoContent();
        }).RequireAdmin().WithSummary("Reads datasets and offers again; running contracts keep the terms they were concluded with.");
    }

    private static async Task<IResult> RequestAsync(HttpContext http, ComplianceCheck check, RegulationGate regulation, NodeIdentity self, ConnectorConfig config, NodeAddress address, CancellationToken cancellation)
    {
        if (!DspCodec.Read<CatalogRequestMessage>(http.CallOf().Body.Span).TryGet(out var request, out var error))
            return Refuse(StatusCodes.Status400BadRequest, error);
        if (request.Filter is not null)
            return Refuse(StatusCodes.Status400BadRequest, ProtocolErrors.FilterNotSupported.Of());
        var url = await address.Url;
        var catalog = new Protocol.Messages.Catalog(
            self.Did + "#catalog", self.Did, [.. (await check.ListedAsync(cancellation)).Where(d => regulation.Listing(d.Dataset) is null).Select(d => Describe(d, url, config))], [new DataService(url + "#dsp", url + DspBase.Path)]);
        return Results.Bytes(DspCodec.Write(catalog), DspCodec.MediaType);
    }

    private static async Task<IResult> DatasetAsync(
        string id, DatasetRegistry datasets, ComplianceCheck check, RegulationGate regulation, ConnectorConfig node, NodeAddress address, CancellationToken cancellation)
    {
        if (!datasets.All.TryGetValue(id, out var dataset))
            return Refuse(StatusCodes.Status404NotFound, ConnectorErrors.DatasetUnknown.Of(id));
        if (regulation.Listing(dataset) is { } unlawful)
            return Refuse(StatusCodes.Status403Forbidden, RegulationGate.Explain(unlawful));
        var listing = await check.CurrentAsync(dataset, cancellation);
        return listing.IsListed
            ? Results.Bytes(DspCodec.Write(Describe(listing, await address.Url, node)), DspCodec.MediaType)
            : Refuse(StatusCodes.Status404NotFound, listing.ToPeer());
    }

    private static Dataset Describe(Listing listing, string url, ConnectorConfig node)
    {
        JsonElement Json(object value) => JsonSerializer.SerializeToElement(value, JobJson.Options);
        var config = listing.Dataset.Config;
        return new Dataset(config.Id, [.. listing.Dataset.Offers.Select(o => o.Offer.WithoutTarget())], [new Distribution(ComputeToData, new DataService(url + "#dsp", null))])
        {
            Extra =
            [
                new("dataspace:title", Json(config.Title)),
                new("dataspace:columns", Json(config.Columns.Select(c => new { c.Name, c.Type, role = RoleOf(config, c), personal = c.Personal ?? "none", comparedBy = config.Intersection?.Keys.GetValueOrDefault(c.Name) ?? config.LookupKeys?.GetValueOrDefault(c.Name) }))),
                new("dataspace:classification", Json(listing.Classification!.ToStatement())),
                new(ReplyBucket, Json(node.ReplyBucketMs)),
                .. config.Lookup is { } lookup ? (KeyValuePair<string, JsonElement>[])[new("dataspace:lookup", Json(new { lookup.RecordBytes, lookup.MaxQuestions }))] : [],
                .. config.Scoring is { } scoring ? (KeyValuePair<string, JsonElement>[])[new("dataspace:scoring", Json(new { scoring.MaxRows, scoring.MaxAnswers }))] : [],
                .. config.Scenarios is { } scenarios ? (KeyValuePair<string, JsonElement>[])[new("dataspace:scenarios", Json(scenarios))] : [],
            ],
        };
    }

    private static string RoleOf(DatasetConfig config, ColumnConfig column)
        => column.Name == config.SubjectColumn ? "subject" : column.Identifier ? "identifier" : column.Type is "decimal" or "double" ? "measure" : "other";

    private static async Task<IResult> ListAgreementsAsync(
        string? contract, AgreementBook book, AuditLedger ledger, PeerDirectory peers, SuspensionBook suspensions, NoticeBook notices, CancellationToken cancellation)
    {
        var here = (await suspensions.SuspendedAsync(cancellation)).Where(s => s.Kind == Protocol.Regulation.RegulationEffect.Contract)
            .ToDictionary(s => s.Target, s => s.RuleId, StringComparer.Ordinal);
        var there = await notices.SuspendedAsync(cancellation);
        var agreements = (await book.ListAsync(cancellation)).Where(a => contract is null || a.Row.AgreementId == contract).Select(a =>
        {
            var terms = a.Policy.Terms[0].Obligations;
            var debit = terms.Uses;
            var provider = a.Row.Role == AgreementBook.Provider;
            var other = provider ? a.Row.Consumer : a.Row.Provider;
            return new
            {
                a.Row.AgreementId,
                a.Row.Role,
                participant = other,
                participantName = peers.Find(other)?.Name ?? other,
                a.Row.DatasetId,
                a.Row.PolicyVersion,
                usesLimit = debit?.Limit,
                usesSpent = provider && debit is not null ? ledger.GetBudget(AgreementBook.BudgetId(a, debit.Key))?.Spent : null,
                pricePerUseMinor = terms.Price?.Minor ?? 0,
                currency = terms.Price?.Currency.Code ?? "CNY",
                pricePlanHash = terms.PricePlan ?? a.Policy.RulesHash,
                coProviders = a.Policy.Terms[0].CoProviders,
                // The figures above are the first permission's; a contract may have several.
                permissions = TermsView.Of(a.Policy, provider ? TermsView.SpentOf(ledger, a) : null),
                a.Row.SignedAt,
                a.Row.AgreementHash,
                document = contract is null ? (JsonElement?)null : AgreementBook.DocumentOf(a.Row),
                suspendedBy = here.GetValueOrDefault(a.Row.AgreementId) ?? there.GetValueOrDefault(a.Row.AgreementId)?.RuleId,
            };
        });
        return Results.Json(new { agreements }, JobJson.Options);
    }

    private static IResult Refuse(int status, DsError error)
        => Results.Bytes(DspCodec.Write(new CatalogError(error.Code, [error.Kind.Title]))).WithCatalogStatus(status);

    private static IResult WithCatalogStatus(this IResult inner, int status) => Negotiation.StatusResults.WithStatus(inner, status);
}

/// <summary>What an owner's catalogue declares of a dataset; null where it does not.</summary>
/// <param name="Classification">Classification.</param>
/// <param name="ReplyBucketMs">Replies about its data leave at multiples of this time.</param>
internal sealed record DeclaredDataset(ClassificationStatement? Classification, int? ReplyBucketMs);

/// <summary>Reads the federated catalogue through the coordinator.</summary>
internal sealed class CatalogReader(CoordinatorLink link, INodeTransport transport)
{
    /// <summary>All datasets as the CLI and console show them.</summary>
    public async Task<Result<object>> ReadAsync(CancellationToken cancellation)
    {
        if (!(await FetchAsync(cancellation)).TryGet(out var answer, out var error))
            return error;
        var datasets = new List<object>();
        foreach (var member in answer.Members)
        {
            if (Parse(member) is not { } catalog)
                continue;
            datasets.AddRange(catalog.Datasets.Select(d => View(member, d)));
        }
        return new { datasets, unreachable = answer.Members.Where(m => m.Code is not null).Select(m => new { participant = m.Did, participantName = m.Name, m.Code }) };
    }

    /// <summary>The offer exactly as its owner published it.</summary>
    public async Task<Result<Offer>> FindOfferAsync(string participant, string datasetId, string offerId, CancellationToken cancellation)
    {
        if (!(await FetchAsync(cancellation)).TryGet(out var answer, out var error))
            return error;
        if (answer.Members.FirstOrDefault(m => m.Did == participant) is not { } member)
            return ConnectorErrors.ParticipantUnknown.Of(participant);
        if (Parse(member) is not { } catalog)
            return ConnectorErrors.CatalogUnread.Of($"{participant}: {member.Code ?? HostErrors.PeerAnswerInvalid.Of().Code}");
        if (catalog.Datasets.FirstOrDefault(d => d.Id == datasetId) is not { } dataset)
            return ConnectorErrors.DatasetUnknown.Of(datasetId);
        return dataset.Policies.FirstOrDefault(o => o.Id == offerId) is { } offer ? offer : ConnectorErrors.OfferUnknown.Of(offerId);
    }

    /// <summary>What the owners say about their datasets, by participant and dataset; empty when the catalogue cannot be read.</summary>
    public async Task<IReadOnlyDictionary<(string Participant, string Dataset), DeclaredDataset>> DeclaredAsync(CancellationToken cancellation)
    {
        var known = new Dictionary<(string, string), DeclaredDataset>();
        if (!(await FetchAsync(cancellation)).TryGet(out var answer, out _))
            return known;
        foreach (var (member, dataset) in answer.Members.SelectMany(m => (Parse(m)?.Datasets ?? []).Select(d => (m.Did, d))))
        {
            known[(member, dataset.Id)] = new DeclaredDataset(
                dataset.Extra.FirstOrDefault(e => e.Key == "dataspace:classification") is { Key: not null } said ? Read(said.Value) : null,
                dataset.Extra.FirstOrDefault(e => e.Key == CatalogEndpoints.ReplyBucket) is { Key: not null, Value: { ValueKind: JsonValueKind.Number } number } && number.TryGetInt32(out var bucketMs) ? bucketMs : null);
        }
        return known;
    }

    private static ClassificationStatement? Read(JsonElement json)
    {
        try
        {
            return json.Deserialize<ClassificationStatement>(JobJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<Result<FederatedCatalogAnswer>> FetchAsync(CancellationToken cancellation)
    {
        if (link.Coordinator is not { } coordinator)
            return ConnectorErrors.NoCoordinator.Of();
        var asked = await transport.SendAsync(PeerDirectory.PeerOf(coordinator), HttpMethod.Get, "/catalog", default, cancellation);
        if (!asked.TryGet(out var answer, out var error))
            return error;
        if (!answer.IsSuccess)
            return link.Membership == "approved" ? HostErrors.PeerAnswerInvalid.Of($"status {answer.Status}") : ConnectorErrors.NotJoined.Of(link.Membership);
        return JsonSerializer.Deserialize<FederatedCatalogAnswer>(answer.Body.Span, JobJson.Options) is { } catalog ? catalog : HostErrors.PeerAnswerInvalid.Of();
    }

    private static Protocol.Messages.Catalog? Parse(MemberCatalog member)
        => member.Catalog is { } json && DspCodec.Read<Protocol.Messages.Catalog>(JsonSerializer.SerializeToUtf8Bytes(json)).TryGet(out var catalog, out _) ? catalog : null;

    private static object View(MemberCatalog member, Dataset dataset)
    {
        JsonElement? Extra(string name) => dataset.Extra.FirstOrDefault(e => e.Key == name) is { Key: not null } found ? found.Value : null;
        return new
        {
            participant = member.Did,
            participantName = member.Name,
            datasetId = dataset.Id,
            title = Extra("dataspace:title"),
            columns = Extra("dataspace:columns"),
            classification = Extra("dataspace:classification"),
            scenarios = Extra("dataspace:scenarios"),
            replyBucketMs = Extra(CatalogEndpoints.ReplyBucket),
            offers = dataset.Policies.Select(Summarize),
        };
    }

    private static object Summarize(Offer offer)
    {
        if (!PolicyCompiler.Compile(offer.Policy).TryGet(out var policy, out var error))
            return new { offerId = offer.Id, summary = (object?)null, code = (string?)error.Code };
        var terms = policy.Terms[0];
        var obligations = terms.Obligations;
        return new
        {
            offerId = offer.Id,
            summary = (object?)new
            {
                purpose = terms.Purposes is null ? "*" : string.Join(", ", terms.Purposes),
                uses = obligations.Uses?.Limit,
                minGroupSize = obligations.MinimumGroupSize,
                dominance = TermsView.Dominance(obligations),
                pricePerUseMinor = obligations.Price?.Minor ?? 0,
                currency = obligations.Price?.Currency.Code ?? "CNY",
                validUntil = terms.NotAfter,
                columns = obligations.AllowedColumns,
                groupKeys = obligations.AllowedGroupKeys,
                computations = terms.Computations,
                coProviders = terms.CoProviders,
                stampExtension = ContractTerms.StampExtensionOf(policy) is { } age ? System.Xml.XmlConvert.ToString(age) : null,
                // The figures above are the first permission's; an offer may have several.
                permissions = TermsView.Of(policy),
            },
            code = (string?)null,
        };
    }
}
