using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical.Linear;

/// <summary>
/// The party without the label. Its shares are computed with under its own key.
/// <para><b>It sends</b> encryptions under its own key, from which the peer learns nothing.</para>
/// <para><b>It learns</b> values uniform modulo T, until at the end it learns whether the certificate holds (or by how much it fails), the mean loss to four digits, and its own weights.</para>
/// </summary>
internal sealed class LinearSecond : LinearCore
{
    private byte[] _peerNonce = [];

    private LinearSecond(LinearTerms terms, LinearBlock block, RingSlots slots, ReadOnlyMemory<byte> context)
        : base(isFirst: false, terms, block, slots, context)
    {
    }

    protected override double Intercept => 0;

    /// <summary>A run; takes over the keys.</summary>
    /// <returns>DS-PRV-240 to 245 and 320.</returns>
    public static Result<LinearSecond> Create(LinearTerms terms, IReadOnlyList<double[]> features, RingSlots slots, ReadOnlyMemory<byte> context)
    {
        if (terms.Problem is { } problem)
            return problem;
        return LinearBlock.Of(features, terms, isFirst: false).TryGet(out var block, out var error) ? new LinearSecond(terms, block, slots, context) : error;
    }

    protected override IEnumerable<Result<Turn>> Turns()
    {
        var wide = Pairs.Texts(Terms.Larger);
        yield return Turn.Hear(VerticalStep.Open, [NonceBytes], Slots.Keys);
        yield return SayColumns();
        yield return Turn.Hear(VerticalStep.Products, [.. Enumerable.Range(0, Terms.FirstFeatures + 1).Select(_ => Slots.Answers(Data.Groups(Terms.SecondFeatures)))]);
        yield return SayBlocks();
        yield return Turn.Hear(VerticalStep.Schur, Slots.Answers(1), Slots.Answers(1));
        if (Take(SquareOf, RowOf, Reduce) is { } unreduced)
            yield return unreduced;
        for (var i = 0; i < Terms.Doublings; i++)
        {
            yield return Say(VerticalStep.Power, which => Pairs.Spread(Power.Residues(which)), which => Pairs.Spread(Inverse.Residues(which)));
            yield return Turn.Hear(VerticalStep.PowerAnswer, Slots.Answers(1), Slots.Answers(1));
            if (Take(SquareOf, SquareOf, (square, step) => Double(square.Times(2), step)) is { } wrong)
                yield return wrong;
        }

        for (var i = 0; i < LinearTerms.Corrections; i++)
        {
            yield return Say(VerticalStep.Correct, which => i == 0 ? Pairs.Spread(Inverse.Residues(which)) : [], which => Pairs.Down(Remainder.Residues(which)));
            yield return Turn.Hear(VerticalStep.Corrected, Slots.Answers(1));
            if (Take(RowOf, Correct) is { } uncorrected)
                yield return uncorrected;
            yield return Say(VerticalStep.Rest, which => [Pairs.Across(SmallerPart.Residues(which))]);
            yield return Turn.Hear(VerticalStep.RestAnswer, Slots.Answers(wide));
            if (Take(LargerOf, Substitute) is { } unsubstituted)
                yield return unsubstituted;
            yield return Say(VerticalStep.Residual, which => Pairs.Down(LargerPart.Residues(which)));
            yield return Turn.Hear(VerticalStep.ResidualAnswer, Slots.Answers(1));
            if (Take(RowOf, Compare) is { } uncompared)
                yield return uncompared;
        }

        yield return Say(VerticalStep.Quadratic, which => [Pairs.Plain(Remainder.Residues(which))], which => [Pairs.Plain(Side.Residues(which))], which => [Pairs.Plain(Solution.Residues(which))]);
        yield return Turn.Hear(VerticalStep.QuadraticAnswer, Slots.Answers(1), Slots.Answers(1));
        if (Take(TotalOf, TotalOf, (square, fit) => Judge(square, fit, 0)) is { } unjudged)
            yield return unjudged;
        yield return Slots.Seal(Norm).TryGet(out var norm, out var error) ? Turn.Say(VerticalStep.Norm, norm) : error;
        yield return Turn.Hear(VerticalStep.Opening, Slots.Answers(1));
        yield return SayOpening();
    }

    private Result<Turn> SayColumns()
    {
        if (Slots.Accept([.. Heard.Skip(1)]).Error is { } refused)
            return refused;
        _peerNonce = Heard[0].ToArray();
        return Slots.Encrypt(which => Data.Columns(Array.ConvertAll(Block.Columns, column => Residues(column, which)), Data.Blocks)).TryGet(out var columns, out var error)
            ? Turn.Say(VerticalStep.Columns, [Nonce, .. Slots.PublicKeys, .. columns])
            : error;
    }

    private Result<Turn> SayBlocks()
    {
        // An answer for each of the peer's columns and the label, by group of own columns.
        var (groups, share) = (Data.Groups(Terms.SecondFeatures) * Slots.Moduli, (ShareVector?)null);
        for (var column = 0; column <= Terms.FirstFeatures; column++)
        {
            if (!Sum(Heard.Skip(column * groups).Take(groups), texts => Vector(which => Data.SumOfRows(texts[which], Terms.SecondFeatures, Slots.Ring.Moduli[which]))).TryGet(out var products, out var error))
                return error;
            share = share is null ? products : share.Then(products);
        }

        Begin(share!, null, _peerNonce, Nonce);
        return Say(VerticalStep.Blocks, which => Pairs.Spread(Cross.Residues(which)), which => Pairs.Down(LargerSide.Residues(which)));
    }

    private Result<Turn> SayOpening()
    {
        if (!Unseal(Heard, 2 + Terms.SecondFeatures).TryGet(out var opened, out var error))
            return error;
        var passed = Passes(opened.Part(0, 1), Norm);
        if (!Slots.Seal(OpeningOf(passed)).TryGet(out var said, out error))
            return error;
        Conclude(passed, opened.Part(1, 1 + Terms.SecondFeatures));
        return Turn.Say(VerticalStep.OpeningAnswer, said);
    }

    private Result<Turn> Say(VerticalStep step, params Func<int, ulong[][]>[] texts)
    {
        var said = new List<ReadOnlyMemory<byte>>();
        foreach (var one in texts)
        {
            if (!Slots.Encrypt(one).TryGet(out var encrypted, out var error))
                return error;
            said.AddRange(encrypted);
        }

        return Turn.Say(step, said);
    }

    /// <summary>One sum of answers that were heard, and what is done with it.</summary>
    private DsError? Take(Func<ulong[][][], ShareVector> sum, Action<ShareVector> use)
    {
        if (!Sum(Heard, sum).TryGet(out var share, out var error))
            return error;
        use(share);
        return null;
    }

    /// <summary>Two answers that were heard, and what is done with both.</summary>
    private DsError? Take(Func<ulong[][][], ShareVector> first, Func<ulong[][][], ShareVector> second, Action<ShareVector, ShareVector> use)
    {
        if (!Sum(Heard.Take(Slots.Moduli), first).TryGet(out var one, out var error) || !Sum(Heard.Skip(Slots.Moduli), second).TryGet(out var other, out error))
            return error;
        use(one, other);
        return null;
    }
}
