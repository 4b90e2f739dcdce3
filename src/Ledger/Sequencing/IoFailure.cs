using DataSpace.Kernel.Results;
using Microsoft.Data.Sqlite;

namespace DataSpace.Ledger.Sequencing;

/// <summary>Names the storage failures that an operator can act on. No host path goes into the text.</summary>
internal static class IoFailure
{
    private const int OutOfSpaceErrno = 28;
    private const int ReadOnlyErrno = 30;
    private const int QuotaErrno = 122;
    private const int SqliteReadOnly = 8;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteCantOpen = 14;
    private const int SqliteNotADatabase = 26;

    public static bool IsStorage(Exception e) => e is SqliteException or IOException or UnauthorizedAccessException;

    public static DsError Classify(Exception e) => e switch
    {
        SqliteException { SqliteErrorCode: SqliteFull } => LedgerErrors.DiskFull.Of(),
        SqliteException { SqliteErrorCode: SqliteReadOnly or SqliteCantOpen } => LedgerErrors.DirectoryReadOnly.Of(),
        SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase } => LedgerErrors.Corrupt.Of("not a sound database"),
        InvalidDataException => LedgerErrors.Corrupt.Of(e.Message),
        UnauthorizedAccessException => LedgerErrors.DirectoryReadOnly.Of(),
        IOException { HResult: ReadOnlyErrno } => LedgerErrors.DirectoryReadOnly.Of(),
        IOException { HResult: OutOfSpaceErrno or QuotaErrno } => LedgerErrors.DiskFull.Of(),
        SqliteException sqlite => LedgerErrors.WriteFailed.Of($"storage error {sqlite.SqliteErrorCode}/{sqlite.SqliteExtendedErrorCode}"),
        _ => LedgerErrors.WriteFailed.Of(e.GetType().Name),
    };
}
