using System.Globalization;
using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
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
    /// <summary>Distribution format: data stays, computation comes.</summary>
    private const string ComputeToData = "DataSpace-ComputeToData";

    public static void MapCatalog(this WebApplication app)
    {
        var dsp = app.MapGroup(DspBase.Path).RequirePeer();
        dsp.MapPost(CatalogPaths.Request, RequestAsync).WithSummary("Catalogue of this provider (DSP 2025-1).");
        dsp.MapGet(CatalogPaths.DatasetTemplate, async (string id, DatasetRegistry datasets, NodeAddress address) => datasets.All.TryGetValue(id, out var dataset)
            ? Results.Bytes(DspCodec.Write(Describe(dataset, await address.Url)), DspCodec.MediaType)
            : Refuse(StatusCodes.Status404NotFound, ConnectorErrors.DatasetUnknown.Of(id))).WithSummary("One dataset (DSP 2025-1).");
        app.MapGet("/admin/catalog", async (CatalogReader reader, CancellationToken c) => (await reader.ReadAsync(c)).ToHttp())
            .RequireAdmin().WithSummary("Everything on offer in the space.");
        app.MapGet("/admin/agreements", ListAgreementsAsync).RequireAdmin().WithSummary("Contracts of this node.");
        app.MapPost("/admin/reload", (NodeOptions options, DatasetRegistry datasets) =>
        {
            if (!ConnectorConfig.Load(options.ConfigFile).TryGet(out var config, out var error))
                return error.ToProblem();
            return datasets.Reload(config) is { IsOk: false } failed ? failed.Error.ToProblem() : Results.NoContent();
        }).RequireAdmin().WithSummary("Reads datasets and offers again; running contracts keep the terms they were concluded with.");
    }

    private static async Task<IResult> RequestAsync(HttpContext http, DatasetRegistry datasets, NodeIdentity self, NodeAddress address)
    {
        if (!DspCodec.Read<CatalogRequestMessage>(http.CallOf().Body.Span).TryGet(out var request, out var error))
            return Refuse(StatusCodes.Status400BadRequest, error);
        if (request.Filter is not null)
            return Refuse(StatusCodes.Status400BadRequest, ProtocolErrors.FilterNotSupported.Of());
        var url = await address.Url;
        var catalog = new Protocol.Messages.Catalog(
            self.Did + "#catalog", self.Did, [.. datasets.All.Values.Select(d => Describe(d, url))], [new DataService(url + "#dsp", url + DspBase.Path)]);
        return Results.Bytes(DspCodec.Write(catalog), DspCodec.MediaType);
    }

    private static Dataset Describe(PublishedDataset dataset, string url)
    {
        JsonElement Json(object value) => JsonSerializer.SerializeToElement(value, JobJson.Options);
        var config = dataset.Config;
        return new Dataset(config.Id, [.. dataset.Offers.Select(o => o.Offer.WithoutTarget())], [new Distribution(ComputeToData, new DataService(url + "#dsp", null))])
        {
            Extra =
            [
                new("dataspace:title", Json(config.Title)),
                new("dataspace:columns", Json(config.Columns.Select(c => new { c.Name, c.Type, role = RoleOf(config, c) }))),
                new("dataspace:classification", Json(config.Classification ?? new ClassificationConfig("-", "unclassified", false))),
            ],
        };
    }

    private static string RoleOf(DatasetConfig config, ColumnConfig column)
        => column.Name == config.SubjectColumn ? "subject" : column.Identifier ? "identifier" : column.Type is "decimal" or "double" ? "measure" : "other";

    private static async Task<IResult> ListAgreementsAsync(AgreementBook book, AuditLedger ledger, PeerDirectory peers, CancellationToken cancellation)
    {
        var agreements = (await book.ListAsync(cancellation)).Select(a =>
        {
            var terms = a.Policy.Terms[0].Obligations;
            var debit = terms.Debits.Count > 0 ? terms.Debits[0] : null;
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
                coProviders = a.Policy.Terms[0].CoProviders,
                a.Row.SignedAt,
            };
        });
        return Results.Json(new { agreements }, JobJson.Options);
    }

    private static IResult Refuse(int status, DsError error)
        => Results.Bytes(DspCodec.Write(new CatalogError(error.Code, [error.Kind.Title]))).WithCatalogStatus(status);

    private static IResult WithCatalogStatus(this IResult inner, int status) => Negotiation.StatusResults.WithStatus(inner, status);
}

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
        if (Parse(member)?.Datasets.FirstOrDefault(d => d.Id == datasetId) is not { } dataset)
            return ConnectorErrors.DatasetUnknown.Of(datasetId);
        return dataset.Policies.FirstOrDefault(o => o.Id == offerId) is { } offer ? offer : ConnectorErrors.OfferUnknown.Of(offerId);
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
                uses = obligations.Debits.Count > 0 ? obligations.Debits[0].Limit : (long?)null,
                minGroupSize = obligations.MinimumGroupSize,
                dominance = obligations.DominancePercent is { } percent ? percent.ToString(CultureInfo.InvariantCulture) + "%" : "off",
                pricePerUseMinor = obligations.Price?.Minor ?? 0,
                currency = obligations.Price?.Currency.Code ?? "CNY",
                validUntil = terms.NotAfter,
                columns = obligations.AllowedColumns,
                groupKeys = obligations.AllowedGroupKeys,
                computations = terms.Computations,
                coProviders = terms.CoProviders,
            },
            code = (string?)null,
        };
    }
}
