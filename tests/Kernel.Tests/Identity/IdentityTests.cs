using System.Text;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;
using Xunit;

namespace DataSpace.Kernel.Tests.Identity;

public class ParticipantIdTests
{
    [Theory]
    [InlineData("did:web:example.com", "https://example.com/.well-known/did.json")]
    [InlineData("did:web:localhost%3A5001", "https://localhost:5001/.well-known/did.json")]
    [InlineData("did:web:example.com:user:alice", "https://example.com/user/alice/did.json")]
    [InlineData("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json")]
    [InlineData("did:web:xn--fiqs8s", "https://xn--fiqs8s/.well-known/did.json")]
    public void Ids_point_to_their_documents(string did, string url) // did:web Method Specification, §3.2 Read
    {
        var id = ParticipantId.Parse(did).Value;
        Assert.Equal(url, id.DocumentUrl.AbsoluteUri);
        Assert.Equal((did, id), (id.ToString(), ParticipantId.Parse(did).Value));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("did:web:")]
    [InlineData("did:key:z6Mk")]
    [InlineData("DID:web:example.com")]
    [InlineData("did:web:Example.com")]
    [InlineData("did:web:example.com:8080:")]
    [InlineData("did:web:example.com%3a8080")] // one spelling for one participant
    [InlineData("did:web:example.com%3A443")]
    [InlineData("did:web:example.com%3A0")]
    [InlineData("did:web:example.com%3A080")]
    [InlineData("did:web:example.com%3A65536")]
    [InlineData("did:web:example.com%3A80%3A80")]
    [InlineData("did:web:127.0.0.1")]
    [InlineData("did:web:127.0.0.1%3A80")]
    [InlineData("did:web:2130706433")]
    [InlineData("did:web:exa mple.com")]
    [InlineData("did:web:-a.com")]
    [InlineData("did:web:a..com")]
    [InlineData("did:web:example.com/")]
    [InlineData("did:web:example.com:..:secret")]
    [InlineData("did:web:example.com:a%2Fb")]
    [InlineData("did:web:user@example.com")]
    [InlineData("did:web:example.com#key")]
    [InlineData("did:web:example.com?x")]
    [InlineData("did:web:exämple.com")]
    public void Other_spellings_are_refused(string? did) => Assert.Equal(IdentityErrors.InvalidDid, ParticipantId.Parse(did).Error?.Kind);

    [Fact]
    public void Length_is_bounded() => Assert.False(ParticipantId.Parse("did:web:" + string.Join('.', Enumerable.Repeat("aaaaaaaaa", 26))).IsOk);

    [Fact]
    public void Hosts_and_ports_make_ids()
    {
        Assert.Equal("did:web:localhost%3A5001", ParticipantId.ForHost("localhost", 5001).Value.Value);
        Assert.Equal("did:web:example.com", ParticipantId.ForHost("example.com").Value.Value);
    }
}

public class KeySetTests
{
    private static readonly DateTimeOffset T0 = FakeClock.Start;
    private readonly PublicKey _old = Ed25519Signer.Generate().PublicKey;
    private readonly PublicKey _new = Ed25519Signer.Generate().PublicKey;

    [Fact]
    public void Rotation_overlaps_and_then_ends_the_old_key()
    {
        var set = KeySet.Single(_old, T0).Rotate(_new, T0.AddDays(1), TimeSpan.FromDays(2)).Value;
        Assert.Equal(_old, set.Current(T0).Value);
        Assert.Equal(_new, set.Current(T0.AddDays(1)).Value);
        Assert.Null(set.Find(_new.KeyId, T0));
        Assert.Equal(_old, set.Find(_old.KeyId, T0.AddDays(3).AddTicks(-1)));
        Assert.Null(set.Find(_old.KeyId, T0.AddDays(3)));
        Assert.Null(set.Find("ed25519-unknown", T0));
    }

    [Fact]
    public void A_time_without_key_has_a_code() => Assert.Equal(IdentityErrors.NoCurrentKey, KeySet.Single(_old, T0).Current(T0.AddTicks(-1)).Error?.Kind);

    [Fact]
    public void Impossible_sets_are_refused()
    {
        Assert.False(KeySet.Create([]).IsOk);
        Assert.False(KeySet.Create([new KeyValidity(_old, T0), new KeyValidity(_old, T0.AddDays(1))]).IsOk);
        Assert.False(KeySet.Create([new KeyValidity(_old, T0, T0)]).IsOk);
        Assert.False(KeySet.Create(Enumerable.Range(0, 33).Select(_ => new KeyValidity(Ed25519Signer.Generate().PublicKey, T0))).IsOk);
    }
}

public class DidDocumentTests
{
    private static readonly ParticipantId Id = ParticipantId.Parse("did:web:supplier.example").Value;
    private static readonly string Pin = Digest.Sha256B64Url("spki"u8);
    private readonly PublicKey _key = Ed25519Signer.Generate().PublicKey;

    private DidDocument Document() => new(
        Id, "北方供应商", KeySet.Single(_key, FakeClock.Start).Rotate(Ed25519Signer.Generate().PublicKey, FakeClock.Start.AddDays(1), TimeSpan.FromHours(1)).Value,
        [new DidService("dsp", "DataService", new Uri("https://supplier.example:8443/dsp"), Pin), new DidService("uses", "UsesApi", new Uri("https://supplier.example/uses"))]);

    private JsonObject Json() => JsonNode.Parse(Document().ToJson())!.AsObject();

    private static Result<DidDocument> Read(JsonObject json) => DidDocument.FromJson(Encoding.UTF8.GetBytes(json.ToJsonString()), Id);

    [Fact]
    public void A_document_reads_back_as_written()
    {
        var written = Document();
        var read = DidDocument.FromJson(written.ToJson(), Id).Value;
        Assert.Equal(written.DisplayName, read.DisplayName);
        Assert.Equal(written.Services, read.Services);
        Assert.Equal(written.Keys.Keys.Select(k => (k.Key.KeyId, k.ValidFrom, k.ValidUntil)), read.Keys.Keys.Select(k => (k.Key.KeyId, k.ValidFrom, k.ValidUntil)));
        Assert.Equal(written.ToJson(), read.ToJson());
    }

    [Fact]
    public void A_host_cannot_speak_for_another()
    {
        var json = Json();
        json["id"] = "did:web:victim.example";
        Assert.Equal(IdentityErrors.InvalidDocument, Read(json).Error?.Kind);
        json = Json();
        json["verificationMethod"]![0]!["controller"] = "did:web:victim.example";
        Assert.False(Read(json).IsOk);
    }

    [Fact]
    public void A_key_counts_only_when_it_may_sign()
    {
        var json = Json();
        json["authentication"] = new JsonArray();
        Assert.True(Read(json).IsOk);
        json["assertionMethod"] = new JsonArray();
        Assert.Equal(IdentityErrors.InvalidDocument, Read(json).Error?.Kind);
    }

    [Theory]
    [InlineData("d", "AAAA")] // a private key in public
    [InlineData("x", "AAAA")]
    [InlineData("x", "")]
    [InlineData("x", "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    public void Unusable_keys_refuse_the_document(string member, string value)
    {
        var json = Json();
        json["verificationMethod"]![0]!["publicKeyJwk"]![member] = value;
        Assert.Equal(IdentityErrors.InvalidDocument, Read(json).Error?.Kind);
    }

    [Fact]
    public void Keys_of_other_kinds_are_passed_over()
    {
        var json = Json();
        json["verificationMethod"]!.AsArray().Add((JsonNode)new JsonObject
        {
            ["id"] = Id + "#ec",
            ["type"] = "JsonWebKey2020",
            ["controller"] = Id.Value,
            ["publicKeyJwk"] = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256" },
        });
        Assert.Equal(2, Read(json).Value.Keys.Keys.Count);
    }

    [Fact]
    public void A_pin_that_cannot_match_is_not_read_as_no_pin()
    {
        var json = Json();
        json["service"]![0]!["tlsSpki"] = "short";
        Assert.Equal(IdentityErrors.InvalidDocument, Read(json).Error?.Kind);
    }

    [Fact]
    public void Malformed_and_oversized_documents_are_refused()
    {
        foreach (var change in (Action<JsonObject>[])
        [
            j => j["verificationMethod"] = "x", j => j["service"] = 1, j => j.Remove("verificationMethod"), j => j["authentication"] = new JsonObject(),
            j => j["verificationMethod"]![0]!["expires"] = "soon", j => j["verificationMethod"]!.AsArray().Add((JsonNode)"#k"), j => j["service"]![0]!["id"] = "dsp",
        ])
        {
            var json = Json();
            change(json);
            Assert.False(Read(json).IsOk);
        }
        Assert.False(DidDocument.FromJson(new byte[DidDocument.MaxBytes + 1], Id).IsOk);
        Assert.False(DidDocument.FromJson("[]"u8.ToArray(), Id).IsOk);
    }

    [Fact]
    public void A_name_with_control_characters_is_not_shown()
    {
        var json = Json();
        json["name"] = "a\u001b[2J";
        Assert.Equal(Id.Value, Read(json).Value.DisplayName);
    }
}
