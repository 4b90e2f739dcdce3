using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;
using DataSpace.Metering.Rating;
using DataSpace.Metering.Settlement;

namespace DataSpace.EndToEnd;

/// <summary>What a node writes into its ledger about a settlement, and what it refuses to write or sign: statements of its own contracts over states of its own log, once.</summary>
public sealed class SettlementTests(SharedSpace shared)
{
    private const string Close = "/admin/settlement/close";
    private const string Disputes = "/admin/settlement/disputes";

    private Space Space => shared.Space;

    [Fact]
    public async Task A_month_is_closed_once_over_a_true_state_of_the_log_and_for_contracts_of_this_node_alone()
    {
        var owner = Space.SupplierA;
        var grant = await GrantAsync(owner);
        var statement = Statement(owner, grant.ContractId, "2020-01", amountMinor: 0);
        var closed = (await owner.PostAsync(Close, Body(statement))).Ok();
        var index = Assert.Single(closed["indices"]!.AsArray())!.GetValue<long>();
        Assert.Equal(statement.Hash(), closed["statementHash"]!.GetValue<string>());
        // The same again is the same entry; another content for the month is refused for good.
        Assert.Equal(index, Assert.Single((await owner.PostAsync(Close, Body(statement))).Ok()["indices"]!.AsArray())!.GetValue<long>());
        (await owner.PostAsync(Close, Body(Statement(owner, grant.ContractId, "2020-01", amountMinor: 1)))).Refused("DS-LED-010", 409);

        var other = Statement(owner, grant.ContractId, "2020-02", amountMinor: 0);
        (await owner.PostAsync(Close, Body(other, root: new string('a', 64)))).Refused("DS-SET-013", 409);
        (await owner.PostAsync(Close, Body(other, size: 1_000_000))).Refused("DS-SET-013", 409);
        // A contract that the statement does not settle, one that this node has not, and one of other parties.
        (await owner.PostAsync(Close, Body(other, contract: "urn:uuid:00000000-0000-4000-8000-000000000000"))).Refused("DS-CON-003", 403);
        (await owner.PostAsync(Close, Body(Statement(owner, "urn:uuid:00000000-0000-4000-8000-000000000000", "2020-02", amountMinor: 0)))).Refused("DS-CON-003", 403);
        (await Space.SupplierB.PostAsync(Close, Body(other))).Refused("DS-CON-003", 403);

        var entry = (await Ledgers.ReadWhenAsync(owner, all => all.Count > index))[(int)index];
        var payload = PeriodClosedPayload.FromFields(entry.PayloadFields).Value;
        Assert.Equal((grant.ContractId, "2020-01", statement.Hash(), 0), (payload.ContractId, payload.Period, payload.StatementHash, payload.AmountMinor));
        Assert.DoesNotContain((await Ledgers.ReadWhenAsync(owner, _ => true)).Where(r => r.Entry.Kind == EntryKind.PeriodClosed), r => PeriodClosedPayload.FromFields(r.PayloadFields).Value.Period == "2020-02");
    }

    [Fact]
    public async Task A_use_is_disputed_and_the_dispute_ended_in_each_partys_own_ledger()
    {
        var owner = Space.SupplierB;
        var grant = await GrantAsync(owner);
        var hash = (await Ledgers.ReadNowAsync(owner)).Grants().First(g => g.Payload.JobId == shared.First.JobId).Record.LeafHash.Hex();
        var dispute = new JsonObject { ["contractId"] = grant.ContractId, ["grantHash"] = hash, ["word"] = "resultUnusable", ["reason"] = "" };
        var index = (await Space.Leader.PostAsync(Disputes, dispute)).Ok()["index"]!.GetValue<long>();
        Assert.Equal(index, (await Space.Leader.PostAsync(Disputes, dispute.DeepClone())).Ok()["index"]!.GetValue<long>());
        dispute["word"] = "other";
        (await Space.Leader.PostAsync(Disputes, dispute)).Refused("DS-LED-010", 409);
        (await Space.SupplierA.PostAsync(Disputes, dispute)).Refused("DS-CON-003", 403); // another provider's contract
        dispute["grantHash"] = "no digest";
        (await Space.Leader.PostAsync(Disputes, dispute)).Refused("DS-HST-007", 400);

        var end = new JsonObject { ["contractId"] = grant.ContractId, ["grantHash"] = hash, ["word"] = "waived", ["reason"] = "looked at again" };
        (await owner.PostAsync(Disputes + "/resolve", end)).Refused("DS-HST-007", 400); // neither bill nor waive
        end["word"] = "waive";
        var resolved = (await owner.PostAsync(Disputes + "/resolve", end)).Ok()["index"]!.GetValue<long>();
        end["word"] = "bill";
        (await owner.PostAsync(Disputes + "/resolve", end)).Refused("DS-LED-010", 409); // its word was given
        var said = DisputeResolvedPayload.FromFields((await Ledgers.ReadWhenAsync(owner, all => all.Count > resolved))[(int)resolved].PayloadFields).Value;
        Assert.Equal((hash, DisputeResolvedPayload.Waive, owner.Did), (said.GrantHash, said.Outcome, said.By));
        var opened = DisputePayload.FromFields((await Ledgers.ReadWhenAsync(Space.Leader, all => all.Count > index))[(int)index].PayloadFields).Value;
        Assert.Equal((hash, Space.Leader.Did, "resultUnusable"), (opened.GrantHash, opened.OpenedBy, opened.Reason));
    }

    [Fact]
    public async Task Only_parties_of_a_statement_sign_it()
    {
        var owner = Space.SupplierA;
        var statement = Statement(owner, (await GrantAsync(owner)).ContractId, "2020-03", amountMinor: 0);
        var json = JsonNode.Parse(statement.ToCanonicalJson())!;
        var tokens = new List<string>();
        foreach (var party in (Party[])[owner, Space.Leader])
            tokens.Add((await party.PostAsync("/admin/settlement/signatures", json.DeepClone())).Ok()["signature"]!.GetValue<string>());
        var signed = StatementSigner.Of(statement, new StatementSignatures(statement.Hash(), tokens),
            [.. new[] { owner, Space.Leader }.Select(p => new Metering.Reconciliation.SettlementParty(p.Did, p.LedgerDirectory, Kernel.Identity.KeySet.Single(p.Persona.Signer.PublicKey, DateTimeOffset.UnixEpoch)))]);
        Assert.All(signed, s => Assert.Equal(StatementSigner.Signed, s.State));
        (await Space.SupplierB.PostAsync("/admin/settlement/signatures", json.DeepClone())).Refused("DS-SET-021", 422);
        json["kind"] = "dataspace-bill";
        (await owner.PostAsync("/admin/settlement/signatures", json.DeepClone())).Refused("DS-SET-021", 422);
    }

    [Fact]
    public async Task Both_parties_keep_the_contract_that_every_grant_of_it_names()
    {
        var owner = Space.SupplierA;
        var grant = await GrantAsync(owner);
        foreach (var party in (Party[])[owner, Space.Leader])
        {
            var kept = Assert.Single((await party.ReadAsync("/admin/agreements?contract=" + Uri.EscapeDataString(grant.ContractId)))["agreements"]!.AsArray())!;
            var agreement = AgreementFile.Read(CanonicalJson.FromNode(kept["document"]).Value).Value;
            Assert.Equal((grant.ContractId, grant.ContractVersion, grant.PricePlanHash), (agreement.ContractId, agreement.Hash, Assert.Single(agreement.PlanHashes)));
        }
        Assert.Empty((await owner.ReadAsync("/admin/agreements?contract=none"))["agreements"]!.AsArray());
    }

    private async Task<GrantPayload> GrantAsync(Party owner)
        => (await Ledgers.ReadWhenAsync(owner, r => r.Grants().Any(g => g.Payload.JobId == shared.First.JobId))).Grants().First(g => g.Payload.JobId == shared.First.JobId).Payload;

    private StatementDocument Statement(Party provider, string contract, string period, long amountMinor)
    {
        var log = OfflineLog.Read(provider.LedgerDirectory, Ledgers.Vkey(provider)).Value;
        var state = new LogState(log.Checkpoint.Origin, 1, Convert.ToHexStringLower(Ledger.Merkle.MerkleHash.Leaf(log.Records[0].Bytes.Span)));
        var plan = new string('b', 64);
        return new StatementDocument(1, StatementDocument.StatementKind, period, Space.Leader.Did, [new SettledContract(contract, provider.Did, "plan", plan, state, state, [])],
            [new SettledItem("period", period, plan, "CNY", [contract], [], amountMinor, 0, amountMinor, [])], [], [], [], [new BillTotal("CNY", amountMinor)],
            StatementDocument.WhatItProves, StatementDocument.WhatItProvesZh);
    }

    private static JsonObject Body(StatementDocument statement, string? contract = null, long size = 1, string? root = null) => new()
    {
        ["statement"] = JsonNode.Parse(statement.ToCanonicalJson()),
        ["contracts"] = new JsonArray(new JsonObject
        {
            ["contractId"] = contract ?? statement.Contracts[0].ContractId,
            ["size"] = size,
            ["rootHash"] = root ?? statement.Contracts[0].ProviderLog.RootHash,
        }),
    };
}
