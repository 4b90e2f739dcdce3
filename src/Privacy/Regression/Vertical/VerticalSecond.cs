using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// The party without the label.
/// <para><b>It sends</b> encryptions under its own key (the peer learns nothing) and answers that the peer decrypts to values uniform modulo T.</para>
/// <para><b>It learns</b> uniform values, until at the end it learns whether the certificate holds (or by how much it fails), the mean loss to three digits, and its own weights.</para>
/// </summary>
internal sealed class VerticalSecond : VerticalCore
{
    private ShareVector _scores = null!, _errors = null!, _loss = null!, _gradient = null!, _norm = null!;
    private bool _passed;

    private VerticalSecond(VerticalTerms terms, OwnBlock block, RingSlots slots, ReadOnlyMemory<byte> context)
        : base(isFirst: false, terms, block, slots, context)
    {
    }

    /// <summary>A run; takes over the keys.</summary>
    /// <returns>DS-PRV-240 to 245.</returns>
    public static Result<VerticalSecond> Create(VerticalTerms terms, IReadOnlyList<double[]> features, RingSlots slots, ReadOnlyMemory<byte> context)
    {
        if (terms.Problem is { } problem)
            return problem;
        return OwnBlock.Of(features, terms, isFirst: false).TryGet(out var block, out var error) ? new VerticalSecond(terms, block, slots, context) : error;
    }

    protected override IEnumerable<Result<Turn>> Turns()
    {
        yield return Turn.Hear(VerticalStep.Open, [NonceBytes], Slots.Keys);
        yield return SayAnswer();
        for (var pass = 0; pass <= Terms.Iterations; pass++)
        {
            var (sigmoid, waves, isCertificate) = Pass(pass);
            yield return Turn.Hear(VerticalStep.Scores, Slots.Texts(Layout.Groups(Terms.SecondFeatures)), Slots.Answers(Layout.DataBlocks));
            yield return SayScores();
            yield return Turn.Hear(VerticalStep.Waves, Slots.Texts(Layout.Groups(2 * sigmoid.Terms) * Layout.DataBlocks));
            yield return SayWaves(sigmoid, waves, isCertificate);
            yield return Turn.Hear(VerticalStep.Gradient, Slots.Answers(Layout.Groups(FirstColumns)), Slots.Texts(Layout.Blocks), Slots.Answers(isCertificate ? 1 : 0));
            yield return SayGradient(pass, waves, isCertificate);
        }

        yield return Turn.Hear(VerticalStep.Square, Slots.Answers(1));
        yield return SayNorm();
        yield return Turn.Hear(VerticalStep.Opening, Slots.Answers(1));
        yield return SayOpening();
    }

    private Result<Turn> SayAnswer()
    {
        if (Slots.Accept([Heard[1], Heard[2]]).Error is { } refused)
            return refused;
        Start(Heard[0].Span, Nonce);
        if (!EncryptPoint().TryGet(out var point, out var error))
            return error;
        return Turn.Say(VerticalStep.Answer, [Nonce, .. Slots.PublicKeys, .. point]);
    }

    private Result<Turn> SayScores()
    {
        var texts = 2 * Layout.Groups(Terms.SecondFeatures);
        if (!Slots.Load([.. Heard.Take(texts)]).TryGet(out var point, out var error) || !Sum(Heard.Skip(texts), RowsOf).TryGet(out var cross, out error)
            || !AnswerScores(point).TryGet(out var answered, out error))
        {
            return error;
        }

        _scores = OwnScores().Plus(cross).Plus(answered.Share);
        return Turn.Say(VerticalStep.ScoresAnswer, answered.Said);
    }

    private Result<Turn> SayWaves(FourierSigmoid sigmoid, WavePair waves, bool isCertificate)
    {
        var angles = Shares.Angles(_scores, sigmoid.HalfPeriod);
        if (!Slots.Load(Heard).TryGet(out var peer, out var error) || !AnswerWaves(peer, sigmoid.SigmoidFactors(angles, waves.Second), RowsOf).TryGet(out var answered, out error))
            return error;
        _errors = Shares.WithRidge(answered.Share, waves);
        if (!EncryptErrors(_errors).TryGet(out var errors, out error))
            return error;
        if (!isCertificate)
            return Turn.Say(VerticalStep.WavesAnswer, [.. answered.Said, .. errors]);
        if (!AnswerWaves(peer, sigmoid.SoftplusFactors(angles, waves.Second), TotalOf).TryGet(out var loss, out error)
            || !Slots.Encrypt(which => Layout.Repeated(_scores.Residues(which), Layout.DataBlocks)).TryGet(out var scores, out error))
        {
            return error;
        }

        _loss = _scores.Sum().Minus(loss.Share.Times(1L << (LossScaleBits - waves.Bits)));
        return Turn.Say(VerticalStep.WavesAnswer, [.. answered.Said, .. errors, .. loss.Said, .. scores]);
    }

    private Result<(List<ReadOnlyMemory<byte>> Said, ShareVector Share)> AnswerWaves(ISlotText[][] waves, long[][] factors, Func<ulong[][][], ShareVector> sum)
    {
        var prepared = Slots.Prepare(which => Layout.Columns(Array.ConvertAll(factors, column => Residues(column, which)), Layout.DataBlocks));
        return Answered(
            Slots.Answer(Layout.DataBlocks, (which, block) => Enumerable.Range(0, Layout.Groups(factors.Length)).Select(group => (group * Layout.DataBlocks) + block).Select(text => (waves[which][text], prepared[which][text]))),
            sum);
    }

    private Result<Turn> SayGradient(int pass, WavePair waves, bool isCertificate)
    {
        var (answers, texts) = (2 * Layout.Groups(FirstColumns), 2 * Layout.Blocks);
        if (!Sum(Heard.Take(answers), all => ColumnsOf(all, FirstColumns)).TryGet(out var first, out var error)
            || !Slots.Load([.. Heard.Skip(answers).Take(texts)]).TryGet(out var peer, out error)
            || !AnswerGradient(peer).TryGet(out var answered, out error))
        {
            return error;
        }

        var gradient = first.Then(OwnGradient(_errors).Plus(answered.Share));
        if (!isCertificate)
        {
            Shares.Descend(gradient, pass);
            return EncryptPoint().TryGet(out var point, out error) ? Turn.Say(VerticalStep.GradientAnswer, [.. answered.Said, .. point]) : error;
        }

        if (!Sum(Heard.Skip(answers + texts), TotalOf).TryGet(out var labels, out error))
            return error;
        _loss = _loss.Minus(labels.Times(2));
        _gradient = Shares.Scaled(gradient, waves);
        if (!Slots.Encrypt(which => [Layout.Plain(_gradient.Residues(which))]).TryGet(out var squares, out error))
            return error;
        return Turn.Say(VerticalStep.GradientAnswer, [.. answered.Said, .. squares]);
    }

    private Result<Turn> SayNorm()
    {
        if (!Sum(Heard, TotalOf).TryGet(out var cross, out var error))
            return error;
        _norm = NormShare(Squares(_gradient).Sum().Plus(cross.Times(2)));
        if (!Slots.Seal(_norm).TryGet(out var said, out error))
            return error;
        return Turn.Say(VerticalStep.Norm, said);
    }

    private Result<Turn> SayOpening()
    {
        if (!Unseal(Heard, 2 + Terms.SecondFeatures).TryGet(out var opened, out var error))
            return error;
        _passed = Passes(opened.Part(0, 1), _norm);
        if (!Slots.Seal(OpeningOf(_passed, _loss, OtherPart(Shares.Weights))).TryGet(out var said, out error))
            return error;
        Conclude(_passed, _loss, opened.Part(1, 1 + Terms.SecondFeatures));
        return Turn.Say(VerticalStep.OpeningAnswer, said);
    }
}
