using System.Buffers.Binary;
using System.Text.Json;

namespace DataSpace.Privacy.Lookup;

/// <summary>
/// A record in a database: two bytes of length, the values as a JSON array of texts and nulls in the order of the agreed columns, zeros up to the agreed size. All records of a database have one size,
/// so that the size of an answer tells nothing.
/// </summary>
internal static class LookupRecord
{
    private const int LengthBytes = 2;

    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Without padding; null when the values need more than that many bytes.</summary>
    public static byte[]? Encode(IReadOnlyList<string?> values, int recordBytes)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(values, Json);
        if (json.Length > recordBytes - LengthBytes)
            return null;
        byte[] record = [0, 0, .. json];
        BinaryPrimitives.WriteUInt16LittleEndian(record, (ushort)json.Length);
        return record;
    }

    /// <summary>The values of a record, or null when it is none.</summary>
    public static IReadOnlyList<string?>? Decode(ReadOnlySpan<byte> record, int columns)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(record);
        if (length > record.Length - LengthBytes || record[(LengthBytes + length)..].ContainsAnyExcept((byte)0))
            return null;
        try
        {
            return JsonSerializer.Deserialize<string?[]>(record.Slice(LengthBytes, length), Json) is { } values && values.Length == columns ? values : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
