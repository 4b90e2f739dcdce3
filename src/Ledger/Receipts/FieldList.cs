using System.Text;

namespace DataSpace.Ledger.Receipts;

/// <summary>
/// A payload's fields in their encoded form, one deterministic CBOR array of label, value, label, value … (RFC 8949, section 4.2.1), read where they lie. Labels are ASCII.
/// </summary>
public sealed class FieldList
{
    private readonly ReadOnlyMemory<byte> _encoded;

    private FieldList(ReadOnlyMemory<byte> encoded) => _encoded = encoded;

    /// <summary>The list, or null when the bytes are not one in its only encoding.</summary>
    public static FieldList? Read(ReadOnlyMemory<byte> encoded)
    {
        var rest = encoded.Span;
        if (!CborScan.TryHead(ref rest, CborScan.Array, out var items) || items % 2 != 0)
            return null;
        for (; items > 0; items -= 2)
        {
            if (!CborScan.TryString(ref rest, CborScan.Text, out var label) || !Ascii.IsValid(label) || !CborScan.TryString(ref rest, CborScan.Bytes, out _))
                return null;
        }
        return rest.IsEmpty ? new FieldList(encoded) : null;
    }

    /// <summary>Number of fields.</summary>
    public int Count
    {
        get
        {
            var rest = _encoded.Span;
            CborScan.TryHead(ref rest, CborScan.Array, out var items);
            return (int)(items / 2);
        }
    }

    /// <summary>The one encoding of these fields.</summary>
    public static byte[] Encode(IReadOnlyList<PayloadField> fields)
    {
        var writer = CborScratch.Writer();
        writer.WriteStartArray(2 * fields.Count);
        foreach (var field in fields)
        {
            writer.WriteTextString(field.Label);
            writer.WriteByteString(field.Value.Span);
        }
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Label and value of each field, without a copy.</summary>
    public Enumerator GetEnumerator() => new(_encoded.Span);

    /// <summary>The fields one by one; values are parts of the encoded bytes.</summary>
    public List<PayloadField> ToList()
    {
        var fields = new List<PayloadField>();
        foreach (var field in this)
            fields.Add(new PayloadField(Encoding.ASCII.GetString(field.Label), _encoded.Slice(field.ValueAt, field.Value.Length)));
        return fields;
    }

    /// <summary>A field where it lies.</summary>
    public readonly ref struct Slice(ReadOnlySpan<byte> label, ReadOnlySpan<byte> value, int valueAt)
    {
        /// <summary>Name, ASCII.</summary>
        public ReadOnlySpan<byte> Label { get; } = label;

        /// <summary>One deterministic CBOR item.</summary>
        public ReadOnlySpan<byte> Value { get; } = value;

        /// <summary>Where the value begins in the encoded bytes.</summary>
        internal int ValueAt { get; } = valueAt;
    }

    /// <summary>Goes through bytes that <see cref="Read"/> has accepted.</summary>
    public ref struct Enumerator
    {
        private readonly int _length;
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> encoded)
        {
            _length = encoded.Length;
            _rest = encoded;
            CborScan.TryHead(ref _rest, CborScan.Array, out _);
        }

        /// <summary>The present field.</summary>
        public Slice Current { get; private set; }

        /// <summary>Goes on to the next field.</summary>
        public bool MoveNext()
        {
            if (!CborScan.TryString(ref _rest, CborScan.Text, out var label) || !CborScan.TryString(ref _rest, CborScan.Bytes, out var value))
                return false;
            Current = new Slice(label, value, _length - _rest.Length - value.Length);
            return true;
        }
    }
}
