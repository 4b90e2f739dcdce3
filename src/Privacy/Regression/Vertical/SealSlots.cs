using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Evaluation;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// Slots under BFV: own texts are seeded ciphertexts, since the encryptor holds the key; products and answers are made in C# on ciphertexts that passed the strict codec; answers are re-randomised, flooded
/// by 60 bits and switched down by two primes. A key pair for one conversation, wiped at its end.
/// </summary>
internal sealed class SealSlots : ISlotCipher
{
    private const int FloodBits = 60;
    private const int SwitchedDown = 2;
    private readonly ISealEngine _engine;
    private readonly SealParameterSet _set;
    private readonly SealKeyPair _keys;
    private byte[]? _peerKey;

    private SealSlots(ISealEngine engine, SealParameterSet set, SealKeyPair keys) => (_engine, _set, _keys) = (engine, set, keys);

    /// <inheritdoc />
    public ulong Modulus => _set.PlainModulus;

    /// <inheritdoc />
    public int Slots => _set.Degree;

    /// <inheritdoc />
    public int KeyBytes => _set.PublicKey.TotalBytes;

    /// <inheritdoc />
    public int TextBytes => SeededCiphertext.TotalBytes(_set);

    /// <inheritdoc />
    public int AnswerBytes => _set.Levels[SwitchedDown].TotalBytes;

    /// <inheritdoc />
    public ReadOnlyMemory<byte> PublicKey => _keys.PublicKey;

    /// <summary>Fresh keys modulo the first so many primes: two for about 2^80, three for about 2^120.</summary>
    public static Result<RingSlots> Create(ISealEngine engine, int moduli = 2) => CreateEach(engine, moduli).TryGet(out var all, out var error) ? new RingSlots(all) : error;

    internal static Result<ISlotCipher[]> CreateEach(ISealEngine engine, int moduli)
    {
        var all = new List<ISlotCipher>();
        foreach (var set in new[] { SealParameterSet.Products1, SealParameterSet.Products2, SealParameterSet.Products3 }.Take(moduli))
        {
            if (!engine.GenerateKeys(set).TryGet(out var keys, out var error))
                return error;
            all.Add(new SealSlots(engine, set, keys));
        }

        return all.ToArray();
    }

    /// <inheritdoc />
    public Result<Unit> Accept(ReadOnlyMemory<byte> peerKey)
    {
        if (CiphertextCodec.CheckPublicKey(_set, peerKey.Span).Error is { } error)
            return error;
        _peerKey = peerKey.ToArray();
        return Unit.Value;
    }

    /// <inheritdoc />
    public Result<byte[][]> Encrypt(IReadOnlyList<ulong[]> texts)
        => _engine.EncryptSymmetric(_set, _keys, texts).TryGet(out var encrypted, out var error) ? encrypted.ToArray() : error;

    /// <inheritdoc />
    public Result<ISlotText> Load(ReadOnlyMemory<byte> text)
    {
        // Only the seeded form comes here: the script knows the exact length.
        return EvaluatedCiphertext.Parse(_set, text.Span).TryGet(out var loaded, out var error) ? new Text(loaded) : error;
    }

    /// <inheritdoc />
    public ISlotFactor Prepare(ulong[] values) => new Factor(values.AsSpan().ContainsAnyExcept(0UL) ? PlainOperand.Encode(_set, values).Value : null);

    /// <inheritdoc />
    public Result<byte[][]> Answer(IReadOnlyList<MaskedProducts> sums)
    {
        if (_peerKey is not { } peer)
            return VerticalErrors.OutOfOrder.Of();
        var nothing = new ulong[Slots];
        if (!_engine.Encrypt(_set, peer, [.. sums.Select(_ => nothing)]).TryGet(out var zeros, out var error))
            return error;
        var answers = new byte[sums.Count][];
        for (var i = 0; i < answers.Length; i++)
        {
            var sum = new ProductSum(_set);
            foreach (var (text, factor) in sums[i].Products)
            {
                // Nothing but zeros (a block with ridge rows of other columns alone): the product is nothing, and SEAL would refuse it.
                if (((Factor)factor).Operand is { } operand)
                    sum.Add(((Text)text).Ciphertext, operand);
            }

            if (!sum.Finish(zeros[i], sums[i].Mask, FloodBits, SwitchedDown).TryGet(out var answer, out error))
                return error;
            answers[i] = answer;
        }

        return answers;
    }

    /// <inheritdoc />
    public Result<ulong[][]> Open(IReadOnlyList<ReadOnlyMemory<byte>> answers)
        => _engine.Decrypt(_set, _keys.SecretKey, [.. answers.Select(answer => answer.ToArray())], SwitchedDown).TryGet(out var opened, out var error) ? opened.ToArray() : error;

    /// <inheritdoc />
    public void Dispose() => CryptographicOperations.ZeroMemory(_keys.SecretKey);

    private sealed record Text(EvaluatedCiphertext Ciphertext) : ISlotText;

    private sealed record Factor(PlainOperand? Operand) : ISlotFactor;
}
