using System.Security.Cryptography;

namespace DataSpace.Privacy.Aggregation.Dropout;

/// <summary>
/// Shamir's secret sharing (How to Share a Secret, CACM 1979), byte by byte over GF(2^8) with the polynomial x^8+x^4+x^3+x+1. Party number i, from 0, holds the value at i + 1: fewer shares than the
/// threshold are uniform whatever the secret is. Products take the same time for all values of secrets and shares; places are public.
/// </summary>
internal static class ByteShares
{
    /// <summary>Most parties: places are the non-zero bytes.</summary>
    public const int MostParties = 255;

    /// <summary>One share per party, each as long as the secret.</summary>
    public static byte[][] Split(ReadOnlySpan<byte> secret, int parties, int threshold)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parties, MostParties);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, parties);
        var length = secret.Length;
        var above = new byte[length * (threshold - 1)]; // coefficients of x, x^2, ...
        RandomNumberGenerator.Fill(above);
        var shares = new byte[parties][];
        for (var party = 0; party < parties; party++)
        {
            var (place, share) = ((byte)(party + 1), new byte[length]);
            for (var i = 0; i < length; i++)
            {
                byte value = 0;
                for (var power = threshold - 2; power >= 0; power--)
                    value = Multiply((byte)(value ^ above[(power * length) + i]), place);
                share[i] = (byte)(value ^ secret[i]);
            }

            shares[party] = share;
        }

        CryptographicOperations.ZeroMemory(above);
        return shares;
    }

    /// <summary>
    /// The secret from exactly as many shares as the threshold says, of different parties. Whether they belong together is for the caller to check: wrong ones give a wrong secret.
    /// </summary>
    public static byte[] Combine(IReadOnlyList<(int Party, byte[] Share)> shares)
    {
        var secret = new byte[shares[0].Share.Length];
        foreach (var (party, share) in shares)
        {
            // Lagrange's weight at zero; in this field a difference is a sum.
            byte weight = 1;
            foreach (var (other, _) in shares)
            {
                if (other != party)
                    weight = Multiply(weight, Multiply((byte)(other + 1), Invert((byte)((other + 1) ^ (party + 1)))));
            }

            for (var i = 0; i < secret.Length; i++)
                secret[i] ^= Multiply(share[i], weight);
        }

        return secret;
    }

    internal static byte Multiply(byte left, byte right)
    {
        int product = 0, a = left;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= a & -((right >> bit) & 1);
            a = (a << 1) ^ (0x11b & -((a >> 7) & 1));
        }

        return (byte)product;
    }

    /// <summary>The 254th power; 0 for 0.</summary>
    internal static byte Invert(byte value)
    {
        byte result = 1;
        for (var i = 0; i < 7; i++)
        {
            value = Multiply(value, value);
            result = Multiply(result, value);
        }

        return result;
    }
}
