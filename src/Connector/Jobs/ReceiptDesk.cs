using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tiles;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// Two-sided receipts: the consumer signs over Grant, Report and result digest, the provider countersigns, both append the same receipt.
/// </summary>
internal sealed class ReceiptDesk(
    AgreementBook agreements, Duties.DutyBook duties, AuditLedger ledger, INodeTransport transport, PeerDirectory peers, LogKeys logs, NodeIdentity self, NodeOptions options, CrashPoints crashPoints)
{
    /// <summary>Folder of the node's directory with the proof of every receipt, by use id (C2SP tlog-proof).</summary>
    public const string ProofFolder = "receipts";

    /// <summary>Consumer side: offers the receipts; returns those that could not be exchanged yet.</summary>
    public async Task<List<PendingReceipt>> ExchangeAsync(JobRow job, IReadOnlyList<PendingReceipt> pending, CancellationToken cancellation)
    {
        var exchanged = await Task.WhenAll(pending.Select(receipt => ExchangeAsync(job, receipt, cancellation)));
        return [.. pending.Zip(exchanged).Where(p => !p.Second).Select(p => p.First)];
    }

    /// <summary>Provider side: countersigns a receipt for a use of this node and appends it; repeating gives the same answer.</summary>
    public async Task<Result<ReceiptCountersigned>> CountersignAsync(ReceiptOffer offer, string caller, CancellationToken cancellation)
    {
        if (ledger.FindUse(offer.UseId) is not { ReportIndex: { } reportIndex } use)
            return ConnectorErrors.ReceiptUnknown.Of("no reported use");
        if (await agreements.FindAsync(use.ContractId, AgreementBook.Provider, cancellation) is not { } agreement || agreement.Row.Consumer != caller)
            return ConnectorErrors.ReceiptUnknown.Of("another consumer's use");
        if (ReadOffer(offer) is not { } receipt
            || receipt.GrantHash != Convert.ToHexStringLower(use.Handle.GrantHash.Span)
            || receipt.ReportHash != Hash(reportIndex) || receipt.Consumer != caller
            || offer.UseId != GrantPayload.ComputeUseId(offer.JobHash, use.ContractId, JobOrders.ContributeStep))
            return ConnectorErrors.ReceiptUnknown.Of("grant, report or consumer");
        if (!receipt.Countersign(agreement.ConsumerKey, self.Signer).TryGet(out var countersigned, out var error))
            return error;
        crashPoints.Reach(CrashPoint.BeforeReceipt);
        // The event id follows from the use, so that a repeated offer cannot append a second receipt.
        var draft = new EntryDraft(countersigned, use.ContractId) { EventId = EventId("receipt", offer.UseId) };
        if (!(await ledger.AppendAsync(draft, cancellation)).TryGet(out var entry, out error))
            return error;
        await duties.ReceiptedAsync(offer.UseId, offer.ResultDigest, cancellation);
        return ledger.ProveEntry(entry.Index).TryGet(out var proof, out error)
            ? new ReceiptCountersigned(Convert.ToBase64String(countersigned.ProviderSignature.Span), entry.Index, Convert.ToBase64String(proof.Encode()))
            : error;
    }

    private async Task<bool> ExchangeAsync(JobRow job, PendingReceipt pending, CancellationToken cancellation)
    {
        if (peers.Find(pending.Provider) is not { } provider)
            return false;
        var receipt = ReceiptPayload.SignAsConsumer(pending.GrantHash, pending.ReportHash, pending.ResultDigest, job.JobHash, self.Did, self.Signer);
        var body = JsonSerializer.SerializeToUtf8Bytes(WriteOffer(job.JobId, pending.UseId, receipt), JobJson.Options);
        var sent = await transport.SendAsync(PeerDirectory.PeerOf(provider), HttpMethod.Post, "/peer/receipts", body, cancellation);
        if (!sent.TryGet(out var answer, out _) || !answer.IsSuccess)
            return false;
        if (pending.Provider == self.Did)
            return true; // one ledger, one entry
        if (Read(answer) is not { } signed)
            return false;
        if (await agreements.FindAsync(pending.AgreementId, AgreementBook.Consumer, cancellation) is not { } agreement)
            return false;
        var complete = receipt with { ProviderKeyId = agreement.Row.ProviderKeyId, ProviderSignature = signed.Signature };
        if (complete.Verify(self.Signer.PublicKey, agreement.ProviderKey) is not null)
            return false;
        // Countersigned is not yet kept: the receipt has to stand in the provider's own log, word for word.
        if (!logs.Trusted(pending.Provider).TryGet(out var vkey, out _) || !signed.Proof.Verify(agreement.ProviderKey, vkey, EntryKind.Receipt).TryGet(out var entry, out _)
            || entry.Index != signed.Index || !ReceiptPayload.FromFields(entry.Fields).TryGet(out var logged, out _) || logged.Commitment != complete.Commitment)
            return false;
        var folder = Path.Combine(options.Directory, ProofFolder);
        Directory.CreateDirectory(folder);
        PublicFiles.WriteText(folder, pending.UseId + ".tlog-proof", (signed.Proof.Proof with { Extra = signed.Proof.Entry }).Format());
        var appended = await ledger.AppendAsync(new EntryDraft(complete, agreement.Row.AgreementId) { EventId = EventId("receipt-consumer", pending.UseId) }, cancellation);
        return appended.IsOk;
    }

    private static (byte[] Signature, long Index, EntryProof Proof)? Read(PeerAnswer answer)
    {
        try
        {
            return JsonSerializer.Deserialize<ReceiptCountersigned>(answer.Body.Span, JobJson.Options) is { ProviderSignature: not null, Proof: not null } said
                && EntryProof.Decode(Convert.FromBase64String(said.Proof)).TryGet(out var proof, out _)
                ? (Convert.FromBase64String(said.ProviderSignature), said.LedgerIndex, proof)
                : null;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Event id of a use's receipt in the provider's ledger.</summary>
    public static ReadOnlyMemory<byte> ProviderEvent(string useId) => EventId("receipt", useId);

    private static ReadOnlyMemory<byte> EventId(string domain, string useId)
        => Kernel.Crypto.Digest.Sha256(System.Text.Encoding.ASCII.GetBytes(domain + "/" + useId)).AsMemory(0, 16);

    private string Hash(long index) => Convert.ToHexStringLower(Ledger.Merkle.MerkleHash.Leaf(ledger.EntryBytes(index)!.Value.Span));

    private static ReceiptOffer WriteOffer(string jobId, string useId, ReceiptPayload receipt)
        => new(jobId, useId, receipt.GrantHash, receipt.ReportHash, receipt.ResultDigest, receipt.JobHash, receipt.ConsumerKeyId, Convert.ToBase64String(receipt.ConsumerSignature.Span), receipt.Consumer);

    private static ReceiptPayload? ReadOffer(ReceiptOffer offer)
    {
        var signature = new byte[64];
        if (!Convert.TryFromBase64String(offer.ConsumerSignature, signature, out var length) || length != 64
            || new[] { offer.GrantHash, offer.ReportHash, offer.ResultDigest, offer.JobHash }.Any(d => !Kernel.Crypto.Digest.IsSha256Hex(d)))
            return null;
        return new ReceiptPayload
        {
            GrantHash = offer.GrantHash,
            ReportHash = offer.ReportHash,
            ResultDigest = offer.ResultDigest,
            JobHash = offer.JobHash,
            Consumer = offer.Consumer,
            ConsumerKeyId = offer.ConsumerKeyId,
            ConsumerSignature = signature,
        };
    }
}
