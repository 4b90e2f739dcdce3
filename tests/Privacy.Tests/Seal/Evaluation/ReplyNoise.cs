using System.Buffers.Binary;
using System.Numerics;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Evaluation;

namespace DataSpace.Privacy.Tests.Seal.Evaluation;

/// <summary>What the holder of a secret key sees in a ciphertext beside its plaintext: every coefficient's distance to the nearest multiple of q/t.</summary>
internal static class ReplyNoise
{
    private const int SecretDataOffset = 88;

    public static BigInteger[] Of(SealParameterSet set, byte[] secretKey, byte[] ciphertext)
    {
        var (ring, count) = (set.Ring, set.Ciphertext.Moduli.Count);
        var total = new BigInteger[set.Degree];
        for (var j = 0; j < count; j++)
        {
            var transform = ring.Primes[j];
            var (c0, c1, key) = (new double[set.Degree], new double[set.Degree], new double[set.Degree]);
            transform.Read(CiphertextCodec.Residue(set.Ciphertext, ciphertext, j), c0);
            transform.Read(CiphertextCodec.Residue(set.Ciphertext, ciphertext, count + j), c1);
            transform.Read(secretKey.AsSpan(SecretDataOffset + (j * 8 * set.Degree), 8 * set.Degree), key); // stored transformed
            transform.Reduce(key);
            transform.Forward(c1);
            var product = new double[set.Degree];
            transform.MultiplyAdd(product, c1, key);
            transform.Inverse(product);
            transform.AddMultiple(product, c0, 1);
            var words = new byte[8 * set.Degree];
            transform.Write(product, words);
            var rest = ring.Total / transform.Modulus.Value;
            var weight = rest * transform.Modulus.Invert((ulong)(rest % transform.Modulus.Value));
            for (var i = 0; i < total.Length; i++)
                total[i] += weight * BinaryPrimitives.ReadUInt64LittleEndian(words.AsSpan(8 * i));
        }

        for (var i = 0; i < total.Length; i++)
        {
            var value = total[i] % ring.Total;
            var message = ((value * set.PlainModulus) + (ring.Total / 2)) / ring.Total;
            total[i] = value - (((ring.Total * message) + (set.PlainModulus / 2)) / set.PlainModulus);
        }

        return total;
    }
}
