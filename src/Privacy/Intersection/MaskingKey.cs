using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection.Curve;

namespace DataSpace.Privacy.Intersection;

/// <summary>
/// One party's secret of one run: drawn here, held at one address, never exported, wiped with the run. Items are hashed under a domain that holds the
/// run's salt, so equal items of two runs have nothing in common. Owned by one state machine.
/// </summary>
internal sealed class MaskingKey : IDisposable
{
    private const int SaltBytes = 32;

    private readonly byte[] _scalar = GC.AllocateArray<byte>(Curve25519.ScalarBytes, pinned: true);
    private readonly CurvePath _path = Curve25519.Best;
    private readonly HashToField _hash;
    private readonly byte[] _tagged;

    private MaskingKey(ReadOnlySpan<byte> salt)
    {
        RandomNumberGenerator.Fill(_scalar);
        _hash = new HashToField([.. "DataSpace PSI 1 "u8, .. salt, .. " with curve25519_XMD:SHA-512_ELL2_NU_"u8]);
        _tagged = [.. "DataSpace PSI 1 tag\n"u8, .. salt, .. new byte[Curve25519.PointBytes]];
    }

    /// <summary>A fresh key. The salt is a function of the context and of both parties' nonces: neither can make it repeat alone.</summary>
    public static MaskingKey Create(ReadOnlySpan<byte> context, ReadOnlySpan<byte> receiverNonce, ReadOnlySpan<byte> senderNonce)
    {
        Span<byte> salt = stackalloc byte[SaltBytes];
        SHA256.HashData([.. "DataSpace PSI 1 salt\n"u8, .. context, .. receiverNonce, .. senderNonce], salt);
        return new MaskingKey(salt);
    }

    /// <summary>key·H(item) for every item, 32 bytes each.</summary>
    public byte[] Mask(ReadOnlySpan<ItemDigest> items)
    {
        var elements = new byte[items.Length * Curve25519.PointBytes];
        for (var i = 0; i < items.Length; i++)
            _hash.Hash(MemoryMarshal.AsBytes(items.Slice(i, 1)), elements.AsSpan(i * Curve25519.PointBytes, Curve25519.PointBytes));
        var points = new byte[elements.Length];
        _path.MapAndMultiply(_scalar, elements, points);
        return points;
    }

    /// <summary>Tags of key·P for every point of the peer: SHA-512(tag ‖ salt ‖ point), 12 bytes each.</summary>
    /// <returns>DS-PRV-160 or 161.</returns>
    public Result<byte[]> Tag(ReadOnlySpan<byte> points)
    {
        if (Curve25519.CheckPoints(points).Error is { } hostile)
            return hostile;
        var products = new byte[points.Length];
        _path.Multiply(_scalar, points, products);
        if (Curve25519.CheckProducts(products).Error is { } low)
            return low;
        var tags = new byte[points.Length / Curve25519.PointBytes * IntersectionMessage.TagBytes];
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        for (var (from, to) = (0, 0); from < products.Length; from += Curve25519.PointBytes, to += IntersectionMessage.TagBytes)
        {
            products.AsSpan(from, Curve25519.PointBytes).CopyTo(_tagged.AsSpan(_tagged.Length - Curve25519.PointBytes));
            SHA512.HashData(_tagged, hash);
            hash[..IntersectionMessage.TagBytes].CopyTo(tags.AsSpan(to));
        }

        return tags;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_scalar);
        CryptographicOperations.ZeroMemory(_tagged);
    }
}
