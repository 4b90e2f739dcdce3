using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using DataSpace.Sandbox.Process;

namespace DataSpace.Sandbox.Subjects;

/// <summary>
/// Reads the worker's subject section as it arrives and hands every record on. The worker is not trusted: lengths are capped, and anything malformed
/// makes the section broken, which fails the run.
/// </summary>
internal sealed class SubjectSection(ISubjectSink sink, WorkerSubjects asked, int maxCells, bool trimZeros)
{
    private readonly ArrayBufferWriter<byte> _chunk = new();
    private readonly byte[] _header = new byte[4];
    private readonly byte[] _number = new byte[20];
    private int _headerLength;
    private int _missing;
    private bool _started;
    private long _total;

    /// <summary>The section is over; what follows is the frame.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The section was not what it should be.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>There was a section (a worker that failed early sends the frame alone).</summary>
    public bool WasSent => _started;

    /// <summary>Takes bytes of the stream; returns how many belonged to the section.</summary>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (!IsDone && !IsBroken && taken < bytes.Length)
        {
            if (_missing > 0)
            {
                var part = Math.Min(_missing, bytes.Length - taken);
                _chunk.Write(bytes.Slice(taken, part));
                (taken, _missing) = (taken + part, _missing - part);
                if (_missing == 0)
                    Records();
                continue;
            }

            _header[_headerLength++] = bytes[taken++];
            if (_headerLength == _header.Length)
                Header();
        }

        return taken;
    }

    /// <summary>Bytes that were taken for a header and belong to the frame.</summary>
    public ReadOnlySpan<byte> GivenBack => IsDone && !_started ? _header : [];

    private void Header()
    {
        _headerLength = 0;
        var value = BinaryPrimitives.ReadUInt32LittleEndian(_header);
        if (!_started)
        {
            _started = value == SubjectWire.Magic;
            IsDone = value == WorkerFrame.Magic;
            IsBroken = !_started && !IsDone;
            return;
        }

        IsDone = value == 0;
        IsBroken = value > SubjectWire.MaxChunkBytes || (_total += value) > asked.MaxBytes;
        _missing = IsBroken ? 0 : (int)value;
        _chunk.ResetWrittenCount();
    }

    private void Records()
    {
        var rest = _chunk.WrittenSpan;
        while (!rest.IsEmpty)
        {
            if (!Record(ref rest))
            {
                IsBroken = true;
                return;
            }
        }
    }

    private bool Record(ref ReadOnlySpan<byte> rest)
    {
        if (!Varint(ref rest, out var cell) || cell >= (ulong)maxCells || !Varint(ref rest, out var flags))
            return false;
        var isNull = (flags & 1) != 0;
        ReadOnlySpan<byte> subject = [];
        if (!isNull && asked.IsInteger)
        {
            if (!Varint(ref rest, out var zigzag))
                return false;
            ((long)(zigzag >> 1) ^ -(long)(zigzag & 1)).TryFormat(_number, out var digits, provider: CultureInfo.InvariantCulture);
            subject = _number.AsSpan(0, digits);
        }
        else if (!isNull)
        {
            if (!Varint(ref rest, out var length) || length > (ulong)rest.Length)
                return false;
            subject = trimZeros ? Trim(rest[..(int)length]) : rest[..(int)length];
            rest = rest[(int)length..];
        }

        sink.Add((int)cell, flags >> 1, isNull, subject);
        return true;
    }

    /// <summary>A decimal's text without the scale that its file gave it: 7.50 and 7.5 are one subject.</summary>
    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
        => text.Contains((byte)'.') ? text.TrimEnd((byte)'0').TrimEnd((byte)'.') : text;

    private static bool Varint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        const int LastShift = 63;
        value = 0;
        for (int i = 0, shift = 0; i < rest.Length && shift <= LastShift; i++, shift += 7)
        {
            value |= (ulong)(rest[i] & 0x7f) << shift;
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
