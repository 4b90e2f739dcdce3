using System.Text.Json.Serialization;

namespace DataSpace.Sandbox.Process;

// This file is compiled into both DataSpace.Sandbox (the launcher) and sandbox-worker (inside the sandbox): one shape, two ends.
// Request: UTF-8 JSON on the worker's stdin up to end of file. Response on its stdout: a subject section when one was asked for (SubjectWire), then one
// frame (WorkerFrame), whose word about success counts for both.

/// <summary>What the launcher asks of the worker. One request per process.</summary>
internal sealed record WorkerRequest
{
    /// <summary><c>version</c>, <c>parse</c>, <c>check</c>, <c>sample</c> or <c>query</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Statement to parse or to run.</summary>
    public string? Sql { get; init; }

    /// <summary>Statements that run first, for temporary tables that <see cref="Sql"/> and <see cref="Subjects"/> read.</summary>
    public string[]? Prepare { get; init; }

    /// <summary>Also list the subjects behind each cell; null lists none.</summary>
    public WorkerSubjects? Subjects { get; init; }

    /// <summary>The dataset, absent for <c>version</c> and <c>parse</c>.</summary>
    public WorkerTable? Table { get; init; }

    /// <summary>How to sample (operation <c>sample</c>).</summary>
    public WorkerSample? Sample { get; init; }

    /// <summary>DuckDB's own memory limit; the process has a harder one from outside.</summary>
    public required long EngineMemoryBytes { get; init; }

    /// <summary>Engine threads.</summary>
    public required int Threads { get; init; }

    /// <summary>More rows than this is the failure class <see cref="WorkerFailure.Limit"/>.</summary>
    public required int MaxRows { get; init; }

    /// <summary>A longer response body is the failure class <see cref="WorkerFailure.Limit"/>.</summary>
    public required int MaxOutputBytes { get; init; }
}

/// <summary>Which subjects stand behind which cell of the answer.</summary>
/// <param name="Sql">Rows of: cell number (INTEGER), subject (BIGINT or VARCHAR, may be NULL), and, when <paramref name="HasColumns"/>, which measured columns have no value (BIGINT bits).</param>
/// <param name="IsInteger">The subject is a BIGINT.</param>
/// <param name="HasColumns">There is a third column.</param>
/// <param name="MaxBytes">A longer section is the failure class <see cref="WorkerFailure.Limit"/>.</param>
internal sealed record WorkerSubjects(string Sql, bool IsInteger, bool HasColumns, long MaxBytes);

/// <summary>The one table a statement may see.</summary>
internal sealed record WorkerTable
{
    /// <summary>Name of the view.</summary>
    public required string Name { get; init; }

    /// <summary>Path inside the sandbox.</summary>
    public required string Path { get; init; }

    /// <summary><c>Csv</c>, <c>Parquet</c> or <c>Json</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Declared columns in order; nothing else is visible.</summary>
    public required WorkerColumn[] Columns { get; init; }
}

/// <summary>Which rows a sample takes: one of each stride over the whole file, chosen by the seed; all of them when there are no more than asked for.</summary>
/// <param name="MaxRows">Most rows.</param>
/// <param name="Seed">Same seed and file, same rows.</param>
/// <param name="SubjectColumn">Column whose distinct values are counted, or null.</param>
internal sealed record WorkerSample(int MaxRows, long Seed, string? SubjectColumn);

/// <summary>What a sample held: counts, and nothing of a value.</summary>
/// <param name="Sampled">Rows looked at.</param>
/// <param name="Subjects">Distinct subjects of the whole dataset; its rows without a subject column.</param>
/// <param name="Columns">Per declared column, in order.</param>
internal sealed record WorkerSampleReport(long Sampled, long Subjects, WorkerColumnSample[] Columns);

/// <summary>Counts of one column, by class of personal data (index of <c>PersonalDataClass</c>).</summary>
/// <param name="Name">Column.</param>
/// <param name="Values">Values that were not missing.</param>
/// <param name="Matches">Values in which the class was found.</param>
/// <param name="Candidates">Values in which its shape was found.</param>
internal sealed record WorkerColumnSample(string Name, long Values, long[] Matches, long[] Candidates);

/// <summary>A declared column and its declared type (names of <c>ColumnType</c>); <c>Any</c> reads whatever is there as text.</summary>
internal sealed record WorkerColumn(string Name, string Type);

/// <summary>What comes back. Either <see cref="FailureClass"/> is set, or the rest is.</summary>
internal sealed record WorkerResponse
{
    /// <summary>Null on success, else one of <see cref="WorkerFailure"/>.</summary>
    public string? FailureClass { get; init; }

    /// <summary>Engine text for the owner's log. Never for the analyst: it can quote data.</summary>
    public string? Detail { get; init; }

    /// <summary>Engine version or AST JSON (operations <c>version</c>, <c>parse</c>).</summary>
    public string? Text { get; init; }

    /// <summary>Result columns.</summary>
    public WorkerColumn[]? Columns { get; init; }

    /// <summary>Values as invariant text, null for SQL NULL.</summary>
    public string?[][]? Rows { get; init; }

    /// <summary>Rows of the dataset (operations <c>check</c>, <c>sample</c>).</summary>
    public long RowCount { get; init; }

    /// <summary>What the sample held (operation <c>sample</c>).</summary>
    public WorkerSampleReport? Sample { get; init; }

    /// <summary>User and system CPU of the whole worker process, microseconds.</summary>
    public long CpuMicros { get; init; }

    /// <summary>CPU of running the statement alone, microseconds: without process start and engine load.</summary>
    public long QueryCpuMicros { get; init; }

    /// <summary>Peak resident set, bytes.</summary>
    public long PeakResidentBytes { get; init; }
}

/// <summary>Classes of failure. Stable words; the launcher maps them to error codes.</summary>
internal static class WorkerFailure
{
    public const string MalformedInput = "malformed-input";
    public const string UnreadableInput = "unreadable-input";
    public const string MissingColumn = "missing-column";
    public const string Type = "type";
    public const string Limit = "limit";
    public const string Parse = "parse";
    public const string Query = "query";
    public const string Internal = "internal";
}

/// <summary>Frame of the response: four magic bytes, body length as little-endian 32 bits, body.</summary>
internal static class WorkerFrame
{
    public const int HeaderBytes = 8;
    public const uint Magic = 0x31575344; // "DSW1" in memory order
}

/// <summary>
/// The subject section: four magic bytes, chunks (length as little-endian 32 bits, whole records), a chunk of length 0. A record is a varint cell, a varint
/// of <c>missing &lt;&lt; 1 | isNull</c>, then, unless null, the subject: a zigzag varint, or a varint length and UTF-8 text.
/// </summary>
internal static class SubjectWire
{
    public const uint Magic = 0x31535344; // "DSS1" in memory order
    public const int ChunkBytes = 64 * 1024;

    /// <summary>A chunk holds at most <see cref="ChunkBytes"/> and one record beyond it; a text is at most one line of a file.</summary>
    public const int MaxChunkBytes = 4 << 20;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WorkerRequest))]
[JsonSerializable(typeof(WorkerResponse))]
internal sealed partial class WorkerJson : JsonSerializerContext;
