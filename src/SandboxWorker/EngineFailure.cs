using DataSpace.Sandbox.Process;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace DataSpace.SandboxWorker;

/// <summary>Turns an engine exception into one of the stable failure classes.</summary>
internal static class EngineFailure
{
    public static string Classify(DuckDBException exception, WorkerRequest? request)
    {
        if (request?.Operation == "parse")
            return WorkerFailure.Parse;
        var text = exception.Message;
        return exception.ErrorType switch
        {
            DuckDBErrorType.OutOfMemory => WorkerFailure.Query,
            DuckDBErrorType.Conversion => WorkerFailure.Type,
            DuckDBErrorType.Io when text.Contains("Permission denied", StringComparison.Ordinal) => WorkerFailure.UnreadableInput,
            DuckDBErrorType.Io => WorkerFailure.MalformedInput,
            _ when IsInputError(text) => IsConversion(text) ? WorkerFailure.Type : WorkerFailure.MalformedInput,
            _ => WorkerFailure.Query,
        };
    }

    private static bool IsConversion(string text)
        => text.Contains("convert", StringComparison.OrdinalIgnoreCase) || text.Contains("Failed to cast", StringComparison.Ordinal);

    private static bool IsInputError(string text)
        => text.Contains("CSV Error", StringComparison.Ordinal) || text.Contains("CSV file", StringComparison.Ordinal)
            || text.Contains("Malformed JSON", StringComparison.Ordinal) || text.Contains("JSON transform", StringComparison.OrdinalIgnoreCase)
            || text.Contains("parquet", StringComparison.OrdinalIgnoreCase);
}
