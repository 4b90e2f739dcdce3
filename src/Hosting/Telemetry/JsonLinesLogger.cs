using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace DataSpace.Hosting.Telemetry;

/// <summary>
/// Structured log: one JSON object per line with time, level, category, event, message, the message's named values and the scopes
/// (job, contract and decision ids). Owner-only file; rolls at <see cref="MaxBytes"/>. One writer under a lock.
/// </summary>
public sealed class JsonLinesLoggerProvider : ILoggerProvider, ISupportExternalScope
{
    private const long MaxBytes = 64L * 1024 * 1024;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new();
    private IExternalScopeProvider? _scopes;
    private FileStream? _file;

    /// <param name="path">Log file; the previous one is kept with suffix <c>.1</c>.</param>
    /// <param name="clock">Time source.</param>
    public JsonLinesLoggerProvider(string path, TimeProvider clock)
    {
        (_path, _clock) = (path, clock);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    }

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => new JsonLinesLogger(this, name));

    /// <inheritdoc />
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private void Write(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            try
            {
                if (_file is { Length: > MaxBytes })
                {
                    _file.Dispose();
                    _file = null;
                    File.Move(_path, _path + ".1", overwrite: true);
                }
                _file ??= new FileStream(_path, new FileStreamOptions
                { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, UnixCreateMode = Private });
                _file.Write(line);
                _file.Flush();
            }
            catch (IOException)
            {
                // A full disk must not stop the node from refusing politely; the ledger, not this log, is the record.
            }
        }
    }

    private sealed class JsonLinesLogger(JsonLinesLoggerProvider owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => owner._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                json.WriteString("time", owner._clock.GetUtcNow());
                json.WriteString("level", logLevel.ToString());
                json.WriteString("category", category);
                if (eventId.Name is not null)
                    json.WriteString("event", eventId.Name);
                json.WriteString("message", formatter(state, exception));
                // A name stands in a line once: what an inner scope or the message itself says counts.
                var values = new Dictionary<string, string?>(StringComparer.Ordinal);
                owner._scopes?.ForEachScope(Collect, values);
                Collect(state, values);
                foreach (var (name, value) in values)
                    json.WriteString(name, value);
                if (exception is not null)
                    json.WriteString("exception", exception.ToString());
                json.WriteEndObject();
            }
            buffer.WriteByte((byte)'\n');
            owner.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        }

        private static void Collect(object? scope, Dictionary<string, string?> values)
        {
            if (scope is not IEnumerable<KeyValuePair<string, object?>> named)
                return;
            foreach (var (key, value) in named)
            {
                if (key != "{OriginalFormat}")
                    values[key] = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }
}
