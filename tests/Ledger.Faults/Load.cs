using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Ledger.Faults;

/// <summary>
/// Uses with known ids: a Grant that debits a defined budget and a counter, its Report with output, its Receipt. Carrying a use through again is what
/// a client does after a crash: whatever of it is in the log stays, whatever is not is done now.
/// </summary>
public static class Load
{
    /// <summary>Name of the log.</summary>
    public const string Origin = "provider.example/ledger";

    /// <summary>Budget that every Grant takes 1 from.</summary>
    public const string Budget = "uses";

    /// <summary>Counter without a limit of its own that every Grant takes 1 from.</summary>
    public const string Counter = "rate/day";

    private const string Contract = "contract-1";
    private static readonly Ed25519Signer Provider = new(SHA256.HashData("provider"u8));
    private static readonly Ed25519Signer Consumer = new(SHA256.HashData("consumer"u8));

    /// <summary>Key of the log.</summary>
    public static VerifierKey Key { get; } = VerifierKey.ForLog(Origin, Provider.PublicKey);

    /// <summary>Opens a ledger of this load.</summary>
    internal static Result<AuditLedger> Open(string directory, Action<FaultPoint>? fault = null, TimeProvider? clock = null)
        => AuditLedger.Open(new LedgerOptions { Directory = directory, Origin = Origin, Fault = fault, MaxRecentEvents = fault is null ? 100 : 2 }, Provider, clock ?? TimeProvider.System);

    /// <summary>Fills a new log to a size with entries that no use belongs to.</summary>
    public static async Task FillAsync(string directory, int size, CancellationToken cancellation)
    {
        await using var ledger = Open(directory).Value;
        ledger.DefineBudget(Budget, 1_000_000_000, Contract);
        for (var first = 0; first < size; first += 4096)
        {
            var batch = Enumerable.Range(first, Math.Min(4096, size - first)).Select(i => Task.Run(() => ledger.AppendAsync(Denied(i), cancellation), cancellation));
            await Task.WhenAll(batch).ConfigureAwait(false);
        }
        await ledger.WaitPublishedAsync(size, cancellation).ConfigureAwait(false);
        if (ledger.Latest.Size != size)
            throw new InvalidOperationException("the log was not filled");
    }

    /// <summary>Carries uses through, several callers at a time. Returns why it stopped, or null when all is done.</summary>
    /// <param name="ledger">Ledger.</param>
    /// <param name="first">Number of the first use.</param>
    /// <param name="count">Uses.</param>
    /// <param name="callers">Uses under way at a time.</param>
    /// <param name="say">Takes a line of the journal; called after each acknowledgement.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<DsError?> RunAsync(AuditLedger ledger, int first, int count, int callers, Action<string> say, CancellationToken cancellation)
    {
        if (ledger.DefineBudget(Budget, 1_000_000_000, Contract).Error is { } undefined)
            return undefined;
        var (next, failure) = (first - 1, (DsError?)null);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (failure is null && Interlocked.Increment(ref next) is var n && n < first + count)
            {
                if (await UseAsync(ledger, n, say, cancellation).ConfigureAwait(false) is { } error)
                    Interlocked.CompareExchange(ref failure, error, null);
            }
        }, cancellation))).ConfigureAwait(false);
        return failure;
    }

    private static async Task<DsError?> UseAsync(AuditLedger ledger, int n, Action<string> say, CancellationToken cancellation)
    {
        var grant = Grant(n);
        var granted = await ledger.GrantAsync(grant, [new(Budget, 1), BudgetDebit.WithLimit(Counter, "uses per day", 1, 1_000_000_000)], cancellation).ConfigureAwait(false);
        if (granted.Error is { } refused && refused.Kind != LedgerErrors.UseAlreadyGranted)
            return refused;
        if (granted.IsOk && await AcknowledgeAsync("grant", granted.Value.Entry).ConfigureAwait(false) is { } unpublished)
            return unpublished;
        var handle = granted.IsOk ? granted.Value.Handle : ledger.FindUseState(grant.UseId)!.Handle;

        var output = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"output of use {n}"));
        var reported = await ledger.ReportAsync(handle, Report(handle, output), output, cancellation).ConfigureAwait(false);
        if (reported.Error is { } unreported && unreported.Kind != LedgerErrors.UseAlreadyReported)
            return unreported;
        if (reported.IsOk && await AcknowledgeAsync("report", reported.Value).ConfigureAwait(false) is { } unpublishedReport)
            return unpublishedReport;
        var report = MerkleHash.Leaf(ledger.EntryBytes(ledger.FindUseState(grant.UseId)!.ReportIndex!.Value)!.Value.Span);

        var receipt = new EntryDraft(Receipt(handle, Convert.ToHexStringLower(report)), Contract) { EventId = EventId(n) };
        var received = await ledger.AppendAsync(receipt, cancellation).ConfigureAwait(false);
        return received.TryGet(out var entry, out var unreceived) ? await AcknowledgeAsync("receipt", entry).ConfigureAwait(false) : unreceived;

        async Task<DsError?> AcknowledgeAsync(string kind, AppendedEntry acknowledged)
        {
            say(Journal.Line(new Acknowledged(string.Create(CultureInfo.InvariantCulture, $"{kind} {n}"), acknowledged.Index, acknowledged.LeafHashHex), acknowledged.Checkpoint));
            try
            {
                await ledger.WaitPublishedAsync(acknowledged.Index + 1, cancellation).ConfigureAwait(false);
                say(Journal.Line(ledger.Published));
                return null;
            }
            catch (InvalidOperationException)
            {
                return ledger.Refusal;
            }
        }
    }

    /// <summary>Event id of a use's Receipt.</summary>
    public static byte[] EventId(int n) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"receipt {n}")))[..16];

    /// <summary>An entry that no use belongs to.</summary>
    public static EntryDraft Denied(int n) => new(new DeniedPayload
    {
        JobHash = Digest("job"),
        Step = string.Create(CultureInfo.InvariantCulture, $"denied-{n}"),
        Code = "DS-POL-001",
        ContractId = Contract,
    }, Contract);

    /// <summary>The Grant of a use.</summary>
    public static GrantPayload Grant(int n)
    {
        var step = string.Create(CultureInfo.InvariantCulture, $"use-{n}");
        return new GrantPayload
        {
            Actor = "actor-7f",
            Role = "analyst",
            Participant = "did:web:analyst.example",
            SpaceId = "space-1",
            ServiceParty = "did:web:operator.example",
            CaseId = "case-9",
            ContractId = Contract,
            ContractVersion = "1",
            PolicyDecisionId = "decision-1",
            PolicyVersion = "policy-3",
            PlanHash = Digest("plan"),
            JobHash = Digest("job"),
            JobId = "job-1",
            Step = step,
            UseId = GrantPayload.ComputeUseId(Digest("job"), Contract, step),
            Nonce = "nonce-1",
            DatasetId = "dataset-1",
            DatasetVersion = "v1",
            Purpose = "research",
            Limits = new Dictionary<string, long> { ["minGroupSize"] = 3 },
            PricePerUseMinor = 200,
            Currency = "CNY",
            PricePlanHash = Digest("price plan"),
        };
    }

    private static ReportPayload Report(GrantHandle grant, byte[] output) => new()
    {
        GrantHash = Convert.ToHexStringLower(grant.GrantHash.Span),
        Units = new Dictionary<string, long> { ["uses"] = 1, ["bytesOut"] = output.Length },
        ImageDigest = "sha256:" + Digest("image"),
        OutputDigest = Convert.ToHexStringLower(SHA256.HashData(output)),
        Outcome = "released",
        CpuMs = 12,
        RowsScanned = 220,
        WallMs = 30,
    };

    private static ReceiptPayload Receipt(GrantHandle grant, string reportHash)
        => ReceiptPayload.SignAsConsumer(Convert.ToHexStringLower(grant.GrantHash.Span), reportHash, Digest("result"), Digest("job"), "did:web:analyst.example", Consumer)
            .Countersign(Consumer.PublicKey, Provider).Value;

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
