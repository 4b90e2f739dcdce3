using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical.Linear;

/// <summary>
/// The party with the label and the intercept. It computes with the other's encrypted shares.
/// <para><b>It sends</b> answers that the peer decrypts to values uniform modulo T.</para>
/// <para><b>It learns</b> nothing from encryptions under the peer's key, until at the end it learns whether the certificate holds (or by how much it fails), the mean loss to four digits, and its own weights.</para>
/// </summary>
internal sealed class LinearFirst : LinearCore
{
    private readonly long[] _label;
    private byte[] _peerNonce = [];
    private ISlotText[][] _peerCross = [], _peerInverse = [];
    private ISlotFactor[][] _topCross = [], _topInverse = [];
    private bool _passed;

    private LinearFirst(LinearTerms terms, LinearBlock block, (long[] Values, double Mean) label, RingSlots slots, ReadOnlyMemory<byte> context)
        : base(isFirst: true, terms, block, slots, context)
        => (_label, Intercept) = (label.Values, label.Mean);

    protected override double Intercept { get; }

    /// <summary>A run; takes over the keys.</summary>
    /// <returns>DS-PRV-240 to 245, 320 and 321.</returns>
    public static Result<LinearFirst> Create(LinearTerms terms, IReadOnlyList<double[]> features, double[] labels, RingSlots slots, ReadOnlyMemory<byte> context)
    {
        if (terms.Problem is { } problem)
            return problem;
        if (!LinearBlock.Label(labels, terms).TryGet(out var label, out var error) || !LinearBlock.Of(features, terms, isFirst: true).TryGet(out var block, out error))
            return error;
        return new LinearFirst(terms, block, label, slots, context);
    }

    protected override IEnumerable<Result<Turn>> Turns()
    {
        var (wide, square) = (Pairs.Texts(Terms.Larger), Pairs.Texts(Size));
        yield return Turn.Say(VerticalStep.Open, [Nonce, .. Slots.PublicKeys]);
        yield return Turn.Hear(VerticalStep.Columns, [NonceBytes], Slots.Keys, Slots.Texts(Data.Groups(Terms.SecondFeatures) * Data.Blocks));
        yield return SayProducts();
        yield return Turn.Hear(VerticalStep.Blocks, Slots.Texts(wide), Slots.Texts(wide));
        yield return SaySchur(wide);
        for (var i = 0; i < Terms.Doublings; i++)
        {
            yield return Turn.Hear(VerticalStep.Power, Slots.Texts(square), Slots.Texts(square));
            yield return SayPower(square);
        }

        for (var i = 0; i < LinearTerms.Corrections; i++)
        {
            yield return Turn.Hear(VerticalStep.Correct, Slots.Texts(i == 0 ? square : 0), Slots.Texts(square));
            yield return SayCorrected(i == 0, square);
            yield return Turn.Hear(VerticalStep.Rest, Slots.Texts(1));
            yield return SayRest(wide);
            yield return Turn.Hear(VerticalStep.Residual, Slots.Texts(wide));
            yield return SayResidual();
        }

        yield return Turn.Hear(VerticalStep.Quadratic, Slots.Texts(1), Slots.Texts(1), Slots.Texts(1));
        yield return SayQuadratic();
        yield return Turn.Hear(VerticalStep.Norm, Slots.Answers(1));
        yield return SayOpening();
        yield return Turn.Hear(VerticalStep.OpeningAnswer, Slots.Answers(1));
        if (!Unseal(Heard, 1 + Terms.FirstFeatures).TryGet(out var opened, out var error))
            yield return error;
        else
            Conclude(_passed, opened);
    }

    /// <summary>Every column of this party, and the label, with every column of the peer: answers hold the products of a column with those of a group.</summary>
    private Result<Turn> SayProducts()
    {
        if (Slots.Accept([.. Heard.Skip(1).Take(Slots.Moduli)]).Error is { } refused)
            return refused;
        _peerNonce = Heard[0].ToArray();
        if (!Slots.Load([.. Heard.Skip(1 + Slots.Moduli)]).TryGet(out var columns, out var error))
            return error;
        var said = new List<ReadOnlyMemory<byte>>();
        ShareVector? share = null;
        foreach (var column in Block.Columns.Append(_label))
        {
            var factors = Slots.Prepare(which => Data.Repeated(Residues(column, which), Data.Blocks));
            var answers = Slots.Answer(
                Data.Groups(Terms.SecondFeatures), (which, group) => Enumerable.Range(0, Data.Blocks).Select(block => (columns[which][(group * Data.Blocks) + block], factors[which][block])));
            if (!Answered(answers, texts => Vector(which => Data.SumOfRows(texts[which], Terms.SecondFeatures, Slots.Ring.Moduli[which]))).TryGet(out var answered, out error))
                return error;
            said.AddRange(answered.Said);
            share = share is null ? answered.Share : share.Then(answered.Share);
        }

        var own = ShareVector.Of(Slots.Ring, Terms.FirstFeatures, j => Dot(Block.Columns[j], _label) >> LinearTerms.Bits);
        Begin(share!, own, Nonce, _peerNonce);
        return Turn.Say(VerticalStep.Products, said);
    }

    private Result<Turn> SaySchur(int wide)
    {
        var texts = wide * Slots.Moduli;
        if (!Slots.Load([.. Heard.Take(texts)]).TryGet(out var cross, out var error) || !Slots.Load([.. Heard.Skip(texts)]).TryGet(out var vector, out error))
            return error;
        _peerCross = cross;
        var turned = Slots.Prepare(which => Pairs.Turned(Cross.Residues(which)));
        _topCross = Slots.Prepare(which => Pairs.Top(Cross.Residues(which)));
        if (!Answered(Slots.Answer(1, (which, _) => Pairwise(_peerCross[which], turned[which])), SquareOf).TryGet(out var square, out error)
            || !AnswerDown(_peerCross, LargerSide, vector, _topCross).TryGet(out var down, out error))
        {
            return error;
        }

        Reduce(square.Share, down.Share);
        return Turn.Say(VerticalStep.Schur, [.. square.Said, .. down.Said]);
    }

    private Result<Turn> SayPower(int square)
    {
        var texts = square * Slots.Moduli;
        if (!Slots.Load([.. Heard.Take(texts)]).TryGet(out var power, out var error) || !Slots.Load([.. Heard.Skip(texts)]).TryGet(out var inverse, out error))
            return error;
        var (ownPower, ownInverse) = (Slots.Prepare(which => Pairs.Turned(Power.Residues(which))), Slots.Prepare(which => Pairs.Turned(Inverse.Residues(which))));
        // Half of what takes both parties, P₁P₂ twice and P₁X₂ + X₁P₂; the rest is its transpose.
        if (!Answered(Slots.Answer(1, (which, _) => Pairwise(power[which], ownPower[which])), SquareOf).TryGet(out var squared, out error)
            || !Answered(Slots.Answer(1, (which, _) => Pairwise(inverse[which], ownPower[which]).Concat(Pairwise(power[which], ownInverse[which]))), SquareOf).TryGet(out var stepped, out error))
        {
            return error;
        }

        Double(squared.Share.Times(2), stepped.Share);
        return Turn.Say(VerticalStep.PowerAnswer, [.. squared.Said, .. stepped.Said]);
    }

    private Result<Turn> SayCorrected(bool isNew, int square)
    {
        var texts = isNew ? square * Slots.Moduli : 0;
        if (isNew)
        {
            if (!Slots.Load([.. Heard.Take(texts)]).TryGet(out var inverse, out var refused))
                return refused;
            _peerInverse = inverse;
            _topInverse = Slots.Prepare(which => Pairs.Top(Inverse.Residues(which)));
        }

        if (!Slots.Load([.. Heard.Skip(texts)]).TryGet(out var vector, out var error) || !AnswerDown(_peerInverse, Remainder, vector, _topInverse).TryGet(out var answered, out error))
            return error;
        Correct(answered.Share);
        return Turn.Say(VerticalStep.Corrected, answered.Said);
    }

    private Result<Turn> SayRest(int wide)
    {
        if (!Slots.Load(Heard).TryGet(out var vector, out var error))
            return error;
        var own = Slots.Prepare(which => [Pairs.Across(SmallerPart.Residues(which))]);
        var answers = Slots.Answer(wide, (which, text) => [(_peerCross[which][text], own[which][0]), (vector[which][0], _topCross[which][text])]);
        if (!Answered(answers, LargerOf).TryGet(out var answered, out error))
            return error;
        Substitute(answered.Share);
        return Turn.Say(VerticalStep.RestAnswer, answered.Said);
    }

    private Result<Turn> SayResidual()
    {
        if (!Slots.Load(Heard).TryGet(out var vector, out var error) || !AnswerDown(_peerCross, LargerPart, vector, _topCross).TryGet(out var answered, out error))
            return error;
        Compare(answered.Share);
        return Turn.Say(VerticalStep.ResidualAnswer, answered.Said);
    }

    /// <summary>Remainder², and p·u for the loss.</summary>
    private Result<Turn> SayQuadratic()
    {
        if (!Slots.Load([.. Heard.Take(Slots.Moduli)]).TryGet(out var remainder, out var error)
            || !Slots.Load([.. Heard.Skip(Slots.Moduli).Take(Slots.Moduli)]).TryGet(out var side, out error)
            || !Slots.Load([.. Heard.Skip(2 * Slots.Moduli)]).TryGet(out var solution, out error))
        {
            return error;
        }

        ISlotFactor[][] Own(ShareVector values) => Slots.Prepare(which => [Pairs.Plain(values.Residues(which))]);
        var (twice, ownSide, ownSolution) = (Own(Remainder.Times(2)), Own(Side), Own(Solution));
        if (!Answered(Slots.Answer(1, (which, _) => [(remainder[which][0], twice[which][0])]), TotalOf).TryGet(out var square, out error)
            || !Answered(Slots.Answer(1, (which, _) => [(side[which][0], ownSolution[which][0]), (solution[which][0], ownSide[which][0])]), TotalOf).TryGet(out var fit, out error))
        {
            return error;
        }

        Judge(square.Share, fit.Share, Dot(_label, _label));
        return Turn.Say(VerticalStep.QuadraticAnswer, [.. square.Said, .. fit.Said]);
    }

    private Result<Turn> SayOpening()
    {
        if (!Unseal(Heard, 1).TryGet(out var norm, out var error))
            return error;
        _passed = Passes(Norm, norm);
        return Slots.Seal(Norm.Then(OpeningOf(_passed))).TryGet(out var said, out error) ? Turn.Say(VerticalStep.Opening, said) : error;
    }

    /// <summary>What takes both parties of Eᵀv: the peer's matrix with this party's vector, and the other way round.</summary>
    private Result<(List<ReadOnlyMemory<byte>> Said, ShareVector Share)> AnswerDown(ISlotText[][] matrix, ShareVector own, ISlotText[][] vector, ISlotFactor[][] ownMatrix)
    {
        var down = Slots.Prepare(which => Pairs.Down(own.Residues(which)));
        return Answered(Slots.Answer(1, (which, _) => Pairwise(matrix[which], down[which]).Concat(Pairwise(vector[which], ownMatrix[which]))), RowOf);
    }

    private static IEnumerable<(ISlotText, ISlotFactor)> Pairwise(ISlotText[] texts, ISlotFactor[] factors) => texts.Zip(factors);

    private static Int128 Dot(long[] a, long[] b)
    {
        Int128 sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += Math.BigMul(a[i], b[i]);
        return sum;
    }
}
