using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Intersection.Sums;

/// <summary>
/// The sender's half of a sum: a fresh BFV key for every plain modulus, its values encrypted under it in the order of its points, and the sum out of the replies. The key never leaves
/// and is wiped with the run. Owned by one state machine.
/// </summary>
internal sealed class ValueHolder : IDisposable
{
    /// <summary>Ciphertexts made at once: 4 MiB.</summary>
    private const int Batch = 16;

    private readonly ISealEngine _engine;
    private readonly IntersectionTerms _terms;
    private readonly ItemSet _items;
    private readonly SealKeyPair[] _keys;
    private readonly List<ulong> _residues = [];
    private IReadOnlyList<byte[]> _batch = [];
    private int _batchFrom;

    private ValueHolder(ISealEngine engine, IntersectionTerms terms, ItemSet items, SealKeyPair[] keys)
        => (_engine, _terms, _items, _keys) = (engine, terms, items, keys);

    /// <summary>Plain moduli, and with it keys and replies.</summary>
    public int Moduli => _keys.Length;

    /// <summary>Messages of values.</summary>
    public int Messages => Moduli * Chunks;

    private int Chunks => SumPlan.Chunks(_items.Count);

    public static Result<ValueHolder> Create(ISealEngine engine, IntersectionTerms terms, ItemSet items)
    {
        var sets = SumPlan.SetsOf(terms);
        var keys = new SealKeyPair[sets.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            if (!engine.GenerateKeys(sets[i]).TryGet(out var pair, out var error))
                return error;
            keys[i] = pair;
        }

        return new ValueHolder(engine, terms, items, keys);
    }

    /// <summary>Public key of modulus <paramref name="index"/>.</summary>
    public byte[] PublicKey(int index) => _keys[index].PublicKey;

    /// <summary>Ciphertext number <paramref name="index"/>, called for in order.</summary>
    public Result<byte[]> Values(int index)
    {
        if (index == _batchFrom + _batch.Count || _batch.Count == 0)
        {
            var (modulus, chunk) = (index / Chunks, index % Chunks);
            var set = SumPlan.SetsOf(_terms)[modulus];
            var slots = Enumerable.Range(chunk, Math.Min(Batch, Chunks - chunk)).Select(c => Slots(c, set)).ToList();
            if (!_engine.EncryptSymmetric(set, _keys[modulus], slots).TryGet(out var batch, out var error))
                return error;
            (_batch, _batchFrom) = (batch, index);
        }

        return _batch[index - _batchFrom];
    }

    /// <summary>Takes the reply of the next modulus.</summary>
    /// <returns>The codec's codes for what is no reply.</returns>
    public Result<Unit> Take(ReadOnlyMemory<byte> reply)
    {
        var set = SumPlan.SetsOf(_terms)[_residues.Count];
        if (!_engine.Decrypt(set, _keys[_residues.Count].SecretKey, [reply.ToArray()], SumPlan.SwitchedDown).TryGet(out var slots, out var error))
            return error;
        _residues.Add((ulong)(slots[0].Aggregate(UInt128.Zero, (total, slot) => total + slot) % set.PlainModulus));
        return Unit.Value;
    }

    /// <summary>The sum, once all replies are there.</summary>
    /// <returns>DS-PRV-225 when no choice among the values adds up to it.</returns>
    public Result<Int128> Sum()
    {
        var sets = SumPlan.SetsOf(_terms);
        UInt128 value = _residues[0], modulus = sets[0].PlainModulus;
        if (sets.Length > 1)
        {
            // Garner: x = r1 + t1·((r2 − r1)/t1 mod t2).
            var second = new Seal.Evaluation.Modulus45(sets[1].PlainModulus);
            var difference = (_residues[1] + second.Value - (_residues[0] % second.Value)) % second.Value;
            value += modulus * second.Multiply(difference, second.Invert(sets[0].PlainModulus));
            modulus *= second.Value;
        }

        var sum = value > modulus / 2 ? (Int128)value - (Int128)modulus : (Int128)value;
        var (least, most) = (Int128.Zero, Int128.Zero);
        foreach (var one in _items.Values(0, _items.Count))
            (least, most) = (least + Math.Min(0, one), most + Math.Max(0, one));
        return sum >= least && sum <= most ? sum : IntersectionErrors.SumOutOfBounds.Of();
    }

    public void Dispose()
    {
        foreach (var pair in _keys)
            CryptographicOperations.ZeroMemory(pair.SecretKey);
    }

    private ulong[] Slots(int chunk, SealParameterSet set)
    {
        var slots = new ulong[set.Degree];
        var values = _items.Values(chunk * SumPlan.Slots, Math.Min(SumPlan.Slots, _items.Count - (chunk * SumPlan.Slots)));
        for (var i = 0; i < values.Length; i++)
        {
            var residue = values[i] % (long)set.PlainModulus;
            slots[i] = (ulong)(residue + ((residue >> 63) & (long)set.PlainModulus));
        }

        return slots;
    }
}
