using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Money;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Metering;
using DataSpace.Metering.Settlement;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Settlement;

/// <summary>A month of a contract to close.</summary>
/// <param name="ContractId">Contract.</param>
/// <param name="Size">Entries of this node's log that were settled.</param>
/// <param name="RootHash">Root of this node's log at that size.</param>
internal sealed record CloseRequest(string ContractId, long Size, string RootHash);

/// <summary>A statement and the contracts in it that this node closes.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Contracts">Closes; each contract is in the statement.</param>
internal sealed record CloseMonthRequest(StatementDocument Statement, IReadOnlyList<CloseRequest> Contracts);

/// <summary>A dispute about a use, or its end.</summary>
/// <param name="ContractId">Contract.</param>
/// <param name="GrantHash">Leaf hash of the Grant.</param>
/// <param name="Word">Reason of a dispute, outcome of its end.</param>
/// <param name="Reason">Why it ends so; empty otherwise.</param>
internal sealed record DisputeRequest(string ContractId, string GrantHash, string Word, string Reason);

/// <summary>
/// What the owner writes about settlement into its own ledger, and its signature under a statement. The command line computes statements from raw logs; the node
/// checks what it says about the node's own log and contracts.
/// </summary>
internal static class SettlementEndpoints
{
    private const int MaxContracts = 256;

    public static void MapSettlement(this WebApplication app)
    {
        var group = app.MapGroup("/admin/settlement").RequireAdmin();
        group.MapPost("/close", CloseAsync).WithSummary("Closes a month of contracts in this node's ledger with their adjustments. Once each; repeating changes nothing.");
        group.MapPost("/disputes", (HttpRequest http, AgreementBook book, NodeIdentity self, AuditLedger ledger, CancellationToken c)
            => DisputeAsync(http, book, self, ledger, isEnd: false, c)).WithSummary("Disputes a use: it is not billed while that stands.");
        group.MapPost("/disputes/resolve", (HttpRequest http, AgreementBook book, NodeIdentity self, AuditLedger ledger, CancellationToken c)
            => DisputeAsync(http, book, self, ledger, isEnd: true, c)).WithSummary("Says how a dispute ends for this party: bill or waive.");
        group.MapPost("/payments", PayAsync).WithSummary("Records a payment: what may be owed under the contract rises by it, as an entry of the ledger. Once per reference.");
        group.MapPost("/signatures", SignAsync).WithSummary("Signs a statement in which this node is a party.");
    }

    private static async Task<IResult> CloseAsync(HttpRequest http, AgreementBook book, NodeIdentity self, AuditLedger ledger, CancellationToken cancellation)
    {
        if (!(await ReadAsync<CloseMonthRequest>(http, cancellation)).TryGet(out var request, out var error))
            return error.ToProblem();
        if (request.Contracts.Count is 0 or > MaxContracts)
            return HostErrors.MalformedRequest.Of("contracts").ToProblem();
        var indices = new List<long>();
        foreach (var close in request.Contracts)
        {
            if (request.Statement.Contracts.FirstOrDefault(c => c.ContractId == close.ContractId) is not { } settled
                || (settled.Provider != self.Did && request.Statement.Consumer != self.Did) || await FindAsync(book, close.ContractId, cancellation) is null)
                return ConnectorErrors.AgreementUnknown.Of(close.ContractId).ToProblem();
            if (ledger.RootHashAt(close.Size) is not { } root || Convert.ToHexStringLower(root.Span) != close.RootHash)
                return SettlementErrors.CloseInvalid.Of("size or root of this node's log").ToProblem();
        }
        foreach (var close in request.Contracts)
        {
            foreach (var (payload, id) in EntriesOf(request.Statement, close))
            {
                if (!(await ledger.AppendAsync(new EntryDraft(payload, close.ContractId) { EventId = id }, cancellation)).TryGet(out var entry, out error))
                    return error.ToProblem();
                indices.Add(entry.Index);
            }
        }
        return Results.Json(new { indices, statementHash = request.Statement.Hash() }, JobJson.Options);
    }

    private static IEnumerable<(IEntryPayload Payload, ReadOnlyMemory<byte> EventId)> EntriesOf(StatementDocument statement, CloseRequest close)
    {
        var contract = statement.Contracts.First(c => c.ContractId == close.ContractId);
        var currency = statement.Items.First(i => i.Contracts.Contains(close.ContractId, StringComparer.Ordinal)).Currency;
        yield return (new PeriodClosedPayload
        {
            ContractId = close.ContractId,
            Period = statement.Period,
            Provider = contract.Provider,
            Consumer = statement.Consumer,
            Size = close.Size,
            RootHash = close.RootHash,
            PlanHash = contract.PlanHash,
            StatementHash = statement.Hash(),
            AmountMinor = statement.Totals.First(t => t.Currency == currency).AmountMinor,
            Currency = currency,
        }, SettlementEvents.PeriodClosed(close.ContractId, statement.Period));
        foreach (var adjustment in StatementCheck.AdjustmentsFor(close.ContractId, statement))
            yield return (adjustment, SettlementEvents.Adjustment(close.ContractId, statement.Period, adjustment.ForPeriod));
    }

    private static async Task<IResult> DisputeAsync(HttpRequest http, AgreementBook book, NodeIdentity self, AuditLedger ledger, bool isEnd, CancellationToken cancellation)
    {
        if (!(await ReadAsync<DisputeRequest>(http, cancellation)).TryGet(out var request, out var error))
            return error.ToProblem();
        if (!Digest.IsSha256Hex(request.GrantHash) || (isEnd && request.Word is not (DisputeResolvedPayload.Bill or DisputeResolvedPayload.Waive)))
            return HostErrors.MalformedRequest.Of("grantHash or outcome").ToProblem();
        if (await FindAsync(book, request.ContractId, cancellation) is null)
            return ConnectorErrors.AgreementUnknown.Of(request.ContractId).ToProblem();
        IEntryPayload payload = isEnd
            ? new DisputeResolvedPayload { ContractId = request.ContractId, GrantHash = request.GrantHash, Outcome = request.Word, By = self.Did, Reason = request.Reason }
            : new DisputePayload { ContractId = request.ContractId, GrantHash = request.GrantHash, OpenedBy = self.Did, Reason = request.Word };
        var draft = new EntryDraft(payload, request.ContractId) { EventId = isEnd ? SettlementEvents.DisputeResolved(request.GrantHash) : SettlementEvents.Dispute(request.GrantHash) };
        return (await ledger.AppendAsync(draft, cancellation)).TryGet(out var entry, out error) ? Results.Json(new { index = entry.Index }, JobJson.Options) : error.ToProblem();
    }

    private static async Task<IResult> PayAsync(HttpRequest http, AgreementBook book, Payments payments, CancellationToken cancellation)
    {
        if (!(await ReadAsync<PaymentRequest>(http, cancellation)).TryGet(out var request, out var error))
            return error.ToProblem();
        if (request is not { ContractId: { Length: > 0 and <= 256 } id } || string.IsNullOrWhiteSpace(request.Reference) || request.Reference.Length > Payments.MaxReferenceChars)
            return HostErrors.MalformedRequest.Of($"contractId and a reference of at most {Payments.MaxReferenceChars} characters").ToProblem();
        if (!Money.Parse(request.Amount, request.Currency).TryGet(out var amount, out error))
            return error.ToProblem();
        if (await book.FindAsync(id, AgreementBook.Provider, cancellation) is not { } agreement)
            return ConnectorErrors.AgreementUnknown.Of(id).ToProblem();
        return (await payments.RecordAsync(agreement, amount, request.Reference.Trim(), cancellation)).TryGet(out var paid, out error)
            ? Results.Json(new { index = paid.Entry.Index, leafHash = paid.Entry.LeafHashHex, owedMinor = paid.OwedMinor }, JobJson.Options)
            : error.ToProblem();
    }

    private static async Task<IResult> SignAsync(HttpRequest http, NodeIdentity self, CancellationToken cancellation)
    {
        if (!(await ReadAsync<StatementDocument>(http, cancellation)).TryGet(out var statement, out var error))
            return error.ToProblem();
        if (statement is not { Kind: StatementDocument.StatementKind } || (statement.Consumer != self.Did && statement.Contracts.All(c => c.Provider != self.Did)))
            return SettlementErrors.PartyUnknown.Of("this node is no party of the statement").ToProblem();
        return Results.Json(new { signature = StatementSignatures.Sign(statement, self.Signer), statementHash = statement.Hash() }, JobJson.Options);
    }

    private static async Task<BoundAgreement?> FindAsync(AgreementBook book, string contractId, CancellationToken cancellation)
        => await book.FindAsync(contractId, AgreementBook.Provider, cancellation) ?? await book.FindAsync(contractId, AgreementBook.Consumer, cancellation);

    private static async Task<Result<T>> ReadAsync<T>(HttpRequest http, CancellationToken cancellation)
    {
        if (http.ContentLength is null or > CanonicalJson.MaxBytes)
            return HostErrors.RequestTooLarge.Of($"at most {CanonicalJson.MaxBytes} bytes");
        if (!http.HasJsonContentType())
            return HostErrors.MalformedRequest.Of("content type is application/json");
        try
        {
            return await http.ReadFromJsonAsync<T>(KernelJson.Options, cancellation) is { } value ? value : HostErrors.MalformedRequest.Of();
        }
        catch (JsonException e)
        {
            return HostErrors.MalformedRequest.Of($"at {e.Path}");
        }
    }
}
