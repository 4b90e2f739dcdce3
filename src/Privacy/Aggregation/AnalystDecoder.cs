using System.Numerics;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Aggregation;

/// <summary>
/// The analyst's part of secure aggregation.
/// <para><b>What the analyst learns</b>: for every cell the joint count, sums, sums of squares and of products, as far as the shape has them, or only <i>that</i> it was suppressed; whether some
/// provider failed. Single contributions decrypt to uniform values. It never learns which provider suppressed or failed, nor any cell's value when one
/// did. Where the shape demands noise, every figure carries it: counts and sums may then be negative or beyond what values allow.</para>
/// <para><b>What it does not trust</b>: the coordinator. Every contribution is compared with the digest that its provider signed, all are added again,
/// and the coordinator's sum must be equal bit for bit.</para>
/// </summary>
public static class AnalystDecoder
{
    private static readonly BigInteger InverseOfFirst = BigInteger.ModPow(
        SlotLayout.FirstModulus, SealParameterSet.Aggregation2.PlainModulus - 2, SealParameterSet.Aggregation2.PlainModulus);

    /// <summary>Verifies everything and decodes the joint table.</summary>
    /// <param name="engine">SEAL.</param>
    /// <param name="keys">Keys of this job.</param>
    /// <param name="shape">Public shape of the job.</param>
    /// <param name="contributions">One message per provider, in roster order.</param>
    /// <param name="coordinatorSum">The sum as the coordinator computed it.</param>
    /// <param name="signedDigests">SHA-256 of each contribution as its provider signed it, in roster order; the caller has verified the signatures.</param>
    /// <param name="rosterHash">Roster hash of round 0, 32 bytes.</param>
    /// <param name="round">Round number.</param>
    /// <param name="unmasking">Where the job went on without some providers, or could have: what the others told. Contributions and digests are those of its survivors then.</param>
    public static Result<AggregationResult> Decode(
        ISealEngine engine,
        AnalystKeys keys,
        AggregationShape shape,
        IReadOnlyList<byte[]> contributions,
        byte[] coordinatorSum,
        IReadOnlyList<ReadOnlyMemory<byte>> signedDigests,
        ReadOnlyMemory<byte> rosterHash,
        int round,
        Unmasking? unmasking = null)
    {
        if (!keys.ShapeDigest.Span.SequenceEqual(shape.Digest.Span))
            return PrivacyErrors.AnalystKeysOtherShape.Of();
        IReadOnlyList<int> places = unmasking is null ? [.. Enumerable.Range(0, shape.Parties)] : [.. unmasking.Set.Survivors.Select(s => s.Index)];
        if (!ContributionAdder.SumOf(shape, contributions, places.Count).TryGet(out var sum, out var error))
            return error;
        for (var i = 0; i < contributions.Count; i++)
        {
            if (ContributionAdder.Check(shape, contributions[i], rosterHash, round, places[i]).Error is { } foreign)
                return foreign;
            if (signedDigests.Count != contributions.Count || !SHA256.HashData(contributions[i]).AsSpan().SequenceEqual(signedDigests[i].Span))
                return PrivacyErrors.ContributionAltered.Of();
        }

        if (!sum.AsSpan().SequenceEqual(coordinatorSum))
            return PrivacyErrors.SumMismatch.Of();
        Result<Unit> Unmask(ulong[] row, ulong modulus) => unmasking?.Remove(row, modulus, shape.Digest, rosterHash, round) ?? Unit.Value;
        if (!Open(engine, shape, shape.Layout.First, sum, 0, keys.FirstSecret, places.Count, Unmask).TryGet(out var first, out error))
            return error;
        if (!Open(engine, shape, shape.Layout.Second, sum, shape.Layout.First.Ciphertexts, keys.SecondSecret, places.Count, Unmask).TryGet(out var second, out error))
            return error;
        return Read(shape, first, second);
    }

    /// <summary>Decrypts one modulus' part of the sum, takes off the masks that are left, and requires check slots equal to the number of contributions and padding equal to zero.</summary>
    private static Result<ulong[]> Open(
        ISealEngine engine, AggregationShape shape, ModulusSlots slots, byte[] sum, int firstCiphertext, byte[] secretKey, int contributions, Func<ulong[], ulong, Result<Unit>> unmask)
    {
        if (slots.Ciphertexts == 0)
            return Array.Empty<ulong>();
        var ciphertexts = Enumerable.Range(firstCiphertext, slots.Ciphertexts).Select(i => AggregationMessage.Ciphertext(shape, sum, i).ToArray()).ToArray();
        if (!engine.Decrypt(slots.Set, secretKey, ciphertexts).TryGet(out var opened, out var error))
            return error;
        var row = opened.SelectMany(slot => slot).ToArray();
        if (unmask(row, slots.Modulus).Error is { } masked)
            return masked;
        for (var slot = 0; slot < row.Length; slot++)
        {
            var expected = slots.IsCheckSlot(slot) ? (ulong)contributions : 0;
            if ((slots.IsCheckSlot(slot) || slot >= slots.PaddingStart) && row[slot] != expected)
                return PrivacyErrors.CheckSlotMismatch.Of();
        }

        return row;
    }

    private static Result<AggregationResult> Read(AggregationShape shape, ulong[] first, ulong[] second)
    {
        var layout = shape.Layout;
        if (first[layout.First.SlotOf(SlotLayout.StatusValue)] != 0)
            return PrivacyErrors.ProviderFailed.Of();
        var cells = new CellResult[shape.Groups];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            if (first[layout.First.SlotOf(layout.Flag(cell))] != 0)
                cells[cell] = new CellResult(Suppressed: true, 0, [], []);
            else if (ReadCell(shape, cell, first, second) is { } read)
                cells[cell] = read;
            else
                return PrivacyErrors.ResultOutOfBounds.Of();
        }

        return new AggregationResult(cells);
    }

    private static CellResult? ReadCell(AggregationShape shape, int cell, ulong[] first, ulong[] second)
    {
        var figures = Figures(shape.Layout, cell, first, second);
        var isExact = shape.Noise is null;
        if (isExact ? figures[0] < 0 || (BigInteger)figures[0] > (BigInteger)shape.Parties * shape.MaxRowsPerParty : !StatisticBounds.HoldWithNoise(shape, figures))
            return null;
        var (at, count) = (1, figures[0]);
        var measures = new MeasureResult[shape.Measures.Count];
        for (var i = 0; i < measures.Length; i++)
        {
            var measure = shape.Measures[i];
            var sum = figures[at++];
            Int128? squares = measure.Squares ? figures[at++] : null;
            if (isExact && !StatisticBounds.Hold(measure, count, sum, squares))
                return null;
            measures[i] = new MeasureResult(measure.Name, measure.Decimals, (long)count, sum, squares);
        }

        var products = figures[at..];
        if (isExact && shape.Products && !StatisticBounds.ProductsHold(shape.Measures, count, [.. measures.Select(m => m.SumOfSquares!.Value)], products))
            return null;
        return new CellResult(Suppressed: false, (long)count, measures, products);
    }

    /// <summary>All statistics of a cell in slot order, nearest to zero under the first modulus or, where wide, under both.</summary>
    private static Int128[] Figures(SlotLayout layout, int cell, ulong[] first, ulong[] second)
    {
        var at1 = layout.FirstStatistics(cell).Start;
        var at2 = layout.SecondStatistics(cell).Start;
        var figures = new Int128[layout.Wide.Count];
        for (var i = 0; i < figures.Length; i++)
        {
            var residue = first[layout.First.SlotOf(at1++)];
            figures[i] = layout.Wide[i] ? Combine(residue, second[layout.Second.SlotOf(at2++)]) : Signed(residue, SlotLayout.FirstModulus);
        }

        return figures;
    }

    /// <summary>The residue nearest to zero.</summary>
    private static Int128 Signed(BigInteger residue, BigInteger modulus) => (Int128)(2 * residue > modulus ? residue - modulus : residue);

    /// <summary>Chinese remainder theorem over both plain moduli, nearest to zero.</summary>
    internal static Int128 Combine(ulong first, ulong second)
    {
        BigInteger t2 = SealParameterSet.Aggregation2.PlainModulus;
        var step = (((BigInteger)second - first) * InverseOfFirst % t2 + t2) % t2;
        return Signed(first + (SlotLayout.FirstModulus * step), SlotLayout.BothModuli);
    }
}
