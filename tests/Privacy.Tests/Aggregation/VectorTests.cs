using System.Text.Json;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Tests.Aggregation;

/// <summary>Bytes that another implementation computed (<c>contracts/vectors/privacy</c>): two parties on different code must agree on every mask.</summary>
public sealed class VectorTests
{
    private static readonly JsonElement Vectors = Load();

    [Fact]
    public void Canonical_shape_and_digest()
    {
        var shape = Shape();
        Assert.Equal(Vectors.GetProperty("shape").GetProperty("canonicalJson").GetString(), shape.CanonicalJson);
        Assert.Equal(Vectors.GetProperty("shape").GetProperty("digest").GetString(), Convert.ToHexStringLower(shape.Digest.Span));
    }

    [Fact]
    public void Public_keys_mask_keys_and_masks()
    {
        var keys = Vectors.GetProperty("privateKeys").EnumerateArray().Select(hex => EphemeralKey.Import(Bytes(hex))!).ToArray();
        Assert.Equal(Vectors.GetProperty("publicKeys").EnumerateArray().Select(hex => hex.GetString()), keys.Select(key => Convert.ToHexStringLower(key.PublicKey)));
        var count = 0;
        foreach (var mask in Vectors.GetProperty("masks").EnumerateArray())
        {
            var (low, high) = (mask.GetProperty("low").GetInt32(), mask.GetProperty("high").GetInt32());
            var modulus = mask.GetProperty("modulus").GetUInt64();
            var context = MaskContext.Create(
                Shape(), [.. keys.Select(key => key.PublicKey)], Bytes(Vectors.GetProperty("rosterHash")), mask.GetProperty("round").GetInt32()).Value;
            foreach (var (own, peer) in new[] { (low, high), (high, low) })
            {
                var key = PairwiseMasks.DeriveKey(keys[own].Agree(keys[peer].PublicKey).Value, context, own, peer, modulus);
                Assert.Equal(mask.GetProperty("key").GetString(), Convert.ToHexStringLower(key));
                AssertStream(key, modulus, mask.GetProperty("first"));
            }

            count++;
        }

        Assert.Equal(12, count);
    }

    [Fact]
    public void Rejection_modulo_seven()
    {
        var small = Vectors.GetProperty("smallModulus");
        AssertStream(Bytes(small.GetProperty("key")), 7, small.GetProperty("first"));
    }

    [Fact]
    public void Contribution_header()
    {
        var header = Vectors.GetProperty("contributionHeader");
        var shape = Shape();
        var body = Enumerable.Range(0, shape.TotalCiphertexts).Select(i => new byte[AggregationMessage.SetOf(shape, i).Ciphertext.TotalBytes]);
        var message = AggregationMessage.Write(
            shape, AggregationMessageKind.Contribution, header.GetProperty("index").GetUInt16(), Bytes(Vectors.GetProperty("rosterHash")), header.GetProperty("round").GetInt32(), body);
        Assert.Equal(header.GetProperty("bytes").GetString(), Convert.ToHexStringLower(message.AsSpan(0, AggregationMessage.HeaderBytes)));
    }

    private static AggregationShape Shape() => AggregationShape.Create(100, [new MeasureShape("value", 2, -100_000, 100_000, Squares: true)], 3, 3, 1_000_000).Value;

    private static void AssertStream(byte[] key, ulong modulus, JsonElement expected)
    {
        using var stream = new MaskStream(key);
        var values = new ulong[expected.GetArrayLength()];
        stream.Fill(values, modulus);
        Assert.Equal(expected.EnumerateArray().Select(value => value.GetUInt64()), values);
    }

    private static byte[] Bytes(JsonElement hex) => Convert.FromHexString(hex.GetString()!);

    private static JsonElement Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "secure-aggregation.json")));
        return document.RootElement.Clone();
    }
}
