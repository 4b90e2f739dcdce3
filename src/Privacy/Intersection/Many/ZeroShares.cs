using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Intersection.Many;

/// <summary>
/// What a party that is not the leader shares with each other such party and with nobody else: a key from both keys of round 0. An item's share is the sum over the others of AES-256 of the item under
/// the key shared with it; every key is used by two parties, so the shares of one item at all parties add up to zero, and those at all but one are uniform to whoever lacks a key between two of them.
/// Owned by one thread; disposing wipes the keys.
/// </summary>
internal sealed class ZeroShares : IDisposable
{
    private const int KeyBytes = 32;
    private const int BlockBytes = 16;

    private readonly List<Aes> _ciphers = [];
    private readonly Dictionary<int, byte[]> _orderKeys = [];

    private ZeroShares()
    {
    }

    /// <param name="own">This party's key of round 0; serves one run of a roster.</param>
    /// <param name="index">Its place among the parties that are not the leader.</param>
    /// <param name="roundKeys">Their public keys, 32 bytes each.</param>
    /// <param name="context">What the run is bound to.</param>
    /// <returns>DS-PRV-311.</returns>
    public static Result<ZeroShares> Agree(EphemeralKey own, int index, IReadOnlyList<byte[]> roundKeys, ManyContext context)
    {
        if (roundKeys.Count != context.Others.Count || roundKeys.Any(k => k.Length != EphemeralKey.KeyBytes) || roundKeys.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count() != roundKeys.Count
            || !roundKeys[index].AsSpan().SequenceEqual(own.PublicKey) || !own.TryClaim(Convert.FromHexString(context.RosterHash), 0))
            return ManyErrors.RoundKeysInvalid.Of();
        var shares = new ZeroShares();
        for (var peer = 0; peer < roundKeys.Count; peer++)
        {
            if (peer == index)
                continue;
            if (!own.Agree(roundKeys[peer]).TryGet(out var secret, out _))
            {
                shares.Dispose();
                return ManyErrors.RoundKeysInvalid.Of();
            }
            var key = Derive(secret, "share\n"u8, context, index, peer, roundKeys);
            var cipher = Aes.Create();
            cipher.SetKey(key);
            shares._ciphers.Add(cipher);
            shares._orderKeys[peer] = Derive(secret, "order\n"u8, context, index, peer, roundKeys);
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(secret);
        }

        return shares;
    }

    /// <summary>Adds every item's share to its value. An item's first 16 bytes stand for it: two that agree in them meet with a probability below 2^-77 among 2^25.</summary>
    public void AddTo(ReadOnlySpan<ItemDigest> items, Span<UInt128> values)
    {
        var (blocks, shares) = (new byte[items.Length * BlockBytes], new byte[items.Length * BlockBytes]);
        for (var i = 0; i < items.Length; i++)
            MemoryMarshal.AsBytes(items.Slice(i, 1))[..BlockBytes].CopyTo(blocks.AsSpan(i * BlockBytes));
        foreach (var cipher in _ciphers)
        {
            cipher.EncryptEcb(blocks, shares, PaddingMode.None);
            for (var i = 0; i < items.Length; i++)
                values[i] ^= BinaryPrimitives.ReadUInt128LittleEndian(shares.AsSpan(i * BlockBytes));
        }

        CryptographicOperations.ZeroMemory(shares);
    }

    /// <summary>The key under which the first party seals the seed of the common order for another: used for one message.</summary>
    public byte[] OrderKey(int peer) => _orderKeys[peer];

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var cipher in _ciphers)
            cipher.Dispose();
        foreach (var key in _orderKeys.Values)
            CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>HKDF-SHA256 over the X25519 secret; the info binds the roster, the run, both places and both keys.</summary>
    private static byte[] Derive(byte[] secret, ReadOnlySpan<byte> use, ManyContext context, int own, int peer, IReadOnlyList<byte[]> roundKeys)
    {
        var (low, high) = (Math.Min(own, peer), Math.Max(own, peer));
        byte[] info = [.. "DataSpace many-party-intersection/1 "u8, .. use, .. Convert.FromHexString(context.RosterHash), .. context.Digest.Span, (byte)low, (byte)high, .. roundKeys[low], .. roundKeys[high]];
        var key = new byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: [], info);
        return key;
    }
}
