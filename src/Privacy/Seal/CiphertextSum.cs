using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal;

/// <summary>
/// Homomorphic addition in plain C# on serialized ciphertexts: bit-identical to SEAL's <c>Evaluator::add</c>, without SEAL, WebAssembly or keys.
/// </summary>
public static class CiphertextSum
{
    /// <summary>
    /// Adds <paramref name="addend"/> to <paramref name="target"/> in place. Both must have passed <see cref="CiphertextCodec.Check"/> for <paramref name="set"/>.
    /// </summary>
    public static void AddInPlace(SealParameterSet set, Span<byte> target, ReadOnlySpan<byte> addend)
        => AddInPlace(set, target, addend, ModularAddition.Best);

    /// <summary>Checks every ciphertext, adds them in order, and refuses a sum that became transparent.</summary>
    public static Result<byte[]> AddMany(SealParameterSet set, IReadOnlyList<byte[]> ciphertexts)
    {
        ArgumentOutOfRangeException.ThrowIfZero(ciphertexts.Count);
        foreach (var ciphertext in ciphertexts)
        {
            if (CiphertextCodec.Check(set, ciphertext).Error is { } error)
                return error;
        }

        var sum = ciphertexts[0].ToArray();
        foreach (var ciphertext in ciphertexts.Skip(1))
            AddInPlace(set, sum, ciphertext);
        return CiphertextCodec.Check(set, sum).Error is { } refused ? refused : sum;
    }

    internal static void AddInPlace(SealParameterSet set, Span<byte> target, ReadOnlySpan<byte> addend, AdditionPath path)
    {
        var layout = set.Ciphertext;
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, layout.TotalBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(addend.Length, layout.TotalBytes);
        for (var i = 0; i < layout.ResidueCount; i++)
        {
            var start = CiphertextLayout.DataOffset + (i * layout.PolynomialBytes);
            ModularAddition.Add(target.Slice(start, layout.PolynomialBytes), addend.Slice(start, layout.PolynomialBytes), layout.ModulusAt(i), path);
        }
    }
}
