using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// Doubles side by side, with the fused multiply-add that makes products exact. Integers below 2^53 are exact in them; every operation that is used
/// on integers here stays below that.
/// </summary>
internal interface IDoubleLanes<TSelf>
    where TSelf : struct, IDoubleLanes<TSelf>
{
    /// <summary>Lanes, a power of two.</summary>
    static abstract int Count { get; }

    static abstract TSelf Fill(double value);

    static abstract TSelf Load(ref double start, nuint offset);

    void Store(ref double start, nuint offset);

    /// <summary>Little-endian 64-bit words below 2^52 at any address.</summary>
    static abstract TSelf LoadWords(ref byte start, nuint offset);

    /// <summary>Little-endian 64-bit words at any address, as their lower and their upper 32 bits.</summary>
    static abstract (TSelf Lower, TSelf Upper) LoadHalves(ref byte start, nuint offset);

    /// <summary>Integers from 0 below 2^52 as little-endian 64-bit words.</summary>
    void StoreWords(ref byte start, nuint offset);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>left·right − addend, rounded once.</summary>
    static abstract TSelf MultiplySubtract(TSelf left, TSelf right, TSelf addend);

    /// <summary>addend − left·right, rounded once.</summary>
    static abstract TSelf NegativeMultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>To the nearest integer.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary><paramref name="amount"/> where <paramref name="value"/> is below zero, elsewhere 0.</summary>
    static abstract TSelf WhereNegative(TSelf value, TSelf amount);

    /// <summary>Swaps rows and columns of a square of Count × Count doubles in place.</summary>
    static abstract void Transpose(ref double square);
}

/// <summary>An integer below 2^52 added to 2^52 stands in the mantissa as it is: conversion without a conversion instruction.</summary>
internal static class DoubleWords
{
    public const double TwoTo52 = 4_503_599_627_370_496;
    public const ulong Exponent = 0x4330_0000_0000_0000;
    public const ulong Mantissa = (1UL << 52) - 1;
}

/// <summary>Eight lanes: AVX-512.</summary>
internal readonly struct DoubleLanes8(Vector512<double> value) : IDoubleLanes<DoubleLanes8>
{
    private readonly Vector512<double> _value = value;

    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes8 Fill(double value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes8 Load(ref double start, nuint offset) => new(Vector512.LoadUnsafe(ref start, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref double start, nuint offset) => _value.StoreUnsafe(ref start, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes8 LoadWords(ref byte start, nuint offset)
        => new((Vector512.LoadUnsafe(ref start, offset).AsUInt64() | Vector512.Create(DoubleWords.Exponent)).AsDouble() - Vector512.Create(DoubleWords.TwoTo52));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (DoubleLanes8 Lower, DoubleLanes8 Upper) LoadHalves(ref byte start, nuint offset)
    {
        var (words, exponent) = (Vector512.LoadUnsafe(ref start, offset).AsUInt64(), Vector512.Create(DoubleWords.Exponent));
        return (
            new(((words & Vector512.Create((ulong)uint.MaxValue)) | exponent).AsDouble() - Vector512.Create(DoubleWords.TwoTo52)),
            new(((words >>> 32) | exponent).AsDouble() - Vector512.Create(DoubleWords.TwoTo52)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreWords(ref byte start, nuint offset)
        => ((_value + Vector512.Create(DoubleWords.TwoTo52)).AsUInt64() & Vector512.Create(DoubleWords.Mantissa)).AsByte().StoreUnsafe(ref start, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes8 operator +(DoubleLanes8 left, DoubleLanes8 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes8 operator -(DoubleLanes8 left, DoubleLanes8 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes8 operator *(DoubleLanes8 left, DoubleLanes8 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes8 MultiplySubtract(DoubleLanes8 left, DoubleLanes8 right, DoubleLanes8 addend)
        => new(Avx512F.FusedMultiplySubtract(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes8 NegativeMultiplyAdd(DoubleLanes8 left, DoubleLanes8 right, DoubleLanes8 addend)
        => new(Avx512F.FusedMultiplyAddNegated(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes8 Round(DoubleLanes8 value) => new(Vector512.Round(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes8 WhereNegative(DoubleLanes8 value, DoubleLanes8 amount)
        => new(Vector512.LessThan(value._value, Vector512<double>.Zero) & amount._value);

    public static void Transpose(ref double square)
    {
        // Pairs inside 128-bit quarters first, then quarters: row k of what comes out holds column k of what went in.
        const byte evenQuarters = 0x88, oddQuarters = 0xDD;
        var (a, b, c, d) = (Pair(ref square, 0, low: true), Pair(ref square, 16, low: true), Pair(ref square, 32, low: true), Pair(ref square, 48, low: true));
        var (e, f, g, h) = (Pair(ref square, 0, low: false), Pair(ref square, 16, low: false), Pair(ref square, 32, low: false), Pair(ref square, 48, low: false));
        Spread(ref square, 0, a, b, c, d);
        Spread(ref square, 8, e, f, g, h);

        static Vector512<double> Pair(ref double square, nuint at, bool low)
        {
            var (first, second) = (Vector512.LoadUnsafe(ref square, at), Vector512.LoadUnsafe(ref square, at + 8));
            return low ? Avx512F.UnpackLow(first, second) : Avx512F.UnpackHigh(first, second);
        }

        static void Spread(ref double square, nuint at, Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d)
        {
            var (even1, even2) = (Avx512F.Shuffle4x128(a, b, evenQuarters), Avx512F.Shuffle4x128(c, d, evenQuarters));
            var (odd1, odd2) = (Avx512F.Shuffle4x128(a, b, oddQuarters), Avx512F.Shuffle4x128(c, d, oddQuarters));
            Avx512F.Shuffle4x128(even1, even2, evenQuarters).StoreUnsafe(ref square, at);
            Avx512F.Shuffle4x128(odd1, odd2, evenQuarters).StoreUnsafe(ref square, at + 16);
            Avx512F.Shuffle4x128(even1, even2, oddQuarters).StoreUnsafe(ref square, at + 32);
            Avx512F.Shuffle4x128(odd1, odd2, oddQuarters).StoreUnsafe(ref square, at + 48);
        }
    }
}

/// <summary>Four lanes: AVX2 with FMA.</summary>
internal readonly struct DoubleLanes4(Vector256<double> value) : IDoubleLanes<DoubleLanes4>
{
    private readonly Vector256<double> _value = value;

    public static bool IsSupported => Vector256.IsHardwareAccelerated && Avx.IsSupported && Fma.IsSupported;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 Fill(double value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 Load(ref double start, nuint offset) => new(Vector256.LoadUnsafe(ref start, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref double start, nuint offset) => _value.StoreUnsafe(ref start, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 LoadWords(ref byte start, nuint offset)
        => new((Vector256.LoadUnsafe(ref start, offset).AsUInt64() | Vector256.Create(DoubleWords.Exponent)).AsDouble() - Vector256.Create(DoubleWords.TwoTo52));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (DoubleLanes4 Lower, DoubleLanes4 Upper) LoadHalves(ref byte start, nuint offset)
    {
        var (words, exponent) = (Vector256.LoadUnsafe(ref start, offset).AsUInt64(), Vector256.Create(DoubleWords.Exponent));
        return (
            new(((words & Vector256.Create((ulong)uint.MaxValue)) | exponent).AsDouble() - Vector256.Create(DoubleWords.TwoTo52)),
            new(((words >>> 32) | exponent).AsDouble() - Vector256.Create(DoubleWords.TwoTo52)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreWords(ref byte start, nuint offset)
        => ((_value + Vector256.Create(DoubleWords.TwoTo52)).AsUInt64() & Vector256.Create(DoubleWords.Mantissa)).AsByte().StoreUnsafe(ref start, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 operator +(DoubleLanes4 left, DoubleLanes4 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 operator -(DoubleLanes4 left, DoubleLanes4 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 operator *(DoubleLanes4 left, DoubleLanes4 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 MultiplySubtract(DoubleLanes4 left, DoubleLanes4 right, DoubleLanes4 addend)
        => new(Fma.MultiplySubtract(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 NegativeMultiplyAdd(DoubleLanes4 left, DoubleLanes4 right, DoubleLanes4 addend)
        => new(Fma.MultiplyAddNegated(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 Round(DoubleLanes4 value) => new(Vector256.Round(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLanes4 WhereNegative(DoubleLanes4 value, DoubleLanes4 amount)
        => new(Vector256.LessThan(value._value, Vector256<double>.Zero) & amount._value);

    public static void Transpose(ref double square)
    {
        const byte lowHalves = 0x20, highHalves = 0x31;
        var (r0, r1, r2, r3) = (Vector256.LoadUnsafe(ref square), Vector256.LoadUnsafe(ref square, 4), Vector256.LoadUnsafe(ref square, 8), Vector256.LoadUnsafe(ref square, 12));
        var (low1, low2) = (Avx.UnpackLow(r0, r1), Avx.UnpackLow(r2, r3));
        var (high1, high2) = (Avx.UnpackHigh(r0, r1), Avx.UnpackHigh(r2, r3));
        Avx.Permute2x128(low1, low2, lowHalves).StoreUnsafe(ref square);
        Avx.Permute2x128(high1, high2, lowHalves).StoreUnsafe(ref square, 4);
        Avx.Permute2x128(low1, low2, highHalves).StoreUnsafe(ref square, 8);
        Avx.Permute2x128(high1, high2, highHalves).StoreUnsafe(ref square, 12);
    }
}

/// <summary>One lane, for processors without vectors; without a fused multiply-add instruction the runtime computes it, slowly and right.</summary>
internal readonly struct DoubleLane1(double value) : IDoubleLanes<DoubleLane1>
{
    private readonly double _value = value;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane1 Fill(double value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane1 Load(ref double start, nuint offset) => new(Unsafe.Add(ref start, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref double start, nuint offset) => Unsafe.Add(ref start, offset) = _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane1 LoadWords(ref byte start, nuint offset) => new(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (DoubleLane1 Lower, DoubleLane1 Upper) LoadHalves(ref byte start, nuint offset)
    {
        var word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset));
        return (new((uint)word), new(word >> 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreWords(ref byte start, nuint offset)
        => Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, offset), BitConverter.DoubleToUInt64Bits(_value + DoubleWords.TwoTo52) & DoubleWords.Mantissa);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane1 operator +(DoubleLane1 left, DoubleLane1 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane1 operator -(DoubleLane1 left, DoubleLane1 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane1 operator *(DoubleLane1 left, DoubleLane1 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane1 MultiplySubtract(DoubleLane1 left, DoubleLane1 right, DoubleLane1 addend)
        => new(Math.FusedMultiplyAdd(left._value, right._value, -addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane1 NegativeMultiplyAdd(DoubleLane1 left, DoubleLane1 right, DoubleLane1 addend)
        => new(Math.FusedMultiplyAdd(-left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane1 Round(DoubleLane1 value) => new(Math.Round(value._value));

    /// <summary>The sign bit spread into a mask: no branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane1 WhereNegative(DoubleLane1 value, DoubleLane1 amount)
        => new(BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(amount._value) & (BitConverter.DoubleToInt64Bits(value._value + 0.0) >> 63)));

    public static void Transpose(ref double square)
    {
    }
}
