using System.Buffers.Binary;
using System.Text;
using DataSpace.Sandbox.Process;
using DuckDB.NET.Data;

namespace DataSpace.SandboxWorker;

/// <summary>Streams the subject section to stdout while the engine's rows are read; see <see cref="SubjectWire"/>.</summary>
internal sealed class SubjectWriter(Stream output, long maxBytes)
{
    private const int MaxVarintBytes = 10;
    private byte[] _chunk = new byte[SubjectWire.ChunkBytes * 2];
    private int _length;
    private long _written;

    /// <summary>Runs the statement and writes its rows. Failures are thrown; the frame that follows tells their class.</summary>
    public static void Write(Engine engine, WorkerSubjects subjects)
    {
        using var output = Console.OpenStandardOutput();
        using var command = engine.Connection.CreateCommand();
        command.CommandText = subjects.Sql;
        using var reader = command.ExecuteReader();
        Span<byte> magic = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, SubjectWire.Magic);
        output.Write(magic);
        var writer = new SubjectWriter(output, subjects.MaxBytes);
        try
        {
            while (reader.Read())
                writer.Record(reader, subjects);
            writer.Flush();
        }
        finally
        {
            writer.End(); // also after a failure, so that the frame is found
        }
    }

    private void Record(DuckDBDataReader reader, WorkerSubjects subjects)
    {
        var isNull = reader.IsDBNull(1);
        Varint((uint)reader.GetInt32(0));
        var columns = subjects.HasColumns ? (ulong)reader.GetInt64(2) : 0;
        Varint((columns << 1) | (isNull ? 1UL : 0));
        if (isNull)
        {
            // no subject: nothing more
        }
        else if (subjects.IsInteger)
        {
            var value = reader.GetInt64(1);
            Varint((ulong)((value << 1) ^ (value >> 63)));
        }
        else
        {
            Text(reader.GetString(1));
        }

        if (_length >= SubjectWire.ChunkBytes)
            Flush();
    }

    private void Text(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (_chunk.Length < _length + bytes + (3 * MaxVarintBytes))
            Array.Resize(ref _chunk, _length + bytes + (3 * MaxVarintBytes) + SubjectWire.ChunkBytes);
        Varint((ulong)bytes);
        _length += Encoding.UTF8.GetBytes(text, _chunk.AsSpan(_length));
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _chunk[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _chunk[_length++] = (byte)value;
    }

    private void Flush()
    {
        if (_length == 0)
            return;
        _written += _length;
        if (_written > maxBytes || _length > SubjectWire.MaxChunkBytes)
        {
            _length = 0;
            throw new WorkerException(WorkerFailure.Limit, "subjects");
        }

        Length(_length);
        output.Write(_chunk, 0, _length);
        _length = 0;
    }

    private void End() => Length(0);

    private void Length(int length)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        output.Write(bytes);
    }
}
