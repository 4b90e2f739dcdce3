using System.Buffers.Binary;
using System.Text.Unicode;

namespace DataSpace.Ledger.Receipts;

/// <summary>
/// Reads items of deterministic CBOR (RFC 8949, section 4.2.1) from the front of a span: shortest heads and definite lengths, anything else is not taken. For
/// whoever reads a million entries; a reader object per value costs more than the value.
/// </summary>
internal static class CborScan
{
    public const int Number = 0;
    public const int Bytes = 2;
    public const int Text = 3;
    public const int Array = 4;

    /// <summary>The head of an item of this major type, with its argument.</summary>
    public static bool TryHead(scoped ref ReadOnlySpan<byte> rest, int majorType, out long argument)
    {
        argument = 0;
        if (rest.IsEmpty || rest[0] >> 5 != majorType)
            return false;
        var additional = rest[0] & 31;
        var body = rest[1..];
        var bytes = additional switch { < 24 => 0, 24 => 1, 25 => 2, 26 => 4, 27 => 8, _ => -1 };
        if (bytes < 0 || body.Length < bytes)
            return false;
        var (value, least) = bytes switch
        {
            0 => ((ulong)additional, 0UL),
            1 => (body[0], 24UL),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(body), 1UL << 8),
            4 => (BinaryPrimitives.ReadUInt32BigEndian(body), 1UL << 16),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(body), 1UL << 32),
        };
        if (value < least || value > long.MaxValue)
            return false;
        rest = body[bytes..];
        argument = (long)value;
        return true;
    }

    /// <summary>A byte string, or a text string that is valid UTF-8.</summary>
    public static bool TryString(scoped ref ReadOnlySpan<byte> rest, int majorType, out ReadOnlySpan<byte> content)
    {
        content = default;
        var after = rest;
        if (!TryHead(ref after, majorType, out var length) || length > after.Length)
            return false;
        content = after[..(int)length];
        if (majorType == Text && !Utf8.IsValid(content))
            return false;
        rest = after[(int)length..];
        return true;
    }

    /// <summary>An item that is all there is: zero or a positive number.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> item, out long number) => TryHead(ref item, Number, out number) && item.IsEmpty;

    /// <summary>An item that is all there is: a string of one kind.</summary>
    public static bool TryOnlyString(ReadOnlySpan<byte> item, int majorType, out ReadOnlySpan<byte> content) => TryString(ref item, majorType, out content) && item.IsEmpty;
}
