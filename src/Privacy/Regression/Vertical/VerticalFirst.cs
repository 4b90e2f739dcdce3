using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// The party with the label and the intercept.
/// <para><b>It sends</b> encryptions under its own key (the peer learns nothing) and answers that the peer decrypts to values uniform modulo T.</para>
/// <para><b>It learns</b> uniform values, until at the end it learns whether the certificate holds (or by how much it fails), the mean loss to three digits, and its own weights.</para>
/// </summary>
internal sealed class VerticalFirst : VerticalCore
{
    private readonly long[] _labels;
    private IReadOnlyList<ReadOnlyMemory<byte>> _point = [];
    private ShareVector _scores = null!, _errors = null!, _loss = null!, _gradient = null!, _norm = null!;
    private bool _passed;

    private VerticalFirst(VerticalTerms terms, OwnBlock block, long[] labels, RingSlots slots, ReadOnlyMemory<byte> context)
        : base(isFirst: true, terms, block, slots, context)
        => _labels = labels;

    /// <summary>A run; takes over the keys.</summary>
    /// <returns>DS-PRV-240 to 245.</returns>
    public static Result<VerticalFirst> Create(VerticalTerms terms, IReadOnlyList<double[]> features, double[] labels, RingSlots slots, ReadOnlyMemory<byte> context)
    {
        if (terms.Problem is { } problem)
            return problem;
        if (labels.Length != terms.Rows || labels.Any(label => label is not (0 or 1)) || labels.All(label => label == labels[0]))
            return VerticalErrors.LabelInvalid.Of();
        return OwnBlock.Of(features, terms, isFirst: true).TryGet(out var block, out var error)
            ? new VerticalFirst(terms, block, Array.ConvertAll(labels, label => (long)label), slots, context)
            : error;
    }

    protected override IEnumerable<Result<Turn>> Turns()
    {
        yield return Turn.Say(VerticalStep.Open, [Nonce, .. Slots.PublicKeys]);
        yield return Turn.Hear(VerticalStep.Answer, [NonceBytes], Slots.Keys, Slots.Texts(Layout.Groups(FirstColumns)));
        if (TakeAnswer().Error is { } error)
            yield return error;
        for (var pass = 0; pass <= Terms.Iterations; pass++)
        {
            var (sigmoid, waves, isCertificate) = Pass(pass);
            yield return SayScores();
            yield return Turn.Hear(VerticalStep.ScoresAnswer, Slots.Answers(Layout.DataBlocks));
            yield return SayWaves(sigmoid, waves);
            yield return Turn.Hear(
                VerticalStep.WavesAnswer, Slots.Answers(Layout.DataBlocks), Slots.Texts(Layout.Blocks),
                isCertificate ? [.. Slots.Answers(Layout.DataBlocks), .. Slots.Texts(Layout.DataBlocks)] : []);
            yield return SayGradient(waves, isCertificate ? sigmoid : null);
            yield return Turn.Hear(
                VerticalStep.GradientAnswer, Slots.Answers(Layout.Groups(Terms.SecondFeatures)), Slots.Texts(isCertificate ? 1 : Layout.Groups(FirstColumns)));
            if (!isCertificate && TakeGradient(pass).Error is { } wrong)
                yield return wrong;
        }

        yield return SaySquare();
        yield return Turn.Hear(VerticalStep.Norm, Slots.Answers(1));
        yield return SayOpening();
        yield return Turn.Hear(VerticalStep.OpeningAnswer, Slots.Answers(1));
        if (TakeOpening().Error is { } last)
            yield return last;
    }

    private Result<Unit> TakeAnswer()
    {
        if (Slots.Accept([Heard[1], Heard[2]]).Error is { } error)
            return error;
        Start(Nonce, Heard[0].Span);
        _point = [.. Heard.Skip(3)];
        return Unit.Value;
    }

    private Result<Turn> SayScores()
    {
        if (!Slots.Load(_point).TryGet(out var point, out var error) || !EncryptPoint().TryGet(out var own, out error) || !AnswerScores(point).TryGet(out var answered, out error))
            return error;
        _scores = OwnScores().Plus(answered.Share);
        return Turn.Say(VerticalStep.Scores, [.. own, .. answered.Said]);
    }

    private Result<Turn> SayWaves(FourierSigmoid sigmoid, WavePair waves)
    {
        if (!Sum(Heard, RowsOf).TryGet(out var cross, out var error))
            return error;
        _scores = _scores.Plus(cross);
        var columns = sigmoid.Waves(Shares.Angles(_scores, sigmoid.HalfPeriod), waves.First);
        if (!Slots.Encrypt(which => Layout.Columns(Array.ConvertAll(columns, column => Residues(column, which)), Layout.DataBlocks)).TryGet(out var said, out error))
            return error;
        return Turn.Say(VerticalStep.Waves, said);
    }

    /// <param name="waves">Fraction bits.</param>
    /// <param name="certificate">The certificate's sigmoid, whose integral is the loss; null in the descent.</param>
    private Result<Turn> SayGradient(WavePair waves, FourierSigmoid? certificate)
    {
        var (answers, texts) = (2 * Layout.DataBlocks, 2 * Layout.Blocks);
        if (!Sum(Heard.Take(answers), RowsOf).TryGet(out var product, out var error) || !Slots.Load([.. Heard.Skip(answers).Take(texts)]).TryGet(out var peer, out error))
            return error;
        var half = ShareVector.Of(Slots.Ring, Terms.Rows, row => (1L << (waves.Bits - 1)) - (_labels[row] << waves.Bits));
        _errors = Shares.WithRidge(product.Plus(half), waves);
        if (!AnswerGradient(peer).TryGet(out var answered, out error) || !EncryptErrors(_errors).TryGet(out var own, out error))
            return error;
        _gradient = OwnGradient(_errors).Plus(answered.Share);
        if (certificate is null)
            return Turn.Say(VerticalStep.Gradient, [.. answered.Said, .. own]);
        if (!AnswerLabels(waves, certificate, [.. Heard.Skip(answers + texts)]).TryGet(out var labels, out error))
            return error;
        return Turn.Say(VerticalStep.Gradient, [.. answered.Said, .. own, .. labels]);
    }

    /// <summary>Loss = constant + Σ z/2 - Σ wave - Σ y·z: the wave's share comes decrypted, y·z of the peer's share of z is answered.</summary>
    private Result<List<ReadOnlyMemory<byte>>> AnswerLabels(WavePair waves, FourierSigmoid certificate, List<ReadOnlyMemory<byte>> heard)
    {
        var answers = 2 * Layout.DataBlocks;
        if (!Sum(heard.Take(answers), TotalOf).TryGet(out var wave, out var error) || !Slots.Load([.. heard.Skip(answers)]).TryGet(out var scores, out error))
            return error;
        var labels = Slots.Prepare(which => Layout.Columns([Residues(_labels, which)], Layout.DataBlocks));
        if (!Answered(Slots.Answer(1, (which, _) => Enumerable.Range(0, Layout.DataBlocks).Select(block => (scores[which][block], labels[which][block]))), TotalOf).TryGet(out var answered, out error))
            return error;
        var constant = ShareVector.Of(Slots.Ring, 1, _ => (Int128)Math.Round(Math.ScaleB(certificate.SoftplusConstant * Terms.Rows, LossScaleBits)));
        var ownProduct = VerticalShares.Gradient([_labels], _scores);
        _loss = constant.Plus(_scores.Sum()).Minus(wave.Times(1L << (LossScaleBits - waves.Bits))).Minus(ownProduct.Plus(answered.Share).Times(2));
        return answered.Said;
    }

    private Result<Unit> TakeGradient(int iteration)
    {
        var answers = 2 * Layout.Groups(Terms.SecondFeatures);
        if (!Sum(Heard.Take(answers), texts => ColumnsOf(texts, Terms.SecondFeatures)).TryGet(out var second, out var error))
            return error;
        _point = [.. Heard.Skip(answers)];
        Shares.Descend(_gradient.Then(second), iteration);
        return Unit.Value;
    }

    private Result<Turn> SaySquare()
    {
        var answers = 2 * Layout.Groups(Terms.SecondFeatures);
        if (!Sum(Heard.Take(answers), texts => ColumnsOf(texts, Terms.SecondFeatures)).TryGet(out var second, out var error) || !Slots.Load([.. Heard.Skip(answers)]).TryGet(out var peer, out error))
            return error;
        var gradient = Shares.Scaled(_gradient.Then(second), WavePair.Certificate);
        var factors = Slots.Prepare(which => [Layout.Plain(gradient.Residues(which))]);
        if (!Answered(Slots.Answer(1, (which, _) => [(peer[which][0], factors[which][0])]), TotalOf).TryGet(out var answered, out error))
            return error;
        _norm = NormShare(Squares(gradient).Sum().Plus(answered.Share.Times(2)));
        return Turn.Say(VerticalStep.Square, answered.Said);
    }

    private Result<Turn> SayOpening()
    {
        if (!Unseal(Heard, 1).TryGet(out var norm, out var error))
            return error;
        _passed = Passes(_norm, norm);
        if (!Slots.Seal(_norm.Then(OpeningOf(_passed, _loss, OtherPart(Shares.Weights)))).TryGet(out var said, out error))
            return error;
        return Turn.Say(VerticalStep.Opening, said);
    }

    private Result<Unit> TakeOpening()
    {
        if (!Unseal(Heard, 1 + FirstColumns).TryGet(out var opened, out var error))
            return error;
        Conclude(_passed, _loss, opened);
        return Unit.Value;
    }
}
