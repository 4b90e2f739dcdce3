using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using Xunit;

namespace DataSpace.Kernel.Tests.Crypto;

public class SignedDocumentTests
{
    private const string Type = "dataspace-job+jwt";
    private const string Analyst = "did:web:analyst.example";
    private static readonly string[] Providers = ["did:web:a.example", "did:web:b.example"];
    private static readonly DocumentExpectation Expected = new(Type, Providers[1], Analyst);

    private readonly FakeClock _clock = new();
    private readonly Ed25519Signer _signer = Ed25519Signer.Generate();

    private sealed record Job(string Purpose, int Steps, IReadOnlyList<string> Roster);

    private static readonly Job TheJob = new("statistics", 2, Providers);

    private string Create(double hours = 1) => SignedDocument.Create(TheJob, _signer, Analyst, Providers, Type, _clock.GetUtcNow().AddHours(hours), _clock);

    private PublicKey? Keys(string did, string keyId) => did == Analyst && keyId == _signer.PublicKey.KeyId ? _signer.PublicKey : null;

    private Result<SignedDocument<Job>> Verify(string token, DocumentExpectation? expected = null) => SignedDocument.Verify<Job>(token, expected ?? Expected, Keys, _clock);

    [Fact]
    public void A_document_comes_back_with_what_was_signed()
    {
        var document = Verify(Create()).Value;
        Assert.Equal((Analyst, _signer.PublicKey.KeyId, "statistics", 2), (document.Issuer, document.KeyId, document.Body.Purpose, document.Body.Steps));
        Assert.Equal(Providers, document.Audiences);
        Assert.Equal(FakeClock.Start.AddHours(1), document.NotAfter);
        Assert.True(Digest.IsSha256Hex(document.Hash));
    }

    [Fact]
    public void The_hash_names_the_document_not_its_transport()
    {
        var token = Create();
        Assert.Equal(Verify(token).Value.Hash, Verify(token).Value.Hash);
        Assert.NotEqual(Verify(token).Value.Hash, Verify(Create()).Value.Hash); // another id
    }

    [Fact]
    public void Type_audience_and_issuer_bind()
    {
        Assert.Equal(CryptoErrors.WrongType, Verify(Create(), Expected with { Type = "dataspace-receipt+jwt" }).Error?.Kind);
        Assert.Equal(CryptoErrors.WrongAudience, Verify(Create(), Expected with { Audience = "did:web:c.example" }).Error?.Kind);
        Assert.Equal(CryptoErrors.WrongIssuer, Verify(Create(), Expected with { Issuer = Providers[0] }).Error?.Kind);
        Assert.True(Verify(Create(), Expected with { Issuer = null }).IsOk);
    }

    [Fact]
    public void A_document_expires_but_stays_verifiable_as_of_its_time()
    {
        var token = Create();
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(CryptoErrors.Expired, Verify(token).Error?.Kind);
        Assert.True(SignedDocument.VerifyAsOf<Job>(token, Expected, Keys, FakeClock.Start.AddMinutes(5)).IsOk);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(24.1)]
    public void A_lifetime_outside_a_day_cannot_be_created(double hours) => Assert.Throws<ArgumentOutOfRangeException>(() => Create(hours));

    [Fact]
    public void A_body_of_another_shape_is_refused()
    {
        var token = SignedDocument.Create(new { purpose = "x", steps = 1, roster = Providers, extra = true }, _signer, Analyst, Providers, Type, _clock.GetUtcNow().AddHours(1), _clock);
        Assert.Equal(CryptoErrors.Malformed, Verify(token).Error?.Kind);
    }

    [Fact]
    public void One_audience_and_several_read_alike()
    {
        var one = SignedDocument.Create(TheJob, _signer, Analyst, [Providers[1]], Type, _clock.GetUtcNow().AddHours(1), _clock);
        Assert.Equal([Providers[1]], Verify(one).Value.Audiences);
    }
}
