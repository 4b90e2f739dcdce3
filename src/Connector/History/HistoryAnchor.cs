using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Connector.History;

/// <summary>What stands outside <c>history.db</c> and tells when that file was lost or put back.</summary>
internal interface IHistoryAnchor
{
    /// <summary>Uses were granted here before.</summary>
    bool HasUses { get; }

    /// <summary>Answers that the history held when it was last written.</summary>
    long Answers { get; }

    /// <summary>Raises <see cref="Answers"/>; durable on return.</summary>
    Result<Unit> Raise(long answers);
}

/// <summary>A mark in the ledger's own file, which only rises.</summary>
internal sealed class LedgerAnchor(AuditLedger ledger) : IHistoryAnchor
{
    private const string Mark = "query-history";

    public bool HasUses => ledger.HasUses;

    public long Answers => ledger.GetMark(Mark)?.Value ?? 0;

    public Result<Unit> Raise(long answers) => ledger.RaiseMark(Mark, answers);
}
