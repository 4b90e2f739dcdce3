using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Intersection.Many;

/// <summary>
/// Where only the number is agreed, all parties answer the leader's items in one secret order that the leader does not know: it can still add up what stands at one place, and does not learn whose place
/// it is. The first party draws the seed and seals it for each other; the leader carries it.
/// </summary>
internal static class CommonOrder
{
    public const int SeedBytes = 32;
    public const int SealedBytes = SeedBytes + TagBytes;

    private const int TagBytes = 16;

    /// <summary>AES-256-GCM; the key serves this one message, so its nonce is zero.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> seed)
    {
        var box = new byte[SealedBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(new byte[12], seed, box.AsSpan(0, SeedBytes), box.AsSpan(SeedBytes));
        return box;
    }

    /// <summary>The seed.</summary>
    /// <returns>DS-PRV-312.</returns>
    public static Result<byte[]> Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box)
    {
        var seed = new byte[SeedBytes];
        using var cipher = new AesGcm(key, TagBytes);
        try
        {
            cipher.Decrypt(new byte[12], box[..SeedBytes], box[SeedBytes..], seed);
            return seed;
        }
        catch (AuthenticationTagMismatchException)
        {
            return ManyErrors.OrderSeedInvalid.Of();
        }
    }

    /// <summary>Which item is answered at each place: Fisher-Yates with numbers from AES-256 in counter mode under the seed.</summary>
    public static int[] Of(ReadOnlySpan<byte> seed, int items)
    {
        var order = new int[items];
        for (var i = 0; i < items; i++)
            order[i] = i;
        using var numbers = new MaskStream(seed);
        Span<ulong> drawn = stackalloc ulong[1];
        for (var i = items - 1; i > 0; i--)
        {
            numbers.Fill(drawn, (ulong)i + 1);
            var j = (int)drawn[0];
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
