using System.Buffers.Text;
using System.Security.Cryptography;

namespace DataSpace.Kernel.Crypto;

/// <summary>SHA-256 (FIPS 180-4) in the spellings the contracts use.</summary>
public static class Digest
{
    /// <summary>32 raw bytes.</summary>
    public static byte[] Sha256(ReadOnlySpan<byte> data) => SHA256.HashData(data);

    /// <summary>64 lower-case hex digits.</summary>
    public static string Sha256Hex(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(SHA256.HashData(data));

    /// <summary>43 characters of base64url without padding (RFC 4648 §5).</summary>
    public static string Sha256B64Url(ReadOnlySpan<byte> data) => Base64Url.EncodeToString(SHA256.HashData(data));

    /// <summary>True when <paramref name="text"/> is 64 lower-case hex digits.</summary>
    public static bool IsSha256Hex(string? text)
    {
        if (text is not { Length: 64 })
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        }
        return true;
    }
}
