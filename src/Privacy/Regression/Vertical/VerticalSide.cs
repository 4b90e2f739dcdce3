using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>One party of a conversation over rows that stand in the same order: a script of turns under its keys. Owned by one thread; disposing wipes its keys.</summary>
internal abstract class VerticalSide : IDisposable
{
    /// <param name="isFirst">The party with the label, or that asks for scores.</param>
    /// <param name="slots">This party's keys.</param>
    protected VerticalSide(bool isFirst, RingSlots slots)
    {
        (IsFirst, Slots) = (isFirst, slots);
        Script = new VerticalScript(() => Turns().GetEnumerator());
    }

    /// <summary>The conversation.</summary>
    public VerticalScript Script { get; }

    /// <summary>Whether this is the first party, whose part ends by hearing.</summary>
    public bool IsFirst { get; }

    /// <summary>The step that opens the first party's result: it waits for the Report of whoever says it.</summary>
    public abstract VerticalStep ResultStep { get; }

    protected RingSlots Slots { get; }

    protected IReadOnlyList<ReadOnlyMemory<byte>> Heard => Script.Heard;

    protected abstract IEnumerable<Result<Turn>> Turns();

    public void Dispose()
    {
        Script.Dispose();
        Slots.Dispose();
    }
}

/// <summary>One party of a vertical model, whichever: what of shares is done alike in each.</summary>
internal abstract class ModelSide(bool isFirst, RingSlots slots) : VerticalSide(isFirst, slots)
{
    public const int NonceBytes = 32;

    /// <inheritdoc />
    public override VerticalStep ResultStep => VerticalStep.OpeningAnswer;

    /// <summary>The model once the script is over, or why there is none.</summary>
    public Result<VerticalModel> Outcome { get; protected set; } = VerticalErrors.Incomplete.Of();

    protected byte[] Nonce { get; } = RandomNumberGenerator.GetBytes(NonceBytes);

    /// <summary>
    /// Uniform shares of zeros from both nonces, which both parties can make: added to what everybody knows, or to what one party knows anyway, they make shares of it that truncate right.
    /// </summary>
    protected ShareVector CommonZeros(ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, ReadOnlySpan<byte> firstNonce, ReadOnlySpan<byte> secondNonce, int length)
    {
        using var stream = new MaskStream(SHA256.HashData([.. label, .. context, .. firstNonce, .. secondNonce]));
        var share = ShareVector.Uniform(Slots.Ring, length, stream);
        return IsFirst ? share : share.Negated();
    }

    protected static Result<(List<ReadOnlyMemory<byte>> Said, ShareVector Share)> Answered(Result<MaskedAnswers> answers, Func<ulong[][][], ShareVector> sum)
        => answers.TryGet(out var answered, out var error) ? (answered.Said, sum(answered.Masks).Negated()) : error;

    /// <summary>Decrypts answers and adds them up.</summary>
    protected Result<ShareVector> Sum(IEnumerable<ReadOnlyMemory<byte>> answers, Func<ulong[][][], ShareVector> sum)
        => Slots.Open([.. answers]).TryGet(out var texts, out var error) ? sum(texts) : error;

    protected ShareVector TotalOf(ulong[][][] texts)
        => Vector(which => [texts[which].Aggregate(0UL, (sum, text) => (sum + TileLayout.SumOfSlots(text, Slots.Ring.Moduli[which])) % Slots.Ring.Moduli[which])]);

    protected ulong[] Residues(long[] values, int which) => Array.ConvertAll(values, value => ShareRing.Reduce(value, Slots.Ring.Moduli[which]));

    protected ShareVector Vector(Func<int, ulong[]> residues) => ShareVector.FromResidues(Slots.Ring, residues);

    /// <summary>Whether q, put together from both shares, is one of -1, 0, 1.</summary>
    protected bool Passes(ShareVector first, ShareVector second) => Int128.Abs(Slots.Ring.Centre(first.Plus(second)[0])) <= 1;

    /// <summary>What this party says when it opens: what is told; uniform values where the certificate fails, so that nobody on the way sees which.</summary>
    protected ShareVector Opening(bool passed, ShareVector told)
    {
        if (passed)
            return told;
        using var stream = MaskStream.Fresh();
        return ShareVector.Uniform(Slots.Ring, told.Length, stream);
    }

    /// <summary>The first values of the peer's sealed shares.</summary>
    protected Result<ShareVector> Unseal(IReadOnlyList<ReadOnlyMemory<byte>> answers, int count)
        => Sum(answers, texts => Vector(which => texts[which][0][..count]));
}

/// <summary>What one owner has at the end.</summary>
/// <param name="Own">Its own block.</param>
/// <param name="Loss">
/// Mean loss on the common rows; both owners know it. Of a logistic model the log-loss, to three digits; of a linear one the mean squared error with the ridge's penalty, to four digits, in units of the square of
/// half the label's range.
/// </param>
public sealed record VerticalModel(VerticalWeights Own, double Loss);
