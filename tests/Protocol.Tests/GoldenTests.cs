using System.Text;
using System.Text.Json;
using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Messages;
using Xunit;

namespace DataSpace.Protocol.Tests;

public sealed class GoldenTests
{
    public static TheoryData<string> Names => [.. Vectors.Messages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Reading_and_writing_a_golden_message_gives_the_same_json(string name)
    {
        var golden = Vectors.Bytes(name);
        var message = DspCodec.ReadAny(golden).Value;
        var written = DspCodec.Write(message);

        Assert.IsType(Vectors.Messages[name], message);
        Assert.True(
            JsonElement.DeepEquals(JsonElement.Parse(golden), JsonElement.Parse(written)),
            Encoding.UTF8.GetString(written));
        Assert.Equal(written, DspCodec.Write(DspCodec.ReadAny(written).Value));
    }

    [Fact]
    public void Every_message_type_and_every_file_has_its_example()
    {
        var files = Directory.GetFiles(Path.Combine(Vectors.Root, "contracts", "vectors", "dsp"), "*.json")
            .Select(Path.GetFileNameWithoutExtension).Where(name => name != "dspace-version").Order();
        Assert.Equal(Vectors.Messages.Keys.Order(), files);
        Assert.Equal(DspCodec.MessageTypes.Select(t => t.Name).Order(), Vectors.Messages.Values.Distinct().Select(t => t.Name).Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Only_the_expected_type_is_read(string name)
    {
        var bytes = Vectors.Bytes(name);
        var accepted = 0;
        foreach (var type in DspCodec.MessageTypes)
        {
            if (ReadAs(type, bytes) is null)
                accepted++;
            else
                Assert.Equal(ProtocolErrors.WrongType.Code, ReadAs(type, bytes));
        }

        Assert.Equal(1, accepted);
    }

    [Fact]
    public void The_version_document_round_trips()
    {
        var document = VersionDocument.Read(Vectors.Bytes("dspace-version")).Value;
        Assert.Equal("/dsp/2025-1", document.Versions.Single().Path);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Vectors.Bytes("dspace-version")), JsonElement.Parse(document.Write())));
        Assert.Equal(ProtocolErrors.InvalidField.Code, VersionDocument.Read("""{"protocolVersions":[]}"""u8).Error!.Code);
        Assert.Equal(ProtocolErrors.InvalidField.Code, VersionDocument.Read("""{"protocolVersions":["2025-1"]}"""u8).Error!.Code);
    }

    [Fact]
    public void Extra_properties_of_a_dataset_and_a_policy_survive_and_others_are_dropped()
    {
        var dataset = Vectors.Message<Dataset>("dataset");
        Assert.Equal("title", dataset.Extra.Single().Key);
        var foreign = Vectors.Text("dataset").Replace("\"@type\": \"Offer\"", "\"@type\": \"Offer\", \"x:rule\": [\"unknown\"]", StringComparison.Ordinal);
        var offer = DspCodec.Read<Dataset>(Encoding.UTF8.GetBytes(foreign)).Value.Policies[0];
        Assert.Equal("unknown", offer.WithTarget("t").Policy.GetProperty("x:rule")[0].GetString());
        Assert.False(offer.HasSameRulesAs(dataset.Policies[0]));

        var withExtra = Vectors.Text("contract-negotiation").Replace("\"state\"", "\"x:note\": {\"a\": [1]}, \"state\"", StringComparison.Ordinal);
        var read = DspCodec.Read<ContractNegotiation>(Encoding.UTF8.GetBytes(withExtra)).Value;
        Assert.Equal(DspCodec.Write(Vectors.Message<ContractNegotiation>("contract-negotiation")), DspCodec.Write(read));
    }

    [Fact]
    public void The_context_of_eclipse_connectors_is_tolerated_beside_ours()
    {
        var text = Vectors.Text("contract-negotiation").Replace(
            "\"@context\": [", "\"@context\": [\"https://w3id.org/edc/dspace/v0.0.1\",", StringComparison.Ordinal);
        Assert.True(DspCodec.Read<ContractNegotiation>(Encoding.UTF8.GetBytes(text)).IsOk);
    }

    [Fact]
    public void Error_bodies_carry_the_code_and_never_more_than_the_reasons()
    {
        var error = ProtocolErrors.InvalidField.Of("consumerPid must be text");
        var body = ProtocolErrors.ToNegotiationError(error, "p", "c");
        Assert.Equal(("DS-DSP-006", 2), (body.Code, body.Reasons.Count));
        Assert.Equal(body.Reasons, DspCodec.Read<ContractNegotiationError>(DspCodec.Write(body)).Value.Reasons);
        Assert.Equal("DS-DSP-019", DspCodec.Read<CatalogError>(DspCodec.Write(ProtocolErrors.ToCatalogError(ProtocolErrors.DatasetNotFound.Of()))).Value.Code);
    }

    /// <summary>Error code, or null when the bytes were read.</summary>
    internal static string? ReadAs(Type type, byte[] bytes)
    {
        // Read<T> takes a span, which reflection cannot pass, so a typed shim stands between.
        var call = typeof(GoldenTests)
            .GetMethod(nameof(Code), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type).CreateDelegate<Func<byte[], string?>>();
        return call(bytes);
    }

    private static string? Code<T>(byte[] bytes)
        where T : DspMessage => DspCodec.Read<T>(bytes).Error?.Code;
}
