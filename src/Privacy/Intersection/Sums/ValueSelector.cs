using System.Collections;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Evaluation;

namespace DataSpace.Privacy.Intersection.Sums;

/// <summary>
/// The receiver's half of a sum: multiplies the sender's encrypted values with ones where an item is common and zeros elsewhere, adds them all up, and hides in the reply everything but
/// the total: slots under a uniform mask that adds up to zero, choice under flooding noise and a fresh encryption of zero. Owned by one state machine.
/// </summary>
internal sealed class ValueSelector(ISealEngine engine, IntersectionTerms terms, int senderItems)
{
    /// <summary>One reply about each set of values: noise 2^40 times larger than what it hides.</summary>
    private const int FloodBits = 40;

    private readonly List<byte[]> _keys = [];
    private readonly List<ProductSum> _sums = [];
    private int _taken;

    /// <summary>Plain moduli.</summary>
    public int Moduli { get; } = SumPlan.SetsOf(terms).Length;

    /// <summary>Messages of values that are due in all.</summary>
    public int Messages { get; } = SumPlan.SetsOf(terms).Length * SumPlan.Chunks(senderItems);

    /// <summary>Takes the public key of the next modulus.</summary>
    public Result<Unit> TakeKey(ReadOnlyMemory<byte> key)
    {
        var set = SumPlan.SetsOf(terms)[_keys.Count];
        if (CiphertextCodec.CheckPublicKey(set, key.Span).Error is { } error)
            return error;
        _keys.Add(key.ToArray());
        _sums.Add(new ProductSum(set));
        return Unit.Value;
    }

    /// <summary>Takes the next ciphertext of values.</summary>
    /// <param name="ciphertext">Seeded.</param>
    /// <param name="chosen">Which of the sender's items are common.</param>
    public Result<Unit> Take(ReadOnlyMemory<byte> ciphertext, BitArray chosen)
    {
        var (modulus, chunk) = (_taken / SumPlan.Chunks(senderItems), _taken % SumPlan.Chunks(senderItems));
        var set = SumPlan.SetsOf(terms)[modulus];
        if (!EvaluatedCiphertext.Parse(set, ciphertext.Span).TryGet(out var values, out var error))
            return error;
        var ones = new ulong[SumPlan.ItemsIn(chunk, senderItems)];
        for (var i = 0; i < ones.Length; i++)
            ones[i] = chosen[(chunk * SumPlan.Slots) + i] ? 1UL : 0;
        if (!PlainOperand.Encode(set, ones).TryGet(out var operand, out error))
            return error;
        _sums[modulus].Add(values, operand);
        _taken++;
        return Unit.Value;
    }

    /// <summary>The reply of one modulus, made once.</summary>
    public Result<byte[]> Reply(int index)
    {
        var set = SumPlan.SetsOf(terms)[index];
        if (!engine.Encrypt(set, _keys[index], [new ulong[set.Degree]]).TryGet(out var zero, out var error))
            return error;
        var mask = ZeroSumMask(set);
        var reply = _sums[index].Finish(zero[0], mask, FloodBits, SumPlan.SwitchedDown);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(mask.AsSpan()));
        return reply;
    }

    private static ulong[] ZeroSumMask(SealParameterSet set)
    {
        using var stream = MaskStream.Fresh();
        var mask = new ulong[set.Degree];
        stream.Fill(mask.AsSpan(1), set.PlainModulus);
        var total = (ulong)(mask.Aggregate(UInt128.Zero, (sum, one) => sum + one) % set.PlainModulus);
        mask[0] = (set.PlainModulus - total) % set.PlainModulus;
        return mask;
    }
}
