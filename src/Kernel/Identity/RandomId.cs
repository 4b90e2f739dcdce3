using System.Security.Cryptography;

namespace DataSpace.Kernel.Identity;

/// <summary>Random 128-bit ids in lower-case base32 (RFC 4648 alphabet, no padding), 26 characters.</summary>
public static class RandomId
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int Chars = 26;
    private const int PoolBytes = 2048;

    // Asking the system for a few bytes costs more than using them; each thread asks for many ids' worth at once.
    [ThreadStatic]
    private static byte[]? t_pool;

    [ThreadStatic]
    private static int t_used;

    /// <summary>A fresh id.</summary>
    public static string New() => string.Create(Chars, 0, static (text, _) =>
    {
        // 32 letters: five bits of one byte each, without bias.
        var bytes = Take(Chars);
        for (var i = 0; i < text.Length; i++)
            text[i] = Alphabet[bytes[i] & 31];
        bytes.Clear();
    });

    private static Span<byte> Take(int count)
    {
        var pool = t_pool;
        if (pool is null || t_used + count > pool.Length)
        {
            t_pool = pool ??= new byte[PoolBytes];
            RandomNumberGenerator.Fill(pool);
            t_used = 0;
        }
        t_used += count;
        return pool.AsSpan(t_used - count, count);
    }

    /// <summary>A fresh <c>urn:uuid:…</c> (RFC 9562 version 4), for the Dataspace Protocol.</summary>
    public static string NewUrn()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return "urn:uuid:" + new Guid(bytes, bigEndian: true);
    }
}
