using System.Buffers;
using System.Text.Json;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Codec;

namespace DataSpace.Protocol;

/// <summary>One version of the protocol that a connector speaks.</summary>
/// <param name="Version">For example <c>2025-1</c>.</param>
/// <param name="Path">Path of the base address below the connector's root.</param>
/// <param name="Binding">Always <c>HTTPS</c>.</param>
/// <param name="ServiceId">Id of the data service, optional.</param>
/// <param name="IdentifierType">How participants are named, for example <c>did:web</c>, optional.</param>
public sealed record ProtocolVersion(string Version, string Path, string Binding = "HTTPS", string? ServiceId = null, string? IdentifierType = null);

/// <summary>
/// The body of <c>/.well-known/dspace-version</c>: unversioned, unauthenticated, plain JSON without context and type
/// (DSP 2025-1, Common Functionalities, exposure of versions).
/// </summary>
/// <param name="Versions">At least one.</param>
public sealed record VersionDocument(IReadOnlyList<ProtocolVersion> Versions)
{
    /// <summary>Where it is served, below the connector's root.</summary>
    public const string Path = "/.well-known/dspace-version";

    /// <summary>Name of the version that this room implements.</summary>
    public const string Dsp2025 = "2025-1";

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("protocolVersions");
            foreach (var version in Versions)
            {
                writer.WriteStartObject();
                writer.WriteString("version", version.Version);
                writer.WriteString("path", version.Path);
                writer.WriteString("binding", version.Binding);
                if (version.ServiceId is not null)
                    writer.WriteString("serviceId", version.ServiceId);
                if (version.IdentifierType is not null)
                    writer.WriteString("identifierType", version.IdentifierType);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a peer's document, within the limits of every message.</summary>
    public static Result<VersionDocument> Read(ReadOnlySpan<byte> utf8)
    {
        if (!JsonGate.Parse(utf8).TryGet(out var root, out var error))
            return error;
        var fields = new ShapeReader();
        var versions = fields.List(root, "", "protocolVersions", required: true, maxItems: 64, (item, path) =>
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                fields.Fail(ProtocolErrors.InvalidField, $"{path} must be an object");
                return null!;
            }

            return new ProtocolVersion(
                fields.Text(item, path + ".", "version"),
                fields.Text(item, path + ".", "path"),
                fields.Text(item, path + ".", "binding"),
                fields.OptionalText(item, path + ".", "serviceId"),
                fields.OptionalText(item, path + ".", "identifierType"));
        });
        return fields.Error is null ? new VersionDocument(versions) : fields.Error;
    }
}
