using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical.Linear;

/// <summary>
/// What both parties of vertical least squares do alike. The party with more columns is the larger (l), the other the smaller (s): u_l = p_l - Z u_s, and (I - ZᵀZ) u_s = p_s - Zᵀp_l, whose inverse Π (I + (ZᵀZ)^(2^i)) is built
/// by squaring. It is an approximation; the residual that corrects a solution is of Z itself. Nothing but the certificate's number, the rounded loss and each owner's own weights is ever put together.
/// </summary>
internal abstract class LinearCore : ModelSide
{
    private readonly ReadOnlyMemory<byte> _context;
    private ShareVector _labelled = null!; // Qᵀy of the second party's columns

    protected LinearCore(bool isFirst, LinearTerms terms, LinearBlock block, RingSlots slots, ReadOnlyMemory<byte> context)
        : base(isFirst, slots)
    {
        (Terms, Block, _context) = (terms, block, context);
        Data = new TileLayout(slots.Slots, terms.Rows, 0);
        Pairs = new PairLayout(slots.Slots, terms.Smaller);
    }

    protected LinearTerms Terms { get; }

    protected LinearBlock Block { get; }

    /// <summary>Where data rows stand.</summary>
    protected TileLayout Data { get; }

    /// <summary>Where everything smaller stands.</summary>
    protected PairLayout Pairs { get; }

    protected int Size => Terms.Smaller;

    /// <summary>Share of Z, the larger party's rows by the smaller one's columns.</summary>
    protected ShareVector Cross { get; private set; } = null!;

    protected ShareVector LargerSide { get; private set; } = null!;

    protected ShareVector SmallerSide { get; private set; } = null!;

    /// <summary>Share of (ZᵀZ)^(2^i), symmetric.</summary>
    protected ShareVector Power { get; private set; } = null!;

    /// <summary>Share of the sum of all powers below 2^i, symmetric.</summary>
    protected ShareVector Inverse { get; private set; } = null!;

    protected ShareVector LargerPart { get; private set; } = null!;

    protected ShareVector SmallerPart { get; private set; } = null!;

    /// <summary>Share of p_s - u_s - Zᵀu_l.</summary>
    protected ShareVector Remainder { get; private set; } = null!;

    protected ShareVector Norm { get; private set; } = null!;

    protected ShareVector Loss { get; private set; } = null!;

    /// <summary>The label's mean at its owner, else 0.</summary>
    protected abstract double Intercept { get; }

    /// <summary>From shares of Q₁ᵀQ₂ and, in its last row, of yᵀQ₂, both with twice the fraction bits.</summary>
    /// <param name="products">Row by row.</param>
    /// <param name="firstSide">Q₁ᵀy at the first party; null at the other.</param>
    /// <param name="firstNonce">First party's.</param>
    /// <param name="secondNonce">Second party's.</param>
    protected void Begin(ShareVector products, ShareVector? firstSide, ReadOnlySpan<byte> firstNonce, ReadOnlySpan<byte> secondNonce)
    {
        var whole = products.Truncated(LinearTerms.Bits, IsFirst);
        var (columns, cells) = (Terms.SecondFeatures, Terms.FirstFeatures * Terms.SecondFeatures);
        (var cross, _labelled) = (whole.Part(0, cells), whole.Part(cells, columns));
        // Its owner alone knows it; a share of it that truncates right has to be uniform all the same.
        var first = CommonZeros("DataSpace vertical-least-squares/1 side\n"u8, _context.Span, firstNonce, secondNonce, Terms.FirstFeatures);
        first = firstSide is null ? first : first.Plus(firstSide);
        (Cross, LargerSide, SmallerSide) = Terms.FirstIsLarger ? (cross, first, _labelled) : (LinearShares.Turn(cross, columns), _labelled, first);
        Inverse = ShareVector.Of(Slots.Ring, Size * Size, at => IsFirst && at % (Size + 1) == 0 ? 1L << LinearTerms.InverseBits : 0);
    }

    /// <param name="square">Share of the part of ZᵀZ that takes both: Z₁ᵀZ₂.</param>
    /// <param name="down">Share of what takes both of Zᵀp_l.</param>
    protected void Reduce(ShareVector square, ShareVector down)
    {
        Power = LinearShares.TurnedTimes(Cross, Cross, Size).Plus(square).Plus(LinearShares.Turn(square, Size)).Truncated((2 * LinearTerms.Bits) - LinearTerms.PowerBits, IsFirst);
        Remainder = SmallerSide.Minus(Descended(LargerSide, down));
    }

    /// <summary>One doubling, from shares of what takes both parties of P·P and of P·X (half of each; the other half is its transpose).</summary>
    protected void Double(ShareVector square, ShareVector step)
    {
        const int Cut = LinearTerms.PowerBits + 1; // twice the product is there
        var inverse = Inverse.Plus(Both(Power, Inverse, step).Truncated(Cut, IsFirst));
        (Power, Inverse) = (Both(Power, Power, square).Truncated(Cut, IsFirst), inverse);

        // P·X + X·P: symmetric, so that both shares stay so.
        ShareVector Both(ShareVector a, ShareVector b, ShareVector across)
        {
            var (own, all) = (LinearShares.TurnedTimes(a, b, Size), across);
            return own.Plus(LinearShares.Turn(own, Size)).Plus(all).Plus(LinearShares.Turn(all, Size));
        }
    }

    /// <summary>u_s += X·remainder.</summary>
    protected void Correct(ShareVector across)
    {
        var change = LinearShares.Down(Inverse, Remainder, Size).Plus(across).Truncated(LinearTerms.InverseBits, IsFirst);
        SmallerPart = SmallerPart is null ? change : SmallerPart.Plus(change);
    }

    /// <summary>u_l = p_l - Z·u_s.</summary>
    protected void Substitute(ShareVector across)
        => LargerPart = LargerSide.Minus(LinearShares.Across(Cross, SmallerPart, Size).Plus(across).Truncated(LinearTerms.Bits, IsFirst));

    protected void Compare(ShareVector across) => Remainder = SmallerSide.Minus(SmallerPart).Minus(Descended(LargerPart, across));

    /// <param name="square">Share of twice the products of both parties' remainders.</param>
    /// <param name="fit">Share of what takes both of p·u.</param>
    /// <param name="total">yᵀy at the first party, else 0.</param>
    protected void Judge(ShareVector square, ShareVector fit, Int128 total)
    {
        Norm = Remainder.OwnProduct(Remainder).Sum().Plus(square).Truncated(LinearTerms.NormBits, IsFirst);
        var own = Side.OwnProduct(Solution).Sum().Plus(fit);
        Loss = ShareVector.Of(Slots.Ring, 1, _ => total).Minus(own).Truncated((2 * LinearTerms.Bits) - LinearTerms.LossBits, IsFirst);
    }

    /// <summary>p of both.</summary>
    protected ShareVector Side => SmallerSide.Then(LargerSide);

    /// <summary>u of both.</summary>
    protected ShareVector Solution => SmallerPart.Then(LargerPart);

    /// <summary>What this party says when it opens: shares of the loss and of the other's solution.</summary>
    protected ShareVector OpeningOf(bool passed) => Opening(passed, Loss.Then(Rounded(PartOf(!IsFirst))));

    protected int ColumnsOf(bool first) => first ? Terms.FirstFeatures : Terms.SecondFeatures;

    /// <summary>Puts together what the peer opened and keeps the outcome.</summary>
    protected void Conclude(bool passed, ShareVector opened)
    {
        if (!passed)
        {
            Outcome = VerticalErrors.ResidualRefused.Of();
            return;
        }

        var columns = ColumnsOf(IsFirst);
        var own = Rounded(PartOf(IsFirst)).Plus(opened.Part(1, columns));
        var values = Enumerable.Range(0, columns).Select(j => Math.ScaleB((double)Slots.Ring.Centre(own[j]), LinearTerms.HiddenBits - LinearTerms.Bits)).ToArray();
        var loss = Math.ScaleB((double)Slots.Ring.Centre(Loss.Plus(opened.Part(0, 1))[0]), -LinearTerms.LossBits);
        Outcome = new VerticalModel(Block.Weights(values, Terms.HalfRange * Math.Sqrt(Terms.Rows), Intercept), Math.Round(loss, 4));
    }

    /// <summary>A matrix from an answer.</summary>
    protected ShareVector SquareOf(ulong[][][] texts) => Vector(which => Pairs.SumOfTiles(texts[which][0], Size, Slots.Ring.Moduli[which]));

    /// <summary>A vector from an answer: one row of it.</summary>
    protected ShareVector RowOf(ulong[][][] texts) => Vector(which => Pairs.SumOfTiles(texts[which][0], 1, Slots.Ring.Moduli[which]));

    /// <summary>A vector over the rows of Z.</summary>
    protected ShareVector LargerOf(ulong[][][] texts) => Vector(which => Pairs.SumOfTop(texts[which], Terms.Larger, Slots.Ring.Moduli[which]));

    private ShareVector Descended(ShareVector vector, ShareVector across) => LinearShares.Down(Cross, vector, Size).Plus(across).Truncated(LinearTerms.Bits, IsFirst);

    private ShareVector PartOf(bool first) => first == Terms.FirstIsLarger ? LargerPart : SmallerPart;

    private ShareVector Rounded(ShareVector solution) => solution.Truncated(LinearTerms.HiddenBits, IsFirst);
}
