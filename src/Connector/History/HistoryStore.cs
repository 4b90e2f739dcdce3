using Microsoft.Data.Sqlite;

namespace DataSpace.Connector.History;

/// <summary>
/// <c>history.db</c>: keyed ids of subjects, sets, what they stand for, and which were released to whom. Durable on return of <see cref="Commit"/> (write-ahead
/// log, synchronous=FULL). One connection; its owner holds a lock. Throws on storage failures.
/// </summary>
internal sealed class HistoryStore : IDisposable
{
    public const string FileName = "history.db";

    /// <summary>Key of the number of answers that the owner accepted as lost.</summary>
    public const string LostKey = "lost";

    private const long SchemaVersion = 1;
    private const string Schema = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
        CREATE TABLE subject(dataset TEXT NOT NULL, first INTEGER NOT NULL, ids BLOB NOT NULL, PRIMARY KEY(dataset, first)) STRICT, WITHOUT ROWID;
        CREATE TABLE subject_set(id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, digest BLOB NOT NULL, size INTEGER NOT NULL, sketch BLOB NOT NULL, body BLOB NOT NULL, UNIQUE(dataset, digest)) STRICT;
        CREATE TABLE scope(id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, dataset TEXT NOT NULL, version TEXT NOT NULL) STRICT;
        CREATE TABLE scope_cell(scope INTEGER NOT NULL, cell INTEGER NOT NULL, layer INTEGER NOT NULL, set_id INTEGER NOT NULL, PRIMARY KEY(scope, cell, layer)) STRICT, WITHOUT ROWID;
        CREATE TABLE answer(seq INTEGER PRIMARY KEY, dataset TEXT NOT NULL, consumer TEXT NOT NULL, min_group INTEGER NOT NULL, request BLOB NOT NULL, withheld BLOB NOT NULL, sets INTEGER NOT NULL, UNIQUE(consumer, request)) STRICT;
        CREATE INDEX answer_of ON answer(dataset, consumer);
        CREATE TABLE released(answer INTEGER NOT NULL, layer TEXT NOT NULL, set_id INTEGER NOT NULL, is_sum INTEGER NOT NULL, PRIMARY KEY(answer, layer, set_id, is_sum)) STRICT, WITHOUT ROWID;
        PRAGMA user_version=1;
        """;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    private HistoryStore(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the file, or creates it with what <paramref name="born"/> says about the moment.</summary>
    public static HistoryStore Open(string path, Func<IReadOnlyDictionary<string, string>> born)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        var store = new HistoryStore(connection);
        try
        {
            connection.Open();
            foreach (var pragma in (string[])["PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON"])
                store.Run(pragma);
            var version = (long)store.Scalar("PRAGMA user_version")!;
            if (version == 0)
            {
                store.Begin();
                store.Run(Schema);
                foreach (var (key, value) in born())
                    store.Run("INSERT INTO meta VALUES($0,$1)", key, value);
                store.Commit();
            }
            else if (version != SchemaVersion)
            {
                throw new InvalidDataException("history.db is of another version");
            }
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    public void Begin() => Run("BEGIN IMMEDIATE");

    public void Commit() => Run("COMMIT");

    public void Rollback() => Run("ROLLBACK");

    public string? Meta(string key) => (string?)Scalar("SELECT value FROM meta WHERE key=$0", key);

    public void SetMeta(string key, string value) => Run("INSERT INTO meta VALUES($0,$1) ON CONFLICT(key) DO UPDATE SET value=excluded.value", key, value);

    /// <summary>Number of answers ever recorded, with those that the owner accepted as lost.</summary>
    public long Head()
        => (long)Scalar("SELECT coalesce(max(seq), 0) FROM answer")! + (Meta(LostKey) is { } lost ? long.Parse(lost, System.Globalization.CultureInfo.InvariantCulture) : 0);

    /// <summary>Answers and sets by dataset and consumer.</summary>
    public List<HistoryCount> Counts()
    {
        var counts = new List<HistoryCount>();
        using var rows = Read("SELECT dataset, consumer, count(*), sum(sets) FROM answer GROUP BY dataset, consumer ORDER BY dataset, consumer");
        while (rows.Read())
            counts.Add(new HistoryCount(rows.GetString(0), rows.GetString(1), rows.GetInt64(2), rows.GetInt64(3)));
        return counts;
    }

    /// <summary>A dataset's keyed ids in ordinal order.</summary>
    public SubjectIds Subjects(string dataset)
    {
        var count = (long)Scalar("SELECT coalesce(sum(length(ids)) / 16, 0) FROM subject WHERE dataset=$0", dataset)!;
        var ids = new SubjectIds((int)count);
        using var rows = Read("SELECT first, ids FROM subject WHERE dataset=$0 ORDER BY first", dataset);
        while (rows.Read())
        {
            if (rows.GetInt64(0) != ids.Count)
                throw new InvalidDataException("subjects are missing");
            foreach (var id in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, UInt128>((byte[])rows[1]))
                ids.Ordinal(id);
        }
        return ids.Count == count ? ids : throw new InvalidDataException("a subject stands twice");
    }

    public void AddSubjects(string dataset, int first, ReadOnlySpan<byte> ids)
    {
        const int Part = 16 * 64 * 1024;
        for (var at = 0; at < ids.Length; at += Part)
            Run("INSERT INTO subject VALUES($0,$1,$2)", dataset, first + (at / 16), ids.Slice(at, Math.Min(Part, ids.Length - at)).ToArray());
    }

    /// <summary>The set's id, stored when it is new.</summary>
    public long PutSet(string dataset, SubjectSet set)
    {
        var body = set.ToBytes();
        var digest = SubjectSet.DigestOf(body);
        return (long?)Scalar("SELECT id FROM subject_set WHERE dataset=$0 AND digest=$1", dataset, digest)
            ?? (long)Scalar("INSERT INTO subject_set(dataset, digest, size, sketch, body) VALUES($0,$1,$2,$3,$4) RETURNING id",
                dataset, digest, set.Count, SetSketch.Of(set).ToBytes(), body)!;
    }

    public SubjectSet Set(long id)
        => Scalar("SELECT body FROM subject_set WHERE id=$0", id) is byte[] body ? SubjectSet.FromBytes(body) : throw new InvalidDataException("a set is missing");

    public long? FindScope(byte[] key) => (long?)Scalar("SELECT id FROM scope WHERE key=$0", key);

    /// <summary>Remembers the sets of a scope; those of other versions of the dataset are forgotten, released or not they stay in <c>released</c>.</summary>
    public void AddScope(byte[] key, string dataset, string version, IReadOnlyList<IReadOnlyList<long?>> cells)
    {
        Run("DELETE FROM scope_cell WHERE scope IN (SELECT id FROM scope WHERE dataset=$0 AND version<>$1)", dataset, version);
        Run("DELETE FROM scope WHERE dataset=$0 AND version<>$1", dataset, version);
        Run("DELETE FROM subject_set WHERE dataset=$0 AND id NOT IN (SELECT set_id FROM released) AND id NOT IN (SELECT set_id FROM scope_cell) AND id < $1",
            dataset, cells.SelectMany(c => c).Min() ?? 0);
        var scope = (long)Scalar("INSERT INTO scope(key, dataset, version) VALUES($0,$1,$2) RETURNING id", key, dataset, version)!;
        for (var cell = 0; cell < cells.Count; cell++)
        {
            for (var layer = 0; layer < cells[cell].Count; layer++)
            {
                if (cells[cell][layer] is { } set)
                    Run("INSERT INTO scope_cell VALUES($0,$1,$2,$3)", scope, cell, layer, set);
            }
        }
    }

    /// <summary>Set ids of a scope by cell and layer; null where nobody is.</summary>
    public List<IReadOnlyList<long?>> Scope(long scope, int cells, int layers)
    {
        var all = Enumerable.Range(0, cells).Select(_ => new long?[layers]).ToList();
        using var rows = Read("SELECT cell, layer, set_id FROM scope_cell WHERE scope=$0", scope);
        while (rows.Read())
            all[rows.GetInt32(0)][rows.GetInt32(1)] = rows.GetInt64(2);
        return [.. all];
    }

    /// <summary>The cells that were withheld when this consumer got the same answer before, or null.</summary>
    public byte[]? FindAnswer(string consumer, byte[] request)
        => (byte[]?)Scalar("SELECT withheld FROM answer WHERE consumer=$0 AND request=$1", consumer, request);

    /// <summary>Adds an answer.</summary>
    public void AddAnswer(string dataset, string consumer, int minGroup, byte[] request, byte[] withheld, IReadOnlyCollection<(string Layer, long Set, bool IsSum)> released)
    {
        var seq = (long)Scalar("INSERT INTO answer(dataset, consumer, min_group, request, withheld, sets) VALUES($0,$1,$2,$3,$4,$5) RETURNING seq",
            dataset, consumer, minGroup, request, withheld, released.Count)!;
        foreach (var (layer, set, isSum) in released)
            Run("INSERT INTO released VALUES($0,$1,$2,$3)", seq, layer, set, isSum ? 1 : 0);
    }

    /// <summary>Answers about a dataset to one consumer, and the sets released with them.</summary>
    public (long Answers, long Sets) Count(string dataset, string consumer)
    {
        using var row = Read("SELECT count(*), coalesce(sum(sets), 0) FROM answer WHERE dataset=$0 AND consumer=$1", dataset, consumer);
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    /// <summary>Everything released about a dataset to one consumer in one layer.</summary>
    public IEnumerable<(long Answer, EarlierSet Set, bool IsSum)> Released(string dataset, string consumer, string layer)
    {
        const string Sql = """
            SELECT a.seq, r.set_id, r.is_sum, a.min_group, s.size, s.sketch FROM answer a JOIN released r ON r.answer = a.seq JOIN subject_set s ON s.id = r.set_id
            WHERE a.dataset=$0 AND a.consumer=$1 AND r.layer=$2 ORDER BY a.seq
            """;
        using var rows = Read(Sql, dataset, consumer, layer);
        while (rows.Read())
        {
            var set = new EarlierSet(rows.GetInt64(1), SetSketch.FromBytes(rows.GetInt32(4), (byte[])rows[5]), rows.GetInt32(3));
            yield return (rows.GetInt64(0), set, rows.GetInt64(2) != 0);
        }
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
        _connection.Dispose();
    }

    private int Run(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteNonQuery();

    private object? Scalar(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteScalar() is { } value and not DBNull ? value : null;

    private SqliteDataReader Read(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteReader();

    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> arguments)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constant texts of this file; values are bound.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var i = 0; i < arguments.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = "$" + (char)('0' + i) });
            _prepared[sql] = command;
        }
        for (var i = 0; i < arguments.Length; i++)
            command.Parameters[i].Value = arguments[i] ?? DBNull.Value;
        return command;
    }
}

/// <summary>Exact answers about a dataset that one consumer got.</summary>
/// <param name="DatasetId">Dataset.</param>
/// <param name="Consumer">Consumer.</param>
/// <param name="Answers">Different answers.</param>
/// <param name="Sets">Sets kept for them.</param>
internal sealed record HistoryCount(string DatasetId, string Consumer, long Answers, long Sets);
