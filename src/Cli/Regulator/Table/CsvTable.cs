using System.Text;
using DataSpace.Cli.Session;
using DataSpace.Kernel.NegativeList;
using Sylvan.Data.Csv;

namespace DataSpace.Cli.Regulator.Table;

/// <summary>Reads a table from CSV: UTF-8 with or without byte order mark, comma or semicolon or tab as the first line shows, at most 16 MB.</summary>
internal static class CsvTable
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The rows; the command ends when it is no text of UTF-8 or no CSV.</summary>
    public static TableRows Read(byte[] bytes, Ui ui)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new CommandStopped(RegulatorCliErrors.BadTable.Of(), ExitCode.Usage, [ui.T(RegulatorTexts.NotUtf8)]);
        }
        var rows = new List<TableRow>();
        try
        {
            using var reader = CsvDataReader.Create(new StringReader(text), new CsvDataReaderOptions
            {
                HasHeaders = false,
                Delimiter = DelimiterOf(text),
                MaxBufferSize = TableRows.MaxCellChars * 8,
            });
            while (reader.Read())
            {
                if (reader.RowFieldCount > TableRows.MaxColumns)
                    throw new CommandStopped(NegativeListErrors.TooLarge.Of($"{reader.RowFieldCount} columns, more than {TableRows.MaxColumns}"), ExitCode.Usage);
                var cells = Enumerable.Range(0, reader.RowFieldCount).Select(i => reader.GetString(i).Trim()).ToArray();
                if (cells.Any(c => c.Length > 0))
                    rows.Add(new TableRow(reader.RowNumber, cells));
                if (rows.Count > RuleSetReader.MaxRules + 1)
                    break; // told as too many rows
            }
        }
        catch (CsvFormatException e)
        {
            throw new CommandStopped(RegulatorCliErrors.BadTable.Of(), ExitCode.Usage, [ui.T(RegulatorTexts.RowOnly, e.RowNumber, e.Message)]);
        }
        return rows.Count == 0
            ? throw new CommandStopped(RegulatorCliErrors.BadTable.Of(), ExitCode.Usage, [ui.T(RegulatorTexts.NoRows)])
            : new TableRows(rows[0], rows[1..], []);
    }

    /// <summary>The sign that the first line has most of; spreadsheets of some languages write semicolons.</summary>
    private static char DelimiterOf(string text)
    {
        var end = text.IndexOf('\n');
        var line = end < 0 ? text : text[..end];
        return ",;\t".MaxBy(d => line.Count(c => c == d));
    }
}
