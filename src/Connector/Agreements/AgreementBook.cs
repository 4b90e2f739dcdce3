using System.Collections.Concurrent;
using System.Text.Json;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Messages;
using DataSpace.Protocol.Negotiation;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Agreements;

/// <summary>An agreement as the use gate needs it.</summary>
internal sealed record BoundAgreement(AgreementRow Row, CompiledPolicy Policy)
{
    public PublicKey ConsumerKey { get; } = PublicKey.FromEd25519(System.Buffers.Text.Base64Url.DecodeFromChars(Row.ConsumerKey));

    public PublicKey ProviderKey { get; } = PublicKey.FromEd25519(System.Buffers.Text.Base64Url.DecodeFromChars(Row.ProviderKey));
}

/// <summary>
/// Finalised agreements. Keeping one pins both parties' keys and, on the provider's side, opens its budgets in the ledger's own file.
/// Policies are compiled once per agreement.
/// </summary>
internal sealed class AgreementBook(
    IDbContextFactory<ConnectorState> store, PeerDirectory peers, NodeIdentity self, KeyPins pins, AuditLedger ledger)
{
    private readonly ConcurrentDictionary<(string Id, string Role), BoundAgreement> _bound = new();

    public const string Provider = "provider";
    public const string Consumer = "consumer";

    /// <summary>The agreement on the given side, or null.</summary>
    public async Task<BoundAgreement?> FindAsync(string agreementId, string role, CancellationToken cancellation)
    {
        if (_bound.TryGetValue((agreementId, role), out var known))
            return known;
        await using var db = await store.CreateDbContextAsync(cancellation);
        var row = await db.Agreements.AsNoTracking().FirstOrDefaultAsync(a => a.AgreementId == agreementId && a.Role == role, cancellation);
        return row is null ? null : Bind(row);
    }

    /// <summary>All agreements of this node.</summary>
    public async Task<IReadOnlyList<BoundAgreement>> ListAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return [.. (await db.Agreements.AsNoTracking().OrderBy(a => a.SignedAt).ToListAsync(cancellation)).Select(Bind)];
    }

    /// <summary>Adds the agreement of a finalised negotiation to <paramref name="db"/>; the caller saves. Repeating is harmless.</summary>
    public async Task KeepAsync(ConnectorState db, NegotiationProcess process, CancellationToken cancellation)
    {
        var role = process.Role == NegotiationRole.Provider ? Provider : Consumer;
        var agreement = process.Agreement!;
        if (await db.Agreements.FindAsync([agreement.Id, role], cancellation) is not null)
            return;
        var provider = Key(process.ProviderId);
        var consumer = Key(process.ConsumerId);
        var policy = PolicyCompiler.Compile(agreement.Policy).Value; // compiled as an offer before; the rules are the same
        var row = new AgreementRow
        {
            AgreementId = agreement.Id,
            AgreementHash = HashOf(agreement, provider.PublicKey, consumer.PublicKey),
            Role = role,
            Provider = process.ProviderId,
            Consumer = process.ConsumerId,
            DatasetId = agreement.Target,
            Policy = agreement.Policy.GetRawText(),
            PolicyVersion = policy.Version,
            ProviderKey = provider.PublicKey,
            ProviderKeyId = provider.KeyId,
            ConsumerKey = consumer.PublicKey,
            ConsumerKeyId = consumer.KeyId,
            SignedAt = agreement.Timestamp,
        };
        if (role == Provider)
            OpenBudgets(row, policy);
        db.Agreements.Add(row);
    }

    /// <summary>Budgets of an agreement; the ledger's file holds them, so that they survive whatever happens to the state store.</summary>
    public void OpenBudgets(AgreementRow row, CompiledPolicy policy)
    {
        var bound = new BoundAgreement(row, policy);
        foreach (var debit in policy.Terms.SelectMany(t => t.Obligations.Debits))
        {
            var id = BudgetId(bound, debit.Key);
            // The same counter goes on, whatever its owner raised it to. A log that continues a lost one cannot know what was spent there: its owner grants anew.
            if (ledger.GetBudget(id) is not null)
                continue;
            var opened = ledger.ContinuedAtMs is null
                ? ledger.DefineBudget(id, debit.Limit, policy.RulesHash) : ledger.DefineExhaustedBudget(id, debit.Limit, policy.RulesHash);
            if (opened is { IsOk: false } failed)
                throw new InvalidOperationException("A budget could not be opened: " + failed.Error.Code);
        }
    }

    /// <summary>
    /// Name of a budget in the ledger: per consumer, dataset and rules, not per agreement. Negotiating the same offer again continues the same counter;
    /// more uses need an offer of the owner with other rules.
    /// </summary>
    public static string BudgetId(BoundAgreement agreement, string key)
        => CounterOf(agreement) + "/" + key;

    /// <summary>What the names of a contract's budgets begin with.</summary>
    public static string CounterOf(BoundAgreement agreement)
        => Digest.Sha256Hex(System.Text.Encoding.UTF8.GetBytes($"{agreement.Row.Consumer}\n{agreement.Row.DatasetId}\n{agreement.Policy.RulesHash}"));

    private BoundAgreement Bind(AgreementRow row) => _bound.GetOrAdd((row.AgreementId, row.Role), _ =>
    {
        using var policy = JsonDocument.Parse(row.Policy);
        return new BoundAgreement(row, PolicyCompiler.Compile(policy.RootElement, row.PolicyVersion).Value);
    });

    private (string PublicKey, string KeyId) Key(string did)
    {
        if (did == self.Did)
            return (System.Buffers.Text.Base64Url.EncodeToString(self.Signer.PublicKey.Raw.Span), self.Signer.PublicKey.KeyId);
        if (pins.Problem(peers.Find(did), did) is { } unconfirmed)
            throw new InvalidOperationException(unconfirmed.ToString());
        var member = peers.Find(did) ?? throw new InvalidOperationException("An agreement was negotiated with an unknown participant.");
        return (member.PublicKey, member.KeyId);
    }

    /// <summary>What <see cref="AgreementRow.AgreementHash"/> is the SHA-256 of, in canonical form.</summary>
    public static JsonElement DocumentOf(AgreementRow row)
    {
        using var policy = JsonDocument.Parse(row.Policy);
        return JsonSerializer.SerializeToElement(new { agreement = policy.RootElement, providerKey = row.ProviderKey, consumerKey = row.ConsumerKey });
    }

    private static string HashOf(Agreement agreement, string providerKey, string consumerKey)
        => Digest.Sha256Hex(CanonicalJson.Of(new { agreement = agreement.Policy, providerKey, consumerKey }));
}
