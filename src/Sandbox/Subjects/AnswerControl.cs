namespace DataSpace.Sandbox;

/// <summary>
/// What the connector puts between an answer and its release: it sees the set of subjects behind every cell and may withhold cells. One per use;
/// called by one thread at a time. Subjects reach it in this process and go nowhere else.
/// </summary>
public interface IAnswerControl
{
    /// <summary>
    /// Called before the data is read. <paramref name="scope"/> fixes the subjects behind every cell on one version of the data: two runs with equal scope
    /// have equal sets. Returns who wants the subjects, or null when the sets of this scope are known already.
    /// </summary>
    /// <param name="scope">Canonical text.</param>
    /// <param name="columns">Measured columns, whose values a subject may lack.</param>
    ISubjectSink? Open(string scope, IReadOnlyList<string> columns);

    /// <summary>Called once, after the data was read and before anything is released: which of the fit cells must not be released after all.</summary>
    /// <param name="cells">State of every cell by number.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    Task<Kernel.Results.Result<AnswerVerdict>> JudgeAsync(IReadOnlyList<CellState> cells, CancellationToken cancellation);
}

/// <summary>Takes the subjects behind the cells, as they are read.</summary>
public interface ISubjectSink
{
    /// <summary>One subject of one cell. May be called again with the same subject.</summary>
    /// <param name="cell">Number of the cell, from 0.</param>
    /// <param name="missing">Bit i: this subject has no value of the measured column i in this cell.</param>
    /// <param name="isNull">Rows that name no subject.</param>
    /// <param name="subject">The subject's canonical text, UTF-8; the whole row's where the dataset declares no subject column.</param>
    void Add(int cell, ulong missing, bool isNull, ReadOnlySpan<byte> subject);
}

/// <summary>Cells that must not be released, by number.</summary>
public sealed record AnswerVerdict(IReadOnlySet<int> Withheld);

/// <summary>What a cell's own rules say.</summary>
public enum CellState
{
    /// <summary>No row at all: nobody is in it.</summary>
    Empty,

    /// <summary>Too small, or dominated: withheld whatever else is decided.</summary>
    Withheld,

    /// <summary>Large enough and fair.</summary>
    Fit,
}
