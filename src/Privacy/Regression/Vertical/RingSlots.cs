using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// All moduli of the ring at once: what travels is the first modulus' texts, then the next one's. Masks are fresh and uniform in every slot, padding included, each time.
/// </summary>
internal sealed class RingSlots(params ISlotCipher[] ciphers) : IDisposable
{
    public ShareRing Ring { get; } = new([.. ciphers.Select(cipher => cipher.Modulus)]);

    public int Slots => ciphers[0].Slots;

    /// <summary>Number of moduli: that many texts stand for one.</summary>
    public int Moduli => ciphers.Length;

    public IReadOnlyList<ReadOnlyMemory<byte>> PublicKeys => [.. ciphers.Select(cipher => cipher.PublicKey)];

    public IEnumerable<int> Keys => ciphers.Select(cipher => cipher.KeyBytes);

    public IEnumerable<int> Texts(int count) => Lengths(count, cipher => cipher.TextBytes);

    public IEnumerable<int> Answers(int count) => Lengths(count, cipher => cipher.AnswerBytes);

    public Result<Unit> Accept(params ReadOnlySpan<ReadOnlyMemory<byte>> keys)
    {
        for (var which = 0; which < ciphers.Length; which++)
        {
            if (ciphers[which].Accept(keys[which]).Error is { } error)
                return error;
        }

        return Unit.Value;
    }

    /// <param name="texts">Slot vectors modulo the modulus of that number.</param>
    public Result<List<ReadOnlyMemory<byte>>> Encrypt(Func<int, ulong[][]> texts)
    {
        var said = new List<ReadOnlyMemory<byte>>();
        for (var which = 0; which < ciphers.Length; which++)
        {
            if (!ciphers[which].Encrypt(texts(which)).TryGet(out var encrypted, out var error))
                return error;
            said.AddRange(encrypted.Select(text => new ReadOnlyMemory<byte>(text)));
        }

        return said;
    }

    public Result<ISlotText[][]> Load(IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        var loaded = new ISlotText[ciphers.Length][];
        var count = texts.Count / ciphers.Length;
        for (var which = 0; which < ciphers.Length; which++)
        {
            loaded[which] = new ISlotText[count];
            for (var i = 0; i < count; i++)
            {
                if (!ciphers[which].Load(texts[(which * count) + i]).TryGet(out var text, out var error))
                    return error;
                loaded[which][i] = text;
            }
        }

        return loaded;
    }

    public ISlotFactor[][] Prepare(Func<int, ulong[][]> values)
        => [.. ciphers.Select((cipher, which) => values(which).Select(cipher.Prepare).ToArray())];

    /// <summary>Answers with the masks that went into them.</summary>
    /// <param name="count">Answers per modulus.</param>
    /// <param name="products">Of answer number ... modulo the modulus of that number.</param>
    public Result<MaskedAnswers> Answer(int count, Func<int, int, IEnumerable<(ISlotText Text, ISlotFactor Factor)>> products)
    {
        var masks = new ulong[ciphers.Length][][];
        using var stream = MaskStream.Fresh();
        for (var which = 0; which < ciphers.Length; which++)
        {
            masks[which] = new ulong[count][];
            for (var i = 0; i < count; i++)
                stream.Fill(masks[which][i] = new ulong[Slots], ciphers[which].Modulus);
        }

        return Answer(masks, products).TryGet(out var said, out var error) ? new MaskedAnswers(said, masks) : error;
    }

    /// <summary>Answers under masks that the caller drew; nothing but what their slots add up to may be known of them to anybody else.</summary>
    public Result<List<ReadOnlyMemory<byte>>> Answer(ulong[][][] masks, Func<int, int, IEnumerable<(ISlotText Text, ISlotFactor Factor)>> products)
    {
        var said = new List<ReadOnlyMemory<byte>>();
        for (var which = 0; which < ciphers.Length; which++)
        {
            var modulus = which;
            if (!ciphers[which].Answer([.. masks[which].Select((mask, i) => new MaskedProducts([.. products(modulus, i)], mask))]).TryGet(out var answers, out var error))
                return error;
            said.AddRange(answers.Select(answer => new ReadOnlyMemory<byte>(answer)));
        }

        return said;
    }

    /// <summary>Encrypts for the peer alone: shares that are opened to it, out of the coordinator's sight.</summary>
    public Result<List<ReadOnlyMemory<byte>>> Seal(ShareVector shares)
    {
        var said = new List<ReadOnlyMemory<byte>>();
        for (var which = 0; which < ciphers.Length; which++)
        {
            var text = new ulong[Slots];
            shares.Residues(which).CopyTo(text, 0);
            if (!ciphers[which].Answer([new MaskedProducts([], text)]).TryGet(out var answers, out var error))
                return error;
            said.Add(answers[0]);
        }

        return said;
    }

    /// <summary>Decrypted slots of the peer's answers, per modulus.</summary>
    public Result<ulong[][][]> Open(IReadOnlyList<ReadOnlyMemory<byte>> answers)
    {
        var opened = new ulong[ciphers.Length][][];
        var count = answers.Count / ciphers.Length;
        for (var which = 0; which < ciphers.Length; which++)
        {
            if (!ciphers[which].Open([.. answers.Skip(which * count).Take(count)]).TryGet(out var slots, out var error))
                return error;
            opened[which] = slots;
        }

        return opened;
    }

    public void Dispose()
    {
        foreach (var cipher in ciphers)
            cipher.Dispose();
    }

    private IEnumerable<int> Lengths(int count, Func<ISlotCipher, int> bytes) => ciphers.SelectMany(cipher => Enumerable.Repeat(bytes(cipher), count));
}

/// <summary>What was answered.</summary>
/// <param name="Said">Bytes for the peer.</param>
/// <param name="Masks">Per modulus and answer; secret of the party that answered.</param>
internal sealed record MaskedAnswers(List<ReadOnlyMemory<byte>> Said, ulong[][][] Masks);
