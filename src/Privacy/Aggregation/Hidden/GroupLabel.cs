using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DataSpace.Privacy.Aggregation.Hidden;

/// <summary>
/// The code of a group as figures. In a slot stand <see cref="Chunks"/> further "measures" whose value is the same in every row of a group: six bytes of its label each. Their sums over a
/// slot with one group are count times chunk, whoever added how much; divided by the count they give the label back, and nothing else that the count does not tell.
/// <para>Bytes of a label: length, UTF-8 text padded with zeros, the group's places in both tables (big-endian, two bytes each), and <see cref="TagBytes"/> bytes of SHA-256 over the job and all of
/// these. Two groups in one slot give a weighted mean of their labels; its tag fits by chance once in 2^56.</para>
/// </summary>
internal static class GroupLabel
{
    /// <summary>Longest code, UTF-8.</summary>
    public const int MostBytes = 24;

    public const int Chunks = 6;

    public const int TagBytes = 7;

    private const int ChunkBytes = 6;
    private const int PlaceAt = 1 + MostBytes, TagAt = PlaceAt + 4;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly byte[] Tag = Encoding.ASCII.GetBytes("DataSpace hidden-groups/1 label\n");

    /// <summary>The measures of a shape that carry labels, behind those that the query asks for.</summary>
    public static IReadOnlyList<MeasureShape> Measures { get; } =
        [.. Enumerable.Range(1, Chunks).Select(i => new MeasureShape(string.Create(CultureInfo.InvariantCulture, $"(label {i})"), 0, 0, (1L << (8 * ChunkBytes)) - 1, Squares: false))];

    /// <summary>True for a code that a slot can carry: valid text of at most <see cref="MostBytes"/>, without control characters.</summary>
    public static bool Fits(string code)
    {
        try
        {
            return Strict.GetByteCount(code) <= MostBytes && !code.Any(char.IsControl);
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>Chunks of a code that <see cref="Fits"/>.</summary>
    public static long[] Write(ReadOnlySpan<byte> job, string code, GroupPlaces places)
    {
        Span<byte> bytes = stackalloc byte[Chunks * ChunkBytes];
        bytes.Clear();
        bytes[0] = (byte)Strict.GetBytes(code, bytes[1..PlaceAt]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PlaceAt..], (ushort)places.First);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[(PlaceAt + 2)..], (ushort)places.Second);
        TagOf(job, bytes[..TagAt]).CopyTo(bytes[TagAt..]);
        var chunks = new long[Chunks];
        for (var i = 0; i < Chunks; i++)
        {
            foreach (var part in bytes.Slice(i * ChunkBytes, ChunkBytes))
                chunks[i] = (chunks[i] << 8) | part;
        }

        return chunks;
    }

    /// <summary>The one group whose rows these are, or null: then there are several.</summary>
    /// <param name="job">What labels are bound to.</param>
    /// <param name="count">Rows, positive.</param>
    /// <param name="sums">Sums of the label's chunks.</param>
    public static (string Code, GroupPlaces Places)? Read(ReadOnlySpan<byte> job, Int128 count, IReadOnlyList<Int128> sums)
    {
        Span<byte> bytes = stackalloc byte[Chunks * ChunkBytes];
        for (var i = 0; i < Chunks; i++)
        {
            if (sums[i] < 0 || sums[i] % count != 0 || sums[i] / count is var chunk && chunk >> (8 * ChunkBytes) != 0)
                return null;
            var rest = (long)chunk;
            for (var at = ChunkBytes - 1; at >= 0; at--, rest >>= 8)
                bytes[(i * ChunkBytes) + at] = (byte)rest;
        }

        if (bytes[0] > MostBytes || bytes[(1 + bytes[0])..PlaceAt].ContainsAnyExcept((byte)0) || !TagOf(job, bytes[..TagAt]).SequenceEqual(bytes[TagAt..]))
            return null;
        var places = new GroupPlaces(BinaryPrimitives.ReadUInt16BigEndian(bytes[PlaceAt..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(PlaceAt + 2)..]));
        try
        {
            return (Strict.GetString(bytes.Slice(1, bytes[0])), places);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> TagOf(ReadOnlySpan<byte> job, ReadOnlySpan<byte> label) => SHA256.HashData([.. Tag, .. job, .. label]).AsSpan(0, TagBytes);
}

/// <summary>Where a group stands: one slot in each of two tables, from the value of the keyed function at its code.</summary>
internal readonly record struct GroupPlaces(int First, int Second)
{
    /// <summary>Bytes of the function's value.</summary>
    public const int ValueBytes = Lookup.Oprf.Voprf.OutputBytes;

    public static GroupPlaces Of(ReadOnlySpan<byte> value, int tableSlots)
        => new((int)(BinaryPrimitives.ReadUInt64BigEndian(value) % (ulong)tableSlots), (int)(BinaryPrimitives.ReadUInt64BigEndian(value[8..]) % (ulong)tableSlots));

    /// <summary>The same among the slots of both tables, the first table's first.</summary>
    public int[] Slots(int tableSlots) => [First, tableSlots + Second];
}
