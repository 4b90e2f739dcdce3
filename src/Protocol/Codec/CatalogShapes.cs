using System.Text.Json;
using DataSpace.Protocol.Messages;

namespace DataSpace.Protocol.Codec;

/// <summary>Field by field: the messages of the Catalog Protocol.</summary>
internal static class CatalogShapes
{
    private static readonly HashSet<string> DatasetProperties =
        new(StringComparer.Ordinal) { "@context", "@id", "@type", "hasPolicy", "distribution" };

    public static DspMessage ReadRequest(JsonElement root, ShapeReader fields)
        => new CatalogRequestMessage(root.TryGetProperty("filter", out var filter) && !IsEmpty(filter) ? filter.Clone() : null);

    public static DspMessage ReadCatalog(JsonElement root, ShapeReader fields)
        => new Catalog(
            fields.Text(root, "", "@id"),
            fields.Text(root, "", "participantId"),
            fields.List(root, "", "dataset", required: false, DspLimits.MaxItems, (item, path) =>
            {
                fields.Typed(item, path, "Dataset", required: true);
                return ReadDataset(item, path + ".", fields);
            }),
            fields.List(root, "", "service", required: false, DspLimits.MaxItems, (item, path) => ReadService(item, path, fields)));

    /// <param name="element">The dataset object.</param>
    /// <param name="path">Prefix for error details, empty or ending in a dot.</param>
    /// <param name="fields">Collects the first error.</param>
    public static Dataset ReadDataset(JsonElement element, string path, ShapeReader fields)
    {
        var dataset = new Dataset(
            fields.Text(element, path, "@id"),
            fields.List(element, path, "hasPolicy", required: true, DspLimits.MaxItems, (item, at) => ReadCatalogOffer(item, at, fields)),
            fields.List(element, path, "distribution", required: true, DspLimits.MaxItems, (item, at) => ReadDistribution(item, at, fields)));
        if (fields.Error is not null)
            return dataset;
        var extra = element.EnumerateObject().Where(property => !DatasetProperties.Contains(property.Name)).ToArray();
        if (extra.Length > DspLimits.MaxExtraProperties)
            fields.Fail(ProtocolErrors.FieldTooLong, $"{path}dataset has more than {DspLimits.MaxExtraProperties} extra properties");
        return dataset with { Extra = [.. extra.Select(property => KeyValuePair.Create(property.Name, property.Value.Clone()))] };
    }

    public static DspMessage ReadError(JsonElement root, ShapeReader fields)
        => new CatalogError(fields.OptionalText(root, "", "code"), fields.Reasons(root));

    public static bool TryWriteBody(Utf8JsonWriter writer, DspMessage message)
    {
        switch (message)
        {
            case CatalogRequestMessage request:
                if (request.Filter is { } filter)
                {
                    writer.WritePropertyName("filter");
                    filter.WriteTo(writer);
                }

                return true;
            case Catalog catalog:
                writer.WriteString("@id", catalog.Id);
                writer.WriteString("participantId", catalog.ParticipantId);
                WriteList(writer, "dataset", catalog.Datasets, dataset =>
                {
                    writer.WriteString("@type", "Dataset");
                    WriteDataset(writer, dataset);
                });
                WriteList(writer, "service", catalog.Services, service => WriteService(writer, service));
                return true;
            case Dataset dataset:
                WriteDataset(writer, dataset);
                return true;
            case CatalogError error:
                WriteCodeAndReasons(writer, error.Code, error.Reasons);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes <c>code</c> and <c>reason</c>, each only when there is something to say.</summary>
    public static void WriteCodeAndReasons(Utf8JsonWriter writer, string? code, IReadOnlyList<string> reasons)
    {
        if (code is not null)
            writer.WriteString("code", code);
        if (reasons.Count == 0)
            return;
        writer.WriteStartArray("reason");
        foreach (var reason in reasons)
            writer.WriteStringValue(reason);
        writer.WriteEndArray();
    }

    private static bool IsEmpty(JsonElement filter)
        => filter.ValueKind == JsonValueKind.Null || (filter.ValueKind == JsonValueKind.Array && filter.GetArrayLength() == 0);

    private static Offer ReadCatalogOffer(JsonElement element, string path, ShapeReader fields)
    {
        var offer = fields.Take(Offer.Parse(element));
        if (offer?.Target is not null)
            fields.Fail(ProtocolErrors.PolicyShape, $"{path}: an offer in a catalogue carries no target");
        return offer!;
    }

    private static Distribution ReadDistribution(JsonElement element, string path, ShapeReader fields)
    {
        fields.Typed(element, path, "Distribution", required: false);
        var format = fields.Text(element, path + ".", "format");
        if (fields.Error is not null)
            return null!;
        if (!element.TryGetProperty("accessService", out var service))
        {
            fields.Fail(ProtocolErrors.MissingField, $"{path}.accessService");
            return null!;
        }

        return new Distribution(format, service.ValueKind == JsonValueKind.Object
            ? ReadService(service, path + ".accessService", fields)
            : new DataService(fields.TextOf(service, path + ".accessService"), EndpointUrl: null));
    }

    private static DataService ReadService(JsonElement element, string path, ShapeReader fields)
    {
        fields.Typed(element, path, "DataService", required: true);
        return new DataService(fields.Text(element, path + ".", "@id"), fields.Text(element, path + ".", "endpointURL"));
    }

    private static void WriteDataset(Utf8JsonWriter writer, Dataset dataset)
    {
        writer.WriteString("@id", dataset.Id);
        foreach (var (name, value) in dataset.Extra)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteStartArray("hasPolicy");
        foreach (var offer in dataset.Policies)
            offer.Policy.WriteTo(writer);
        writer.WriteEndArray();
        WriteList(writer, "distribution", dataset.Distributions, distribution =>
        {
            writer.WriteString("@type", "Distribution");
            writer.WriteString("format", distribution.Format);
            if (distribution.AccessService.EndpointUrl is null)
            {
                writer.WriteString("accessService", distribution.AccessService.Id);
                return;
            }

            writer.WriteStartObject("accessService");
            WriteService(writer, distribution.AccessService);
            writer.WriteEndObject();
        });
    }

    private static void WriteService(Utf8JsonWriter writer, DataService service)
    {
        writer.WriteString("@type", "DataService");
        writer.WriteString("@id", service.Id);
        if (service.EndpointUrl is not null)
            writer.WriteString("endpointURL", service.EndpointUrl);
    }

    private static void WriteList<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<T> body)
    {
        if (items.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            body(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
