using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Receipts;

namespace DataSpace.EndToEnd;

/// <summary>
/// Stale means no: stamps that expire, a running job that waits for the next one, contracts that go on for a day, a clock that goes back. In a space of its own, for its nodes
/// never see the right time again: what they wrote down under a shifted clock stands.
/// </summary>
public sealed class RegulationClockTests : IAsyncLifetime
{
    private const string Stale = "DS-NEG-015";
    private const string Backwards = "DS-NEG-020";
    private const string Patient = "patient";
    private readonly TestRegulator _regulator = new("clock");
    private Space _space = null!;

    public async ValueTask InitializeAsync()
    {
        _space = await Space.StartAsync(d =>
        {
            d.Regulated(_regulator);
            d.Offer("many", p => p.Set("count", "500"));
            d.Offer(Patient, p => p.Set("count", "400").Add("dataspace:stampExtension", "lteq", "PT1H"));
        });
        await PushAsync(_regulator.Publish());
    }

    public async ValueTask DisposeAsync()
    {
        if (_space is not null)
            await _space.DisposeAsync();
    }

    [Fact]
    public async Task Stale_means_no_and_what_ran_waits()
    {
        var spec = await _space.JointSpecAsync("many");
        var patient = await _space.JointSpecAsync(Patient);
        var first = await _space.RunAsync(spec);
        Assert.True(first.State == "COMPLETED", first.Why + _space.Story());
        using var analyst = TestAnalyst.From(_space, first.JobId);
        var committed = await CommitAsync(analyst);

        // Twenty minutes later, and the regulator was not heard of since.
        await ShiftAsync(TimeSpan.FromMinutes(20));
        foreach (var node in _space.Everyone)
            Assert.Equal(Stale, (await node.ReadAsync("/admin/regulation/status"))["code"]!.GetValue<string>());
        Assert.Empty((await _space.Leader.ReadAsync("/admin/catalog"))["datasets"]!.AsArray());
        // The analyst's own node knows from the contract that it carries no older stamp; whoever goes past it is refused by the owner.
        var plan = (await _space.PlanAsync(spec)).Ok();
        (await _space.Leader.PostAsync("/admin/jobs", new JsonObject { ["spec"] = spec.DeepClone(), ["planHash"] = plan["planHash"]!.GetValue<string>() })).Refused(Stale, 403);
        (await analyst.OpenAsync(_space.SupplierA, analyst.Make(clock: new ShiftedClock(TimeSpan.FromMinutes(20))).Envelope)).Refused(Stale);
        // Granted and computed under a fresh stamp, and not fetched: it stays where it is until there is one again.
        await StateAsync(_space.SupplierA, committed, "suspended", Stale);

        // The contract that its owners let go on: a use under the old stamp, written down as such.
        var degraded = await _space.RunAsync(patient);
        Assert.True(degraded.State == "COMPLETED", degraded.Why + _space.Story());
        var records = await Ledgers.ReadWhenAsync(_space.SupplierA, r => r.Any(x => x.Entry.Kind == EntryKind.Degraded));
        var entry = DegradedPayload.FromFields(records.Last(r => r.Entry.Kind == EntryKind.Degraded).PayloadFields).Value;
        Assert.Equal(await _space.AgreeAsync(_space.SupplierA, "investments", Patient), entry.ContractId);

        await WaitForTheNextStampAsync(analyst);
        await StateAsync(_space.SupplierA, committed, "ready", null);

        // Back to the right time: twenty minutes behind the own ledger, which is no time to decide anything by.
        await ShiftAsync(TimeSpan.Zero);
        Assert.Equal(Backwards, (await _space.SupplierA.ReadAsync("/admin/regulation/status"))["code"]!.GetValue<string>());
        Answer? answer = null;
        await Eventually.TrueAsync(async () => (answer = await _space.SupplierA.FromAsync(_space.Leader.Persona, HttpMethod.Get, "/dsp/2025-1/catalog/datasets/investments")).Code == Backwards,
            RegulatedSpace.Limit, () => $"{answer}");
    }

    /// <summary>A job that every owner has computed and nobody has fetched.</summary>
    private async Task<string> CommitAsync(TestAnalyst analyst)
    {
        var job = analyst.Make();
        var statements = new List<string>();
        foreach (var entry in job.Order.Plan.Roster)
            statements.Add((await analyst.OpenAsync(_space.Owners.First(o => o.Did == entry.Participant), job.Envelope)).Ok().GetValue<string>());
        foreach (var owner in _space.Owners)
            Assert.Equal(202, (await analyst.RosterAsync(owner, job.Hash, statements)).Status);
        foreach (var owner in _space.Owners)
        {
            await Eventually.TrueAsync(
                () => Task.FromResult((string?)TestAnalyst.Query(owner, "SELECT State FROM Uses WHERE JobHash = $h", ("$h", job.Hash)) == "committed"), RegulatedSpace.Limit, _space.Story);
        }
        return job.Hash;
    }

    /// <summary>A job that is between its rounds when the stamp runs out spends nothing, and goes on by itself with the next stamp.</summary>
    private async Task WaitForTheNextStampAsync(TestAnalyst analyst)
    {
        var owner = _space.SupplierA;
        _regulator.Shift = TimeSpan.FromMinutes(20);
        TestJob? job = null;
        List<string> statements = [];
        for (var seconds = 10; statements.Count == 0; seconds *= 2)
        {
            Assert.True(seconds < 160, "Round 0 took a minute." + _space.Story()); // a slow machine gets more time
            await PushAsync(_regulator.Bundle(age: TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(seconds)));
            job = analyst.Make(clock: new ShiftedClock(_regulator.Shift));
            var opened = new List<Answer>();
            foreach (var entry in job.Order.Plan.Roster)
                opened.Add(await analyst.OpenAsync(_space.Owners.First(o => o.Did == entry.Participant), job.Envelope));
            if (opened.TrueForAll(a => a.Status == 200))
                statements = [.. opened.Select(a => a.Ok().GetValue<string>())];
            else
                Assert.All(opened.Where(a => a.Status != 200), a => Assert.Equal(Stale, a.Code));
        }
        await Eventually.TrueAsync(async () => (await owner.ReadAsync("/admin/regulation/status"))["code"]?.GetValue<string>() == Stale, TimeSpan.FromMinutes(3), _space.Story);
        Assert.Equal(202, (await analyst.RosterAsync(owner, job!.Hash, statements)).Status);
        await StateAsync(owner, job.Hash, "suspended", Stale);
        await PushAsync(_regulator.Bundle());
        await StateAsync(owner, job.Hash, "ready", null);
    }

    private Task StateAsync(Party owner, string jobHash, string state, string? code) => Eventually.TrueAsync(async () =>
    {
        var answer = (await owner.FromAsync(_space.Coordinator.Persona, HttpMethod.Get, $"/peer/jobs/{jobHash}/contribution")).Ok();
        return answer["state"]!.GetValue<string>() == state && answer["refusal"]?["code"]?.GetValue<string>() == code;
    }, RegulatedSpace.Limit, _space.Story);

    private async Task PushAsync(byte[] bundle)
    {
        foreach (var node in _space.Everyone)
        {
            Answer? last = null;
            await Eventually.TrueAsync(async () => (last = await _regulator.PushAsync(node, bundle)).Status == 200, RegulatedSpace.Limit, () => $"{last}");
        }
    }

    private async Task ShiftAsync(TimeSpan shift)
    {
        foreach (var node in _space.Everyone)
            await node.Process.StopAsync();
        foreach (var node in _space.Everyone)
        {
            node.Clock = new ShiftedClock(shift);
            await node.RestartAsync(new Dictionary<string, string?> { ["DATASPACE_CLOCK_SHIFT_S"] = shift.TotalSeconds.ToString(CultureInfo.InvariantCulture) });
        }
    }
}
