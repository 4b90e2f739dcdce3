using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Lookup.Oprf;

/// <summary>
/// RFC 9497 with the suite ristretto255-SHA512: <see cref="Base"/> is mode OPRF, <see cref="Verifiable"/> mode VOPRF, in which the owner proves that it used the key it published.
/// Elements and scalars are 32 bytes, outputs 64, proofs 64 (c ‖ s). Without state.
/// <para><b>The client sends</b> r·H(input) with a fresh r: to the owner a uniform element, whatever the input. <b>The owner sends</b> k·r·H(input) and a proof for all of a batch: the client
/// gets F_k of its inputs and nothing about k.</para>
/// </summary>
internal sealed class Voprf
{
    public const int OutputBytes = 64;
    public const int ProofBytes = 2 * Ristretto255.ScalarBytes;

    /// <summary>Most elements in one proof.</summary>
    public const int MaxBatch = 64;

    private const int MaxInputBytes = 256;

    // 0x0020 ‖ element, and the tags at the end of what is hashed.
    private const int Framed = 2 + Ristretto255.ElementBytes;

    private readonly byte[] _toGroup, _toScalar, _seedTag, _deriveTag;
    private readonly bool _isVerifiable;

    private Voprf(byte mode)
    {
        byte[] context = [.. "OPRFV1-"u8, mode, .. "-ristretto255-SHA512"u8];
        _toGroup = [.. "HashToGroup-"u8, .. context];
        _toScalar = [.. "HashToScalar-"u8, .. context];
        _seedTag = [.. "Seed-"u8, .. context];
        _deriveTag = [.. "DeriveKeyPair"u8, .. context];
        _isVerifiable = mode > 0;
    }

    /// <summary>Mode OPRF (0x00).</summary>
    public static Voprf Base { get; } = new(0);

    /// <summary>Mode VOPRF (0x01).</summary>
    public static Voprf Verifiable { get; } = new(1);

    /// <summary>What mode POPRF (0x02) shares with the others; the rest is <see cref="Poprf"/>.</summary>
    internal static Voprf Partial { get; } = new(2);

    /// <summary>Section 3.2.1: the key of a seed, for the RFC's vectors. Keys of databases are drawn.</summary>
    public OprfKey DeriveKey(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> info)
    {
        byte[] input = [.. seed, .. Length(info.Length), .. info, 0];
        Span<byte> wide = stackalloc byte[ExpandMessage.OutputBytes];
        Span<byte> scalar = stackalloc byte[Ristretto255.ScalarBytes];
        for (var counter = 0; counter < 256; counter++)
        {
            input[^1] = (byte)counter;
            ExpandMessage.Hash(input, _deriveTag, wide);
            Ristretto255.Reduce(wide, scalar);
            if (OprfKey.Import(scalar) is { } key)
                return key;
        }

        throw new CryptographicException("No key follows from this seed.");
    }

    /// <summary>blind·H(input).</summary>
    public void Blind(ReadOnlySpan<byte> input, ReadOnlySpan<byte> blind, Span<byte> element)
    {
        Span<byte> point = stackalloc byte[Ristretto255.ElementBytes];
        HashToGroup(input, point);
        Multiply(blind, point, element);
    }

    /// <summary>key·element for every element; false when one is not canonical or the identity, and then nothing was computed.</summary>
    public static bool TryEvaluate(OprfKey key, ReadOnlySpan<byte> elements, Span<byte> evaluated)
    {
        if (!AreElements(elements))
            return false;
        for (var at = 0; at < elements.Length; at += Ristretto255.ElementBytes)
            Multiply(key.Secret, elements.Slice(at, Ristretto255.ElementBytes), evaluated.Slice(at, Ristretto255.ElementBytes));
        return true;
    }

    /// <summary>Section 2.2.1: a proof that every evaluated element is that of the key behind its public key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="elements">What was evaluated.</param>
    /// <param name="evaluated">The results.</param>
    /// <param name="nonce">A fresh scalar; one that repeats gives the key away.</param>
    /// <param name="proof">c ‖ s.</param>
    public void Prove(OprfKey key, ReadOnlySpan<byte> elements, ReadOnlySpan<byte> evaluated, ReadOnlySpan<byte> nonce, Span<byte> proof)
    {
        DemandVerifiable();
        Span<byte> points = stackalloc byte[5 * Ristretto255.ElementBytes];
        key.PublicKey.Span.CopyTo(Part(points, 0));
        if (!TryCompose(key.PublicKey.Span, elements, evaluated, Part(points, 1), Part(points, 2)))
            throw new CryptographicException("Elements were not checked.");
        Demand(Ristretto255.TryMultiplyGenerator(nonce, Part(points, 3)));
        Multiply(nonce, Part(points, 1), Part(points, 4));
        var c = proof[..Ristretto255.ScalarBytes];
        var s = proof[Ristretto255.ScalarBytes..];
        Challenge(points, c);
        Ristretto255.SubtractProduct(nonce, c, key.Secret, s);
    }

    /// <summary>Section 2.2.2; false for whatever is not a proof for these elements under this public key.</summary>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> elements, ReadOnlySpan<byte> evaluated, ReadOnlySpan<byte> proof)
    {
        DemandVerifiable();
        if (proof.Length != ProofBytes || elements.Length != evaluated.Length || elements.Length > MaxBatch * Ristretto255.ElementBytes
            || !Ristretto255.IsElement(publicKey) || !AreElements(elements) || !AreElements(evaluated))
            return false;
        var c = proof[..Ristretto255.ScalarBytes];
        var s = proof[Ristretto255.ScalarBytes..];
        Span<byte> points = stackalloc byte[5 * Ristretto255.ElementBytes];
        publicKey.CopyTo(Part(points, 0));
        if (!Ristretto255.IsScalar(c) || !Ristretto255.IsScalar(s) || !TryCompose(publicKey, elements, evaluated, Part(points, 1), Part(points, 2)))
            return false;
        Span<byte> left = stackalloc byte[Ristretto255.ElementBytes];
        Span<byte> right = stackalloc byte[Ristretto255.ElementBytes];
        // A factor of 0 gives the identity, which an honest proof meets with negligible probability.
        if (!Ristretto255.TryMultiplyGenerator(s, left) || !Ristretto255.TryMultiply(c, publicKey, right) || !Ristretto255.TryAdd(left, right, Part(points, 3))
            || !Ristretto255.TryMultiply(s, Part(points, 1), left) || !Ristretto255.TryMultiply(c, Part(points, 2), right) || !Ristretto255.TryAdd(left, right, Part(points, 4)))
            return false;
        Span<byte> expected = stackalloc byte[Ristretto255.ScalarBytes];
        Challenge(points, expected);
        return CryptographicOperations.FixedTimeEquals(expected, c);
    }

    /// <summary>Sections 3.3.1 and 3.3.2: F_k(input), 64 bytes, from what the owner evaluated.</summary>
    public static void Finalize(ReadOnlySpan<byte> input, ReadOnlySpan<byte> blind, ReadOnlySpan<byte> evaluated, Span<byte> output)
    {
        Span<byte> point = stackalloc byte[Ristretto255.ElementBytes];
        Unblind(blind, evaluated, point);
        Output(input, point, output);
    }

    /// <summary>evaluated/blind.</summary>
    internal static void Unblind(ReadOnlySpan<byte> blind, ReadOnlySpan<byte> evaluated, Span<byte> point)
    {
        Span<byte> inverse = stackalloc byte[Ristretto255.ScalarBytes];
        Ristretto255.Invert(blind, inverse);
        Multiply(inverse, evaluated, point);
        CryptographicOperations.ZeroMemory(inverse);
    }

    /// <summary>F_k(input), 64 bytes, by whoever has the key.</summary>
    public void Evaluate(OprfKey key, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> point = stackalloc byte[Ristretto255.ElementBytes];
        HashToGroup(input, point);
        Multiply(key.Secret, point, point);
        Output(input, point, output);
    }

    private static void Output(ReadOnlySpan<byte> input, ReadOnlySpan<byte> point, Span<byte> output)
    {
        Span<byte> hashed = stackalloc byte[2 + MaxInputBytes + Framed + 8];
        Length(input.Length).CopyTo(hashed);
        input.CopyTo(hashed[2..]);
        Frame(point, hashed[(2 + input.Length)..]);
        "Finalize"u8.CopyTo(hashed[(2 + input.Length + Framed)..]);
        SHA512.HashData(hashed[..(2 + input.Length + Framed + 8)], output);
    }

    internal void HashToGroup(ReadOnlySpan<byte> input, Span<byte> element)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(input.Length, MaxInputBytes);
        Span<byte> uniform = stackalloc byte[Ristretto255.UniformBytes];
        ExpandMessage.Hash(input, _toGroup, uniform);
        Ristretto255.FromUniform(uniform, element);
    }

    /// <summary>Section 2.2.1: M = Σ d_i·C_i and Z = Σ d_i·D_i, with d_i from a hash over all that both know.</summary>
    private bool TryCompose(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> elements, ReadOnlySpan<byte> evaluated, Span<byte> m, Span<byte> z)
    {
        Span<byte> seed = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData([.. Framing(publicKey), .. Length(_seedTag.Length), .. _seedTag], seed);
        m.Clear();
        z.Clear();
        Span<byte> factor = stackalloc byte[Ristretto255.ScalarBytes];
        Span<byte> product = stackalloc byte[Ristretto255.ElementBytes];
        for (var i = 0; i < elements.Length / Ristretto255.ElementBytes; i++)
        {
            var c = Part(elements, i);
            var d = Part(evaluated, i);
            HashToScalar([.. Length(seed.Length), .. seed, .. Length(i), .. Framing(c), .. Framing(d), .. "Composite"u8], factor);
            if (!Ristretto255.TryMultiply(factor, c, product) || !Ristretto255.TryAdd(m, product, m) || !Ristretto255.TryMultiply(factor, d, product) || !Ristretto255.TryAdd(z, product, z))
                return false;
        }

        return true;
    }

    private void Challenge(ReadOnlySpan<byte> points, Span<byte> challenge)
    {
        Span<byte> hashed = stackalloc byte[(5 * Framed) + 9];
        for (var i = 0; i < 5; i++)
            Frame(Part(points, i), hashed[(i * Framed)..]);
        "Challenge"u8.CopyTo(hashed[(5 * Framed)..]);
        HashToScalar(hashed, challenge);
    }

    /// <summary>HashToScalar of the suite.</summary>
    internal void HashToScalar(ReadOnlySpan<byte> message, Span<byte> scalar)
    {
        Span<byte> wide = stackalloc byte[ExpandMessage.OutputBytes];
        ExpandMessage.Hash(message, _toScalar, wide);
        Ristretto255.Reduce(wide, scalar);
    }

    private static bool AreElements(ReadOnlySpan<byte> elements)
    {
        if (elements.Length % Ristretto255.ElementBytes != 0)
            return false;
        for (var i = 0; i < elements.Length / Ristretto255.ElementBytes; i++)
        {
            if (!Ristretto255.IsElement(Part(elements, i)))
                return false;
        }

        return true;
    }

    private static Span<byte> Part(Span<byte> all, int index) => all.Slice(index * Ristretto255.ElementBytes, Ristretto255.ElementBytes);

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> all, int index) => all.Slice(index * Ristretto255.ElementBytes, Ristretto255.ElementBytes);

    internal static byte[] Framing(ReadOnlySpan<byte> element) => [0, Ristretto255.ElementBytes, .. element];

    private static void Frame(ReadOnlySpan<byte> element, Span<byte> to)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, Ristretto255.ElementBytes);
        element.CopyTo(to[2..]);
    }

    internal static byte[] Length(int value) => [(byte)(value >> 8), (byte)value];

    internal static void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> element, Span<byte> product)
    {
        Span<byte> result = stackalloc byte[Ristretto255.ElementBytes];
        Demand(Ristretto255.TryMultiply(scalar, element, result));
        result.CopyTo(product);
    }

    private static void Demand(bool holds)
    {
        if (!holds)
            throw new CryptographicException("An element or scalar that was checked is none.");
    }

    private void DemandVerifiable()
    {
        if (!_isVerifiable)
            throw new InvalidOperationException("Mode OPRF has no proofs.");
    }
}
