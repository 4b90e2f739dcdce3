using System.Numerics;
using System.Runtime.CompilerServices;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>The transform over lanes of one width.</summary>
internal sealed partial class NegacyclicTransform<T> : NegacyclicTransform
    where T : struct, IDoubleLanes<T>
{
    private const MethodImplOptions Compiled = MethodImplOptions.AggressiveOptimization; // these loops are most of a product; waiting for a method's calls to be counted costs minutes
    private readonly Twiddles _forward;
    private readonly Twiddles _inverse;
    private readonly double _scale;

    public NegacyclicTransform(Modulus45 modulus, int degree)
        : base(modulus, degree)
    {
        if (!BitOperations.IsPow2(degree) || degree < T.Count * T.Count)
            throw new ArgumentOutOfRangeException(nameof(degree));
        var root = modulus.SmallestRoot(2 * (ulong)degree);
        _forward = new Twiddles(modulus, degree, root);
        _inverse = new Twiddles(modulus, degree, modulus.Invert(root));
        _scale = modulus.Centred(modulus.Invert((ulong)degree));
    }

    [MethodImpl(Compiled)]
    public override void Forward(Span<double> polynomial)
    {
        ref var x = ref First(polynomial);
        var n = T.Fill(Modulus.Real);
        var (gap, groups) = (Degree / 2, 1);
        for (; gap / 2 >= T.Count; gap /= 4, groups *= 4)
        {
            for (var group = 0; group < groups; group++)
                ForwardFour(ref x, 2 * gap * group, gap / 2, groups + group, n);
        }

        for (; gap >= T.Count; gap /= 2, groups *= 2)
        {
            for (var group = 0; group < groups; group++)
                ForwardTwo(ref x, 2 * gap * group, gap, groups + group, n);
        }

        // Gaps smaller than a vector: rows become columns, so that lanes are whole groups.
        for (var block = 0; block < Degree / (T.Count * T.Count) && T.Count > 1; block++)
        {
            ref var square = ref At(ref x, block * T.Count * T.Count);
            T.Transpose(ref square);
            ForwardTail(ref square, block, n);
            T.Transpose(ref square);
        }

        Reduce(polynomial);
    }

    [MethodImpl(Compiled)]
    public override void Inverse(Span<double> polynomial)
    {
        ref var x = ref First(polynomial);
        var (n, inverse) = (T.Fill(Modulus.Real), T.Fill(Modulus.Inverse));
        for (var block = 0; block < Degree / (T.Count * T.Count) && T.Count > 1; block++)
        {
            ref var square = ref At(ref x, block * T.Count * T.Count);
            T.Transpose(ref square);
            InverseTail(ref square, block, n);
            T.Transpose(ref square);
        }

        var (gap, groups) = (T.Count, Degree / (2 * T.Count));
        // An odd number of steps is left for pairs of two: one alone first.
        if (BitOperations.Log2((uint)groups) % 2 == 0)
        {
            for (var group = 0; group < groups; group++)
                InverseTwo(ref x, 2 * gap * group, gap, groups + group, n, inverse);
            (gap, groups) = (gap * 2, groups / 2);
        }

        for (; gap <= Degree / 4; gap *= 4, groups /= 4)
        {
            for (var group = 0; group < groups / 2; group++)
                InverseFour(ref x, 4 * gap * group, gap, (groups / 2) + group, n, inverse);
        }

        var (scale, scaleOverN) = (T.Fill(_scale), T.Fill(_scale / Modulus.Real));
        for (nuint i = 0; i < (nuint)Degree; i += (nuint)T.Count)
            Modulus45.Multiply(T.Load(ref x, i), scale, scaleOverN, n).Store(ref x, i);
    }

    /// <summary>Two steps in one pass over memory. Sums grow by 0.6·n a step and are reduced once at the end: 13 steps stay below 9·n.</summary>
    [MethodImpl(Compiled)]
    private void ForwardFour(ref double x, int start, int quarter, int node, T n)
    {
        var (w1, v1) = _forward.At(node);
        var (w2, v2) = _forward.At(2 * node);
        var (w3, v3) = _forward.At((2 * node) + 1);
        var (at, step) = ((nuint)start, (nuint)quarter);
        for (var end = at + step; at < end; at += (nuint)T.Count)
        {
            var (a, b) = (T.Load(ref x, at), T.Load(ref x, at + step));
            var c = Modulus45.Multiply(T.Load(ref x, at + (2 * step)), w1, v1, n);
            var d = Modulus45.Multiply(T.Load(ref x, at + (3 * step)), w1, v1, n);
            var e = Modulus45.Multiply(b + d, w2, v2, n);
            var f = Modulus45.Multiply(b - d, w3, v3, n);
            (a + c + e).Store(ref x, at);
            (a + c - e).Store(ref x, at + step);
            (a - c + f).Store(ref x, at + (2 * step));
            (a - c - f).Store(ref x, at + (3 * step));
        }
    }

    [MethodImpl(Compiled)]
    private void ForwardTwo(ref double x, int start, int gap, int node, T n)
    {
        var (w, v) = _forward.At(node);
        var (at, step) = ((nuint)start, (nuint)gap);
        for (var end = at + step; at < end; at += (nuint)T.Count)
        {
            var a = T.Load(ref x, at);
            var b = Modulus45.Multiply(T.Load(ref x, at + step), w, v, n);
            (a + b).Store(ref x, at);
            (a - b).Store(ref x, at + step);
        }
    }

    [MethodImpl(Compiled)]
    private void ForwardTail(ref double square, int block, T n)
    {
        for (var (gap, parts, entry) = (T.Count / 2, 1, 0); gap > 0; gap /= 2, parts *= 2)
        {
            for (var part = 0; part < parts; part++, entry++)
            {
                var (w, v) = _forward.Tail(block, entry);
                for (var row = 2 * gap * part; row < (2 * gap * part) + gap; row++)
                {
                    var (first, second) = ((nuint)(row * T.Count), (nuint)((row + gap) * T.Count));
                    var a = T.Load(ref square, first);
                    var b = Modulus45.Multiply(T.Load(ref square, second), w, v, n);
                    (a + b).Store(ref square, first);
                    (a - b).Store(ref square, second);
                }
            }
        }
    }

    /// <summary>At most three steps; sums double with each, so they stay below 5·n and are reduced by the next pass.</summary>
    [MethodImpl(Compiled)]
    private void InverseTail(ref double square, int block, T n)
    {
        for (var (gap, parts) = (1, T.Count / 2); parts > 0; gap *= 2, parts /= 2)
        {
            for (var part = 0; part < parts; part++)
            {
                var (w, v) = _inverse.Tail(block, parts - 1 + part);
                for (var row = 2 * gap * part; row < (2 * gap * part) + gap; row++)
                {
                    var (first, second) = ((nuint)(row * T.Count), (nuint)((row + gap) * T.Count));
                    var (a, b) = (T.Load(ref square, first), T.Load(ref square, second));
                    (a + b).Store(ref square, first);
                    Modulus45.Multiply(a - b, w, v, n).Store(ref square, second);
                }
            }
        }
    }

    [MethodImpl(Compiled)]
    private void InverseTwo(ref double x, int start, int gap, int node, T n, T inverse)
    {
        var (w, v) = _inverse.At(node);
        var (at, step) = ((nuint)start, (nuint)gap);
        for (var end = at + step; at < end; at += (nuint)T.Count)
        {
            var (a, b) = (T.Load(ref x, at), T.Load(ref x, at + step));
            Modulus45.Reduce(a + b, n, inverse).Store(ref x, at);
            Modulus45.Multiply(a - b, w, v, n).Store(ref x, at + step);
        }
    }

    /// <summary>Two steps back in one pass. Inputs stay below 5·n, what is multiplied below 20·n, what is stored below 1.2·n.</summary>
    [MethodImpl(Compiled)]
    private void InverseFour(ref double x, int start, int quarter, int node, T n, T inverse)
    {
        var (w1, v1) = _inverse.At(node);
        var (w2, v2) = _inverse.At(2 * node);
        var (w3, v3) = _inverse.At((2 * node) + 1);
        var (at, step) = ((nuint)start, (nuint)quarter);
        for (var end = at + step; at < end; at += (nuint)T.Count)
        {
            var (a, b) = (T.Load(ref x, at), T.Load(ref x, at + step));
            var (c, d) = (T.Load(ref x, at + (2 * step)), T.Load(ref x, at + (3 * step)));
            var e = Modulus45.Multiply(a - b, w2, v2, n);
            var f = Modulus45.Multiply(c - d, w3, v3, n);
            var (g, h) = (a + b, c + d);
            Modulus45.Reduce(g + h, n, inverse).Store(ref x, at);
            (e + f).Store(ref x, at + step);
            Modulus45.Multiply(g - h, w1, v1, n).Store(ref x, at + (2 * step));
            Modulus45.Multiply(e - f, w1, v1, n).Store(ref x, at + (3 * step));
        }
    }

    private static ref double At(ref double start, int offset) => ref System.Runtime.CompilerServices.Unsafe.Add(ref start, offset);

    /// <summary>Powers of a root in bit-reversed order, each beside its quotient by n; the last ones once more, a lane for each group.</summary>
    private sealed class Twiddles
    {
        private readonly double[] _roots;
        private readonly double[] _overN;
        private readonly double[] _tail;
        private readonly double[] _tailOverN;

        public Twiddles(Modulus45 modulus, int degree, ulong root)
        {
            _roots = new double[degree];
            var bits = BitOperations.Log2((uint)degree);
            var power = 1UL;
            for (var i = 0; i < degree; i++, power = modulus.Multiply(power, root))
                _roots[Reverse(i, bits)] = modulus.Centred(power);
            _overN = [.. _roots.Select(value => value / modulus.Real)];
            _tail = Rearranged(degree);
            _tailOverN = [.. _tail.Select(value => value / modulus.Real)];
        }

        public (T Root, T OverN) At(int node) => (T.Fill(_roots[node]), T.Fill(_overN[node]));

        public (T Root, T OverN) Tail(int block, int entry)
        {
            var at = (nuint)(((block * (T.Count - 1)) + entry) * T.Count);
            return (T.Load(ref _tail[0], at), T.Load(ref _tailOverN[0], at));
        }

        private double[] Rearranged(int degree)
        {
            var tail = new double[Math.Max(1, degree / T.Count * (T.Count - 1))];
            var next = 0;
            for (var block = 0; block < degree / (T.Count * T.Count) && T.Count > 1; block++)
            {
                for (var parts = 1; parts < T.Count; parts *= 2)
                {
                    for (var part = 0; part < parts; part++)
                    {
                        for (var lane = 0; lane < T.Count; lane++)
                            tail[next++] = _roots[(degree / T.Count * parts) + (((block * T.Count) + lane) * parts) + part];
                    }
                }
            }

            return tail;
        }

        private static int Reverse(int value, int bits)
        {
            var reversed = 0;
            for (var bit = 0; bit < bits; bit++)
                reversed |= ((value >> bit) & 1) << (bits - 1 - bit);
            return reversed;
        }
    }
}
