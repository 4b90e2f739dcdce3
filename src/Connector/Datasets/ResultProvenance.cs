using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Connector.Datasets;

/// <summary>
/// What travels beside an exported result (compact JWS, typ <see cref="Typ"/>, signed by the node that exported it, without an end): where it comes from and what binds whoever lists it.
/// </summary>
/// <param name="Issuer">DID of that node.</param>
/// <param name="JobId">Its job.</param>
/// <param name="JobHash">The signed order, lower-case hex.</param>
/// <param name="ResultDigest">Digest of the result as in the receipts.</param>
/// <param name="FileDigest">SHA-256 of the exported file, lower-case hex.</param>
/// <param name="Grade">Word of the inherited grade.</param>
/// <param name="Personal">Word of the inherited flag.</param>
/// <param name="Regions">Where the inputs belong.</param>
/// <param name="Policies">The contracts' policies as concluded.</param>
/// <param name="ExportedAtMs">When, milliseconds since 1970.</param>
/// <param name="DeleteByMs">When it must be gone; null when no contract says so.</param>
internal sealed record ResultProvenance(
    string Issuer, string JobId, string JobHash, string ResultDigest, string FileDigest, string Grade, string Personal, IReadOnlyList<string> Regions,
    IReadOnlyList<JsonElement> Policies, long ExportedAtMs, long? DeleteByMs = null)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-result-provenance+jws";

    /// <summary>Longest document.</summary>
    public const int MaxChars = 8 * 1024 * 1024;

    public string Sign(ISigner signer) => Jws.Sign(signer, Typ, CanonicalJson.Of(this));

    /// <summary>Reads a document signed with a key that <paramref name="keys"/> has for its issuer.</summary>
    public static Result<ResultProvenance> Read(string document, Func<string, string, PublicKey?> keys)
    {
        if (!Jws.Parse(document.Trim(), MaxChars).TryGet(out var jws, out var error))
            return error;
        if (jws.Type != Typ)
            return CryptoErrors.WrongType.Of();
        try
        {
            if (JsonSerializer.Deserialize<ResultProvenance>(jws.Payload.Span, KernelJson.Options) is not { Policies.Count: > 0, Regions: not null } said)
                return CryptoErrors.Malformed.Of("content");
            return keys(said.Issuer, jws.KeyId) is { } key && jws.VerifiesWith(key) ? said : CryptoErrors.BadSignature.Of();
        }
        catch (JsonException)
        {
            return CryptoErrors.Malformed.Of("content");
        }
    }
}
