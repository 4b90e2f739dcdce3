using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;
using DataSpace.Metering.Rating;
using DataSpace.Metering.Reconciliation;
using DataSpace.Metering.Settlement;
using DataSpace.Metering.Tests.Rating;

namespace DataSpace.Metering.Tests.Settlement;

/// <summary>Who holds a receipt of a use.</summary>
internal enum Holds
{
    Both,
    ProviderOnly,
    ConsumerOnly,
    Different,
    Nobody,
}

/// <summary>A consumer and providers with real ledgers, and what dishonest ones would do with them.</summary>
internal sealed class SettlementWorld : IAsyncDisposable
{
    public const string Consumer = "did:web:consumer.example";
    private readonly Dictionary<string, RealLog> _open = new(StringComparer.Ordinal);
    private string _month = "2026-03";

    public string Root { get; } = Directory.CreateTempSubdirectory("ds-settle-").FullName;

    public Dictionary<string, PricePlan> Plans { get; } = new(StringComparer.Ordinal);

    public static Ed25519Signer SignerOf(string did) => new(SHA256.HashData(Encoding.ASCII.GetBytes("settlement " + did)));

    public static string Provider(int number) => "did:web:provider-" + number.ToString(CultureInfo.InvariantCulture) + ".example";

    public SettlementWorld With(string name, string plan)
    {
        Plans[name] = PricePlanTests.Read(plan);
        return this;
    }

    public SettlementWorld At(string month)
    {
        _month = month;
        foreach (var log in _open.Values)
            log.At(month);
        return this;
    }

    public string DirectoryOf(string did) => Path.Combine(Root, did.Split(':')[2]);

    public RealLog Log(string did) => _open.TryGetValue(did, out var log) ? log : _open[did] = RealLog.Open(DirectoryOf(did), did, SignerOf(did), _month);

    /// <summary>Writes everything out, so that it can be read offline.</summary>
    public async Task PublishAsync()
    {
        foreach (var log in _open.Values)
            await log.DisposeAsync();
        _open.Clear();
    }

    /// <summary>One use of a contract; the Grant's hash.</summary>
    public async Task<string> UseAsync(string provider, string job, string plan, Holds holds = Holds.Both, long rows = 0, string? contract = null, string? planHash = null, string? version = null)
    {
        _ = Log(Consumer);
        contract ??= "contract of " + provider;
        var grant = FakeLog.NewGrant(job, contract) with { Participant = Consumer, PricePlanHash = planHash ?? Plans[plan].Hash, Currency = Plans[plan].Currency };
        if (version is not null)
            grant = grant with { ContractVersion = version };
        var granted = await Log(provider).GrantAsync(grant);
        var reported = await Log(provider).ReportAsync(granted, new Dictionary<string, long> { ["uses"] = 1, ["rowsScanned"] = rows, ["bytesOut"] = 10 });
        var hash = granted.Entry.LeafHashHex;
        var receipt = Receipt(provider, hash, reported.LeafHashHex, grant.JobHash, "result");
        if (holds is Holds.Both or Holds.ProviderOnly or Holds.Different)
            await Log(provider).AppendAsync(receipt, contract);
        if (holds is Holds.Both or Holds.ConsumerOnly && provider != Consumer)
            await Log(Consumer).AppendAsync(receipt, contract);
        if (holds == Holds.Different)
            await Log(Consumer).AppendAsync(Receipt(provider, hash, reported.LeafHashHex, grant.JobHash, "another result"), contract);
        _reports[hash] = (provider, reported.LeafHashHex, grant.JobHash, contract);
        return hash;
    }

    private readonly Dictionary<string, (string Provider, string Report, string Job, string Contract)> _reports = new(StringComparer.Ordinal);

    /// <summary>The receipt that a party had not appended yet.</summary>
    public async Task LateReceiptAsync(string who, string grantHash)
    {
        var (provider, report, job, contract) = _reports[grantHash];
        await Log(who).AppendAsync(Receipt(provider, grantHash, report, job, "result"), contract);
    }

    public SettlementRequest Request(string period, params string[] providers) => new()
    {
        Period = period,
        Consumer = Party(Consumer),
        Providers = [.. providers.Select(Party)],
        Plans = [.. Plans.Values],
    };

    public SettlementParty Party(string did) => new(did, DirectoryOf(did), KeySet.Single(SignerOf(did).PublicKey, DateTimeOffset.UnixEpoch));

    public async Task<StatementDocument> SettleAsync(string period, params string[] providers)
    {
        await PublishAsync();
        return MonthSettlement.Compute(Request(period, providers)).OrThrow();
    }

    public async Task<string?> RefusedAsync(SettlementRequest request)
    {
        await PublishAsync();
        return MonthSettlement.Compute(request).Error?.Code;
    }

    /// <summary>Witness and coordinator of every log, as a policy.</summary>
    public static WitnessPolicy Witnesses { get; } = WitnessPolicy.OfSpace(
        VerifierKey.ForWitness("did:web:coordinator.example", SignerOf("coordinator").PublicKey), [VerifierKey.ForWitness("did:web:witness.example", SignerOf("witness").PublicKey)])!;

    /// <summary>Lets these cosign what a party published, and publishes that as a node does.</summary>
    public void Cosign(string did, params string[] who)
    {
        var note = File.ReadAllText(Path.Combine(DirectoryOf(did), "checkpoint"));
        var parsed = SignedNote.Parse(note).OrThrow();
        var cosigned = note + string.Concat(who.Select(w => parsed.Cosign("did:web:" + w + ".example", SignerOf(w), RealLog.MonthOf(_month))));
        File.WriteAllText(Path.Combine(DirectoryOf(did), PublicFiles.Cosigned), cosigned);
    }

    /// <summary>A contract as a node exports it.</summary>
    public static byte[] Agreement(string provider, string planHash, string? consumerSeed = null) => Encoding.UTF8.GetBytes($$"""
        {"agreement":{"@type":"Agreement","@id":"contract of {{provider}}","target":"dataset-1","assigner":"{{provider}}","assignee":"{{Consumer}}","timestamp":"2026-01-01T00:00:00Z",
         "permission":[{"action":"use","constraint":[{"leftOperand":"purpose","operator":"eq","rightOperand":"supply-chain-planning"},{"leftOperand":"dateTime","operator":"lt","rightOperand":"2031-01-01T00:00:00Z"},
          {"leftOperand":"count","operator":"lteq","rightOperand":"20"},{"leftOperand":"dataspace:computation","operator":"eq","rightOperand":"sql"},
          {"leftOperand":"dataspace:column","operator":"isAnyOf","rightOperand":["year","value"]},{"leftOperand":"dataspace:groupKey","operator":"eq","rightOperand":"year"},
          {"leftOperand":"dataspace:minimumGroupSize","operator":"gteq","rightOperand":"3"},{"leftOperand":"dataspace:dominancePercent","operator":"lteq","rightOperand":"off"}]}],
         "obligation":[{"action":"compensate","constraint":[{"leftOperand":"payAmount","operator":"eq","rightOperand":"2.00","unit":"CNY"},{"leftOperand":"dataspace:pricePlan","operator":"eq","rightOperand":"{{planHash}}"}]}]},
         "providerKey":"{{Base64Url.EncodeToString(SignerOf(provider).PublicKey.Raw.Span)}}","consumerKey":"{{Base64Url.EncodeToString(SignerOf(consumerSeed ?? Consumer).PublicKey.Raw.Span)}}"}
        """);

    /// <summary>What the nodes write when a month is closed.</summary>
    public async Task CloseAsync(StatementDocument statement, params string[] parties)
    {
        foreach (var contract in statement.Contracts)
        {
            foreach (var did in new[] { contract.Provider, Consumer }.Distinct().Where(d => parties.Length == 0 || parties.Contains(d)))
            {
                await Log(did).AppendAsync(CloseOf(statement, contract, did), contract.ContractId, SettlementEvents.PeriodClosed(contract.ContractId, statement.Period));
                foreach (var adjustment in StatementCheck.AdjustmentsFor(contract.ContractId, statement))
                    await Log(did).AppendAsync(adjustment, contract.ContractId, SettlementEvents.Adjustment(contract.ContractId, statement.Period, adjustment.ForPeriod));
            }
        }
        await PublishAsync();
    }

    public static PeriodClosedPayload CloseOf(StatementDocument statement, SettledContract contract, string did)
    {
        var log = did == contract.Provider ? contract.ProviderLog : contract.ConsumerLog;
        var currency = statement.Items.First(i => i.Contracts.Contains(contract.ContractId)).Currency;
        return new PeriodClosedPayload
        {
            ContractId = contract.ContractId,
            Period = statement.Period,
            Provider = contract.Provider,
            Consumer = statement.Consumer,
            Size = log.Size,
            RootHash = log.RootHash,
            PlanHash = contract.PlanHash,
            StatementHash = statement.Hash(),
            AmountMinor = statement.Totals.First(t => t.Currency == currency).AmountMinor,
            Currency = currency,
        };
    }

    public async Task DisputeAsync(string who, string grantHash) => await Log(who).AppendAsync(
        new DisputePayload { ContractId = _reports[grantHash].Contract, GrantHash = grantHash, OpenedBy = who, Reason = "resultUnusable" }, _reports[grantHash].Contract, SettlementEvents.Dispute(grantHash));

    /// <summary>What a node writes when the other side does not complete the receipt in time.</summary>
    public async Task OneSidedAsync(string who, string grantHash)
    {
        var (provider, report, job, contract) = _reports[grantHash];
        await Log(who).AppendAsync(new OneSidedPayload
        {
            JobHash = job,
            UseId = GrantPayload.ComputeUseId(job, contract, "contribute"),
            GrantHash = grantHash,
            ReportHash = report,
            ContractId = contract,
            Silent = who == provider ? Consumer : provider,
            Reason = who == provider ? OneSidedPayload.NoReceipt : OneSidedPayload.NoCountersignature,
            DeadlineMs = 1,
        }, contract);
    }

    public async Task ResolveAsync(string who, string grantHash, string outcome) => await Log(who).AppendAsync(
        new DisputeResolvedPayload { ContractId = _reports[grantHash].Contract, GrantHash = grantHash, Outcome = outcome, By = who, Reason = "" }, _reports[grantHash].Contract, SettlementEvents.DisputeResolved(grantHash));

    public async ValueTask DisposeAsync()
    {
        await PublishAsync();
        Directory.Delete(Root, recursive: true);
    }

    private static ReceiptPayload Receipt(string provider, string grantHash, string reportHash, string jobHash, string result)
        => ReceiptPayload.SignAsConsumer(grantHash, reportHash, FakeLog.Digest(result), jobHash, Consumer, SignerOf(Consumer))
            .Countersign(SignerOf(Consumer).PublicKey, SignerOf(provider)).Value;
}
