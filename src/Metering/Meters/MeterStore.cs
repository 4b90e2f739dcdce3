using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Metering.Meters;

/// <summary>
/// The sums in <c>metering.db</c> with the log size they cover, the tree's frontier at that size, and uses that are not complete yet. Everything
/// changes in one transaction, so an entry is counted once or not at all. One run at a time; the file can be deleted and is folded anew.
/// </summary>
internal sealed class MeterStore : IDisposable
{
    public const string FileName = "metering.db";

    private const int SchemaVersion = 1;
    private readonly Sqlite _db;
    private readonly Dictionary<(string, string, string), long> _sums = [];
    private readonly Dictionary<UseKey, OpenUse?> _uses = [];
    private readonly HashSet<UseKey> _read = []; // found in the file since the last flush

    private MeterStore(Sqlite db) => _db = db;

    /// <summary>Log the sums belong to; empty before the first run.</summary>
    public string Vkey { get; private set; } = "";

    /// <summary>Tree of the entries counted so far.</summary>
    public Frontier Frontier { get; private set; } = new();

    /// <summary>Opens or creates.</summary>
    public static Result<MeterStore> Open(string path)
    {
        var db = new Sqlite(path);
        try
        {
            db.UseDurableWal();
            if ((long)db.Scalar("PRAGMA user_version")! == 0)
            {
                db.Run("BEGIN IMMEDIATE");
                db.Run("CREATE TABLE IF NOT EXISTS log(id INTEGER PRIMARY KEY CHECK(id=1), vkey TEXT NOT NULL, size INTEGER NOT NULL, frontier BLOB NOT NULL) STRICT");
                db.Run("CREATE TABLE IF NOT EXISTS meter(contract TEXT NOT NULL, period TEXT NOT NULL, unit TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY(contract, period, unit)) STRICT, WITHOUT ROWID");
                db.Run("CREATE TABLE IF NOT EXISTS open_use(grant_hash BLOB PRIMARY KEY, contract TEXT NOT NULL, period TEXT NOT NULL, epsilon INTEGER NOT NULL, reported INTEGER NOT NULL) STRICT, WITHOUT ROWID");
                db.Run("PRAGMA user_version=1");
                db.Run("COMMIT");
            }
            if ((long)db.Scalar("PRAGMA user_version")! == SchemaVersion)
                return new MeterStore(db);
            db.Dispose();
            return MeteringErrors.StoreBroken.Of("format version");
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            db.Dispose();
            return MeteringErrors.StoreBroken.Of("not a meter file");
        }
    }

    /// <summary>Begins a run and reads where the last one ended. Another run waits or fails here.</summary>
    public DsError? Begin()
    {
        _db.Run("BEGIN IMMEDIATE");
        using var row = _db.Read("SELECT vkey, size, frontier FROM log");
        if (!row.Read())
            return null;
        Vkey = row.GetString(0);
        if (Frontier.Load(row.GetInt64(1), (byte[])row[2]) is not { } frontier)
            return MeteringErrors.StoreBroken.Of("frontier");
        Frontier = frontier;
        return null;
    }

    /// <summary>Adds an event. Reports and Receipts of uses that were not granted here count for nothing, repeated ones neither.</summary>
    public DsError? Add(MeterEvent item)
    {
        var key = new UseKey(item.Grant);
        if (item.Kind == Ledger.Receipts.EntryKind.Grant)
        {
            var epsilon = item.Units.Count > 0 ? item.Units[0].Value : 0;
            _uses[key] = new OpenUse(item.ContractId, item.Period, epsilon, Reported: false);
            return Add(item.ContractId, item.Period, MeterNames.Granted, 1);
        }
        if (Find(key) is not { } use)
            return null;
        if (item.Kind == Ledger.Receipts.EntryKind.Receipt)
        {
            // Who signed it is the bill's business. A use is complete with it: nothing more is counted.
            if (!use.Reported)
                return null;
            _uses[key] = null;
            return Add(use.ContractId, use.Period, MeterNames.Receipted, 1);
        }
        if (use.Reported)
            return null;
        _uses[key] = use with { Reported = true };
        var problem = Add(use.ContractId, use.Period, MeterNames.Reported, 1);
        if (use.EpsilonMicro > 0)
            problem ??= Add(use.ContractId, use.Period, MeterNames.EpsilonMicro, use.EpsilonMicro);
        foreach (var (unit, value) in item.Units)
            problem ??= Add(use.ContractId, use.Period, unit, value);
        return problem;
    }

    /// <summary>Writes what has gathered into the running transaction, so that memory stays bounded.</summary>
    public void Flush()
    {
        foreach (var ((contract, period, unit), value) in _sums)
            _db.Run("INSERT INTO meter VALUES($0,$1,$2,$3) ON CONFLICT DO UPDATE SET value=$3", contract, period, unit, value);
        foreach (var (key, use) in _uses)
        {
            if (use is null && !_read.Contains(key))
                continue; // granted and completed since the last flush: it was never written
            if (use is null)
                _db.Run("DELETE FROM open_use WHERE grant_hash=$0", key.Bytes);
            else
                _db.Run("INSERT INTO open_use VALUES($0,$1,$2,$3,$4) ON CONFLICT DO UPDATE SET reported=$4", key.Bytes, use.ContractId, use.Period, use.EpsilonMicro, use.Reported ? 1 : 0);
        }
        _uses.Clear();
        _read.Clear();
        if (_sums.Count > MaxCachedSums)
            _sums.Clear();
    }

    /// <summary>Sums, last size and frontier become durable together.</summary>
    public void Commit(string vkey)
    {
        Flush();
        _db.Run("INSERT INTO log VALUES(1,$0,$1,$2) ON CONFLICT DO UPDATE SET size=$1, frontier=$2", vkey, Frontier.Size, Frontier.Save());
        _db.Run("COMMIT");
    }

    /// <summary>Leaves everything as it was.</summary>
    public void Abandon() => _db.Run("ROLLBACK");

    /// <summary>All sums, ordered by contract, month, unit.</summary>
    public IReadOnlyList<MeterSum> Sums()
    {
        var sums = new List<MeterSum>();
        using var rows = _db.Read("SELECT contract, period, unit, value FROM meter ORDER BY contract, period, unit");
        while (rows.Read())
            sums.Add(new MeterSum(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetInt64(3)));
        return sums;
    }

    public void Dispose() => _db.Dispose();

    private const int MaxCachedSums = 50_000;

    private DsError? Add(string contract, string period, string unit, long value)
    {
        var key = (contract, period, unit);
        if (!_sums.TryGetValue(key, out var sum))
            sum = _db.Scalar("SELECT value FROM meter WHERE contract=$0 AND period=$1 AND unit=$2", contract, period, unit) is long stored ? stored : 0;
        if (sum > long.MaxValue - value)
            return MeteringErrors.AmountOutOfRange.Of("sum of " + unit);
        _sums[key] = sum + value;
        return null;
    }

    private OpenUse? Find(UseKey key)
    {
        if (_uses.TryGetValue(key, out var use))
            return use;
        using var row = _db.Read("SELECT contract, period, epsilon, reported FROM open_use WHERE grant_hash=$0", key.Bytes);
        if (!row.Read())
            return null;
        _read.Add(key);
        return new OpenUse(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3) == 1);
    }

    private sealed record OpenUse(string ContractId, string Period, long EpsilonMicro, bool Reported);

    /// <summary>A digest as a dictionary key: compared by its bytes.</summary>
    private readonly record struct UseKey(byte[] Bytes)
    {
        public bool Equals(UseKey other) => Bytes.AsSpan().SequenceEqual(other.Bytes);

        public override int GetHashCode() => BitConverter.ToInt32(Bytes);
    }
}
