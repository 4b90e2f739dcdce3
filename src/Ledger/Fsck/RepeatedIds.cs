using System.Buffers.Binary;
using System.Numerics;

namespace DataSpace.Ledger.Fsck;

/// <summary>
/// Finds event ids that occur twice among any number of entries in bounded memory: a Bloom filter (4 probes, at most 64 MiB) names suspects, a second
/// reading of the entries decides. A log of more than 16 million entries is read once for each further 16 million. Not thread-safe.
/// </summary>
internal sealed class RepeatedIds
{
    private const long MaxBits = 1L << 29;
    private const long MaxPerPass = 1L << 24;
    private const int MaxSuspects = 1 << 20;
    private const int BitsPerId = 32;
    private const int Probes = 4;

    private readonly uint[] _bits;
    private readonly uint _mask;
    private readonly int _passes;
    private readonly HashSet<UInt128> _suspects = [];
    private int _pass;
    private bool _isTooMany;

    public RepeatedIds(long entries)
    {
        _passes = (int)((Math.Max(entries, 1) + MaxPerPass - 1) / MaxPerPass);
        var bits = Math.Min(MaxBits, (long)BitOperations.RoundUpToPowerOf2((ulong)(BitsPerId * Math.Clamp(entries, 32, MaxBits / BitsPerId))));
        (_bits, _mask) = (new uint[bits / 32], (uint)(bits - 1));
    }

    /// <summary>Called for every entry in the first reading.</summary>
    public void Add(ReadOnlySpan<byte> id)
    {
        if (id[15] % _passes != _pass)
            return;
        var known = true;
        for (var i = 0; i < Probes; i++)
        {
            var bit = BinaryPrimitives.ReadUInt32LittleEndian(id[(4 * i)..]) & _mask;
            ref var word = ref _bits[bit >> 5];
            known &= (word >> (int)(bit & 31) & 1) == 1;
            word |= 1u << (int)(bit & 31);
        }
        if (!known)
            return;
        // Ids are the log's own choice: too many alike are a finding, not a reason to use more memory.
        if (_suspects.Count < MaxSuspects)
            _suspects.Add(BinaryPrimitives.ReadUInt128BigEndian(id));
        else
            _isTooMany = true;
    }

    /// <summary>Names every entry whose id an earlier one has.</summary>
    /// <param name="read">Reads ids and indices of all entries again, in order.</param>
    /// <param name="found">Told the later and the earlier index.</param>
    /// <returns>False when so many ids look alike that they cannot be compared.</returns>
    public bool Resolve(Func<IEnumerable<(ReadOnlyMemory<byte> Id, long Index)>> read, Action<long, long> found)
    {
        for (; _pass < _passes; _pass++)
        {
            if (_pass > 0)
            {
                Array.Clear(_bits);
                _suspects.Clear();
                foreach (var (id, _) in read())
                    Add(id.Span);
            }
            if (_isTooMany)
                return false;
            if (_suspects.Count == 0)
                continue;
            var seen = new Dictionary<UInt128, long>();
            foreach (var (id, index) in read())
            {
                var key = BinaryPrimitives.ReadUInt128BigEndian(id.Span);
                if (_suspects.Contains(key) && !seen.TryAdd(key, index))
                    found(index, seen[key]);
            }
        }
        return true;
    }
}
