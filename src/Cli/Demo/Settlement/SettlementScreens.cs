using System.Buffers.Text;
using System.Text.Json.Nodes;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Cli.Settle;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Witnessing;
using DataSpace.Metering.Settlement;

namespace DataSpace.Cli.Demo.Settlement;

/// <summary>What the settlement demo shows after the contracts: uses, a dispute, the statement, closes and signatures, and the recomputation from copies.</summary>
internal static class SettlementScreens
{
    private const int Jobs = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        await KeepAgreementsAsync(run, cancel);
        run.Title(2, SettlementTexts.Use);
        for (var i = 0; i < Jobs; i++)
        {
            var plan = await PlanScreen.ReadAsync(run, run.Folder.Job(run.MainJob), cancel);
            var job = await RunScreen.SubmitAndFollowAsync(run, run.Folder.Job(run.MainJob), plan.PlanHash, cancel);
            run.Require(job.State == "COMPLETED", SettlementTexts.NotRefused, job.State);
        }
        var matched = await WhenAsync(run, s => s.Contracts.Sum(c => c.Uses.Count) == Jobs * DemoFolder.Owners.Count, cancel);
        run.Ui.Line(SettlementTexts.Matched, matched.Contracts.Sum(c => c.Uses.Count));

        run.Title(3, SettlementTexts.Dispute);
        await DisputeAsync(run, matched, cancel);
        var statement = await WhenAsync(run, s => s.Disputes.Count == 1, cancel);
        run.Require(statement.Disputes.Count == 1 && statement.Disputes[0].Reason == "disputed", SettlementTexts.NoDispute);

        run.Title(4, SettlementTexts.Statement);
        ShowStatement(run, statement);

        run.Title(5, SettlementTexts.Close);
        var tokens = new List<string>();
        foreach (var owner in DemoFolder.Owners)
        {
            var node = run.Nodes[owner].Client;
            await SettleCommand.CloseAsync(node, statement, cancel);
            tokens.Add(await SettleCommand.SignAsync(node, statement, cancel));
            run.Ui.Line(SettleTexts.Signed, node.Info.Name, StatementSignatures.Type);
        }
        await AgainAsync(run, statement, cancel);
        await OfflineAsync(run, statement, new StatementSignatures(statement.Hash(), tokens), cancel);
    }

    private static async Task DisputeAsync(DemoRun run, StatementDocument matched, CancellationToken cancel)
    {
        var supplier = run.Nodes["supplier-b"];
        var contract = matched.Contracts.Single(c => c.Provider == supplier.Client.Info.Did);
        var log = OfflineLog.Read(supplier.LedgerDirectory, supplier.Client.Info.LedgerVkey).OrStop();
        var grantHash = Convert.ToHexStringLower(log.Records[(int)contract.Uses[^1].Grant].LeafHash.Span);
        var answer = await run.Analyst.PostAsync("admin/settlement/disputes", new { contractId = contract.ContractId, grantHash, word = "resultUnusable", reason = "" }, cancel).OrStop();
        run.Ui.Line(SettlementTexts.Disputed, answer.GetProperty("index").GetInt64(), supplier.Client.Info.Name);
        run.ByHand($"dataspace settle dispute --contract {contract.ContractId} --grant {grantHash} --reason resultUnusable --node {DemoRun.Typed(run.Analyst.Directory)}");
    }

    private static void ShowStatement(DemoRun run, StatementDocument statement)
    {
        var ui = run.Ui;
        if (!ui.Json)
            SettleCommand.Say(ui, statement);
        var equal = statement.Items.Single(i => i.PlanHash == SettlementDemo.Read(SettlementDemo.PerUse).Hash);
        var rest = equal.AmountMinor - equal.Shares.Count * (equal.AmountMinor / equal.Shares.Count);
        run.Require(rest > 0 && equal.Shares.Sum(s => s.AmountMinor) == equal.AmountMinor, SettlementTexts.NoRest);
        ui.Line(SettlementTexts.Rest, StatementExport.Amount(equal.AmountMinor, equal.Currency), rest, string.Join(" + ", equal.Shares.Select(s => Money.Number(s.AmountMinor))));
        var transactions = statement.Postings.GroupBy(p => p.Transaction).ToList();
        run.Require(transactions.Count == 2 && transactions.All(t => t.Sum(p => p.AmountMinor) == 0), SettlementTexts.NotZero);
        ui.Line(SettlementTexts.Zero, statement.Postings.Count, transactions.Count);
        run.Summary["totals"] = statement.Totals;
        run.Summary["disputes"] = statement.Disputes.Count;
        run.Summary["statementHash"] = statement.Hash();
    }

    /// <summary>The node's own ledger refuses to close a month a second time.</summary>
    private static async Task AgainAsync(DemoRun run, StatementDocument statement, CancellationToken cancel)
    {
        var node = run.Nodes["supplier-a"].Client;
        var forged = statement with { Totals = [.. statement.Totals.Select(t => t with { AmountMinor = t.AmountMinor + 1 })] };
        var contract = forged.Contracts.Single(c => c.Provider == node.Info.Did);
        var answer = await node.PostAsync("admin/settlement/close", new
        {
            statement = System.Text.Json.JsonDocument.Parse(forged.ToCanonicalJson()).RootElement,
            contracts = new[] { new { contractId = contract.ContractId, size = contract.ProviderLog.Size, rootHash = contract.ProviderLog.RootHash } },
        }, cancel);
        run.Require(answer.Error?.Code == "DS-LED-010", SettlementTexts.NotRefused, answer.Error?.Code);
        run.Ui.Line(SettlementTexts.Again, statement.Period, answer.Error!.ToString());
    }

    private static async Task OfflineAsync(DemoRun run, StatementDocument statement, StatementSignatures signatures, CancellationToken cancel)
    {
        run.Title(6, SettlementTexts.Offline);
        await NodeProcess.StopAsync(run.Processes);
        string CopyOf(string owner) => Path.Combine(run.Folder.Root, "copies", owner);
        foreach (var owner in DemoFolder.Owners)
        {
            FolderCopy.WithVault(run.Nodes[owner].LedgerDirectory, Path.Combine(CopyOf(owner), "ledger"));
            File.Copy(Path.Combine(run.Nodes[owner].Directory, "node.json"), Path.Combine(CopyOf(owner), "node.json"), overwrite: true);
            await File.WriteAllTextAsync(Path.Combine(CopyOf(owner), SettleInputs.PolicyFile), Witnesses(run, owner).ToString(), cancel);
        }
        var request = Request(run, CopyOf, statement.Period);
        var bytes = statement.ToCanonicalJson();
        run.Require(MonthSettlement.Compute(request).OrStop().ToCanonicalJson().AsSpan().SequenceEqual(bytes), SettlementTexts.Differs);
        run.Ui.Styled("green", run.Ui.T(SettlementTexts.Equal, bytes.Length));
        var check = StatementCheck.Verify(bytes, request, signatures).OrStop();
        run.Ui.Styled("green", run.Ui.T(SettleTexts.Holds, check.Closes, check.Signers));

        var altered = JsonNode.Parse(bytes)!;
        altered["totals"]![0]!["amountMinor"] = statement.Totals[0].AmountMinor + 1;
        var forged = StatementCheck.Verify(CanonicalJson.FromNode(altered).OrStop(), request, null);
        run.Require(forged.Error?.Code == "DS-SET-016", SettlementTexts.NotRefused, forged.Error?.Code);
        run.Ui.Line(SettlementTexts.Altered, forged.Error!.ToString());
        var dearer = SettlementDemo.Read(SettlementDemo.PerUse.Replace("\"minor\":100", "\"minor\":200", StringComparison.Ordinal));
        var swapped = MonthSettlement.Compute(request with { Plans = [dearer, SettlementDemo.Read(SettlementDemo.Pool)] });
        run.Require(swapped.Error?.Code == "DS-SET-007", SettlementTexts.NotRefused, swapped.Error?.Code);
        run.Ui.Line(SettlementTexts.Swapped, swapped.Error!.ToString());

        await File.WriteAllBytesAsync(Path.Combine(run.Folder.Root, "statement.json"), bytes, cancel);
        await File.WriteAllBytesAsync(Path.Combine(run.Folder.Root, "statement.signatures.json"), CanonicalJson.Of(signatures), cancel);
        var signers = StatementSigner.Of(statement, signatures, [request.Consumer, .. request.Providers]);
        run.Require(signers.All(s => s.State == StatementSigner.Signed), SettlementTexts.NotSigned);
        await File.WriteAllBytesAsync(Path.Combine(run.Folder.Root, "statement.csv"), StatementExport.ToCsv(statement, signers), cancel);
        await File.WriteAllBytesAsync(Path.Combine(run.Folder.Root, "statement.pdf"), StatementExport.ToPdf(statement, signers), cancel);
        run.Ui.Line(SettlementTexts.Files, statement.Hash()[..16], DemoRun.Typed(run.Folder.Root));
        run.ByHand($"dataspace settle verify {Path.Combine(DemoRun.Typed(run.Folder.Root), "statement.json")} --period {statement.Period} --consumer {DemoRun.Typed(CopyOf(DemoFolder.Owners[0]))} "
            + string.Concat(DemoFolder.Owners.Select(o => $"--provider {DemoRun.Typed(CopyOf(o))} "))
            + string.Concat(Directory.EnumerateFiles(AgreementsOf(run)).Order(StringComparer.Ordinal).Select(f => $"--agreement {DemoRun.Typed(f)} "))
            + $"--plan {DemoRun.Typed(Path.Combine(run.Folder.Root, "per-use.json"))} --plan {DemoRun.Typed(Path.Combine(run.Folder.Root, "supplier-pool.json"))} --signatures {DemoRun.Typed(Path.Combine(run.Folder.Root, "statement.signatures.json"))}");
        run.Summary["recomputedBytes"] = bytes.Length;
        run.Summary["closes"] = check.Closes;
        run.Summary["signers"] = check.Signers;
        run.Summary["folder"] = run.Folder.Root;
    }

    /// <summary>Receipts and publication follow by a moment.</summary>
    private static async Task<StatementDocument> WhenAsync(DemoRun run, Func<StatementDocument, bool> holds, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var computed = MonthSettlement.Compute(Request(run, o => run.Nodes[o].Directory, SettlementDemo.Month));
            if (computed.TryGet(out var statement, out var error) && holds(statement))
                return statement;
            run.Require(TimeProvider.System.GetElapsedTime(started) < Limit, SettlementTexts.NotMatched, error?.ToString() ?? Money.Number(statement!.Contracts.Sum(c => c.Uses.Count)), Jobs * DemoFolder.Owners.Count);
            await Task.Delay(PollEvery, TimeProvider.System, cancel);
        }
    }

    /// <summary>The contracts as the consumer's node keeps them: they say which plan each pins.</summary>
    private static async Task KeepAgreementsAsync(DemoRun run, CancellationToken cancel)
    {
        Directory.CreateDirectory(AgreementsOf(run));
        foreach (var agreement in (await run.Analyst.GetAsync<AgreementsView>("admin/agreements", cancel).OrStop()).Agreements.Where(a => a.Role == "consumer"))
        {
            var file = await SettleCommand.AgreementAsync(run.Analyst, agreement.AgreementId, cancel);
            await File.WriteAllBytesAsync(Path.Combine(AgreementsOf(run), AgreementFile.Read(file).OrStop().Hash[..16] + ".json"), file, cancel);
        }
    }

    private static string AgreementsOf(DemoRun run) => Path.Combine(run.Folder.Root, "agreements");

    /// <summary>What is billed was cosigned by the coordinator and by an owner other than the log's.</summary>
    private static WitnessPolicy Witnesses(DemoRun run, string owner)
        => WitnessPolicy.OfSpace(KeyOf(run.Coordinator.Info), [.. DemoFolder.Owners.Where(o => o != owner).Select(o => KeyOf(run.Nodes[o].Client.Info))])!;

    private static VerifierKey KeyOf(NodeInfo node) => VerifierKey.ForWitness(node.Did, PublicKey.FromEd25519(Base64Url.DecodeFromChars(node.PublicKey!)));

    private static SettlementRequest Request(DemoRun run, Func<string, string> directoryOf, string period) => new()
    {
        Period = period,
        Consumer = SettleInputs.ReadParty(directoryOf(DemoFolder.Owners[0]), Witnesses(run, DemoFolder.Owners[0])),
        Providers = [.. DemoFolder.Owners.Select(o => SettleInputs.ReadParty(directoryOf(o), Witnesses(run, o)))],
        Agreements = [.. Directory.EnumerateFiles(AgreementsOf(run)).Select(f => AgreementFile.Read(File.ReadAllBytes(f)).OrStop())],
        Plans = [SettlementDemo.Read(SettlementDemo.PerUse), SettlementDemo.Read(SettlementDemo.Pool)],
    };
}
