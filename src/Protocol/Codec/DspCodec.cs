using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Messages;

namespace DataSpace.Protocol.Codec;

/// <summary>
/// Strict codec for the top-level objects of the Dataspace Protocol 2025-1 (catalogue and contract negotiation).
/// Contexts are compared as text and never fetched. Unknown extra properties are tolerated; inside policies and datasets
/// they are also preserved. Writing is deterministic: equal messages give equal bytes.
/// </summary>
public static class DspCodec
{
    /// <summary>The protocol's context address, which every message carries.</summary>
    public const string Context = "https://w3id.org/dspace/2025/1/context.jsonld";

    /// <summary>A context that Eclipse connectors send besides; tolerated, without effect.</summary>
    public const string ToleratedContext = "https://w3id.org/edc/dspace/v0.0.1";

    /// <summary>Media type of every message.</summary>
    public const string MediaType = "application/json";

    private delegate DspMessage Reader(JsonElement root, ShapeReader fields);

    private static readonly Dictionary<Type, (string Type, Reader Read)> Readers = new()
    {
        [typeof(CatalogRequestMessage)] = ("CatalogRequestMessage", CatalogShapes.ReadRequest),
        [typeof(Catalog)] = ("Catalog", CatalogShapes.ReadCatalog),
        [typeof(Dataset)] = ("Dataset", (root, fields) => CatalogShapes.ReadDataset(root, "", fields)),
        [typeof(CatalogError)] = ("CatalogError", CatalogShapes.ReadError),
        [typeof(ContractRequestMessage)] = ("ContractRequestMessage", NegotiationShapes.ReadRequest),
        [typeof(ContractOfferMessage)] = ("ContractOfferMessage", NegotiationShapes.ReadOffer),
        [typeof(ContractAgreementMessage)] = ("ContractAgreementMessage", NegotiationShapes.ReadAgreement),
        [typeof(ContractAgreementVerificationMessage)] = ("ContractAgreementVerificationMessage", NegotiationShapes.ReadVerification),
        [typeof(ContractNegotiationEventMessage)] = ("ContractNegotiationEventMessage", NegotiationShapes.ReadEvent),
        [typeof(ContractNegotiationTerminationMessage)] = ("ContractNegotiationTerminationMessage", NegotiationShapes.ReadTermination),
        [typeof(ContractNegotiation)] = ("ContractNegotiation", NegotiationShapes.ReadState),
        [typeof(ContractNegotiationError)] = ("ContractNegotiationError", NegotiationShapes.ReadError),
    };

    /// <summary>The message types that this codec reads and writes.</summary>
    public static IReadOnlyCollection<Type> MessageTypes => Readers.Keys;

    /// <summary>Reads a message of one known type from at most <see cref="DspLimits.MaxMessageBytes"/> bytes of UTF-8 JSON.</summary>
    public static Result<T> Read<T>(ReadOnlySpan<byte> utf8)
        where T : DspMessage
    {
        var entry = Readers[typeof(T)];
        if (!Open(utf8).TryGet(out var root, out var error))
            return error;
        if (TypeOf(root) != entry.Type)
            return ProtocolErrors.WrongType.Of($"expected {entry.Type}");
        return Finish(entry.Read, root).TryGet(out var message, out error) ? (T)message : error;
    }

    /// <summary>Reads a message of any known type, for answers that may be a result or an error.</summary>
    public static Result<DspMessage> ReadAny(ReadOnlySpan<byte> utf8)
    {
        if (!Open(utf8).TryGet(out var root, out var error))
            return error;
        var type = TypeOf(root);
        foreach (var entry in Readers.Values)
        {
            if (entry.Type == type)
                return Finish(entry.Read, root);
        }

        return ProtocolErrors.WrongType.Of("not a message of this protocol version");
    }

    /// <summary>The message as UTF-8 JSON.</summary>
    public static byte[] Write(DspMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("@context");
            writer.WriteStringValue(Context);
            writer.WriteEndArray();
            writer.WriteString("@type", message.Type);
            if (message is NegotiationMessage { MessageId: { } id })
                writer.WriteString("@id", id);
            if (!CatalogShapes.TryWriteBody(writer, message) && !NegotiationShapes.TryWriteBody(writer, message))
                throw new ArgumentException($"no writer for {message.Type}", nameof(message));
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static Result<JsonElement> Open(ReadOnlySpan<byte> utf8)
    {
        if (!JsonGate.Parse(utf8).TryGet(out var root, out var error))
            return error;
        return CheckContext(root) is { } problem ? problem : root;
    }

    private static DsError? CheckContext(JsonElement root)
    {
        if (!root.TryGetProperty("@context", out var context))
            return ProtocolErrors.UnknownContext.Of("@context is missing");
        if (context.ValueKind != JsonValueKind.Array)
            return ProtocolErrors.UnknownContext.Of("@context must be an array");
        var found = false;
        foreach (var item in context.EnumerateArray())
        {
            var known = item.ValueKind == JsonValueKind.String && (item.ValueEquals(Context) || item.ValueEquals(ToleratedContext));
            if (!known)
                return ProtocolErrors.UnknownContext.Of("@context holds something other than the known addresses");
            found |= item.ValueEquals(Context);
        }

        return found ? null : ProtocolErrors.UnknownContext.Of("@context does not hold the 2025-1 address");
    }

    private static string? TypeOf(JsonElement root)
        => root.TryGetProperty("@type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    private static Result<DspMessage> Finish(Reader read, JsonElement root)
    {
        var fields = new ShapeReader();
        var message = read(root, fields);
        return fields.Error is null ? message : fields.Error;
    }
}
