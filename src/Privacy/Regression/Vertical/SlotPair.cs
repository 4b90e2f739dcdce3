using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// Both moduli of the ring at once: what travels is the first modulus' texts, then the second's. Masks are fresh and uniform in every slot, padding included, each time.
/// </summary>
internal sealed class SlotPair(ISlotCipher first, ISlotCipher second) : IDisposable
{
    private readonly ISlotCipher[] _ciphers = [first, second];

    public ShareRing Ring { get; } = new(first.Modulus, second.Modulus);

    public int Slots => first.Slots;

    public IReadOnlyList<ReadOnlyMemory<byte>> PublicKeys => [first.PublicKey, second.PublicKey];

    public IEnumerable<int> Keys => [first.KeyBytes, second.KeyBytes];

    public IEnumerable<int> Texts(int count) => Lengths(count, cipher => cipher.TextBytes);

    public IEnumerable<int> Answers(int count) => Lengths(count, cipher => cipher.AnswerBytes);

    public Result<Unit> Accept(ReadOnlySpan<ReadOnlyMemory<byte>> keys)
        => first.Accept(keys[0]).Error is { } error ? error : second.Accept(keys[1]);

    /// <param name="texts">Slot vectors modulo the modulus of that number.</param>
    public Result<List<ReadOnlyMemory<byte>>> Encrypt(Func<int, ulong[][]> texts)
    {
        var said = new List<ReadOnlyMemory<byte>>();
        for (var which = 0; which < 2; which++)
        {
            if (!_ciphers[which].Encrypt(texts(which)).TryGet(out var encrypted, out var error))
                return error;
            said.AddRange(encrypted.Select(text => new ReadOnlyMemory<byte>(text)));
        }

        return said;
    }

    public Result<ISlotText[][]> Load(IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        var loaded = new ISlotText[2][];
        var count = texts.Count / 2;
        for (var which = 0; which < 2; which++)
        {
            loaded[which] = new ISlotText[count];
            for (var i = 0; i < count; i++)
            {
                if (!_ciphers[which].Load(texts[(which * count) + i]).TryGet(out var text, out var error))
                    return error;
                loaded[which][i] = text;
            }
        }

        return loaded;
    }

    public ISlotFactor[][] Prepare(Func<int, ulong[][]> values)
        => [.. _ciphers.Select((cipher, which) => values(which).Select(cipher.Prepare).ToArray())];

    /// <summary>Answers with the masks that went into them.</summary>
    /// <param name="count">Answers per modulus.</param>
    /// <param name="products">Of answer number ... modulo the modulus of that number.</param>
    public Result<MaskedAnswers> Answer(int count, Func<int, int, IEnumerable<(ISlotText Text, ISlotFactor Factor)>> products)
    {
        var said = new List<ReadOnlyMemory<byte>>();
        var masks = new ulong[2][][];
        using var stream = MaskStream.Fresh();
        for (var which = 0; which < 2; which++)
        {
            masks[which] = new ulong[count][];
            for (var i = 0; i < count; i++)
                stream.Fill(masks[which][i] = new ulong[Slots], _ciphers[which].Modulus);
            if (!_ciphers[which].Answer([.. masks[which].Select((mask, i) => new MaskedProducts([.. products(which, i)], mask))]).TryGet(out var answers, out var error))
                return error;
            said.AddRange(answers.Select(answer => new ReadOnlyMemory<byte>(answer)));
        }

        return new MaskedAnswers(said, masks);
    }

    /// <summary>Encrypts for the peer alone: shares that are opened to it, out of the coordinator's sight.</summary>
    public Result<List<ReadOnlyMemory<byte>>> Seal(ShareVector shares)
    {
        var said = new List<ReadOnlyMemory<byte>>();
        for (var which = 0; which < 2; which++)
        {
            var text = new ulong[Slots];
            shares.Residues(which).CopyTo(text, 0);
            if (!_ciphers[which].Answer([new MaskedProducts([], text)]).TryGet(out var answers, out var error))
                return error;
            said.Add(answers[0]);
        }

        return said;
    }

    /// <summary>Decrypted slots of the peer's answers, per modulus.</summary>
    public Result<ulong[][][]> Open(IReadOnlyList<ReadOnlyMemory<byte>> answers)
    {
        var opened = new ulong[2][][];
        var count = answers.Count / 2;
        for (var which = 0; which < 2; which++)
        {
            if (!_ciphers[which].Open([.. answers.Skip(which * count).Take(count)]).TryGet(out var slots, out var error))
                return error;
            opened[which] = slots;
        }

        return opened;
    }

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }

    private IEnumerable<int> Lengths(int count, Func<ISlotCipher, int> bytes) => _ciphers.SelectMany(cipher => Enumerable.Repeat(bytes(cipher), count));
}

/// <summary>What was answered.</summary>
/// <param name="Said">Bytes for the peer.</param>
/// <param name="Masks">Per modulus and answer; secret of the party that answered.</param>
internal sealed record MaskedAnswers(List<ReadOnlyMemory<byte>> Said, ulong[][][] Masks);
