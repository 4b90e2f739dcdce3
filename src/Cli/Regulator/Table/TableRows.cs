namespace DataSpace.Cli.Regulator.Table;

/// <summary>A table as it was read: the heading and the rows below it, every cell as text. Empty cells are empty text; empty rows are left out.</summary>
/// <param name="Heading">Cells of the first row that is not empty, with its number (from 1, as the spreadsheet counts).</param>
/// <param name="Rows">The rows that follow.</param>
/// <param name="Problems">Cells that cannot be taken as text, with the message why.</param>
internal sealed record TableRows(TableRow Heading, IReadOnlyList<TableRow> Rows, IReadOnlyList<CellProblem> Problems)
{
    /// <summary>Most columns that are looked at.</summary>
    public const int MaxColumns = 64;

    /// <summary>Longest cell, in characters.</summary>
    public const int MaxCellChars = 64 * 1024;
}

/// <summary>One row.</summary>
internal sealed record TableRow(int Number, IReadOnlyList<string> Cells);

/// <summary>A cell that holds something else than a value.</summary>
internal sealed record CellProblem(int Row, int Column, Session.Phrase What);
