using System.Globalization;
using System.Text;

namespace DataSpace.Metering.Settlement;

/// <summary>
/// Text as a PDF 1.4 (ISO 32000-1), the same bytes for the same lines: no date, no id, no compression. Two fonts of the reader's own, none embedded: Courier for
/// ASCII and the predefined Adobe-GB1 song face with <c>UniGB-UCS2-H</c> for everything else (section 9.7.5.2), so Chinese is readable wherever the reader
/// has a Chinese font. See <c>src/decisions/2026-11-24-settlement.md</c>.
/// </summary>
internal sealed class PdfText
{
    private const double WidthPt = 595;
    private const double HeightPt = 842;
    private const double MarginPt = 48;
    private const double AsciiEm = 0.6; // Courier
    private readonly List<StringBuilder> _pages = [];
    private double _y;

    public PdfText() => NewPage();

    /// <summary>A line; too long ones go on in the next, indented.</summary>
    public void Line(string text, double sizePt = 9)
    {
        var rest = text;
        for (var first = true; first || rest.Length > 0; first = false)
        {
            var indent = first ? 0 : 2 * sizePt;
            var fit = Fit(rest, WidthPt - 2 * MarginPt - indent, sizePt);
            if (_y < MarginPt + sizePt)
                NewPage();
            Write(rest[..fit], MarginPt + indent, sizePt);
            rest = rest[fit..];
            _y -= sizePt * 1.5;
        }
    }

    /// <summary>Space before the next line.</summary>
    public void Gap() => _y -= 8;

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var objects = new List<string>
        {
            "<< /Type /Catalog /Pages 2 0 R >>",
            $"<< /Type /Pages /Count {Text(_pages.Count)} /Kids [{string.Join(' ', _pages.Select((_, i) => Text(7 + 2 * i) + " 0 R"))}] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
            "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UCS2-H /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>",
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 6 0 R /DW 1000 >>",
            "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        };
        for (var i = 0; i < _pages.Count; i++)
        {
            objects.Add($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {Text(WidthPt)} {Text(HeightPt)}] /Contents {Text(8 + 2 * i)} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>");
            objects.Add($"<< /Length {Text(_pages[i].Length)} >>\nstream\n{_pages[i]}\nendstream");
        }
        var file = new StringBuilder("%PDF-1.4\n");
        var offsets = new List<int>();
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(file.Length);
            file.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }
        var table = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets)
            file.Append(CultureInfo.InvariantCulture, $"{offset:D10} 00000 n \n");
        file.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Count + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(file.ToString());
    }

    private void NewPage()
    {
        _pages.Add(new StringBuilder());
        _y = HeightPt - MarginPt;
    }

    /// <summary>Runs of one font each.</summary>
    private void Write(string text, double x, double sizePt)
    {
        for (var at = 0; at < text.Length;)
        {
            var ascii = IsAscii(text[at]);
            var end = at + 1;
            while (end < text.Length && IsAscii(text[end]) == ascii)
                end++;
            var run = text[at..end];
            var shown = ascii ? "(" + run.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("(", "\\(", StringComparison.Ordinal).Replace(")", "\\)", StringComparison.Ordinal) + ")"
                : "<" + Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(run)) + ">";
            _pages[^1].Append(CultureInfo.InvariantCulture, $"BT /{(ascii ? "F1" : "F2")} {sizePt:0.##} Tf {x:0.##} {_y:0.##} Td {shown} Tj ET\n");
            x += run.Sum(c => Em(c)) * sizePt;
            at = end;
        }
    }

    private static int Fit(string text, double widthPt, double sizePt)
    {
        var (used, count) = (0.0, 0);
        while (count < text.Length && used + Em(text[count]) * sizePt <= widthPt)
            used += Em(text[count++]) * sizePt;
        return Math.Max(count, Math.Min(1, text.Length));
    }

    private static bool IsAscii(char c) => c is >= ' ' and <= '~';

    private static double Em(char c) => IsAscii(c) ? AsciiEm : 1;

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
