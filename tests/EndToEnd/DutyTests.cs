using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>A space of its own with one contract that obliges: supplier B is informed before every use of supplier A's data, the result lives for seconds.</summary>
public sealed class ObligedSpace : IAsyncLifetime
{
    public const string Offer = "obliged";

    /// <summary>Supplier B is informed during the use, and nothing else.</summary>
    public const string During = "obliged-during";

    internal Space Space { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Space = await Space.StartAsync(d =>
    {
        void Inform(Policy p, string phase)
        {
            p.Set("dataspace:computation", "sql").Remove("dataspace:coProvider").Remove("dataspace:independentCoProviders").Remove("dataspace:clamp");
            p.Json["obligation"]!.AsArray().Add((JsonNode)new JsonObject
            {
                ["action"] = "inform",
                ["constraint"] = new JsonArray(
                    new JsonObject { ["leftOperand"] = "recipient", ["operator"] = "eq", ["rightOperand"] = d.SupplierB.Did },
                    new JsonObject { ["leftOperand"] = "dataspace:phase", ["operator"] = "eq", ["rightOperand"] = phase }),
            });
        }
        d.Offer(During, p => Inform(p, "during"));
        d.Offer(Offer, p =>
        {
            Inform(p, "before");
            p.Add("dataspace:retention", "lteq", "PT20S");
            p.Json["obligation"]!.AsArray().Add((JsonNode)new JsonObject { ["action"] = "dataspace:logRecordSend" });
        });
    });

    public async ValueTask DisposeAsync()
    {
        if (Space is not null)
            await Space.DisposeAsync();
    }
}

/// <summary>Duties between real nodes: a notice before the use, deletion with proof in both ledgers, and no further use where that proof is missing.</summary>
public sealed class DutyTests(ObligedSpace obliged) : IClassFixture<ObligedSpace>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private Space Space => obliged.Space;

    private Party Owner => Space.SupplierA;

    private Party Consumer => Space.Leader;

    private Party Informed => Space.SupplierB;

    private async Task<JsonObject> SpecAsync()
        => Jobs.SqlSpec(Owner, "investments", "SELECT year, SUM(invest) AS total FROM investments GROUP BY year", await Space.AgreeAsync(Owner, "investments", ObligedSpace.Offer));

    private static IEnumerable<(LedgerRecord Record, DutyDonePayload Payload)> Done(IEnumerable<LedgerRecord> records)
        => records.Where(r => r.Entry.Kind == EntryKind.DutyDone).Select(r => (r, DutyDonePayload.FromFields(r.PayloadFields).Value));

    private static string UseOf(string jobHash, string agreement) => GrantPayload.ComputeUseId(jobHash, agreement, JobOrders.ContributeStep);

    private string HashOf(string jobId) => (string)TestAnalyst.Query(Consumer, "SELECT JobHash FROM Jobs WHERE JobId = $id", ("$id", jobId))!;

    [Fact]
    public async Task A_use_is_announced_recorded_and_its_result_deleted_with_proof_in_both_ledgers()
    {
        var outcome = await Space.RunAsync(await SpecAsync());
        Assert.True(outcome.State == "COMPLETED" && outcome.Result is not null, outcome.Why + Space.Story());
        var agreement = await Space.AgreeAsync(Owner, "investments", ObligedSpace.Offer);
        var useId = UseOf(HashOf(outcome.JobId), agreement);
        var duty = outcome.Status["duties"]!.AsArray().Single(d => d!["action"]!.GetValue<string>() == "delete")!;
        Assert.Equal("pending", duty["state"]!.GetValue<string>());
        var notices = (await Informed.ReadAsync("/admin/duties"))["notices"]!.AsArray();
        Assert.Single(notices, n => n!["notice"]!["useId"]!.GetValue<string>() == useId && n["notice"]!["purpose"]!.GetValue<string>() == Jobs.Purpose);

        await Eventually.TrueAsync(async () => (await Consumer.GetAsync($"/admin/jobs/{outcome.JobId}/result")).Code == "DS-DUT-010", Soon, Space.Story);
        Assert.Equal(410, (await Consumer.GetAsync($"/admin/jobs/{outcome.JobId}/result")).Status);
        await Eventually.TrueAsync(async () => (await Consumer.ReadAsync("/admin/jobs/" + outcome.JobId))["duties"]!.AsArray()
            .Single(d => d!["action"]!.GetValue<string>() == "delete")!["state"]!.GetValue<string>() == "done", Soon, Space.Story);
        var owners = await Ledgers.ReadWhenAsync(Owner, r => Done(r).Count(d => d.Payload.UseId == useId) == 3);
        // Informed before the Grant, recorded with the Report, deleted at the end; nobody was late.
        Assert.Equal(["before", "during", "after"], Done(owners).Where(d => d.Payload.UseId == useId).Select(d => d.Payload.Phase));
        var grant = owners.Grants().Single(g => g.Payload.UseId == useId).Record.Index;
        Assert.True(Done(owners).Where(d => d.Payload.UseId == useId && d.Payload.Phase == "before").All(d => d.Record.Index < grant));
        Assert.DoesNotContain(owners.Where(r => r.Entry.Kind == EntryKind.DutyBreached), r => DutyBreachedPayload.FromFields(r.PayloadFields).Value.UseId == useId);
        Assert.Single(Done(await Ledgers.ReadWhenAsync(Consumer, r => Done(r).Any(d => d.Payload.UseId == useId))), d => d.Payload.UseId == useId);
        Assert.Equal("COMPLETED", (await Consumer.ReadAsync("/admin/jobs/" + outcome.JobId))["state"]!.GetValue<string>());
        Assert.True(Ledgers.Verify(Owner).Ok && Ledgers.Verify(Consumer).Ok);
    }

    [Fact]
    public async Task A_consumer_that_is_away_when_its_time_is_over_gets_no_use_until_its_proof_arrives()
    {
        var outcome = await Space.RunAsync(await SpecAsync());
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var agreement = await Space.AgreeAsync(Owner, "investments", ObligedSpace.Offer);
        var useId = UseOf(HashOf(outcome.JobId), agreement);
        var template = TestAnalyst.OrderOf(TestAnalyst.TokenOf(Space, outcome.JobId));
        await Consumer.Process.StopAsync();
        try
        {
            await Eventually.TrueAsync(() => Task.FromResult(Ledgers.Read(Owner).Any(r => r.Entry.Kind == EntryKind.DutyBreached && DutyBreachedPayload.FromFields(r.PayloadFields).Value.UseId == useId)), Soon, Space.Story);
            (await AskAsync(template)).Refused("DS-DUT-007", 403);
        }
        finally
        {
            await Consumer.RestartAsync();
        }
        // It comes back, deletes what is overdue, and says so.
        await Eventually.TrueAsync(() => Task.FromResult(Done(Ledgers.Read(Owner)).Any(d => d.Payload.UseId == useId && d.Payload.Phase == "after")), Soon, Space.Story);
        Assert.Equal("DS-DUT-010", (await Consumer.GetAsync($"/admin/jobs/{outcome.JobId}/result")).Code);
        (await AskAsync(template)).Ok();
    }

    [Fact]
    public async Task Without_the_informed_partys_acknowledgement_there_is_no_use()
    {
        var spec = await SpecAsync();
        var agreement = await Space.AgreeAsync(Owner, "investments", ObligedSpace.Offer);
        var before = await Space.SpentAsync(Owner, agreement);
        await Informed.Process.StopAsync();
        try
        {
            var outcome = await Space.RunAsync(spec);
            Assert.Equal("FAILED", outcome.State);
            Assert.Equal(["DS-DUT-001"], outcome.Codes);
            Assert.Equal(before, await Space.SpentAsync(Owner, agreement));
        }
        finally
        {
            await Informed.RestartAsync();
        }
    }

    [Fact]
    public async Task During_a_use_no_acknowledgement_means_no_result_and_the_use_is_spent()
    {
        var agreement = await Space.AgreeAsync(Owner, "investments", ObligedSpace.During);
        var spec = Jobs.SqlSpec(Owner, "investments", "SELECT year, SUM(invest) AS total FROM investments GROUP BY year", agreement);
        var told = await Space.RunAsync(spec);
        Assert.True(told.State == "COMPLETED" && told.Result is not null, told.Why + Space.Story());
        var useId = UseOf(HashOf(told.JobId), agreement);
        var entries = Ledgers.Read(Owner);
        var (grant, done) = (entries.Grants().Single(g => g.Payload.UseId == useId).Record.Index, Done(entries).Single(d => d.Payload.UseId == useId));
        var report = entries.Single(r => r.Entry.Kind == EntryKind.Report && r.Index > grant).Index;
        Assert.True(done.Payload.Phase == "during" && grant < done.Record.Index && done.Record.Index < report);
        var before = await Space.SpentAsync(Owner, agreement);
        await Informed.Process.StopAsync();
        try
        {
            var untold = await Space.RunAsync(spec);
            Assert.Equal("FAILED", untold.State);
            Assert.Equal(["DS-DUT-011"], untold.Codes.Distinct()); // of the owner, and of the job once the analyst knows its end
            Assert.Null(untold.Result);
            Assert.Equal(before + 1, await Space.SpentAsync(Owner, agreement));
            Assert.DoesNotContain(Ledgers.Read(Owner), r => r.Entry.Kind == EntryKind.Report && r.Index > report);
        }
        finally
        {
            await Informed.RestartAsync();
        }
    }

    /// <summary>Round 0 with an order that the consumer signed, carried by the coordinator: the gate answers, whether the consumer's node runs or not.</summary>
    private Task<Answer> AskAsync(JobOrder template)
    {
        var order = template with { JobId = RandomId.New(), Nonce = RandomId.New() };
        var token = SignedDocument.Create(order, Consumer.Persona.Signer, order.Consumer, [Owner.Did, order.ServiceParty], JobOrder.Typ, TimeProvider.System.GetUtcNow().AddMinutes(10), TimeProvider.System);
        return Owner.FromAsync(Space.Coordinator.Persona, HttpMethod.Post, "/peer/jobs", new JobEnvelope(token, []));
    }
}
