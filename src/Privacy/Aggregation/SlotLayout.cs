using System.Numerics;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Aggregation;

/// <summary>The slots of one plain modulus: slot 0 of every ciphertext is a check slot, values follow from slot 1, the rest stays zero.</summary>
internal sealed class ModulusSlots(SealParameterSet set, long values)
{
    /// <summary>Slot in which every provider puts 1.</summary>
    public const int CheckSlot = 0;

    private readonly int _perCiphertext = set.Degree - 1;

    public SealParameterSet Set => set;

    public ulong Modulus => set.PlainModulus;

    /// <summary>Number of value slots in use.</summary>
    public int Values { get; } = checked((int)values);

    public int Ciphertexts => (Values + _perCiphertext - 1) / _perCiphertext;

    /// <summary>Slots of all ciphertexts in one row, used or not.</summary>
    public int TotalSlots => Ciphertexts * set.Degree;

    /// <summary>Position of a value in the row of all slots.</summary>
    public int SlotOf(int value) => (value / _perCiphertext * set.Degree) + 1 + (value % _perCiphertext);

    public bool IsCheckSlot(int slot) => slot % set.Degree == CheckSlot;

    /// <summary>First slot behind the last value; everything from here to the end, except check slots, is padding.</summary>
    public int PaddingStart => Values == 0 ? 0 : SlotOf(Values - 1) + 1;
}

/// <summary>
/// Where each statistic lies. First modulus: the sealed status, then per cell a flag and the statistics in the order of <see cref="CellStatistic.Of"/>.
/// Second modulus: per cell the wide statistics again (second powers always, others where their bound does not fit the first modulus), for the Chinese remainder theorem.
/// </summary>
internal sealed class SlotLayout
{
    /// <summary>Index of the sealed status among the first modulus' values.</summary>
    public const int StatusValue = 0;

    private readonly int _perCellFirst;
    private readonly int _perCellSecond;

    public SlotLayout(int groups, IReadOnlyList<bool> wide)
    {
        Wide = wide;
        (_perCellFirst, _perCellSecond) = PerCell(wide);
        First = new ModulusSlots(SealParameterSet.Aggregation1, 1 + ((long)groups * _perCellFirst));
        Second = new ModulusSlots(SealParameterSet.Aggregation2, (long)groups * _perCellSecond);
    }

    /// <summary>First plain modulus t1.</summary>
    public static BigInteger FirstModulus => SealParameterSet.Aggregation1.PlainModulus;

    /// <summary>Product t1·t2.</summary>
    public static BigInteger BothModuli => FirstModulus * SealParameterSet.Aggregation2.PlainModulus;

    /// <summary>Per statistic: whether it has a residue under the second modulus too.</summary>
    public IReadOnlyList<bool> Wide { get; }

    public ModulusSlots First { get; }

    public ModulusSlots Second { get; }

    /// <summary>Ciphertexts that a shape would need, computed before anything is allocated.</summary>
    public static long CiphertextCount(int groups, IReadOnlyList<bool> wide)
    {
        var (first, second) = PerCell(wide);
        var usable = SealParameterSet.Aggregation1.Degree - 1;
        return (1 + ((long)groups * first) + usable - 1) / usable + (((long)groups * second) + usable - 1) / usable;
    }

    public int Flag(int cell) => 1 + (cell * _perCellFirst);

    public int Count(int cell) => Flag(cell) + 1;

    /// <summary>First index and number of a cell's statistics (count onwards) under the first modulus.</summary>
    public (int Start, int Length) FirstStatistics(int cell) => (Count(cell), _perCellFirst - 1);

    /// <summary>First index and number of a cell's statistics under the second modulus.</summary>
    public (int Start, int Length) SecondStatistics(int cell) => (cell * _perCellSecond, _perCellSecond);

    private static (int First, int Second) PerCell(IReadOnlyList<bool> wide) => (1 + wide.Count, wide.Count(static isWide => isWide));
}
