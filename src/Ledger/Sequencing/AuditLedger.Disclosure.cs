using DataSpace.Kernel.Results;
using DataSpace.Ledger.Disclosing;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Sequencing;

public sealed partial class AuditLedger
{
    private const int MaxDisclosureBytes = 6 * 1024 * 1024;

    /// <summary>
    /// Answers an auditor or regulator: for every index of the range one disclosure or one signed refusal, recorded in the log before it is returned. Without a
    /// capability everything is refused, and that is recorded too.
    /// </summary>
    /// <param name="request">The request; its asker is who the caller has authenticated.</param>
    /// <param name="capability">What the owner lets this asker see under this case, or null.</param>
    /// <param name="cancellation">Stops the waiting, not the record.</param>
    public async Task<Result<byte[]>> DiscloseAsync(DisclosureRequest request, DisclosureCapability? capability, CancellationToken cancellation)
    {
        if (request.Check() is { } error)
            return error;
        if (request.Origin != Origin)
            return LedgerErrors.OriginMismatch.Of();
        if (request.To > Latest.Size)
            return LedgerErrors.IndexOutOfRange.Of();
        if (capability?.CaseId != request.CaseId)
            capability = null;
        var items = Read(request.From, request.To).Select(record => Answer(record, request, capability)).ToList();
        var body = DisclosureAnswer.EncodeBody(request, items);
        if (body.Length > MaxDisclosureBytes)
            return LedgerErrors.RangeTooLong.Of("the answer would be too long; ask for fewer entries or fields");
        var refused = items.Count(item => item.Entry is null);
        var said = DisclosureGivenPayload.Of(request, body, items.Count - refused, refused);
        if (!(await AppendAsync(new EntryDraft(said, Origin), cancellation).ConfigureAwait(false)).TryGet(out var recorded, out error))
            return error;
        if (Record(recorded.Index, recorded.Bytes).Leaves is not { } leaves)
            return LedgerErrors.PayloadAbsent.Of();
        return Snapshot(head =>
        {
            var nodes = new TileNodes(_reader, head.Size);
            var proofs = items.Select(item => ProofBuilder.Inclusion(item.Index, head.Size, nodes)).ToList();
            var proof = new TlogProof(recorded.Index, ProofBuilder.Inclusion(recorded.Index, head.Size, nodes), head.Note);
            return DisclosureAnswer.Encode(body, proofs, EntryProof.Create(recorded.Bytes, leaves, proof));
        });
    }

    private DisclosureItem Answer(LedgerRecord record, DisclosureRequest request, DisclosureCapability? capability)
    {
        if (capability?.Covers(record.Index) != true)
            return Refuse(LedgerErrors.NotEntitled);
        if (record.Leaves is not { } leaves)
            return Refuse(record.IsErased ? LedgerErrors.PayloadErased : LedgerErrors.PayloadAbsent);
        var kind = record.Entry.Kind;
        var withheld = leaves.Any(leaf => leaf.Field is { } field && request.Asks(field.Label) && !capability.Shows(kind, field.Label)) ? LedgerErrors.NotEntitled.Code
            : record.IsErased ? LedgerErrors.PayloadErased.Code : "";
        return DisclosureItem.Shown(record.Index, record.Bytes, leaves.Select(leaf => leaf.Show(label => request.Asks(label) && capability.Shows(kind, label))).ToList(), withheld);

        DisclosureItem Refuse(ErrorKind why) => DisclosureItem.Refused(request, record.Index, record.Bytes, why.Code, _signer);
    }
}
