using System.Text.Json;

namespace DataSpace.Protocol.Messages;

/// <summary>Consumer → provider: asks for the catalogue (DSP 2025-1, Catalog Protocol).</summary>
/// <param name="Filter">Filter expressions as sent, or null. No filter language is supported, so a host answers 400 to any.</param>
public sealed record CatalogRequestMessage(JsonElement? Filter = null) : DspMessage
{
    /// <inheritdoc />
    public override string Type => "CatalogRequestMessage";
}

/// <summary>What a provider offers. Empty lists are omitted on the wire.</summary>
/// <param name="Id">Id of the catalogue.</param>
/// <param name="ParticipantId">The provider's participant id (a DID).</param>
/// <param name="Datasets">Datasets on offer.</param>
/// <param name="Services">Endpoints that distributions refer to.</param>
public sealed record Catalog(
    string Id, string ParticipantId, IReadOnlyList<Dataset> Datasets, IReadOnlyList<DataService> Services) : DspMessage
{
    /// <inheritdoc />
    public override string Type => "Catalog";
}

/// <summary>One dataset of a catalogue; also the answer to a request for it alone.</summary>
/// <param name="Id">Id of the dataset; the target of negotiated policies.</param>
/// <param name="Policies">Offers, at least one, each without a target.</param>
/// <param name="Distributions">How it may be used, at least one.</param>
public sealed record Dataset(
    string Id, IReadOnlyList<Offer> Policies, IReadOnlyList<Distribution> Distributions) : DspMessage
{
    /// <inheritdoc />
    public override string Type => "Dataset";

    /// <summary>
    /// Properties beyond the protocol's own (titles, columns, classification), kept as sent and in the order sent.
    /// They describe; nothing may be decided on them.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Extra { get; init; } = [];
}

/// <summary>A way to use a dataset.</summary>
/// <param name="Format">Format name, for example a compute-to-data format.</param>
/// <param name="AccessService">Endpoint; on the wire its bare id when <see cref="DataService.EndpointUrl"/> is null.</param>
public sealed record Distribution(string Format, DataService AccessService);

/// <summary>An endpoint of a provider.</summary>
/// <param name="Id">Id of the service.</param>
/// <param name="EndpointUrl">Absolute address, or null for a reference to a service listed elsewhere.</param>
public sealed record DataService(string Id, string? EndpointUrl);

/// <summary>A refused or failed catalogue request.</summary>
/// <param name="Code">Stable code, optional.</param>
/// <param name="Reasons">Human-readable reasons.</param>
public sealed record CatalogError(string? Code, IReadOnlyList<string> Reasons) : DspMessage
{
    /// <inheritdoc />
    public override string Type => "CatalogError";
}
