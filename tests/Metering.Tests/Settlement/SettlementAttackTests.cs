using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Ledger.Receipts;
using DataSpace.Metering.Settlement;
using DataSpace.Metering.Tests.Rating;
using Xunit;
using static DataSpace.Metering.Tests.Settlement.SettlementWorld;

namespace DataSpace.Metering.Tests.Settlement;

/// <summary>Parties who lie: with plans, statements, closes and signatures.</summary>
public sealed class SettlementAttackTests : IAsyncLifetime
{
    private readonly SettlementWorld _world = new SettlementWorld().With("per-use", SettlementTests.PerUse);

    private static string A => Provider(1);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_plan_that_was_changed_or_swapped_after_the_contract_bills_nothing()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        var request = _world.Request("2026-03", A);
        Assert.Null(await _world.RefusedAsync(request with { Pins = new Dictionary<string, string> { ["contract of " + A] = _world.Plans["per-use"].Hash } }));
        // The file was changed: its hash is no longer the one in the Grants.
        var dearer = PricePlanTests.Read(SettlementTests.PerUse.Replace("\"minor\":100", "\"minor\":101", StringComparison.Ordinal));
        Assert.Equal("DS-SET-007", await _world.RefusedAsync(request with { Plans = [dearer] }));
        // The provider grants under the dearer plan, which the contract does not pin.
        Assert.Equal("DS-SET-008", await _world.RefusedAsync(request with { Pins = new Dictionary<string, string> { ["contract of " + A] = dearer.Hash } }));
        await _world.UseAsync(A, "job-2", "per-use", planHash: dearer.Hash);
        Assert.Equal("DS-MTR-007", await _world.RefusedAsync(request with { Plans = [.. request.Plans, dearer] }));
    }

    [Fact]
    public async Task The_agreement_that_both_parties_signed_decides_the_plan()
    {
        var dearer = PricePlanTests.Read(SettlementTests.PerUse.Replace("\"minor\":100", "\"minor\":101", StringComparison.Ordinal));
        var agreed = AgreementFile.Read(Agreement(A, _world.Plans["per-use"].Hash)).OrThrow();
        Assert.Equal(("contract of " + A, _world.Plans["per-use"].Hash), (agreed.ContractId, Assert.Single(agreed.PlanHashes)));
        await _world.UseAsync(A, "job-1", "per-use", version: agreed.Hash);
        var request = _world.Request("2026-03", A) with { Plans = [_world.Plans["per-use"], dearer], Agreements = [agreed] };
        Assert.Null(await _world.RefusedAsync(request));
        // Another contract, or one with another key: it is not the one that the Grants name.
        var forged = AgreementFile.Read(Agreement(A, dearer.Hash)).OrThrow();
        Assert.Equal("DS-SET-023", await _world.RefusedAsync(request with { Agreements = [forged] }));
        Assert.Equal("DS-SET-023", await _world.RefusedAsync(request with { Agreements = [AgreementFile.Read(Agreement(A, _world.Plans["per-use"].Hash, "stranger")).OrThrow()] }));
        Assert.Equal("DS-SET-023", await _world.RefusedAsync(request with { Agreements = [AgreementFile.Read(Agreement(Provider(2), _world.Plans["per-use"].Hash)).OrThrow()] }));
        // Parties whose keys are not those of the contract.
        Assert.Equal("DS-SET-023", await _world.RefusedAsync(request with { Agreements = [agreed with { ConsumerKey = agreed.ProviderKey }] }));
    }

    [Fact]
    public async Task A_provider_that_grants_under_another_plan_than_the_agreement_pins_bills_nothing()
    {
        var dearer = PricePlanTests.Read(SettlementTests.PerUse.Replace("\"minor\":100", "\"minor\":101", StringComparison.Ordinal));
        var agreed = AgreementFile.Read(Agreement(A, _world.Plans["per-use"].Hash)).OrThrow();
        await _world.UseAsync(A, "job-1", "per-use", version: agreed.Hash, planHash: dearer.Hash);
        Assert.Equal("DS-SET-008", await _world.RefusedAsync(_world.Request("2026-03", A) with { Plans = [dearer], Agreements = [agreed] }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"agreement\":{},\"providerKey\":\"\",\"consumerKey\":\"\"}")]
    [InlineData("{\"agreement\":{\"@id\":\"c\",\"permission\":[{\"action\":\"fly\"}]},\"providerKey\":\"\",\"consumerKey\":\"\"}")]
    public void A_file_that_is_no_agreement_is_named(string json)
        => Assert.Equal("DS-SET-022", AgreementFile.Read(Encoding.UTF8.GetBytes(json)).Error!.Code);

    [Fact]
    public void An_agreement_with_something_beside_it_is_refused()
    {
        var node = JsonNode.Parse(Agreement(A, new string('a', 64)))!;
        node["note"] = "and more";
        Assert.Equal("DS-SET-022", AgreementFile.Read(Encoding.UTF8.GetBytes(node.ToJsonString())).Error!.Code);
    }

    [Fact]
    public async Task What_the_quorum_did_not_cosign_is_billed_when_it_did()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        await _world.PublishAsync();
        // One of two is no quorum, and a stranger under the witness's name is nobody.
        _world.Cosign(A, "coordinator");
        _world.Cosign(Consumer, "coordinator", "witness");
        Assert.Equal("DS-SET-024", await _world.RefusedAsync(Witnessed("2026-03")));
        _world.Cosign(A, "coordinator", "witness");
        await _world.UseAsync(A, "job-2", "per-use");
        await _world.PublishAsync();
        var march = MonthSettlement.Compute(Witnessed("2026-03")).OrThrow();
        Assert.Equal(100, march.Totals[0].AmountMinor);
        Assert.Equal(200, MonthSettlement.Compute(_world.Request("2026-03", A)).OrThrow().Totals[0].AmountMinor);
        // A statement, or a close, over more than was cosigned does not hold for whoever demands witnesses.
        var early = MonthSettlement.Compute(_world.Request("2026-03", A)).OrThrow();
        Assert.Equal("DS-SET-016", StatementCheck.Verify(early.ToCanonicalJson(), Witnessed("2026-03"), null).Error!.Code);
        Assert.True(StatementCheck.Verify(early.ToCanonicalJson(), _world.Request("2026-03", A), null).IsOk);
        await _world.CloseAsync(march);
        Assert.Equal(march.ToCanonicalJson(), MonthSettlement.Compute(Witnessed("2026-03")).OrThrow().ToCanonicalJson());
        // Cosigned later: the next month's adjustment, once.
        _world.Cosign(A, "coordinator", "witness");
        _world.Cosign(Consumer, "coordinator", "witness");
        var april = MonthSettlement.Compute(Witnessed("2026-04")).OrThrow();
        Assert.Equal(("adjustment", "2026-03", 100L), april.Items.Where(i => i.AmountMinor != 0).Select(i => (i.Kind, i.ForPeriod, i.AmountMinor)).Single());
        Assert.Equal(march.ToCanonicalJson(), MonthSettlement.Compute(Witnessed("2026-03")).OrThrow().ToCanonicalJson());
    }

    [Fact]
    public async Task A_close_over_more_than_was_cosigned_is_not_settled_from()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        await _world.PublishAsync();
        _world.Cosign(A, "coordinator", "witness");
        _world.Cosign(Consumer, "coordinator", "witness");
        await _world.UseAsync(A, "job-2", "per-use");
        await _world.CloseAsync(await _world.SettleAsync("2026-03", A));
        Assert.Equal("DS-SET-024", await _world.RefusedAsync(Witnessed("2026-03")));
    }

    private SettlementRequest Witnessed(string period)
    {
        var request = _world.Request(period, A);
        return request with { Consumer = request.Consumer with { Witnesses = Witnesses }, Providers = [.. request.Providers.Select(p => p with { Witnesses = Witnesses })] };
    }

    [Theory]
    [InlineData("totals", "amountMinor")]
    [InlineData("postings", "amountMinor")]
    [InlineData("items", "amountMinor")]
    [InlineData("disputes", "reason")]
    public async Task An_altered_statement_is_not_what_the_logs_give(string list, string member)
    {
        await _world.UseAsync(A, "job-1", "per-use");
        await _world.UseAsync(A, "job-2", "per-use", Holds.ProviderOnly);
        var honest = await _world.SettleAsync("2026-03", A);
        Assert.Null(StatementCheck.Verify(honest.ToCanonicalJson(), _world.Request("2026-03", A), null).Error);
        var json = JsonNode.Parse(honest.ToCanonicalJson())!;
        json[list]![0]![member] = member == "reason" ? "waived" : 101;
        var forged = CanonicalJson.FromNode(json).Value;
        Assert.True(StatementDocument.Read(forged).IsOk);
        Assert.Equal("DS-SET-016", StatementCheck.Verify(forged, _world.Request("2026-03", A), null).Error!.Code);
        Assert.Equal("DS-SET-015", StatementCheck.Verify(Encoding.UTF8.GetBytes(json.ToJsonString() + " "), _world.Request("2026-03", A), null).Error!.Code);
    }

    [Fact]
    public async Task Every_party_must_have_signed_exactly_these_bytes()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        var statement = await _world.SettleAsync("2026-03", A);
        var (request, bytes) = (_world.Request("2026-03", A), statement.ToCanonicalJson());
        var (provider, consumer) = (StatementSignatures.Sign(statement, SignerOf(A)), StatementSignatures.Sign(statement, SignerOf(Consumer)));
        Assert.Equal(2, Check(provider, consumer).Value.Signers);
        Assert.Equal("DS-SET-017", Check(provider).Error!.Code);
        Assert.Equal("DS-SET-017", Check(provider, provider).Error!.Code);
        Assert.Equal("DS-SET-017", Check(provider, StatementSignatures.Sign(statement, SignerOf("somebody"))).Error!.Code);
        Assert.Equal("DS-SET-017", Check(provider, StatementSignatures.Sign(statement with { Period = "2026-04" }, SignerOf(Consumer))).Error!.Code);
        Assert.Equal("DS-SET-017", Check(provider, Jws.Sign(SignerOf(Consumer), "something-else", bytes)).Error!.Code);
        Assert.Equal("DS-SET-017", Check(provider, consumer[..^2] + (consumer[^2] == 'A' ? "B" : "A") + consumer[^1]).Error!.Code);

        // The consumer changes its key after the month, and what either key signed counts; a key that ended before the month began signs nothing of it.
        var next = StatementSignatures.Sign(statement, SignerOf("next"));
        Assert.Equal("DS-SET-017", Check(provider, next).Error!.Code);
        var present = new KeyValidity(SignerOf(Consumer).PublicKey, DateTimeOffset.UnixEpoch, new DateTimeOffset(2026, 4, 2, 0, 0, 0, TimeSpan.Zero));
        request = With(present, new KeyValidity(SignerOf("next").PublicKey, new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal((2, 2), (Check(provider, next).OrThrow().Signers, Check(provider, consumer).OrThrow().Signers));
        request = With(present, new KeyValidity(SignerOf("next").PublicKey, new DateTimeOffset(2025, 4, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 2, 28, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal("DS-SET-017", Check(provider, next).Error!.Code);
        // Nor does a log whose entries are younger than the key that signed them.
        request = With(present with { ValidUntil = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) });
        Assert.Equal("DS-SET-011", Check(provider, consumer).Error!.Code);

        SettlementRequest With(params KeyValidity[] keys) => request with { Consumer = request.Consumer with { Keys = KeySet.Create(keys).OrThrow() } };
        Kernel.Results.Result<CheckedStatement> Check(params string[] tokens) => StatementCheck.Verify(bytes, request, new StatementSignatures(statement.Hash(), tokens));
    }

    [Fact]
    public async Task A_month_is_closed_once()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        var statement = await _world.SettleAsync("2026-03", A);
        await _world.CloseAsync(statement);
        Assert.Equal(2, StatementCheck.Verify(statement.ToCanonicalJson(), _world.Request("2026-03", A), null).OrThrow().Closes);
        var close = CloseOf(statement, statement.Contracts[0], A);
        var id = SettlementEvents.PeriodClosed(close.ContractId, close.Period);
        // Repeating is harmless, another content is refused by the ledger itself.
        Assert.Null(await _world.Log(A).RefusedAsync(close, close.ContractId, id));
        Assert.Equal("DS-LED-010", await _world.Log(A).RefusedAsync(close with { AmountMinor = 1 }, close.ContractId, id));
        Assert.Null(await _world.RefusedAsync(_world.Request("2026-03", A)));
        // A provider that writes a second one past its own rules is found out by everybody.
        await _world.Log(A).AppendAsync(close with { AmountMinor = 1 }, close.ContractId);
        Assert.Equal("DS-SET-012", await _world.RefusedAsync(_world.Request("2026-03", A)));
    }

    [Fact]
    public async Task A_close_that_names_another_statement_or_lacks_its_adjustments_is_found()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        var statement = await _world.SettleAsync("2026-03", A);
        var close = CloseOf(statement, statement.Contracts[0], A);
        await _world.Log(A).AppendAsync(close with { StatementHash = new string('0', 64) }, close.ContractId);
        await _world.PublishAsync();
        Assert.Equal("DS-SET-018", StatementCheck.Verify(statement.ToCanonicalJson(), _world.Request("2026-03", A), null).Error!.Code);
    }

    [Theory]
    [InlineData("size")]
    [InlineData("root")]
    [InlineData("consumer")]
    [InlineData("month")]
    public async Task A_close_that_contradicts_its_log_is_refused(string what)
    {
        await _world.UseAsync(A, "job-1", "per-use");
        var statement = await _world.SettleAsync("2026-03", A);
        var close = CloseOf(statement, statement.Contracts[0], A);
        await _world.Log(A).AppendAsync(what switch
        {
            "size" => close with { Size = close.Size + 5 },
            "root" => close with { RootHash = new string('0', 64) },
            "consumer" => close with { Consumer = "did:web:somebody.example" },
            _ => close with { Period = "March" },
        }, close.ContractId);
        Assert.Equal("DS-SET-013", await _world.RefusedAsync(_world.Request("2026-03", A)));
    }

    [Fact]
    public async Task Months_are_closed_by_both_and_in_order()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        await _world.CloseAsync(await _world.SettleAsync("2026-03", A), A);
        _world.At("2026-04");
        await _world.UseAsync(A, "job-2", "per-use");
        Assert.Equal("DS-SET-014", await _world.RefusedAsync(_world.Request("2026-04", A)));
        Assert.Equal("DS-SET-020", await _world.RefusedAsync(_world.Request("2026-02", A)));
        Assert.Equal("DS-SET-010", await _world.RefusedAsync(_world.Request("2026-13", A)));
        Assert.Equal("DS-SET-010", await _world.RefusedAsync(_world.Request("soon", A)));
    }

    [Fact]
    public async Task An_earlier_month_is_not_settled_apart_from_a_later_one_that_was_closed()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        _world.At("2026-04");
        await _world.UseAsync(A, "job-2", "per-use");
        await _world.CloseAsync(await _world.SettleAsync("2026-04", A));
        Assert.Equal("DS-SET-013", await _world.RefusedAsync(_world.Request("2026-03", A)));
    }

    [Fact]
    public async Task A_statement_stays_checkable_while_the_logs_grow_and_before_anybody_closed()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        var bytes = (await _world.SettleAsync("2026-03", A)).ToCanonicalJson();
        await _world.UseAsync(A, "job-2", "per-use");
        await _world.UseAsync(A, "job-3", "per-use", contract: "a new contract");
        await _world.PublishAsync();
        Assert.Null(StatementCheck.Verify(bytes, _world.Request("2026-03", A), null).Error);
        Assert.NotEqual(bytes, (await _world.SettleAsync("2026-03", A)).ToCanonicalJson());
    }

    [Fact]
    public async Task A_settled_month_is_the_same_bytes_after_its_personal_content_was_erased()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        var disputed = await _world.UseAsync(A, "job-2", "per-use");
        await _world.DisputeAsync(Consumer, disputed);
        await _world.ResolveAsync(A, disputed, DisputeResolvedPayload.Bill);
        var statement = await _world.SettleAsync("2026-03", A);
        await _world.CloseAsync(statement);
        foreach (var did in new[] { A, Consumer })
            await _world.Log(did).EraseContentsAsync();
        Assert.True((await _world.SettleAsync("2026-03", A)).ToCanonicalJson().AsSpan().SequenceEqual(statement.ToCanonicalJson()));
        Assert.Null(StatementCheck.Verify(statement.ToCanonicalJson(), _world.Request("2026-03", A), null).Error);
    }

    [Fact]
    public async Task A_log_that_is_cut_garbled_or_anothers_is_not_settled_from()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        await _world.PublishAsync();
        var request = _world.Request("2026-03", A);
        Assert.Equal("DS-SET-011", await _world.RefusedAsync(request with { Consumer = request.Consumer with { Keys = KeySet.Single(SignerOf("somebody").PublicKey, DateTimeOffset.UnixEpoch) } }));
        Assert.Equal("DS-SET-021", await _world.RefusedAsync(request with { Providers = [] }));
        Assert.Equal("DS-SET-020", await _world.RefusedAsync(request with { Contracts = ["other"] }));
        var vault = Directory.GetFiles(_world.DirectoryOf(Consumer), "vault.db*");
        foreach (var file in vault)
            File.Delete(file);
        Assert.Equal("DS-SET-011", await _world.RefusedAsync(request));
    }

    [Fact]
    public async Task A_provider_whose_log_another_key_signed_bills_nothing()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        await _world.PublishAsync();
        var request = _world.Request("2026-03", A);
        Assert.Equal("DS-SET-011", await _world.RefusedAsync(request with { Providers = [request.Providers[0] with { Keys = KeySet.Single(SignerOf("other").PublicKey, DateTimeOffset.UnixEpoch) }] }));
    }

    [Fact]
    public async Task Exports_are_the_same_bytes_again_and_carry_what_is_proven()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        var statement = await _world.SettleAsync("2026-03", A);
        var signatures = new StatementSignatures(statement.Hash(), [StatementSignatures.Sign(statement, SignerOf(A)), StatementSignatures.Sign(statement, SignerOf("stranger"))]);
        var signers = StatementSigner.Of(statement, signatures, [_world.Party(Consumer), _world.Party(A)]);
        Assert.Equal([new(Consumer, StatementSigner.Missing, ""), new(A, StatementSigner.Signed, SignerOf(A).PublicKey.KeyId)], signers);
        Assert.All(StatementSigner.Of(statement, signatures, []), s => Assert.Equal(StatementSigner.Unverified, s.State));
        Assert.All(StatementSigner.Of(statement, null, []), s => Assert.Equal(StatementSigner.Missing, s.State));
        var (csv, pdf) = (Encoding.UTF8.GetString(StatementExport.ToCsv(statement, signers)), StatementExport.ToPdf(statement, signers));
        Assert.Equal(pdf, StatementExport.ToPdf(StatementDocument.Read(statement.ToCanonicalJson()).Value, signers));
        Assert.Contains($"signature,,missing,2026-03,,{Consumer},,,,,\r\n", csv, StringComparison.Ordinal);
        Assert.Contains($"signature,,signed,2026-03,,{A},,,,,{SignerOf(A).PublicKey.KeyId}\r\n", csv, StringComparison.Ordinal);
        Assert.Contains("(signed, verified )", Encoding.ASCII.GetString(pdf), StringComparison.Ordinal);
        Assert.Contains("does not prove", csv, StringComparison.Ordinal);
        Assert.Contains(statement.ProvesZh, csv, StringComparison.Ordinal);
        Assert.Contains("posting,1,,,,consumer/" + Consumer + ",,,100,CNY,", csv, StringComparison.Ordinal);
        Assert.All(csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)[..^2], line => Assert.Equal(10, line.Count(c => c == ',')));
        var text = Encoding.ASCII.GetString(pdf);
        Assert.StartsWith("%PDF-1.4\n", text, StringComparison.Ordinal);
        Assert.Contains("<7ED37B975355>", text, StringComparison.Ordinal); // 结算单
        Assert.Contains("(: CNY 1.00)", text, StringComparison.Ordinal);
        // Every object begins where the table says.
        var table = int.Parse(text.Split("startxref\n")[1].Split('\n')[0], CultureInfo.InvariantCulture);
        var rows = text[table..].Split('\n').Skip(3).TakeWhile(r => r.EndsWith(" n ", StringComparison.Ordinal)).ToList();
        for (var i = 0; i < rows.Count; i++)
            Assert.StartsWith($"{i + 1} 0 obj\n", text[int.Parse(rows[i][..10], CultureInfo.InvariantCulture)..], StringComparison.Ordinal);
        Assert.True(rows.Count >= 8);
    }

    [Fact]
    public async Task A_name_that_a_spreadsheet_would_run_is_made_text()
    {
        await _world.UseAsync(A, "job-1", "per-use", contract: "=HYPERLINK(\"x\")");
        var csv = Encoding.UTF8.GetString(StatementExport.ToCsv(await _world.SettleAsync("2026-03", A), []));
        Assert.DoesNotContain(",=", csv, StringComparison.Ordinal);
        Assert.Contains("\"'=HYPERLINK(\"\"x\"\")\"", csv, StringComparison.Ordinal);
    }
}
