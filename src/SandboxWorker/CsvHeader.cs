using System.Text;
using DataSpace.Sandbox.Process;

namespace DataSpace.SandboxWorker;

/// <summary>First record of a CSV file (RFC 4180): the column names.</summary>
internal static class CsvHeader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IReadOnlyList<string> Parse(byte[] head)
    {
        var bytes = head.AsSpan();
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        if (bytes.IsEmpty)
            throw new WorkerException(WorkerFailure.MalformedInput, "empty file");

        var names = new List<string>();
        var field = new List<byte>();
        var inQuotes = false;
        var wasQuoted = false;
        for (var i = 0; ; i++)
        {
            if (i >= bytes.Length)
            {
                if (inQuotes)
                    throw new WorkerException(WorkerFailure.MalformedInput, "unterminated quote in the header");
                break;
            }

            var b = bytes[i];
            if (inQuotes)
            {
                if (b != (byte)'"')
                    field.Add(b);
                else if (i + 1 < bytes.Length && bytes[i + 1] == (byte)'"')
                    field.Add(bytes[++i]);
                else
                    inQuotes = false;
            }
            else if (b == (byte)'"' && field.Count == 0 && !wasQuoted)
            {
                inQuotes = wasQuoted = true;
            }
            else if (b == (byte)',')
            {
                names.Add(Take(field));
                wasQuoted = false;
            }
            else if (b is (byte)'\n' or (byte)'\r')
            {
                if (b == (byte)'\r' && (i + 1 >= bytes.Length || bytes[i + 1] != (byte)'\n'))
                    throw new WorkerException(WorkerFailure.MalformedInput, "lines end with LF or CRLF");
                break;
            }
            else if (wasQuoted || b == (byte)'"')
            {
                throw new WorkerException(WorkerFailure.MalformedInput, "stray quote in the header");
            }
            else
            {
                field.Add(b);
            }
        }

        names.Add(Take(field));
        if (names.Any(n => n.Length == 0) || names.Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Count)
            throw new WorkerException(WorkerFailure.MalformedInput, "an empty or repeated column name in the header");
        return names;
    }

    private static string Take(List<byte> field)
    {
        try
        {
            var text = StrictUtf8.GetString([.. field]);
            field.Clear();
            return text;
        }
        catch (DecoderFallbackException)
        {
            throw new WorkerException(WorkerFailure.MalformedInput, "the header is not UTF-8");
        }
    }
}
