using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Cli.Node;

/// <summary>What a node says about itself in <c>node.json</c>; public except for the token beside it.</summary>
/// <param name="Did">Participant id, <c>did:web:…</c>.</param>
/// <param name="Name">Display name.</param>
/// <param name="Role"><c>connector</c> or <c>coordinator</c>.</param>
/// <param name="Url">Base address, HTTPS.</param>
/// <param name="PublicKey">Base64url of the participant's signing key (raw Ed25519).</param>
/// <param name="KeyId">Id of the participant's signing key.</param>
/// <param name="TlsSpki">Base64url SHA-256 of the TLS certificate's SubjectPublicKeyInfo.</param>
/// <param name="LedgerVkey">Verifier key of the node's ledger (C2SP signed note).</param>
/// <param name="Pid">Process id at the last start.</param>
internal sealed record NodeInfo(string Did, string Name, string Role, string Url, string? PublicKey, string KeyId, string TlsSpki, string? LedgerVkey, int Pid)
{
    private const int MaxFileBytes = 64 * 1024;
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    /// <summary>Reads <c>node.json</c> of a node directory, strictly: https address, 32-byte pin.</summary>
    public static Result<NodeInfo> Read(string directory) => ReadFile(Path.Combine(directory, "node.json"), directory);

    /// <summary>Reads a <c>node.json</c> that was handed over.</summary>
    public static Result<NodeInfo> ReadFile(string path, string? directory = null)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                return CliErrors.NotANode.Of(directory ?? path);
            if (file.Length > MaxFileBytes)
                return CliErrors.NotANode.Of(path);
            var info = JsonSerializer.Deserialize<NodeInfo>(File.ReadAllText(path), Web);
            if (info?.Did is null || info.Url is null || info.TlsSpki is null
                || !Uri.TryCreate(info.Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps
                || info.SpkiHash().Length != 32)
                return CliErrors.NotANode.Of(path);
            return info;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return CliErrors.NotANode.Of(path);
        }
    }

    /// <summary>The pin as bytes; empty when it is not base64url.</summary>
    public byte[] SpkiHash()
    {
        try
        {
            return System.Buffers.Text.Base64Url.DecodeFromChars(TlsSpki);
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
