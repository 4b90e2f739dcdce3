using System.Numerics;

namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>Writes the mask that a party shares with <paramref name="peer"/>: elements uniform in the ring.</summary>
internal delegate void WriteRingMask<T>(int peer, Span<T> target);

/// <summary>
/// The masks of secure aggregation (<see cref="Aggregation.PairwiseMasks"/>) over a ring whose addition wraps, here the integers modulo 2^128: no reduction and no rejection, so masks are a copy of the
/// key stream. The party that stands earlier in the roster adds, the later one subtracts; over a full roster the masks sum to zero.
/// </summary>
internal static class RingMasks
{
    /// <summary>Masks <paramref name="values"/> in place. Generic, so that the exhaustive view test over eight elements runs this very function.</summary>
    public static void Apply<T>(Span<T> values, int ownIndex, int parties, WriteRingMask<T> writeMask)
        where T : struct, IAdditionOperators<T, T, T>, ISubtractionOperators<T, T, T>
    {
        var mask = new T[values.Length];
        for (var peer = 0; peer < parties; peer++)
        {
            if (peer == ownIndex)
                continue;
            writeMask(peer, mask);
            for (var i = 0; i < mask.Length; i++)
                values[i] = ownIndex < peer ? unchecked(values[i] + mask[i]) : unchecked(values[i] - mask[i]);
        }
        Array.Clear(mask);
    }
}
