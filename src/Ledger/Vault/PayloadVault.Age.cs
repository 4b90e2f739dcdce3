using System.Globalization;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Vault;

internal sealed partial class PayloadVault
{
    /// <summary>
    /// The error when the vault or its keys end before the log does: they were durable before every entry they belong to, so it is an older copy, or a part of it was
    /// lost. Going on would hide for good that contents of acknowledged entries are gone.
    /// </summary>
    public DsError? CheckNotOlder(long ledgerSize)
    {
        lock (_gate)
        {
            var size = (long?)_db.Scalar("SELECT max(idx) FROM payload") + 1 ?? 0;
            return size == ledgerSize
                ? _keys.CheckNotOlder(ledgerSize)
                : LedgerErrors.RolledBack.Of(string.Create(CultureInfo.InvariantCulture, $"the vault ends at {size}, the log at {ledgerSize}"));
        }
    }
}
