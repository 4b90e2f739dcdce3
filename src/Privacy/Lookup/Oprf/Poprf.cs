using System.Security.Cryptography;

namespace DataSpace.Privacy.Lookup.Oprf;

/// <summary>
/// RFC 9497, section 3.3.3: mode POPRF with the suite ristretto255-SHA512. F depends on an information that both parties know besides the owner's key; what was evaluated for one is worthless for another. Sizes as
/// at <see cref="Voprf"/>. Immutable.
/// <para><b>The client sends</b> r·H(input) with a fresh r: to the owner a uniform element. <b>The owner sends</b> (k + m)⁻¹·r·H(input), m from the information, and a proof for all of a batch: the client gets F of
/// its inputs, under the key behind the public key and this information, and nothing about k.</para>
/// </summary>
internal sealed class Poprf
{
    private const int MaxInfoBytes = 256;

    // The order of the group less one: what a scalar is negated by.
    private static readonly byte[] MinusOne = Convert.FromHexString("ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

    private readonly byte[] _info;
    private readonly byte[] _factor = new byte[Ristretto255.ScalarBytes];

    /// <param name="info">At most 256 bytes.</param>
    public Poprf(ReadOnlySpan<byte> info)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(info.Length, MaxInfoBytes);
        _info = info.ToArray();
        Voprf.Partial.HashToScalar([.. "Info"u8, .. Voprf.Length(info.Length), .. info], _factor);
    }

    /// <summary>blind·H(input).</summary>
    public static void Blind(ReadOnlySpan<byte> input, ReadOnlySpan<byte> blind, Span<byte> element) => Voprf.Partial.Blind(input, blind, element);

    /// <summary>k + m: the key of this information; null for the one key for which there is none.</summary>
    public OprfKey? Tweak(OprfKey key)
    {
        Span<byte> sum = stackalloc byte[Ristretto255.ScalarBytes];
        Ristretto255.SubtractProduct(key.Secret, _factor, MinusOne, sum);
        var tweaked = OprfKey.Import(sum);
        CryptographicOperations.ZeroMemory(sum);
        return tweaked;
    }

    /// <summary>element/(k + m) for every element; false when one is not canonical or the identity, and then nothing was computed.</summary>
    /// <param name="tweaked">Of <see cref="Tweak"/>.</param>
    /// <param name="elements">What the client sent.</param>
    /// <param name="evaluated">The results.</param>
    public static bool TryEvaluate(OprfKey tweaked, ReadOnlySpan<byte> elements, Span<byte> evaluated)
    {
        using var inverse = Inverse(tweaked);
        return Voprf.TryEvaluate(inverse, elements, evaluated);
    }

    /// <summary>A proof that every element is (k + m) times what was evaluated.</summary>
    /// <param name="tweaked">Of <see cref="Tweak"/>.</param>
    /// <param name="elements">What the client sent, checked.</param>
    /// <param name="evaluated">The results.</param>
    /// <param name="nonce">A fresh scalar; one that repeats gives the key away.</param>
    /// <param name="proof">c ‖ s.</param>
    public static void Prove(OprfKey tweaked, ReadOnlySpan<byte> elements, ReadOnlySpan<byte> evaluated, ReadOnlySpan<byte> nonce, Span<byte> proof)
        => Voprf.Partial.Prove(tweaked, evaluated, elements, nonce, proof);

    /// <summary>False for whatever is not a proof for these elements under this public key and information.</summary>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> elements, ReadOnlySpan<byte> evaluated, ReadOnlySpan<byte> proof)
    {
        Span<byte> tweaked = stackalloc byte[Ristretto255.ElementBytes];
        return Ristretto255.IsElement(publicKey) && Ristretto255.TryMultiplyGenerator(_factor, tweaked) && Ristretto255.TryAdd(tweaked, publicKey, tweaked)
            && Voprf.Partial.Verify(tweaked, evaluated, elements, proof);
    }

    /// <summary>F(input), 64 bytes, from what the owner evaluated.</summary>
    public void Finalize(ReadOnlySpan<byte> input, ReadOnlySpan<byte> blind, ReadOnlySpan<byte> evaluated, Span<byte> output)
    {
        Span<byte> point = stackalloc byte[Ristretto255.ElementBytes];
        Voprf.Unblind(blind, evaluated, point);
        Output(input, point, output);
    }

    /// <summary>F(input), 64 bytes, by whoever has the key.</summary>
    /// <param name="tweaked">Of <see cref="Tweak"/>.</param>
    /// <param name="input">Input.</param>
    /// <param name="output">Result.</param>
    public void Evaluate(OprfKey tweaked, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> point = stackalloc byte[Ristretto255.ElementBytes];
        using var inverse = Inverse(tweaked);
        Voprf.Partial.HashToGroup(input, point);
        Voprf.Multiply(inverse.Secret, point, point);
        Output(input, point, output);
    }

    private void Output(ReadOnlySpan<byte> input, ReadOnlySpan<byte> point, Span<byte> output)
        => SHA512.HashData([.. Voprf.Length(input.Length), .. input, .. Voprf.Length(_info.Length), .. _info, .. Voprf.Framing(point), .. "Finalize"u8], output);

    private static OprfKey Inverse(OprfKey key)
    {
        Span<byte> inverse = stackalloc byte[Ristretto255.ScalarBytes];
        Ristretto255.Invert(key.Secret, inverse);
        var result = OprfKey.Import(inverse) ?? throw new CryptographicException("A key has an inverse.");
        CryptographicOperations.ZeroMemory(inverse);
        return result;
    }
}
