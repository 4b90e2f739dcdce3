using System.Buffers.Text;

namespace DataSpace.Cli.Demo;

/// <summary>
/// Seeded synthetic rows for <c>--rows</c>: group 0..99, value 0.00..1000.00, subject id. The same seed gives the same file on
/// every machine, and the sums that the joint result must equal are kept while writing. Labelled synthetic wherever shown.
/// </summary>
internal static class SyntheticRows
{
    /// <summary>Number of groups.</summary>
    public const int Groups = 100;

    /// <summary>Decimal places of a value.</summary>
    public const int Decimals = 2;

    private const int MaxScaled = 100_000;
    private const int ReportEvery = 50_000;

    /// <summary>Writes one owner's file and adds every row to <paramref name="union"/>.</summary>
    public static void Write(string path, ulong seed, int rows, PlaintextUnion union, Action<int> progress, CancellationToken cancel)
    {
        var names = Enumerable.Range(0, Groups).Select(NumberText).ToArray();
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        file.Write("subject,grp,value\n"u8);
        Span<byte> line = stackalloc byte[64];
        var state = seed;
        for (var row = 0; row < rows; row++)
        {
            var random = Next(ref state);
            // Evenly spread, so that no group exceeds the public bound of rows per owner and group that the plan states.
            var group = row % Groups;
            var value = (int)((random >> 32) % (MaxScaled + 1));
            union.Add(names[group], value);
            file.Write(line[..Format(line, row, group, value)]);
            if (row % ReportEvery == 0)
            {
                cancel.ThrowIfCancellationRequested();
                progress(row);
            }
        }
        progress(rows);
    }

    private static string NumberText(int value) => Session.Money.Number(value);

    private static int Format(Span<byte> line, int row, int group, int value)
    {
        var at = 0;
        line[at++] = (byte)'s';
        Number(line, row, default, ref at);
        line[at++] = (byte)',';
        Number(line, group, default, ref at);
        line[at++] = (byte)',';
        Number(line, value / 100, default, ref at);
        line[at++] = (byte)'.';
        Number(line, value % 100, new System.Buffers.StandardFormat('D', 2), ref at);
        line[at++] = (byte)'\n';
        return at;
    }

    private static void Number(Span<byte> line, int value, System.Buffers.StandardFormat format, ref int at)
    {
        _ = Utf8Formatter.TryFormat(value, line[at..], out var written, format);
        at += written;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014): small, fast and the same everywhere. Not for secrets.</summary>
    private static ulong Next(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
