using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DataSpace.Privacy.Seal;

/// <summary>Which instructions <see cref="ModularAddition"/> uses.</summary>
internal enum AdditionPath
{
    Scalar,
    Vector256,
    Vector512,
}

/// <summary>
/// Addition modulo q and range checks on serialized little-endian 64-bit residues, in place and without branches on values. The words of a
/// serialized ciphertext start at an odd address, so all loads are unaligned. Moduli are below 2^62: a sum of two residues never wraps.
/// </summary>
internal static class ModularAddition
{
    /// <summary>The widest path that this processor accelerates.</summary>
    public static AdditionPath Best { get; } = Vector512.IsHardwareAccelerated ? AdditionPath.Vector512
        : Vector256.IsHardwareAccelerated ? AdditionPath.Vector256
        : AdditionPath.Scalar;

    /// <summary><c>target[i] = (target[i] + other[i]) mod q</c>; both reduced, equal length, a multiple of 64 bytes.</summary>
    public static void Add(Span<byte> target, ReadOnlySpan<byte> other, ulong modulus) => Add(target, other, modulus, Best);

    public static void Add(Span<byte> target, ReadOnlySpan<byte> other, ulong modulus, AdditionPath path)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, other.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length % 64, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(modulus, 1UL << 62);
        ref var a = ref MemoryMarshal.GetReference(target);
        ref var b = ref MemoryMarshal.GetReference(other);
        switch (path)
        {
            case AdditionPath.Vector512:
                Add512(ref a, ref b, target.Length, modulus);
                break;
            case AdditionPath.Vector256:
                Add256(ref a, ref b, target.Length, modulus);
                break;
            default:
                AddScalar(ref a, ref b, target.Length, modulus);
                break;
        }
    }

    /// <summary>True when every word is below <paramref name="modulus"/>. Reads everything before it answers.</summary>
    public static bool AllBelow(ReadOnlySpan<byte> words, ulong modulus) => AllBelow(words, modulus, Best);

    public static bool AllBelow(ReadOnlySpan<byte> words, ulong modulus, AdditionPath path)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(words.Length % 64, 0);
        ref var start = ref MemoryMarshal.GetReference(words);
        switch (path)
        {
            case AdditionPath.Vector512:
                var limit512 = Vector512.Create(modulus);
                var bad512 = Vector512<ulong>.Zero;
                for (var i = 0; i < words.Length; i += 64)
                    bad512 |= Vector512.GreaterThanOrEqual(Load512(ref start, i), limit512);
                return bad512 == Vector512<ulong>.Zero;
            case AdditionPath.Vector256:
                var limit256 = Vector256.Create(modulus);
                var bad256 = Vector256<ulong>.Zero;
                for (var i = 0; i < words.Length; i += 32)
                    bad256 |= Vector256.GreaterThanOrEqual(Load256(ref start, i), limit256);
                return bad256 == Vector256<ulong>.Zero;
            default:
                // A word at or above the modulus leaves the top bit of "modulus-1-word" set; words at or above 2^63 bring their own.
                var bad = 0UL;
                for (var i = 0; i < words.Length; i += 8)
                {
                    var word = Read(ref start, i);
                    bad |= (modulus - 1 - word) | word;
                }

                return (bad >> 63) == 0;
        }
    }

    private static void AddScalar(ref byte a, ref byte b, int length, ulong modulus)
    {
        for (var i = 0; i < length; i += 8)
        {
            var reduced = Read(ref a, i) + Read(ref b, i) - modulus;
            // A negative difference has its top bit set: spread it into a mask and add the modulus back.
            var mask = (ulong)((long)reduced >> 63);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref a, i), reduced + (modulus & mask));
        }
    }

    private static void Add256(ref byte a, ref byte b, int length, ulong modulus)
    {
        var q = Vector256.Create(modulus);
        for (var i = 0; i < length; i += 32)
        {
            var reduced = Load256(ref a, i) + Load256(ref b, i) - q;
            var mask = Vector256.LessThan(reduced.AsInt64(), Vector256<long>.Zero).AsUInt64();
            (reduced + (q & mask)).AsByte().StoreUnsafe(ref a, (nuint)i);
        }
    }

    private static void Add512(ref byte a, ref byte b, int length, ulong modulus)
    {
        var q = Vector512.Create(modulus);
        for (var i = 0; i < length; i += 64)
        {
            var sum = Load512(ref a, i) + Load512(ref b, i);
            // sum - q wraps to a huge number when sum < q, so the unsigned minimum is the reduced value.
            Vector512.Min(sum, sum - q).AsByte().StoreUnsafe(ref a, (nuint)i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Load512(ref byte start, int offset) => Vector512.LoadUnsafe(ref start, (nuint)offset).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Load256(ref byte start, int offset) => Vector256.LoadUnsafe(ref start, (nuint)offset).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read(ref byte start, int offset)
        => BitConverter.IsLittleEndian
            ? Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset))
            : throw new PlatformNotSupportedException("little-endian processors only");
}
