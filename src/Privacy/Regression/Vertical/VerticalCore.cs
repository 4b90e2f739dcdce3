using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// What both parties of a vertical logistic regression do alike; a conversation gives it signatures. Everything shared is shared modulo T, everything decrypted is under a fresh mask, and nothing
/// but the certificate's number, the rounded loss and each owner's own weights is ever put together. Owned by one thread.
/// </summary>
internal abstract class VerticalCore : ModelSide
{
    private readonly ReadOnlyMemory<byte> _context;
    private ISlotFactor[][]? _factors;

    /// <param name="isFirst">The party with the label.</param>
    /// <param name="terms">Agreed beforehand; valid.</param>
    /// <param name="block">This party's columns.</param>
    /// <param name="slots">This party's keys.</param>
    /// <param name="context">What the run is bound to.</param>
    protected VerticalCore(bool isFirst, VerticalTerms terms, OwnBlock block, RingSlots slots, ReadOnlyMemory<byte> context)
        : base(isFirst, slots)
    {
        (Terms, Block, _context) = (terms, block, context);
        Layout = new TileLayout(slots.Slots, terms.Rows, terms.Columns);
    }

    protected VerticalTerms Terms { get; }

    protected OwnBlock Block { get; }

    protected TileLayout Layout { get; }

    /// <summary>This party's shares; made when both nonces are known.</summary>
    protected VerticalShares Shares { get; private set; } = null!;

    /// <summary>Waves of pass k: the descent's, and after it the certificate's.</summary>
    protected (FourierSigmoid Sigmoid, WavePair Bits, bool IsCertificate) Pass(int pass)
        => pass < Terms.Iterations
            ? (new FourierSigmoid(Terms.HalfPeriod, Terms.HalfPeriod / 4), WavePair.Descent, false)
            : (new FourierSigmoid(4 * Terms.HalfPeriod, Terms.HalfPeriod), WavePair.Certificate, true);

    protected int OwnColumns => Block.Columns.Length;

    protected int FirstColumns => Terms.FirstColumns;

    /// <summary>The share of the block that this party's columns belong to.</summary>
    protected ShareVector OwnPoint => OwnPart(Shares.Point);

    /// <summary>The share of the other block.</summary>
    protected ShareVector OtherPoint => OtherPart(Shares.Point);

    protected ShareVector OwnPart(ShareVector all) => IsFirst ? all.Part(0, FirstColumns) : all.Part(FirstColumns, Terms.SecondFeatures);

    protected ShareVector OtherPart(ShareVector all) => IsFirst ? all.Part(FirstColumns, Terms.SecondFeatures) : all.Part(0, FirstColumns);

    /// <summary>
    /// Shares of the start, weights 0: uniform and adding up to 0, from both nonces. That each party knows the other's share tells nothing, since everybody knows the start.
    /// </summary>
    protected void Start(ReadOnlySpan<byte> firstNonce, ReadOnlySpan<byte> secondNonce)
    {
        Shares = new VerticalShares(Terms, IsFirst, CommonZeros("DataSpace vertical-regression/1 start\n"u8, _context.Span, firstNonce, secondNonce, Terms.Columns));
        _factors = Slots.Prepare(which => Layout.Columns(Array.ConvertAll(Block.Columns, column => Residues(column, which)), Layout.Blocks));
    }

    /// <summary>Encryptions of this party's share of the other block's point.</summary>
    protected Result<List<ReadOnlyMemory<byte>>> EncryptPoint() => Slots.Encrypt(which => Layout.Constants(OtherPoint.Residues(which)));

    /// <summary>This party's columns times the peer's share of their point: masked answers, and the share that stays here.</summary>
    protected Result<(List<ReadOnlyMemory<byte>> Said, ShareVector Share)> AnswerScores(ISlotText[][] point)
        => Answered(
            Slots.Answer(Layout.DataBlocks, (which, block) => Enumerable.Range(0, Layout.Groups(OwnColumns)).Select(group => (point[which][group], _factors![which][(group * Layout.Blocks) + block]))),
            RowsOf);

    /// <summary>This party's columns times the peer's errors, per column.</summary>
    protected Result<(List<ReadOnlyMemory<byte>> Said, ShareVector Share)> AnswerGradient(ISlotText[][] errors)
        => Answered(
            Slots.Answer(Layout.Groups(OwnColumns), (which, group) => Enumerable.Range(0, Layout.Blocks).Select(block => (errors[which][block], _factors![which][(group * Layout.Blocks) + block]))),
            texts => ColumnsOf(texts, OwnColumns));

    /// <summary>Encryptions of errors with the ridge's rows, in every tile.</summary>
    protected Result<List<ReadOnlyMemory<byte>>> EncryptErrors(ShareVector errors) => Slots.Encrypt(which => Layout.Repeated(errors.Residues(which), Layout.Blocks));

    protected ShareVector RowsOf(ulong[][][] texts) => Vector(which => Layout.SumOfTiles(texts[which], Slots.Ring.Moduli[which]));

    protected ShareVector ColumnsOf(ulong[][][] texts, int count) => Vector(which => Layout.SumOfRows(texts[which], count, Slots.Ring.Moduli[which]));

    /// <summary>This party's columns times its own share of their point.</summary>
    protected ShareVector OwnScores() => VerticalShares.Scores(Block.Columns, OwnPoint, Terms.Rows);

    protected ShareVector OwnGradient(ShareVector errors) => VerticalShares.Gradient(Block.Columns, errors);

    /// <summary>Share of q in units of 2^-22, from shares of its terms in the weights' fraction bits.</summary>
    protected ShareVector NormShare(ShareVector squares) => squares.Sum().Truncated((2 * VerticalTerms.WeightBits) - 22, IsFirst);

    /// <summary>Squares of own shares of g/2^m, modulo T.</summary>
    protected static ShareVector Squares(ShareVector gradient)
        => gradient.OwnProduct(gradient);

    /// <summary>Share of the summed loss in steps of at most n/1,000.</summary>
    protected ShareVector LossShare(ShareVector loss) => loss.Truncated(LossBits, IsFirst);

    /// <summary>Share of a block's weights without their last bits.</summary>
    protected ShareVector Rounded(ShareVector weights) => weights.Truncated(VerticalTerms.HiddenBits, IsFirst);

    /// <summary>What this party says when it opens: shares of loss and of the peer's weights; uniform values where the certificate fails, so that nobody on the way sees which.</summary>
    protected ShareVector OpeningOf(bool passed, ShareVector loss, ShareVector weights)
        => Opening(passed, LossShare(loss).Then(Rounded(weights)));

    /// <summary>Puts together what the peer opened and keeps the outcome.</summary>
    protected void Conclude(bool passed, ShareVector loss, ShareVector opened)
    {
        if (!passed)
        {
            Outcome = VerticalErrors.CertificateRefused.Of();
            return;
        }

        var total = LossShare(loss).Plus(opened.Part(0, 1));
        var own = Rounded(OwnPart(Shares.Weights)).Plus(opened.Part(1, OwnColumns));
        var values = Enumerable.Range(0, OwnColumns)
            .Select(j => Math.ScaleB((double)Slots.Ring.Centre(own[j]), VerticalTerms.HiddenBits - VerticalTerms.WeightBits)).ToArray();
        var mean = Math.ScaleB((double)Slots.Ring.Centre(total[0]), LossBits - LossScaleBits) / Terms.Rows;
        Outcome = new VerticalModel(Block.Weights(values), Math.Round(mean, 3));
    }

    /// <summary>Fraction bits of the summed loss: one more than scores have, which are halved in it.</summary>
    protected const int LossScaleBits = VerticalTerms.ScoreBits + 1;

    private int LossBits => LossScaleBits + System.Numerics.BitOperations.Log2((uint)Terms.Rows) - 10;
}
