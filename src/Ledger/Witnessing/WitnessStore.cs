using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Ledger.Witnessing;

/// <summary>
/// What a node knows of other logs: <c>witness.db</c>. Durable when a method returns. Safe for all threads of a process; two processes on one file cannot
/// bring a log back either, since every advance names the state it replaces. Throws on storage failures.
/// </summary>
public sealed class WitnessStore : IDisposable
{
    /// <summary>Most logs in each table.</summary>
    public const int MaxLogs = 20_000;

    internal const string FileName = "witness.db";
    private const string Schema = """
        CREATE TABLE cosigned(origin TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL) STRICT;
        CREATE TABLE seen(origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL) STRICT;
        CREATE TABLE fork(origin TEXT PRIMARY KEY, proof TEXT NOT NULL, at_ms INTEGER NOT NULL, reported INTEGER NOT NULL) STRICT;
        CREATE TABLE pin(did TEXT PRIMARY KEY, origin TEXT NOT NULL, statement TEXT NOT NULL) STRICT;
        PRAGMA user_version=1;
        """;

    private readonly Sqlite _db;
    private readonly Lock _gate = new();

    private WitnessStore(Sqlite db) => _db = db;

    /// <summary>Opens the file in a directory, or makes it.</summary>
    public static WitnessStore Open(string directory)
    {
        Directory.CreateDirectory(directory);
        var db = new Sqlite(Path.Combine(directory, FileName));
        try
        {
            db.UseDurableWal();
            if ((long)db.Scalar("PRAGMA user_version")! == 0)
            {
                db.Run("BEGIN IMMEDIATE");
                if ((long)db.Scalar("PRAGMA user_version")! == 0)
                    db.Run(Schema);
                db.Run("COMMIT");
            }
            return new WitnessStore(db);
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>The newest checkpoint of a log that this node cosigned; the note is as it was submitted, with the cosignature.</summary>
    public Checkpoint? Cosigned(string origin) => One("SELECT origin, size, root, note FROM cosigned WHERE origin=$0", origin);

    /// <summary>The same by the lower-case hex SHA-256 of the origin.</summary>
    public Checkpoint? CosignedByHash(string originHash) => One("SELECT origin, size, root, note FROM cosigned WHERE hash=$0", originHash);

    /// <summary>
    /// Replaces what was cosigned, if that still is <paramref name="old"/>: the one place where a witness moves. False when somebody was faster.
    /// </summary>
    public bool Advance(Checkpoint? old, Checkpoint next, string originHash)
    {
        lock (_gate)
        {
            return old is null
                ? _db.Run("INSERT INTO cosigned SELECT $0,$1,$2,$3,$4 WHERE (SELECT count(*) FROM cosigned) < $5 ON CONFLICT(origin) DO NOTHING",
                    next.Origin, originHash, next.Size, next.RootHash.ToArray(), next.Note, MaxLogs) == 1
                : _db.Run("UPDATE cosigned SET size=$3, root=$4, note=$5 WHERE origin=$0 AND size=$1 AND root=$2 AND $3 >= $1",
                    next.Origin, old.Size, old.RootHash.ToArray(), next.Size, next.RootHash.ToArray(), next.Note) == 1;
        }
    }

    /// <summary>The newest checkpoint of a log that was heard of and verified.</summary>
    public Checkpoint? Seen(string origin) => One("SELECT origin, size, root, note FROM seen WHERE origin=$0", origin);

    /// <summary>Every log heard of, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<Checkpoint> AllSeen(int limit = 1000)
    {
        lock (_gate)
        {
            var all = new List<Checkpoint>();
            using var rows = _db.Read("SELECT origin, size, root, note FROM seen ORDER BY origin LIMIT $0", limit);
            while (rows.Read())
                all.Add(new Checkpoint(rows.GetString(0), rows.GetInt64(1), (byte[])rows[2], rows.GetString(3)));
            return all;
        }
    }

    /// <summary>Keeps a newer checkpoint, if what is held still is <paramref name="old"/>.</summary>
    public bool Keep(Checkpoint? old, Checkpoint next)
    {
        lock (_gate)
        {
            return old is null
                ? _db.Run("INSERT INTO seen SELECT $0,$1,$2,$3 WHERE (SELECT count(*) FROM seen) < $4 ON CONFLICT(origin) DO NOTHING",
                    next.Origin, next.Size, next.RootHash.ToArray(), next.Note, MaxLogs) == 1
                : _db.Run("UPDATE seen SET size=$3, root=$4, note=$5 WHERE origin=$0 AND size=$1 AND root=$2 AND $3 > $1",
                    next.Origin, old.Size, old.RootHash.ToArray(), next.Size, next.RootHash.ToArray(), next.Note) == 1;
        }
    }

    /// <summary>The proof that a log has two histories, or null.</summary>
    public KeptFork? Fork(string origin)
    {
        lock (_gate)
        {
            using var row = _db.Read("SELECT origin, proof, at_ms, reported FROM fork WHERE origin=$0", origin);
            return row.Read() ? new KeptFork(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3) != 0) : null;
        }
    }

    /// <summary>All of them, at most 1000.</summary>
    public IReadOnlyList<KeptFork> Forks()
    {
        lock (_gate)
        {
            var all = new List<KeptFork>();
            using var rows = _db.Read("SELECT origin, proof, at_ms, reported FROM fork ORDER BY at_ms LIMIT 1000");
            while (rows.Read())
                all.Add(new KeptFork(rows.GetString(0), rows.GetString(1), rows.GetInt64(2), rows.GetInt64(3) != 0));
            return all;
        }
    }

    /// <summary>Keeps a proof; the first one of a log stays. True when it is the first.</summary>
    public bool KeepFork(string origin, string proof, long atMs)
    {
        lock (_gate)
            return _db.Run("INSERT INTO fork SELECT $0,$1,$2,0 WHERE (SELECT count(*) FROM fork) < $3 ON CONFLICT(origin) DO NOTHING", origin, proof, atMs, MaxLogs) == 1;
    }

    /// <summary>Notes that others were told.</summary>
    public void ForkReported(string origin)
    {
        lock (_gate)
            _db.Run("UPDATE fork SET reported=1 WHERE origin=$0", origin);
    }

    /// <summary>The log under which a participant goes on here, with its own statement when it is not the first; or null.</summary>
    public (string Origin, string Statement)? Pin(string did)
    {
        lock (_gate)
        {
            using var row = _db.Read("SELECT origin, statement FROM pin WHERE did=$0", did);
            return row.Read() ? (row.GetString(0), row.GetString(1)) : null;
        }
    }

    /// <summary>Pins a log, if what is pinned still is <paramref name="old"/>.</summary>
    public bool Repin(string did, string? old, string origin, string statement)
    {
        lock (_gate)
        {
            return old is null
                ? _db.Run("INSERT INTO pin SELECT $0,$1,$2 WHERE (SELECT count(*) FROM pin) < $3 ON CONFLICT(did) DO NOTHING", did, origin, statement, MaxLogs) == 1
                : _db.Run("UPDATE pin SET origin=$2, statement=$3 WHERE did=$0 AND origin=$1", did, old, origin, statement) == 1;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _db.Dispose();

    private Checkpoint? One(string sql, string key)
    {
        lock (_gate)
        {
            using var row = _db.Read(sql, key);
            return row.Read() ? new Checkpoint(row.GetString(0), row.GetInt64(1), (byte[])row[2], row.GetString(3)) : null;
        }
    }
}

/// <summary>A proof of two histories as it is kept.</summary>
/// <param name="Origin">The log.</param>
/// <param name="Proof">The proof's JSON (<see cref="EquivocationProof"/>).</param>
/// <param name="AtMs">When it was found, milliseconds since 1970.</param>
/// <param name="Reported">Others were told.</param>
public sealed record KeptFork(string Origin, string Proof, long AtMs, bool Reported);
