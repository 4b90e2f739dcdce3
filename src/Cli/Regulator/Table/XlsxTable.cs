using System.Globalization;
using System.IO.Compression;
using System.Xml;
using DataSpace.Cli.Session;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator.Table;

/// <summary>
/// Reads the first visible sheet of an Excel workbook (ECMA-376 Office Open XML, SpreadsheetML): cells as the text that stands in the file. Nothing is
/// computed: a formula is a finding, not a value. Bounded against archives that unpack to more than they show: size, number of parts, characters and rows
/// are limited while reading, whatever the archive's directory claims; document types and entities are refused.
/// </summary>
internal static class XlsxTable
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    /// <summary>Most bytes that all parts together may unpack to.</summary>
    public const long MaxUnpackedBytes = 128L * 1024 * 1024;

    private const int MaxParts = 2_000;
    private const int MaxSharedStrings = 500_000;
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>The rows; the command ends when this is no workbook.</summary>
    public static TableRows Read(byte[] bytes, Ui ui)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes, writable: false), ZipArchiveMode.Read);
            if (archive.Entries.Count > MaxParts)
                throw Bad($"{archive.Entries.Count} parts, more than {MaxParts}");
            var budget = new UnpackBudget(MaxUnpackedBytes);
            var sheet = FirstSheet(archive, budget);
            var strings = SharedStrings(archive, budget);
            var (rows, problems) = Rows(archive, sheet, strings, budget);
            return rows.Count == 0
                ? throw new CommandStopped(RegulatorCliErrors.BadTable.Of(), ExitCode.Usage, [ui.T(RegulatorTexts.NoRows)])
                : new TableRows(rows[0], rows[1..], problems);
        }
        catch (Exception e) when (e is InvalidDataException or XmlException or FormatException or EndOfStreamException)
        {
            throw Bad(e is XmlException x ? $"XML, line {x.LineNumber}" : null);
        }
    }

    private static string FirstSheet(ZipArchive archive, UnpackBudget budget)
    {
        string? id = null;
        using (var xml = Open(archive, "xl/workbook.xml", budget))
        {
            while (id is null && xml.Read())
            {
                if (xml is { NodeType: XmlNodeType.Element, LocalName: "sheet" } && xml.GetAttribute("state") is null or "visible")
                    id = xml.GetAttribute("id", Relationships);
            }
        }
        using var relations = Open(archive, "xl/_rels/workbook.xml.rels", budget);
        while (relations.Read())
        {
            if (relations is { NodeType: XmlNodeType.Element, LocalName: "Relationship" } && relations.GetAttribute("Id") == id && relations.GetAttribute("TargetMode") is null or "Internal")
            {
                var target = relations.GetAttribute("Target") ?? "";
                return target.StartsWith('/') ? target[1..] : "xl/" + target;
            }
        }
        throw Bad("no visible sheet");
    }

    private static List<string> SharedStrings(ZipArchive archive, UnpackBudget budget)
    {
        var strings = new List<string>();
        if (archive.GetEntry("xl/sharedStrings.xml") is null)
            return strings;
        using var xml = Open(archive, "xl/sharedStrings.xml", budget);
        while (xml.Read())
        {
            if (xml is not { NodeType: XmlNodeType.Element, LocalName: "si", NamespaceURI: Main })
                continue;
            if (strings.Count >= MaxSharedStrings)
                throw Bad($"more than {MaxSharedStrings} texts");
            using var item = xml.ReadSubtree();
            strings.Add(TextOf(item));
        }
        return strings;
    }

    private static (List<TableRow> Rows, List<CellProblem> Problems) Rows(ZipArchive archive, string part, List<string> strings, UnpackBudget budget)
    {
        var rows = new List<TableRow>();
        var problems = new List<CellProblem>();
        using var xml = Open(archive, part, budget);
        var number = 0;
        while (xml.Read())
        {
            if (xml is not { NodeType: XmlNodeType.Element, LocalName: "row", NamespaceURI: Main })
                continue;
            number = xml.GetAttribute("r") is { } r ? int.Parse(r, NumberStyles.None, CultureInfo.InvariantCulture) : number + 1;
            using var content = xml.ReadSubtree();
            var cells = Cells(content, number, strings, problems);
            if (cells.Any(c => c.Length > 0))
                rows.Add(new TableRow(number, cells));
            if (rows.Count > RuleSetReader.MaxRules + 1)
                break; // told as too many rows
        }
        return (rows, problems);
    }

    private static List<string> Cells(XmlReader row, int number, List<string> strings, List<CellProblem> problems)
    {
        var cells = new List<string>();
        var column = -1;
        while (row.Read())
        {
            if (row is not { NodeType: XmlNodeType.Element, LocalName: "c", NamespaceURI: Main })
                continue;
            column = row.GetAttribute("r") is { } reference ? ColumnOf(reference) : column + 1;
            var type = row.GetAttribute("t") ?? "n";
            using var cell = row.ReadSubtree();
            var (text, formula) = Value(cell, type, strings);
            if (text.Length == 0 && !formula)
                continue;
            if (column >= TableRows.MaxColumns)
                throw new CommandStopped(NegativeListErrors.TooLarge.Of($"row {number}: more than {TableRows.MaxColumns} columns"), ExitCode.Usage);
            if (formula)
                problems.Add(new CellProblem(number, column, RegulatorTexts.Formula));
            else if (type == "e")
                problems.Add(new CellProblem(number, column, RegulatorTexts.CellError));
            while (cells.Count <= column)
                cells.Add("");
            cells[column] = formula || type == "e" ? "" : text;
        }
        return cells;
    }

    private static (string Text, bool Formula) Value(XmlReader cell, string type, List<string> strings)
    {
        if (type == "inlineStr")
            return (TextOf(cell).Trim(), false);
        var (text, formula) = ("", false);
        while (cell.Read())
        {
            if (cell.NodeType != XmlNodeType.Element)
                continue;
            if (cell.LocalName == "f")
                formula = true;
            else if (cell.LocalName == "v")
                text = Content(cell);
        }
        if (type == "s" && text.Length > 0)
        {
            var index = int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
            text = index < strings.Count ? strings[index] : throw Bad("a text is missing");
        }
        return (text.Trim(), formula);
    }

    /// <summary>The text of the element the reader stands on; the reader stays on its end, so that nothing behind it is passed over.</summary>
    private static string Content(XmlReader element)
    {
        var text = new System.Text.StringBuilder();
        using var content = element.ReadSubtree();
        while (content.Read())
        {
            if (content.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
                text.Append(content.Value);
        }
        return text.ToString();
    }

    /// <summary>The runs of a rich text joined; pronunciation guides (rPh) are no part of it.</summary>
    private static string TextOf(XmlReader item)
    {
        var text = new System.Text.StringBuilder();
        while (item.Read())
        {
            if (item is { NodeType: XmlNodeType.Element, LocalName: "rPh" })
            {
                using var guide = item.ReadSubtree();
                while (guide.Read())
                {
                }
                continue;
            }
            if (item is { NodeType: XmlNodeType.Element, LocalName: "t" } && !item.IsEmptyElement)
            {
                text.Append(Content(item));
                if (text.Length > TableRows.MaxCellChars)
                    throw Bad("a text is too long");
            }
        }
        return text.ToString();
    }

    /// <summary>Zero-based column of a reference such as <c>AB12</c>.</summary>
    private static int ColumnOf(string reference)
    {
        var column = 0;
        var letters = 0;
        while (letters < reference.Length && char.IsAsciiLetterUpper(reference[letters]))
        {
            column = (column * 26) + (reference[letters] - 'A' + 1);
            if (++letters > 3)
                throw Bad("a cell reference");
        }
        return letters == 0 ? throw Bad("a cell reference") : column - 1;
    }

    private static XmlReader Open(ZipArchive archive, string name, UnpackBudget budget)
    {
        var entry = archive.GetEntry(name) ?? throw Bad($"{name} is missing");
        return XmlReader.Create(new BoundedStream(entry.Open(), budget), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxUnpackedBytes,
            MaxCharactersFromEntities = 1024,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CloseInput = true,
        });
    }

    private static CommandStopped Bad(string? detail) => new(RegulatorCliErrors.BadWorkbook.Of(detail), ExitCode.Usage);

    /// <summary>Bytes that may still be unpacked, over all parts.</summary>
    private sealed class UnpackBudget(long bytes)
    {
        private long _left = bytes;

        public void Spend(int read)
        {
            _left -= read;
            if (_left < 0)
                throw Bad("it unpacks to more than 128 MB");
        }
    }

    private sealed class BoundedStream(Stream inner, UnpackBudget budget) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            budget.Spend(read);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
