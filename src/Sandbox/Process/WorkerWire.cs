using System.Text.Json.Serialization;

namespace DataSpace.Sandbox.Process;

// This file is compiled into both DataSpace.Sandbox (the launcher) and sandbox-worker (inside the sandbox): one shape, two ends.
// Request: UTF-8 JSON on the worker's stdin up to end of file. Response: one frame on its stdout, see WorkerFrame.

/// <summary>What the launcher asks of the worker. One request per process.</summary>
internal sealed record WorkerRequest
{
    /// <summary><c>version</c>, <c>parse</c>, <c>check</c> or <c>query</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Statement to parse or to run.</summary>
    public string? Sql { get; init; }

    /// <summary>The dataset, absent for <c>version</c> and <c>parse</c>.</summary>
    public WorkerTable? Table { get; init; }

    /// <summary>DuckDB's own memory limit; the process has a harder one from outside.</summary>
    public required long EngineMemoryBytes { get; init; }

    /// <summary>Engine threads.</summary>
    public required int Threads { get; init; }

    /// <summary>More rows than this is the failure class <see cref="WorkerFailure.Limit"/>.</summary>
    public required int MaxRows { get; init; }

    /// <summary>A longer response body is the failure class <see cref="WorkerFailure.Limit"/>.</summary>
    public required int MaxOutputBytes { get; init; }
}

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

/// <summary>A declared column and its declared type (names of <c>ColumnType</c>).</summary>
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

    /// <summary>Rows of the dataset (operation <c>check</c>).</summary>
    public long RowCount { get; init; }

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

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WorkerRequest))]
[JsonSerializable(typeof(WorkerResponse))]
internal sealed partial class WorkerJson : JsonSerializerContext;
