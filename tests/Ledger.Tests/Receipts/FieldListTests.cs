using System.Formats.Cbor;
using System.Text;
using CsCheck;
using DataSpace.Ledger.Receipts;
using Xunit;

namespace DataSpace.Ledger.Tests.Receipts;

/// <summary>The scanner of encoded fields and the full decoder read the same bytes, and refuse the same.</summary>
public sealed class FieldListTests
{
    private static readonly Gen<PayloadField[]> Fields = Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 90], Gen.Byte.Array[0, 300])
        .Select((label, value) => new PayloadField(label, value)).Array[0, 40];

    [Fact]
    public void What_was_encoded_is_read_back()
        => Fields.Sample(fields => Same(fields, FieldList.Read(FieldList.Encode(fields))!.ToList()));

    [Fact]
    public void Scanner_and_decoder_agree_on_mutated_lists()
        => Gen.Select(Fields, Gen.Int[0, int.MaxValue], Gen.Byte, Gen.Int[0, 5]).Sample((fields, at, value, how) =>
            Agree(Mutate(FieldList.Encode(fields), at, value, how)));

    [Fact]
    public void Scanner_and_decoder_agree_on_every_change_of_one_byte_and_every_cut()
    {
        byte[] bytes = FieldList.Encode([new("a", new byte[] { 1 }), new("label/2", new byte[30]), new("e", new byte[300])]);
        for (var at = 0; at < 60; at++)
        {
            Agree(bytes[..at]);
            for (var value = 0; value <= byte.MaxValue; value++)
                Agree([.. bytes[..at], (byte)value, .. bytes[(at + 1)..]]);
        }
    }

    [Theory]
    [InlineData("82615a41")] // the value is cut off
    [InlineData("83615a4101615a")] // a label without a value
    [InlineData("9f615a4101ff")] // indefinite length
    [InlineData("82615a4101ff")] // more behind it
    [InlineData("980261594101")] // a head of two bytes where one does
    [InlineData("8278015a4101")]
    [InlineData("82615a590001aa")]
    [InlineData("8261ff4101")] // not UTF-8
    [InlineData("8262c3a94101")] // not ASCII
    [InlineData("82415a4101")] // a label of bytes
    [InlineData("82615a6101")] // a value of text
    [InlineData("a1615a4101")] // a map
    [InlineData("")]
    public void What_no_encoder_of_ours_writes_is_refused(string hex)
    {
        Assert.Null(FieldList.Read(Convert.FromHexString(hex)));
        Agree(Convert.FromHexString(hex));
    }

    private static byte[] Mutate(byte[] bytes, int at, byte value, int how)
    {
        at %= bytes.Length;
        return how switch
        {
            0 => bytes[..at],
            1 => [.. bytes[..at], value, .. bytes[at..]],
            2 => [.. bytes[..at], .. bytes[(at + 1)..]],
            3 => [.. bytes, value],
            _ => [.. bytes[..at], value, .. bytes[(at + 1)..]],
        };
    }

    private static void Agree(byte[] bytes)
    {
        var (expected, scanned) = (Decode(bytes), FieldList.Read(bytes)?.ToList());
        Assert.Equal(expected is null, scanned is null);
        if (expected is not null)
            Same(expected, scanned!);
    }

    private static void Same(IReadOnlyList<PayloadField> expected, IReadOnlyList<PayloadField> actual)
        => Assert.Equal(expected.Select(f => (f.Label, Convert.ToHexString(f.Value.Span))), actual.Select(f => (f.Label, Convert.ToHexString(f.Value.Span))));

    private static List<PayloadField>? Decode(byte[] bytes)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Canonical);
            var fields = new List<PayloadField>();
            var count = reader.ReadStartArray();
            for (var i = 0; i < count; i += 2)
                fields.Add(new PayloadField(reader.ReadTextString(), reader.ReadByteString()));
            reader.ReadEndArray();
            return reader.BytesRemaining == 0 && fields.All(f => Ascii.IsValid(f.Label)) ? fields : null;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }
}
