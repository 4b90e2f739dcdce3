using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;

namespace DataSpace.Privacy.Tests.Intersection;

/// <summary>How two parties write one subject's key alike.</summary>
public sealed class KeyRuleTests
{
    [Theory]
    [InlineData("trim", "  a b\t", "a b")]
    [InlineData("lower", "ÄB", "äb")]
    [InlineData("upper", "äb", "ÄB")]
    [InlineData("width", "ＡＢ１２　ｘ", "AB12 x")]
    [InlineData("nfc", "张伟 Zoë", "张伟 Zoë")]
    [InlineData("nfc", "Zoe\u0308", "Zoë")]
    [InlineData("nfc", "\u212b", "Å")]
    [InlineData("nfc", "\uf900", "\u8c48")] // a compatibility ideograph
    [InlineData("nfc", "\u1112\u1161\u11ab", "한")]
    [InlineData("nfc", "\u0915\u093c", "\u0915\u093c")] // excluded from composition
    [InlineData("nfc", "张\ufffd", null)]
    [InlineData("nfc", "张\ud800", null)]
    [InlineData("nfc", "张\u0378", null)] // no character yet
    [InlineData("phone:86", "138 0013 8000", "+8613800138000")]
    [InlineData("phone:86", "+86 138-0013-8000", "+8613800138000")]
    [InlineData("phone:86", "0086 (138) 00138000", "+8613800138000")]
    [InlineData("phone:86", "010-6552 9988", "+861065529988")]
    [InlineData("phone:49", "0171/1234567", "+491711234567")]
    [InlineData("phone:86", "12345", null)]
    [InlineData("phone:86", "138 0013 800x", null)]
    [InlineData("phone:86", "+86+13800138000", null)]
    [InlineData("id-card-cn", "11010519491231002X", "11010519491231002X")]
    [InlineData("id-card-cn", "11010519491231002x", "11010519491231002X")]
    [InlineData("id-card-cn", "110105491231002", "11010519491231002X")]
    [InlineData("id-card-cn", "110105194912310021", null)]
    [InlineData("id-card-cn", "11010519491231002?", null)]
    [InlineData("id-card-cn", "1101051949123100", null)]
    public void Steps(string step, string value, string? expected)
        => Assert.Equal(expected, KeyRule.Create([new KeyPart("k", [step])]).Value.Normalise(0, value));

    [Fact]
    public void Steps_run_from_left_to_right()
        => Assert.Equal("+8613800138000", KeyRule.Create([new KeyPart("k", ["width", "trim", "phone:86"])]).Value.Normalise(0, "　１３８００１３８０００ "));

    [Theory]
    [InlineData("Trim")]
    [InlineData("phone:")]
    [InlineData("phone:0")]
    [InlineData("phone:1234")]
    [InlineData("phone:x")]
    [InlineData("")]
    public void Unknown_steps_are_refused(string step) => Assert.Same(IntersectionErrors.KeyRuleInvalid, KeyRule.Create([new KeyPart("k", [step])]).Error!.Kind);

    [Fact]
    public void Rules_have_bounds()
    {
        KeyPart[][] wrong =
        [
            [], [.. Enumerable.Range(0, 9).Select(i => new KeyPart("k" + i, []))], [new KeyPart("", [])], [new KeyPart("k", []), new KeyPart("k", [])],
            [new KeyPart("k", [.. Enumerable.Repeat("trim", 9)])], [new KeyPart(new string('k', 65), [])],
        ];
        Assert.All(wrong, parts => Assert.Same(IntersectionErrors.KeyRuleInvalid, KeyRule.Create(parts).Error!.Kind));
        var rule = KeyRule.Create([new KeyPart("k", [])]).Value;
        Assert.NotNull(rule.Normalise(0, new string('界', 256)));
        Assert.Null(rule.Normalise(0, new string('x', 257)));
        Assert.Null(rule.Normalise(0, null));
        Assert.Null(rule.Normalise(0, ""));
        Assert.True(rule.TryDigest([new string('界', 256)], out _));
    }

    [Fact]
    public void Parts_of_a_composite_key_do_not_run_into_each_other()
    {
        var rule = KeyRule.Create([new KeyPart("a", []), new KeyPart("b", [])]).Value;
        Assert.True(rule.TryDigest(["ab", "c"], out var first));
        Assert.True(rule.TryDigest(["a", "bc"], out var second));
        Assert.NotEqual(first, second);
        Assert.False(rule.TryDigest(["ab", null], out _));
    }

    [Fact]
    public void The_digest_holds_names_and_steps_in_order()
    {
        KeyPart[][] rules =
        [
            [new KeyPart("a", [])], [new KeyPart("b", [])], [new KeyPart("a", ["trim"])], [new KeyPart("a", ["trim", "lower"])], [new KeyPart("a", ["lower", "trim"])],
            [new KeyPart("a", ["trim"]), new KeyPart("lower", [])], [new KeyPart("a", []), new KeyPart("trim", [])],
        ];
        Assert.Equal(rules.Length, rules.Select(parts => KeyRule.Create(parts).Value.Digest).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(KeyRule.Create(rules[3]).Value.Digest, KeyRule.Create(rules[3]).Value.Digest);
    }

    [Fact]
    public void Both_sides_spellings_meet()
    {
        var rule = KeyRule.Create([new KeyPart("id", ["width", "trim", "id-card-cn"]), new KeyPart("phone", ["width", "phone:86"])]).Value;
        Assert.True(rule.TryDigest([" 11010519491231002x", "138-0013-8000"], out var one));
        Assert.True(rule.TryDigest(["１１０１０５４９１２３１００２", "+8613800138000"], out var other));
        Assert.Equal(one, other);
    }
}
