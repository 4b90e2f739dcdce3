using System.Buffers.Binary;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Vertical;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>Slots without encryption: the same arithmetic, nothing hidden. Tests see through it what each party would decrypt.</summary>
internal sealed class ClearSlots(ulong modulus, int slots) : ISlotCipher
{
    public const ulong First = 1_099_511_480_321, Second = 1_099_510_890_497, Third = 1_099_510_824_961;

    /// <summary>What this party decrypted, in order.</summary>
    public List<ulong[]> Opened { get; } = [];

    /// <summary>Masks that this party put on its answers, in order.</summary>
    public List<ulong[]> Masks { get; } = [];

    /// <summary>What this party encrypted under its own key.</summary>
    public List<ulong[]> Encrypted { get; } = [];

    /// <summary>When set, answers come without masks.</summary>
    public bool LeavesMasksOff { get; init; }

    public ulong Modulus => modulus;

    public int Slots => slots;

    public int KeyBytes => 8;

    public int TextBytes => 8 * slots;

    public int AnswerBytes => 8 * slots;

    public ReadOnlyMemory<byte> PublicKey => new byte[8];

    public static RingSlots Pair(int slots) => Of(slots, 2);

    public static RingSlots Of(int slots, int moduli) => new([.. new[] { First, Second, Third }.Take(moduli).Select(modulus => new ClearSlots(modulus, slots))]);

    public Result<Unit> Accept(ReadOnlyMemory<byte> peerKey) => Unit.Value;

    public Result<byte[][]> Encrypt(IReadOnlyList<ulong[]> texts)
    {
        Encrypted.AddRange(texts);
        return texts.Select(Bytes).ToArray();
    }

    public Result<ISlotText> Load(ReadOnlyMemory<byte> text) => new Text(Values(text));

    public ISlotFactor Prepare(ulong[] values) => new Factor(values);

    public Result<byte[][]> Answer(IReadOnlyList<MaskedProducts> sums)
    {
        Masks.AddRange(sums.Select(sum => sum.Mask));
        return sums.Select(sum =>
        {
            var slot = new UInt128[slots];
            for (var i = 0; i < slots; i++)
                slot[i] = LeavesMasksOff && sum.Products.Count > 0 ? 0 : sum.Mask[i];
            foreach (var (text, factor) in sum.Products)
            {
                var (left, right) = (((Text)text).Values, ((Factor)factor).Values);
                for (var i = 0; i < slots; i++)
                    slot[i] += Math.BigMul(left[i], right[i]);
            }

            return Bytes(Array.ConvertAll(slot, value => (ulong)(value % modulus)));
        }).ToArray();
    }

    public Result<ulong[][]> Open(IReadOnlyList<ReadOnlyMemory<byte>> answers)
    {
        var opened = answers.Select(Values).ToArray();
        Opened.AddRange(opened);
        return opened;
    }

    public void Dispose()
    {
    }

    private static byte[] Bytes(ulong[] values)
    {
        var bytes = new byte[8 * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * i), values[i]);
        return bytes;
    }

    private static ulong[] Values(ReadOnlyMemory<byte> bytes)
    {
        var values = new ulong[bytes.Length / 8];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[(8 * i)..]);
        return values;
    }

    private sealed record Text(ulong[] Values) : ISlotText;

    private sealed record Factor(ulong[] Values) : ISlotFactor;
}
