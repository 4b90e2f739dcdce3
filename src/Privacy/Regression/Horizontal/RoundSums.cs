
namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>
/// One owner's sums at given weights, in fixed point: rows, half deviance, gradient Σ(y−μ)z and upper triangle of the Hessian ΣWzz'. Every row's term is rounded once; the sums are exact integers,
/// the same for any division of the rows among owners.
/// </summary>
internal static class RoundSums
{
    // Terms are at most 2^52 units: so many of them fit 63 bits.
    private const int Block = 512;

    /// <summary>Sums of these rows in the order of the slots, without refusal and check; and each subject's weight.</summary>
    public static (Int128[] Slots, double[] SubjectWeights) Of(OwnerRows rows, ReadOnlySpan<double> weights)
    {
        var design = rows.Design;
        var (width, unit) = (design.Width, Math.ScaleB(1, design.FractionBits));
        var slots = new Int128[design.Slots];
        var block = new long[design.Slots];
        var bySubject = new double[rows.SubjectCount];
        for (var row = 0; row < rows.Count; row++)
        {
            var z = rows.Row(row);
            var (residual, weight, half) = Terms(design, rows.Labels[row], Dot(z, weights));
            bySubject[rows.Subjects[row]] += weight;
            block[3] += Units(half, unit);
            var at = HorizontalDesign.Head + width;
            for (var j = 0; j < width; j++)
            {
                block[HorizontalDesign.Head + j] += Units(residual * z[j], unit);
                var weighted = weight * z[j];
                if (weighted == 0)
                {
                    at += width - j;
                    continue;
                }
                for (var k = j; k < width; k++)
                    block[at++] += Units(weighted * z[k], unit);
            }
            if (row % Block == Block - 1)
                Flush(block, slots);
        }
        Flush(block, slots);
        slots[2] = rows.Count;
        return (slots, bySubject);
    }

    private static void Flush(long[] block, Int128[] slots)
    {
        for (var i = 0; i < block.Length; i++)
            slots[i] += block[i];
        Array.Clear(block);
    }

    private static long Units(double term, double unit) => (long)Math.Round(term * unit);

    private static double Dot(ReadOnlySpan<double> z, ReadOnlySpan<double> weights)
    {
        double sum = 0;
        for (var j = 0; j < z.Length; j++)
            sum += z[j] * weights[j];
        return sum;
    }

    /// <summary>Residual, Hessian weight and half of the unit deviance of one row.</summary>
    internal static (double Residual, double Weight, double HalfDeviance) Terms(HorizontalDesign design, double y, double eta)
    {
        switch (design.Model)
        {
            case HorizontalModel.Linear:
                return (y - eta, 1, (y - eta) * (y - eta) / 2);
            case HorizontalModel.Logistic:
                var p = eta >= 0 ? 1 / (1 + Math.Exp(-eta)) : Math.Exp(eta) / (1 + Math.Exp(eta));
                return (y - p, p * (1 - p), Math.Max(eta, 0) + double.LogP1(Math.Exp(-Math.Abs(eta))) - (y * eta));
            default:
                var mu = Math.Exp(eta);
                return (y - mu, mu, (y == 0 ? 0 : y * (Math.Log(y) - eta)) - y + mu);
        }
    }

    /// <summary>Slots as the bytes of a message, little-endian.</summary>
    public static byte[] Bytes(ReadOnlySpan<UInt128> slots)
    {
        var bytes = new byte[slots.Length * 16];
        for (var i = 0; i < slots.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(i * 16), slots[i]);
        return bytes;
    }

    /// <summary>And back.</summary>
    public static UInt128[] Slots(ReadOnlySpan<byte> bytes)
    {
        var slots = new UInt128[bytes.Length / 16];
        for (var i = 0; i < slots.Length; i++)
            slots[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bytes[(i * 16)..]);
        return slots;
    }
}
