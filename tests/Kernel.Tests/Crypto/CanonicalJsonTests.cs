using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using DataSpace.Kernel.Crypto;
using Xunit;

namespace DataSpace.Kernel.Tests.Crypto;

public class CanonicalJsonTests
{
    private static string Canonical(string json) => Encoding.UTF8.GetString(CanonicalJson.FromUtf8(Encoding.UTF8.GetBytes(json)).Value);

    private static bool Refused(string json) => CanonicalJson.FromUtf8(Encoding.UTF8.GetBytes(json)).Error?.Kind == CryptoErrors.NotCanonicalizable;

    // RFC 8785, Appendix B: IEEE 754 bits and the expected text.
    [Theory]
    [InlineData("0000000000000000", "0")]
    [InlineData("8000000000000000", "0")]
    [InlineData("0000000000000001", "5e-324")]
    [InlineData("8000000000000001", "-5e-324")]
    [InlineData("7fefffffffffffff", "1.7976931348623157e+308")]
    [InlineData("ffefffffffffffff", "-1.7976931348623157e+308")]
    [InlineData("4340000000000000", "9007199254740992")]
    [InlineData("c340000000000000", "-9007199254740992")]
    [InlineData("4430000000000000", "295147905179352830000")]
    [InlineData("44b52d02c7e14af5", "9.999999999999997e+22")]
    [InlineData("44b52d02c7e14af6", "1e+23")]
    [InlineData("44b52d02c7e14af7", "1.0000000000000001e+23")]
    [InlineData("444b1ae4d6e2ef4e", "999999999999999700000")]
    [InlineData("444b1ae4d6e2ef4f", "999999999999999900000")]
    [InlineData("444b1ae4d6e2ef50", "1e+21")]
    [InlineData("3eb0c6f7a0b5ed8c", "9.999999999999997e-7")]
    [InlineData("3eb0c6f7a0b5ed8d", "0.000001")]
    [InlineData("41b3de4355555553", "333333333.3333332")]
    [InlineData("41b3de4355555554", "333333333.33333325")]
    [InlineData("41b3de4355555555", "333333333.3333333")]
    [InlineData("41b3de4355555556", "333333333.3333334")]
    [InlineData("41b3de4355555557", "333333333.33333343")]
    [InlineData("becbf647612f3696", "-0.0000033333333333333333")]
    [InlineData("43143ff3c1cb0959", "1424953923781206.2")]
    public void Numbers_read_as_in_the_RFCs_table(string bits, string expected)
    {
        var value = BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64BigEndian(Convert.FromHexString(bits)));
        Assert.Equal(expected, EcmaScriptNumber.Format(value));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Numbers_without_JSON_form_throw(double value)
        => Assert.Throws<ArgumentOutOfRangeException>(() => EcmaScriptNumber.Format(value));

    [Fact]
    public void The_RFCs_main_example_comes_out_byte_by_byte() // RFC 8785 §3.2.2 to §3.2.4
    {
        const string input = """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """;
        const string expected = """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""";
        Assert.Equal(expected, Canonical(input));
    }

    [Fact]
    public void Names_sort_by_UTF16_code_units() // RFC 8785 §3.2.3
    {
        const string input = """{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}""";
        using var document = JsonDocument.Parse(Canonical(input));
        Assert.Equal(
            ["Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh"],
            document.RootElement.EnumerateObject().Select(m => m.Value.GetString()));
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")] // duplicate names
    [InlineData("""{"a":1,"\u0061":2}""")] // duplicate after unescaping
    [InlineData("""{"a":"\ud800"}""")] // lone surrogate
    [InlineData("""{"\udc00":1}""")]
    [InlineData("9007199254740993")] // an integer a double would change
    [InlineData("123456789012345678901234567890")]
    [InlineData("1e400")]
    [InlineData("{} {}")]
    [InlineData("[1,]")]
    [InlineData("// comment\n1")]
    [InlineData("01")]
    [InlineData("NaN")]
    [InlineData("")]
    public void What_has_no_single_form_is_refused(string json) => Assert.True(Refused(json));

    [Fact]
    public void Invalid_UTF8_is_refused()
        => Assert.False(CanonicalJson.FromUtf8(new byte[] { (byte)'"', 0xc3, 0x28, (byte)'"' }).IsOk);

    [Fact]
    public void Duplicate_names_are_refused_even_when_the_parser_let_them_through()
    {
        using var document = JsonDocument.Parse("""{"b":1,"a":1,"b":2}""");
        Assert.False(CanonicalJson.FromElement(document.RootElement).IsOk);
    }

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        Assert.True(CanonicalJson.FromUtf8(Nested(CanonicalJson.MaxDepth)).IsOk);
        Assert.False(CanonicalJson.FromUtf8(Nested(CanonicalJson.MaxDepth + 1)).IsOk);
        Assert.False(CanonicalJson.FromUtf8(new byte[CanonicalJson.MaxBytes + 1]).IsOk);

        static byte[] Nested(int depth) => Encoding.ASCII.GetBytes(new string('[', depth) + new string(']', depth));
    }

    [Fact]
    public void Our_own_records_that_have_no_form_are_a_bug() => Assert.Throws<ArgumentException>(() => CanonicalJson.Of(new { N = (1L << 53) + 1 }));

    [Fact]
    public void Numbers_round_trip_and_stay() => Gen.Double.Where(double.IsFinite).Sample(value =>
    {
        var text = EcmaScriptNumber.Format(value);
        return double.Parse(text, CultureInfo.InvariantCulture) == value && Canonical(text) == text;
    });

    [Fact]
    public void Canonical_form_is_idempotent_and_ignores_member_order() => Json(3).Sample(node =>
    {
        var once = CanonicalJson.FromNode(node).Value;
        var twice = CanonicalJson.FromUtf8(once).Value;
        var shuffled = CanonicalJson.FromNode(Reversed(node)).Value;
        return once.AsSpan().SequenceEqual(twice) && once.AsSpan().SequenceEqual(shuffled)
            && JsonNode.DeepEquals(JsonNode.Parse(once), JsonNode.Parse(node?.ToJsonString() ?? "null"));
    }, iter: 2000);

    private static Gen<JsonNode?> Json(int depth)
    {
        var text = Gen.Char.Where(c => !char.IsSurrogate(c)).Array[0, 8].Select(c => new string(c));
        var leaf = Gen.OneOf(
            text.Select(s => (JsonNode?)JsonValue.Create(s)),
            Gen.Int.Select(i => (JsonNode?)JsonValue.Create(i)),
            Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
            Gen.Const((JsonNode?)null));
        if (depth == 0)
            return leaf;
        var inner = Json(depth - 1);
        return Gen.OneOf(
            leaf,
            inner.Array[0, 4].Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
            Gen.Select(text, inner).Array[0, 4].Select(members => (JsonNode?)new JsonObject(
                members.DistinctBy(m => m.Item1).Select(m => KeyValuePair.Create(m.Item1, m.Item2?.DeepClone())))));
    }

    private static JsonNode? Reversed(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Reverse().Select(m => KeyValuePair.Create(m.Key, Reversed(m.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Reversed)]),
        _ => node?.DeepClone(),
    };
}
