using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DataSpace.Hosting.Secrets;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;

namespace DataSpace.Hosting.Identity;

/// <summary>
/// Who this node is: DID, display name, signing key, TLS certificate and management token. Everything secret comes through
/// <see cref="ISecretProvider"/> and is generated on first start.
/// </summary>
public sealed class NodeIdentity
{
    private NodeIdentity(string did, string name, ISigner signer, X509Certificate2 certificate, byte[] adminToken)
        => (Did, Name, Signer, Certificate, AdminToken) = (did, name, signer, certificate, adminToken);

    /// <summary>The participant's <c>did:web</c>.</summary>
    public string Did { get; }

    /// <summary>Display name.</summary>
    public string Name { get; }

    /// <summary>The current signing key; its id stands in every signature.</summary>
    public ISigner Signer { get; }

    /// <summary>All keys whose signatures count as this node's: the current one, without end.</summary>
    public KeySet Keys => KeySet.Single(Signer.PublicKey, DateTimeOffset.UnixEpoch);

    /// <summary>Id, display name and keys as one value. The DID was checked with the configuration.</summary>
    public Participant Participant => new(ParticipantId.Parse(Did).Value, Name, Keys);

    /// <summary>Self-signed TLS certificate; peers pin the SHA-256 of its public key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Bearer token of the management API (ASCII).</summary>
    public byte[] AdminToken { get; }

    /// <summary>Key of dataset versions, 32 bytes; never leaves this node.</summary>
    public required byte[] DatasetVersionKey { get; init; }

    /// <summary>Secret from which all noise of this node follows, 32 bytes; never leaves it. Whoever has it can subtract the noise.</summary>
    public required byte[] NoiseKey { get; init; }

    /// <summary>Base64url SHA-256 over the certificate's SubjectPublicKeyInfo (RFC 7858 style pin).</summary>
    public string TlsPin => PinOf(Certificate);

    /// <summary>The pin of any certificate.</summary>
    public static string PinOf(X509Certificate2 certificate)
        => System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>Loads the identity, generating what is missing.</summary>
    public static NodeIdentity LoadOrCreate(string did, string name, ISecretProvider secrets, TimeProvider clock)
    {
        var seed = secrets.GetOrCreate("signing-ed25519", static () => RandomNumberGenerator.GetBytes(32));
        var signer = new Ed25519Signer(seed);
        CryptographicOperations.ZeroMemory(seed);
        var pfx = secrets.GetOrCreate("tls-certificate", () => CreateCertificate(clock));
        var certificate = X509CertificateLoader.LoadPkcs12(pfx, null);
        var token = secrets.GetOrCreate("admin-token", static () =>
            System.Text.Encoding.ASCII.GetBytes(System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))));
        return new NodeIdentity(did, name, signer, certificate, token)
        {
            DatasetVersionKey = secrets.GetOrCreate("dataset-version-key", static () => RandomNumberGenerator.GetBytes(32)),
            NoiseKey = secrets.GetOrCreate("noise-key", static () => RandomNumberGenerator.GetBytes(32)),
        };
    }

    private static byte[] CreateCertificate(TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=dataspace-node", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = clock.GetUtcNow();
        // Validity is nominal: trust comes from the pin, not from a certification path.
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        return certificate.Export(X509ContentType.Pkcs12);
    }
}
