using System.Globalization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Regression.Vertical.Linear;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>What both owners agree on before they know how many subjects are common.</summary>
/// <param name="Alignment">Of the first intersection, in which the first party receives (the owner of the label, or who asks for scores); the second has the parties exchanged.</param>
public abstract record AlignedTerms(IntersectionContext Alignment)
{
    /// <summary>Name and version of what follows the intersections.</summary>
    public abstract string Protocol { get; }

    /// <summary>Primes that shares are taken modulo.</summary>
    internal abstract int Moduli { get; }

    /// <summary>The same for the intersection in which the other owner receives.</summary>
    internal IntersectionContext Exchanged => Alignment with
    {
        Receiver = Alignment.Sender,
        Sender = Alignment.Receiver,
        ReceiverVersion = Alignment.SenderVersion,
        SenderVersion = Alignment.ReceiverVersion,
        Terms = Alignment.Terms with { MaxReceiverItems = Alignment.Terms.MaxSenderItems, MaxSenderItems = Alignment.Terms.MaxReceiverItems },
    };

    /// <summary>What is wrong with these terms for so many rows, or null.</summary>
    internal abstract DsError? ProblemOf(int rows);

    /// <summary>Most common rows that are used: the first ones, in the order of the digests of their keys.</summary>
    internal virtual int MostRowsUsed => int.MaxValue;

    /// <summary>One owner's part of what follows; takes over the keys unless it is refused.</summary>
    internal abstract Result<VerticalSide> SideOf(bool isFirst, int rows, AlignedRows own, RingSlots slots, ReadOnlyMemory<byte> context);

    /// <summary>What differs between two kinds of model or of scores, for both to sign.</summary>
    private protected abstract IReadOnlyList<string> Particulars { get; }

    internal byte[] ContextOf(int rows) => Digest.Sha256(CanonicalJson.OfTexts([Protocol, Digest.Sha256Hex(Alignment.Digest.Span), Text(rows), .. Particulars]));

    private protected static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private protected static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>A model.</summary>
/// <param name="Alignment">Of the first intersection.</param>
/// <param name="FirstFeatures">Columns of the owner of the label.</param>
/// <param name="SecondFeatures">Columns of the other.</param>
/// <param name="Ridge">λ.</param>
public abstract record AlignedModel(IntersectionContext Alignment, int FirstFeatures, int SecondFeatures, double Ridge) : AlignedTerms(Alignment)
{
    private protected string[] Common => [Text(FirstFeatures), Text(SecondFeatures), Text(Ridge)];
}

/// <summary>A logistic model.</summary>
/// <param name="Alignment">Of the first intersection.</param>
/// <param name="FirstFeatures">Columns of the owner of the label.</param>
/// <param name="SecondFeatures">Columns of the other.</param>
/// <param name="Ridge">λ.</param>
/// <param name="HalfPeriod">L.</param>
/// <param name="Iterations">Fixed.</param>
public sealed record AlignedLogistic(IntersectionContext Alignment, int FirstFeatures, int SecondFeatures, double Ridge, int HalfPeriod, int Iterations)
    : AlignedModel(Alignment, FirstFeatures, SecondFeatures, Ridge)
{
    /// <inheritdoc />
    public override string Protocol => VerticalRun.Protocol;

    internal override int Moduli => 2;

    private protected override IReadOnlyList<string> Particulars => [.. Common, Text(HalfPeriod), Text(Iterations)];

    internal override DsError? ProblemOf(int rows) => Training(rows).Problem;

    internal override Result<VerticalSide> SideOf(bool isFirst, int rows, AlignedRows own, RingSlots slots, ReadOnlyMemory<byte> context)
    {
        if (isFirst)
            return VerticalFirst.Create(Training(rows), own.Columns, own.Labels!, slots, context).TryGet(out var first, out var wrong) ? first : wrong;
        return VerticalSecond.Create(Training(rows), own.Columns, slots, context).TryGet(out var second, out var error) ? second : error;
    }

    private VerticalTerms Training(int rows) => new(rows, FirstFeatures, SecondFeatures, Ridge, HalfPeriod, Iterations);
}

/// <summary>Least squares: a linear model, and where the label is 0 or 1 one of its probability.</summary>
/// <param name="Alignment">Of the first intersection.</param>
/// <param name="FirstFeatures">Columns of the owner of the label.</param>
/// <param name="SecondFeatures">Columns of the other.</param>
/// <param name="Ridge">λ.</param>
/// <param name="LabelMin">Public lower bound of the label.</param>
/// <param name="LabelMax">Public upper bound.</param>
public sealed record AlignedLinear(IntersectionContext Alignment, int FirstFeatures, int SecondFeatures, double Ridge, double LabelMin, double LabelMax)
    : AlignedModel(Alignment, FirstFeatures, SecondFeatures, Ridge)
{
    /// <inheritdoc />
    public override string Protocol => VerticalRun.LeastSquares;

    internal override int Moduli => 3;

    private protected override IReadOnlyList<string> Particulars => [.. Common, Text(LabelMin), Text(LabelMax)];

    internal override DsError? ProblemOf(int rows) => Training(rows).Problem;

    internal override Result<VerticalSide> SideOf(bool isFirst, int rows, AlignedRows own, RingSlots slots, ReadOnlyMemory<byte> context)
    {
        if (isFirst)
            return LinearFirst.Create(Training(rows), own.Columns, own.Labels!, slots, context).TryGet(out var first, out var wrong) ? first : wrong;
        return LinearSecond.Create(Training(rows), own.Columns, slots, context).TryGet(out var second, out var error) ? second : error;
    }

    private LinearTerms Training(int rows) => new(rows, FirstFeatures, SecondFeatures, Ridge, LabelMin, LabelMax);
}
