using System.Security.Cryptography;

namespace DataSpace.Kernel.Identity;

/// <summary>Random 128-bit ids in lower-case base32 (RFC 4648 alphabet, no padding), 26 characters.</summary>
public static class RandomId
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>A fresh id.</summary>
    public static string New() => RandomNumberGenerator.GetString(Alphabet, 26);

    /// <summary>A fresh <c>urn:uuid:…</c> (RFC 9562 version 4), for the Dataspace Protocol.</summary>
    public static string NewUrn()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return "urn:uuid:" + new Guid(bytes, bigEndian: true);
    }
}
