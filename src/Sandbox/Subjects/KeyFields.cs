using System.Globalization;
using System.Text;

namespace DataSpace.Sandbox.Subjects;

/// <summary>
/// Splits what the worker sends back into columns. The worker is not trusted: what does not split into exactly as many fields as were asked for is no row, and breaks the reading.
/// </summary>
internal sealed class KeyFields(int columns, IKeySink sink) : ISubjectSink
{
    private const byte Missing = (byte)'-';
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly string?[] _values = new string?[columns];

    /// <summary>A row was not what it should be.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Rows handed on.</summary>
    public long Rows { get; private set; }

    /// <summary>The columns of a row (as SQL expressions) as one text: each with its length in bytes in front, so that no two rows have one text.</summary>
    public static string Sql(IEnumerable<string> columns)
        => string.Join(" || ", columns.Select(name => $"coalesce(CAST(strlen(CAST({name} AS VARCHAR)) AS VARCHAR) || ':' || CAST({name} AS VARCHAR), '-')"));

    public void Add(int cell, ulong missing, bool isNull, ReadOnlySpan<byte> subject)
    {
        if (IsBroken || isNull || !Split(subject))
        {
            IsBroken = true;
            return;
        }

        Rows++;
        sink.Add(_values);
    }

    private bool Split(ReadOnlySpan<byte> rest)
    {
        for (var i = 0; i < columns; i++)
        {
            if (rest.IsEmpty)
                return false;
            if (rest[0] == Missing)
            {
                _values[i] = null;
                rest = rest[1..];
                continue;
            }

            var colon = rest.IndexOf((byte)':');
            if (colon is < 1 or > 9 || !int.TryParse(rest[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > rest.Length - colon - 1)
                return false;
            try
            {
                _values[i] = Strict.GetString(rest.Slice(colon + 1, length));
            }
            catch (DecoderFallbackException)
            {
                return false;
            }

            rest = rest[(colon + 1 + length)..];
        }

        return rest.IsEmpty;
    }
}
