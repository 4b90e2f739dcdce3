using System.Text;
using System.Text.Json;
using CsCheck;
using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Messages;
using Xunit;

namespace DataSpace.Protocol.Tests;

/// <summary>What a hostile peer sends: always an error with a code, never an exception, never a half-read message.</summary>
public sealed class HostileJsonTests
{
    private static readonly string Request = Vectors.Text("contract-request-opening");

    public static TheoryData<string, string, string, string> Edits => new()
    {
        // message, replace, by, code
        { "contract-request-opening", "[\n    \"https://w3id.org/dspace/2025/1/context.jsonld\"\n  ]", "\"https://w3id.org/dspace/2025/1/context.jsonld\"", "DS-DSP-003" },
        { "contract-request-opening", "2025/1/context", "2024/1/context", "DS-DSP-003" },
        { "contract-request-opening", "\"https://w3id.org/dspace/2025/1/context.jsonld\"", "\"https://w3id.org/dspace/2025/1/context.jsonld\", \"https://attacker.example/c.jsonld\"", "DS-DSP-003" },
        { "contract-request-opening", "\"https://w3id.org/dspace/2025/1/context.jsonld\"", "\"https://w3id.org/dspace/2025/1/context.jsonld\", {\"use\": \"x:sell\"}", "DS-DSP-003" },
        { "contract-request-opening", "\"https://w3id.org/dspace/2025/1/context.jsonld\"", "\"https://w3id.org/edc/dspace/v0.0.1\"", "DS-DSP-003" },
        { "contract-request-opening", "\"@context\"", "\"@ctx\"", "DS-DSP-003" },
        { "contract-request-opening", "\"ContractRequestMessage\"", "\"dspace:ContractRequestMessage\"", "DS-DSP-004" },
        { "contract-request-opening", "\"ContractRequestMessage\"", "[\"ContractRequestMessage\"]", "DS-DSP-004" },
        { "contract-request-opening", "\"consumerPid\"", "\"ConsumerPid\"", "DS-DSP-005" },
        { "contract-request-opening", "\"urn:uuid:b8a4c9d2-5c35-4c0a-8b77-93c2a0e5d902\"", "7", "DS-DSP-006" },
        { "contract-request-opening", "urn:uuid:b8a4c9d2-5c35-4c0a-8b77-93c2a0e5d902", "../admin", "DS-DSP-009" },
        { "contract-request-opening", "urn:uuid:b8a4c9d2-5c35-4c0a-8b77-93c2a0e5d902", "..", "DS-DSP-009" },
        { "contract-request-opening", "urn:uuid:b8a4c9d2-5c35-4c0a-8b77-93c2a0e5d902", "a%2fb", "DS-DSP-009" },
        { "contract-request-opening", "urn:uuid:b8a4c9d2-5c35-4c0a-8b77-93c2a0e5d902", "a b", "DS-DSP-009" },
        { "contract-request-opening", "\"consumerPid\"", "\"providerPid\": \"p\", \"consumerPid\"", "DS-DSP-008" },
        { "contract-request-opening", "\"callbackAddress\"", "\"callback\"", "DS-DSP-008" },
        { "contract-request-counter", "\"providerPid\"", "\"provider\"", "DS-DSP-008" },
        { "contract-offer-opening", "\"callbackAddress\"", "\"callback\"", "DS-DSP-008" },
        { "contract-offer-counter", "\"consumerPid\"", "\"callbackAddress\": \"https://a.example\", \"consumerPid\"", "DS-DSP-008" },
        { "contract-request-opening", "https://chain-leader.example/dsp/2025-1", "file:///etc/passwd", "DS-DSP-006" },
        { "contract-request-opening", "https://chain-leader.example/dsp/2025-1", "https://user:pw@chain-leader.example", "DS-DSP-006" },
        { "contract-request-opening", "https://chain-leader.example/dsp/2025-1", "https://chain-leader.example/?x=", "DS-DSP-006" },
        { "contract-request-opening", "https://chain-leader.example/dsp/2025-1", "/relative", "DS-DSP-006" },
        { "contract-request-opening", "\"rightOperand\": \"20\"", "\"rightOperand\": 20", "DS-DSP-011" },
        { "contract-request-opening", "\"rightOperand\": \"20\"", "\"rightOperand\": true", "DS-DSP-011" },
        { "contract-request-opening", "\"rightOperand\": \"20\"", "\"rightOperand\": null", "DS-DSP-011" },
        { "contract-request-opening", "\"rightOperand\": \"20\"", "\"rightOperand\": [\"1\", 20]", "DS-DSP-011" },
        { "contract-request-opening", "\"rightOperand\": \"2026-01-01T00:00:00Z\"", "\"rightOperand\": 1767225600", "DS-DSP-011" },
        { "contract-request-opening", "\"rightOperand\": \"20\"", "\"right\": \"20\"", "DS-DSP-010" },
        { "contract-request-opening", "\"leftOperand\": \"count\"", "\"leftOperand\": \"count\", \"or\": [{\"leftOperand\": \"a\", \"operator\": \"eq\", \"rightOperand\": \"b\"}]", "DS-DSP-010" },
        { "contract-request-opening", "\"action\": \"use\"", "\"action\": \"use\", \"target\": \"urn:other\"", "DS-DSP-010" },
        { "contract-request-opening", "\"action\": \"use\"", "\"act\": \"use\"", "DS-DSP-010" },
        { "contract-request-opening", "\"target\"", "\"aim\"", "DS-DSP-010" },
        { "contract-request-opening", "\"@type\": \"Offer\"", "\"kind\": \"Offer\"", "DS-DSP-004" },
        { "contract-request-opening", "\"@type\": \"Offer\"", "\"@type\": \"odrl:Offer\"", "DS-DSP-004" },
        { "contract-request-opening", "\"@id\": \"urn:dataspace:supplier-a:offer:joint-statistics\"", "\"id\": \"x\"", "DS-DSP-005" },
        { "dataset", "\"@type\": \"Offer\"", "\"@type\": \"Offer\", \"target\": \"urn:x\"", "DS-DSP-010" },
        { "dataset", "\"distribution\"", "\"dist\"", "DS-DSP-005" },
        { "dataset", "\"hasPolicy\"", "\"policy\"", "DS-DSP-005" },
        { "dataset", "\"accessService\": \"", "\"service\": \"", "DS-DSP-005" },
        { "catalog", "\"participantId\"", "\"participant\"", "DS-DSP-005" },
        { "catalog", "\"@type\": \"Dataset\"", "\"@type\": \"dcat:Dataset\"", "DS-DSP-004" },
        { "catalog", "\"endpointURL\"", "\"endpoint\"", "DS-DSP-005" },
        { "contract-agreement", "\"assigner\"", "\"x\"", "DS-DSP-005" },
        { "contract-agreement", "\"assignee\"", "\"x\"", "DS-DSP-005" },
        { "contract-agreement", "\"timestamp\"", "\"x\"", "DS-DSP-005" },
        { "contract-agreement", "2026-03-01T08:30:00.000Z", "yesterday", "DS-DSP-006" },
        { "contract-agreement", "2026-03-01T08:30:00.000Z", "2026-02-30T08:30:00Z", "DS-DSP-006" },
        { "contract-agreement", "\"agreement\": {", "\"agreement\": [], \"x\": {", "DS-DSP-006" },
        { "contract-negotiation-event-accepted", "ACCEPTED", "dspace:ACCEPTED", "DS-DSP-006" },
        { "contract-negotiation", "REQUESTED", "requested", "DS-DSP-006" },
        { "contract-negotiation-termination", "[\n    \"The", "[7, \"The", "DS-DSP-006" },
        { "contract-negotiation-termination", "\"DS-DSP-015\"", "{}", "DS-DSP-006" },
        { "contract-negotiation", "\"state\": \"REQUESTED\"", "\"state\": \"REQUESTED\", \"state\": \"FINALIZED\"", "DS-DSP-002" },
        { "contract-request-opening", "\"action\": \"use\"", "\"action\": \"use\", \"\\u0061ction\": \"sell\"", "DS-DSP-002" },
        { "contract-negotiation-error", "\"DS-DSP-012\"", "\"\\ud800\"", "DS-DSP-002" },
        { "contract-negotiation-error", "\"code\"", "\"\\udc00\"", "DS-DSP-002" },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void One_wrong_edit_is_refused_with_its_code(string name, string from, string to, string code)
    {
        var text = Vectors.Text(name);
        var at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, "the edit must apply");
        var hostile = text[..at] + to + text[(at + from.Length)..];
        Assert.Equal(code, GoldenTests.ReadAs(Vectors.Messages[name], Encoding.UTF8.GetBytes(hostile)));
    }

    [Fact]
    public void A_policy_without_any_permission_or_prohibition_is_refused()
    {
        var element = JsonElement.Parse("""{"@type":"Offer","@id":"o","permission":[],"obligation":[{"action":"compensate"}]}"""u8);
        Assert.Equal(ProtocolErrors.PolicyShape.Code, Offer.Parse(element).Error?.Code);
        Assert.True(Offer.Parse(JsonElement.Parse("""{"@type":"Offer","@id":"o","prohibition":[{"action":"use"}]}"""u8)).IsOk);
    }

    [Fact]
    public void Size_depth_and_text_limits_hold_on_both_sides_of_their_edge()
    {
        var pad = DspLimits.MaxMessageBytes - Encoding.UTF8.GetByteCount(Request);
        Assert.True(ReadRequest(Request + new string(' ', pad)).IsOk);
        Assert.Equal("DS-DSP-001", ReadRequest(Request + new string(' ', pad + 1)).Error?.Code);

        Assert.True(ReadRequest(WithExtra("\"" + new string('x', DspLimits.MaxTextChars) + "\"")).IsOk);
        Assert.Equal("DS-DSP-007", ReadRequest(WithExtra("\"" + new string('x', DspLimits.MaxTextChars + 1) + "\"")).Error?.Code);

        Assert.True(ReadRequest(WithExtra(Nested(DspLimits.MaxDepth - 1))).IsOk);
        Assert.Equal("DS-DSP-002", ReadRequest(WithExtra(Nested(DspLimits.MaxDepth))).Error?.Code);
        Assert.Equal("DS-DSP-002", ReadRequest(WithExtra(Nested(200_000))).Error?.Code);

        var pid = new string('p', DspLimits.MaxPidChars);
        Assert.True(Pids.IsValid(pid));
        Assert.False(Pids.IsValid(pid + "p"));
    }

    [Fact]
    public void A_policy_nested_beyond_its_own_limit_is_refused_even_from_a_local_file()
    {
        var deep = """{"@type":"Offer","@id":"o","permission":[{"action":"use","x":""" + Nested(DspLimits.MaxPolicyDepth) + "}]}";
        Assert.Equal("DS-DSP-002", Offer.Parse(JsonElement.Parse(deep)).Error?.Code);
    }

    [Fact]
    public void Lists_and_extra_properties_have_limits()
    {
        var reasons = string.Join(',', Enumerable.Repeat("\"r\"", DspLimits.MaxReasons + 1));
        var error = $$"""{"@context":["{{DspCodec.Context}}"],"@type":"CatalogError","reason":[{{reasons}}]}""";
        Assert.Equal("DS-DSP-007", DspCodec.Read<CatalogError>(Encoding.UTF8.GetBytes(error)).Error?.Code);

        var extra = string.Join(',', Enumerable.Range(0, DspLimits.MaxExtraProperties + 1).Select(i => $"\"e{i}\":\"\""));
        var dataset = Vectors.Text("dataset").Replace("\"title\"", extra + ",\"title\"", StringComparison.Ordinal);
        Assert.Equal("DS-DSP-007", DspCodec.Read<Dataset>(Encoding.UTF8.GetBytes(dataset)).Error?.Code);
    }

    [Fact]
    public void Bytes_that_are_no_object_or_no_utf8_are_refused()
    {
        foreach (var text in new[] { "", " ", "null", "[]", "7", "\"x\"", "{", "{}x", "{/*c*/}", "{\"a\":1,}", "\u0000" })
            Assert.StartsWith("DS-DSP-00", DspCodec.ReadAny(Encoding.UTF8.GetBytes(text)).Error?.Code, StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(Request);
        bytes[Request.IndexOf("planning", StringComparison.Ordinal)] = 0xff;
        Assert.Equal("DS-DSP-002", DspCodec.ReadAny(bytes).Error?.Code);
    }

    [Fact]
    public void No_refusal_repeats_what_the_peer_sent()
    {
        foreach (var row in Edits)
        {
            var (name, from, to, _) = row.Data;
            var hostile = Vectors.Text(name).Replace(from, to, StringComparison.Ordinal);
            var detail = DspCodec.ReadAny(Encoding.UTF8.GetBytes(hostile)).Error?.Detail ?? "";
            Assert.DoesNotContain("attacker", detail, StringComparison.Ordinal);
            Assert.DoesNotContain("passwd", detail, StringComparison.Ordinal);
            Assert.DoesNotContain("admin", detail, StringComparison.Ordinal);
            Assert.DoesNotContain("urn:", detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Random_byte_damage_is_read_or_refused_but_never_thrown_and_what_is_read_round_trips()
    {
        var sources = Vectors.Messages.Keys.Select(Vectors.Bytes).ToArray();
        Gen.Select(Gen.Int[0, sources.Length - 1], Gen.Int[0, 100_000], Gen.Byte, Gen.Int[0, 100_000], Gen.Int[0, 40]).Sample((source, at, value, cut, length) =>
        {
            var bytes = sources[source].ToList();
            bytes[at % bytes.Count] = value;
            var start = cut % bytes.Count;
            bytes.RemoveRange(start, Math.Min(length / 4, bytes.Count - start));
            ReadOrRefuse([.. bytes]);
        }, iter: 20_000);
    }

    [Fact]
    public void Random_replacement_of_one_value_by_another_kind_is_read_or_refused()
    {
        var values = new[] { "null", "true", "-1e400", "[]", "{}", "\"\"", "\"\\u0000\"", "[[[]]]", "{\"@value\":1}", "\"\\ud83d\\ude00\"" };
        var sources = Vectors.Messages.Keys.Select(Vectors.Text).ToArray();
        Gen.Select(Gen.Int[0, sources.Length - 1], Gen.Int[0, 1000], Gen.Int[0, values.Length - 1]).Sample((source, target, value) =>
        {
            var hostile = ReplaceValue(sources[source], target, values[value]);
            ReadOrRefuse(Encoding.UTF8.GetBytes(hostile));
        }, iter: 20_000);
    }

    private static void ReadOrRefuse(byte[] bytes)
    {
        if (!DspCodec.ReadAny(bytes).TryGet(out var message, out var error))
        {
            Assert.StartsWith("DS-DSP-", error.Code, StringComparison.Ordinal);
            return;
        }

        var written = DspCodec.Write(message);
        Assert.Equal(written, DspCodec.Write(DspCodec.ReadAny(written).Value));
    }

    /// <summary>Replaces the n-th value (counted modulo) that follows a colon.</summary>
    private static string ReplaceValue(string text, int n, string value)
    {
        var starts = Enumerable.Range(0, text.Length - 1).Where(i => text[i] == ':' && text[i + 1] == ' ').ToArray();
        var start = starts[n % starts.Length] + 2;
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text[start..]), isFinalBlock: true, default);
        reader.Read();
        reader.Skip();
        var length = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text[start..])[..(int)reader.BytesConsumed]).Length;
        return text[..start] + value + text[(start + length)..];
    }

    private static Kernel.Results.Result<ContractRequestMessage> ReadRequest(string text)
        => DspCodec.Read<ContractRequestMessage>(Encoding.UTF8.GetBytes(text));

    private static string WithExtra(string json)
        => Request.Replace("\"consumerPid\"", "\"extra\": " + json + ", \"consumerPid\"", StringComparison.Ordinal);

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
