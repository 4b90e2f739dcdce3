using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection.Curve;

namespace DataSpace.Privacy.Intersection.Many;

/// <summary>What the keyed function gives for one item: where the item stands in a table, and what hides its value there. 48 bytes of SHA-512.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PrfOutput(ulong A, ulong B, ulong C, ulong Dense, UInt128 Mask)
{
    public const int Bytes = 48;
}

/// <summary>
/// F(a, x) = SHA-512(tag ‖ salt ‖ a·H(x)): pseudorandom to whoever lacks a, under decisional Diffie-Hellman, hashes as random oracles. H as in two-party runs, <see cref="MaskingKey"/>. Obliviously: the
/// one who asks sends b·H(y), gets a·b·H(y), and takes b back (<see cref="ScalarInverse"/>). Owned by one thread: it has buffers.
/// </summary>
internal sealed class PrfHash
{
    private const int SaltBytes = 32;

    private readonly HashToField _toCurve;
    private readonly byte[] _tagged;

    /// <param name="context">Digest of what the conversation is bound to.</param>
    /// <param name="nonce">Drawn by the owner of the key, beside it.</param>
    public PrfHash(ReadOnlySpan<byte> context, ReadOnlySpan<byte> nonce)
    {
        Span<byte> salt = stackalloc byte[SaltBytes];
        SHA256.HashData([.. "DataSpace PSI many 1 salt\n"u8, .. context, .. nonce], salt);
        _toCurve = new HashToField([.. "DataSpace PSI many 1 "u8, .. salt, .. " with curve25519_XMD:SHA-512_ELL2_NU_"u8]);
        _tagged = [.. "DataSpace PSI many 1 value\n"u8, .. salt, .. new byte[Curve25519.PointBytes]];
    }

    /// <summary>scalar·H(item) for every item, 32 bytes each.</summary>
    public byte[] Points(ReadOnlySpan<byte> scalar, ReadOnlySpan<ItemDigest> items)
    {
        var elements = new byte[items.Length * Curve25519.PointBytes];
        for (var i = 0; i < items.Length; i++)
            _toCurve.Hash(MemoryMarshal.AsBytes(items.Slice(i, 1)), elements.AsSpan(i * Curve25519.PointBytes, Curve25519.PointBytes));
        var points = new byte[elements.Length];
        Curve25519.Best.MapAndMultiply(scalar, elements, points);
        return points;
    }

    /// <summary>The last step of the function, for every point.</summary>
    public void Outputs(ReadOnlySpan<byte> points, Span<PrfOutput> outputs)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        for (var i = 0; i < outputs.Length; i++)
        {
            points.Slice(i * Curve25519.PointBytes, Curve25519.PointBytes).CopyTo(_tagged.AsSpan(_tagged.Length - Curve25519.PointBytes));
            SHA512.HashData(_tagged, hash);
            outputs[i] = new PrfOutput(
                BinaryPrimitives.ReadUInt64LittleEndian(hash), BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]), BinaryPrimitives.ReadUInt64LittleEndian(hash[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(hash[24..]), BinaryPrimitives.ReadUInt128LittleEndian(hash[32..]));
        }
    }

    /// <summary>scalar·P for every point of a peer.</summary>
    /// <returns>DS-PRV-160 or 161.</returns>
    public static Result<byte[]> Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> points)
    {
        if (Curve25519.CheckPoints(points).Error is { } hostile)
            return hostile;
        var products = new byte[points.Length];
        Curve25519.Best.Multiply(scalar, points, products);
        return Curve25519.CheckProducts(products).Error is { } low ? low : products;
    }
}

/// <summary>The secret of the party whose function it is. Fresh per run, at one address, never exported, wiped with the run.</summary>
internal sealed class PrfKey : IDisposable
{
    private readonly byte[] _scalar = GC.AllocateArray<byte>(Curve25519.ScalarBytes, pinned: true);
    private readonly PrfHash _hash;

    public PrfKey(ReadOnlySpan<byte> context, ReadOnlySpan<byte> nonce)
    {
        RandomNumberGenerator.Fill(_scalar);
        _hash = new PrfHash(context, nonce);
    }

    /// <summary>The function of items that this party has.</summary>
    public void Outputs(ReadOnlySpan<ItemDigest> items, Span<PrfOutput> outputs) => _hash.Outputs(_hash.Points(_scalar, items), outputs);

    /// <summary>a·P for points of the one who asks.</summary>
    public Result<byte[]> Evaluate(ReadOnlySpan<byte> points) => PrfHash.Multiply(_scalar, points);

    /// <inheritdoc />
    public void Dispose() => CryptographicOperations.ZeroMemory(_scalar);
}

/// <summary>The secret of the party that asks: one per conversation, at one address, wiped with the run.</summary>
internal sealed class PrfBlinding : IDisposable
{
    private readonly byte[] _scalar = GC.AllocateArray<byte>(2 * Curve25519.ScalarBytes, pinned: true);
    private readonly PrfHash _hash;

    public PrfBlinding(ReadOnlySpan<byte> context, ReadOnlySpan<byte> nonce)
    {
        _hash = new PrfHash(context, nonce);
        do
        {
            RandomNumberGenerator.Fill(Scalar);
            Scalar[0] &= 0xf8;
            Scalar[^1] = (byte)((Scalar[^1] & 0x7f) | 0x40);
        }
        while (!ScalarInverse.TryInvert(Scalar, Inverse));
    }

    private Span<byte> Scalar => _scalar.AsSpan(0, Curve25519.ScalarBytes);

    private Span<byte> Inverse => _scalar.AsSpan(Curve25519.ScalarBytes);

    /// <summary>b·H(item) for every item.</summary>
    public byte[] Blind(ReadOnlySpan<ItemDigest> items) => _hash.Points(Scalar, items);

    /// <summary>The function's values from what the other party answered.</summary>
    /// <returns>DS-PRV-160 or 161.</returns>
    public Result<Unit> Outputs(ReadOnlySpan<byte> answered, Span<PrfOutput> outputs)
    {
        if (!PrfHash.Multiply(Inverse, answered).TryGet(out var points, out var error))
            return error;
        _hash.Outputs(points, outputs);
        return Unit.Value;
    }

    /// <inheritdoc />
    public void Dispose() => CryptographicOperations.ZeroMemory(_scalar);
}
