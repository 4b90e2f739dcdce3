using System.Buffers;
using System.Formats.Cbor;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>What an entry commits to: a list of named values. Implemented by one record per <see cref="EntryKind"/>.</summary>
public interface IEntryPayload
{
    /// <summary>Kind of the entry that carries this payload.</summary>
    EntryKind Kind { get; }

    /// <summary>The fields in the kind's fixed order.</summary>
    IReadOnlyList<PayloadField> ToFields();
}

/// <summary>A named value. Fields can be shown one by one, each with its salt.</summary>
/// <param name="Label">Name, 1–80 characters of <c>a–z A–Z 0–9 / . - _</c>.</param>
/// <param name="Value">One deterministic CBOR item (RFC 8949, section 4.2.1): text, integer, byte string or array of text.</param>
public readonly record struct PayloadField(string Label, ReadOnlyMemory<byte> Value);

/// <summary>Writes fields with one spelling per value.</summary>
internal sealed class FieldWriter
{
    private readonly List<PayloadField> _fields = [];

    public FieldWriter Text(string label, string value)
    {
        var writer = CborScratch.Writer();
        writer.WriteTextString(value);
        return Add(label, writer);
    }

    /// <summary>An id or a stable code: at most <see cref="FieldRules.MaxIdLength"/> characters; empty where there is none.</summary>
    public FieldWriter Id(string label, string value)
        => value.Length <= FieldRules.MaxIdLength ? Text(label, value) : throw new ArgumentException("Too long.", label);

    /// <summary>A word of a vocabulary: 1–64 characters of <c>a–z A–Z 0–9 : . - _</c>.</summary>
    public FieldWriter Word(string label, string value)
        => FieldRules.IsWord(value) ? Text(label, value) : throw new ArgumentException("Not a word.", label);

    /// <summary>A version, a count or a time: zero or more.</summary>
    public FieldWriter Count(string label, long value)
        => value >= 0 ? Number(label, value) : throw new ArgumentException("Negative.", label);

    public FieldWriter IdList(string label, IReadOnlyList<string> values)
        => values.Count <= FieldRules.MaxListItems && values.All(value => value.Length <= FieldRules.MaxIdLength)
            ? TextList(label, values)
            : throw new ArgumentException("Too many or too long.", label);

    public FieldWriter Number(string label, long value)
    {
        var writer = CborScratch.Writer();
        writer.WriteInt64(value);
        return Add(label, writer);
    }

    public FieldWriter Bytes(string label, ReadOnlyMemory<byte> value)
    {
        var writer = CborScratch.Writer();
        writer.WriteByteString(value.Span);
        return Add(label, writer);
    }

    /// <summary>A digest given in lower-case hex, stored as bytes.</summary>
    public FieldWriter Digest(string label, string hex)
        => Bytes(label, FieldRules.IsDigest(hex) ? Convert.FromHexString(hex) : throw new ArgumentException("Not a digest.", label));

    public FieldWriter TextList(string label, IReadOnlyList<string> values)
    {
        var writer = CborScratch.Writer();
        writer.WriteStartArray(values.Count);
        foreach (var value in values)
            writer.WriteTextString(value);
        writer.WriteEndArray();
        return Add(label, writer);
    }

    /// <summary>One field per pair, so that each can be shown alone, ordered by name.</summary>
    public FieldWriter NumberMap(string prefix, IReadOnlyDictionary<string, long> values)
    {
        foreach (var (name, value) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Number($"{prefix}/{name}", value);
        return this;
    }

    public IReadOnlyList<PayloadField> Fields => _fields;

    private FieldWriter Add(string label, CborWriter writer)
    {
        _fields.Add(new PayloadField(label, writer.Encode()));
        return this;
    }
}

/// <summary>Limits on what a payload may hold.</summary>
internal static class FieldRules
{
    public const int MaxLabelLength = 80;
    public const int MaxFields = 128;
    public const int MaxValueBytes = 8 * 1024;
    public const int MaxPayloadBytes = 32 * 1024;
    public const int MaxListItems = 256;
    public const int MaxIdLength = 512;
    public const int MaxWordLength = 64;
    private const int FewFields = 16;

    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.-_");

    public static bool IsWord(string word)
        => word.Length is > 0 and <= MaxWordLength && word.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '.' or '-' or '_');

    public static bool IsDigest(string hex) => hex.Length == 64 && hex.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');

    /// <summary>The first rule that a field list breaks, or null.</summary>
    public static DsError? Check(IReadOnlyList<PayloadField> fields)
    {
        if (fields.Count is 0 or > MaxFields)
            return LedgerErrors.EntryTooLarge.Of("number of fields");
        // A set costs more than it saves among so few.
        var seen = fields.Count > FewFields ? new HashSet<string>(StringComparer.Ordinal) : null;
        var total = 0;
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            if (!IsLabel(field.Label) || !(seen?.Add(field.Label) ?? IsFirst(fields, i)))
                return LedgerErrors.InvalidField.Of("malformed or repeated label");
            if (field.Value.Length > MaxValueBytes || (total += field.Value.Length + field.Label.Length) > MaxPayloadBytes)
                return LedgerErrors.EntryTooLarge.Of(field.Label);
        }
        return null;
    }

    private static bool IsFirst(IReadOnlyList<PayloadField> fields, int at)
    {
        for (var i = 0; i < at; i++)
        {
            if (fields[i].Label == fields[at].Label)
                return false;
        }
        return true;
    }

    private static bool IsLabel(string label) => label.Length is > 0 and <= MaxLabelLength && !label.AsSpan().ContainsAnyExcept(LabelCharacters);
}

/// <summary>Reads fields strictly: everything asked for must be there in the right type, and nothing else may be.</summary>
internal sealed class FieldReader
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _values = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string> _erased = [];
    private DsError? _error;

    /// <summary>The same where these labels were erased: they must be absent, and their texts and digests read as empty.</summary>
    public FieldReader(IEnumerable<PayloadField> fields, IReadOnlyList<string> erased)
        : this(fields)
    {
        _erased = erased;
        if (erased.FirstOrDefault(_values.ContainsKey) is { } present)
            Fail(present);
    }

    public FieldReader(IEnumerable<PayloadField> fields)
    {
        foreach (var field in fields)
        {
            if (!_values.TryAdd(field.Label, field.Value))
                Fail(field.Label);
        }
    }

    public string Text(string label) => Read(label, r => r.ReadTextString(), "");

    public long Number(string label) => Read(label, r => r.ReadInt64(), 0L);

    public string Id(string label) => Checked(label, Text(label), value => value.Length <= FieldRules.MaxIdLength);

    public string Word(string label) => Checked(label, Text(label), FieldRules.IsWord);

    public long Count(string label) => Checked(label, Number(label), value => value >= 0);

    public IReadOnlyList<string> IdList(string label)
        => Checked(label, TextList(label), values => values.All(value => value.Length <= FieldRules.MaxIdLength));

    public byte[] Bytes(string label) => Read(label, r => r.ReadByteString(), []);

    public string Digest(string label)
    {
        var bytes = Bytes(label);
        if (bytes.Length != 32 && !_erased.Contains(label))
            Fail(label);
        return Convert.ToHexStringLower(bytes);
    }

    public IReadOnlyList<string> TextList(string label) => Read<IReadOnlyList<string>>(label, r =>
    {
        if (r.ReadStartArray() is not (>= 0 and <= FieldRules.MaxListItems and var count))
            throw new CborContentException("list too long");
        var items = new string[count];
        for (var i = 0; i < count; i++)
            items[i] = r.ReadTextString();
        r.ReadEndArray();
        return items;
    }, []);

    public IReadOnlyDictionary<string, long> NumberMap(string prefix)
    {
        var labels = _values.Keys.Where(label => label.StartsWith(prefix + "/", StringComparison.Ordinal)).ToList();
        return labels.ToDictionary(label => label[(prefix.Length + 1)..], Number, StringComparer.Ordinal);
    }

    /// <summary>The payload, or the first field that was missing, malformed or unknown.</summary>
    public Result<T> Finish<T>(T payload)
    {
        if (_values.Count > 0)
            Fail(_values.Keys.First());
        return _error is null ? payload : _error;
    }

    private T Read<T>(string label, Func<CborReader, T> read, T fallback)
    {
        if (!_values.Remove(label, out var value))
        {
            if (!_erased.Contains(label))
                Fail(label);
            return fallback;
        }
        try
        {
            var reader = new CborReader(value, CborConformanceMode.Canonical);
            var result = read(reader);
            if (reader.BytesRemaining != 0)
                Fail(label);
            return result;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            Fail(label);
            return fallback;
        }
    }

    private T Checked<T>(string label, T value, Func<T, bool> holds)
    {
        if (!holds(value))
            Fail(label);
        return value;
    }

    private void Fail(string label) => _error ??= LedgerErrors.InvalidField.Of(label);
}
