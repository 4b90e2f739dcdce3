using System.Buffers.Binary;
using System.Security.Cryptography;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Lookup;

/// <summary>
/// What follows from F_k of a keyword: the column of its entry, the eight bytes that it is found by there, and the key under which its record is sealed (AES-256-GCM; that key seals this one
/// record and no other, since a new version of the database has a new k). Without F_k an entry is 24 + n bytes that tell nothing.
/// </summary>
internal readonly ref struct LookupEntry
{
    public const int TagBytes = 8;

    private const int PlaceAt = 0, TagAt = 8, KeyAt = 16, NonceAt = 48, NonceBytes = 12, SealBytes = 16;

    private readonly ReadOnlySpan<byte> _derived;

    private LookupEntry(ReadOnlySpan<byte> derived) => _derived = derived;

    /// <summary>Bytes of <see cref="Derive"/>.</summary>
    public const int DerivedBytes = SHA512.HashSizeInBytes;

    /// <summary>What an entry is found by in its column.</summary>
    public ReadOnlySpan<byte> Tag => _derived.Slice(TagAt, TagBytes);

    /// <summary>SHA-512 over a tag and F_k(keyword).</summary>
    public static LookupEntry Derive(ReadOnlySpan<byte> output, Span<byte> derived)
    {
        Span<byte> hashed = stackalloc byte[Domain.Length + Voprf.OutputBytes];
        Domain.CopyTo(hashed);
        output.CopyTo(hashed[Domain.Length..]);
        SHA512.HashData(hashed, derived);
        CryptographicOperations.ZeroMemory(hashed);
        return new LookupEntry(derived);
    }

    /// <summary>What <see cref="Derive"/> wrote earlier.</summary>
    public static LookupEntry Of(ReadOnlySpan<byte> derived) => new(derived);

    /// <summary>The column under a salt.</summary>
    public int Column(ReadOnlySpan<byte> salt, int columns)
    {
        Span<byte> hashed = stackalloc byte[LookupParameters.SaltBytes + 8];
        salt.CopyTo(hashed);
        _derived.Slice(PlaceAt, 8).CopyTo(hashed[LookupParameters.SaltBytes..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hashed, hash);
        return (int)Math.BigMul(BinaryPrimitives.ReadUInt64LittleEndian(hash), (ulong)columns, out _);
    }

    /// <summary>Writes tag, sealed record and what shows that it is whole.</summary>
    public void Seal(ReadOnlySpan<byte> record, Span<byte> entry)
    {
        Tag.CopyTo(entry);
        using var aes = new AesGcm(_derived.Slice(KeyAt, 32), SealBytes);
        aes.Encrypt(_derived.Slice(NonceAt, NonceBytes), record, entry.Slice(TagBytes, record.Length), entry[(TagBytes + record.Length)..], Tag);
    }

    /// <summary>The record; false when the entry is not the one that this keyword's key sealed.</summary>
    public bool TryOpen(ReadOnlySpan<byte> entry, Span<byte> record)
    {
        using var aes = new AesGcm(_derived.Slice(KeyAt, 32), SealBytes);
        try
        {
            aes.Decrypt(_derived.Slice(NonceAt, NonceBytes), entry.Slice(TagBytes, record.Length), entry[(TagBytes + record.Length)..], record, Tag);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<byte> Domain => "DataSpace lookup 1 entry\n"u8;
}
