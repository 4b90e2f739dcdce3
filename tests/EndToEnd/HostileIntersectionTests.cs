using System.Buffers.Binary;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Privacy.Intersection;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>
/// Two real owners' nodes; between them an attacker with the coordinator's key, and in some cases with one owner's key, which makes it that owner. Every attack ends the run with a stable code, tells
/// nothing, and leaves the use spent.
/// </summary>
[Collection(CountedUses.Name)]
public sealed class HostileIntersectionTests(SharedSpace shared, IntersectionTemplate template) : IClassFixture<IntersectionTemplate>
{
    private const int TotalAt = 16, StepAt = 5;
    private static readonly byte[] Zero = new byte[32], Ones = [.. Enumerable.Repeat((byte)0xff, 32)];

    private Space Space => shared.Space;

    private Party Receiver => Space.SupplierA;

    private Party Sender => Space.SupplierB;

    [Fact]
    public async Task Carried_honestly_by_hand_both_close_the_same_conversation()
    {
        var (hash, _) = await CarryAsync(null, stop: false);
        foreach (var owner in (Party[])[Receiver, Sender])
        {
            await Eventually.TrueAsync(async () => (await Space.ContributionOfAsync(owner, hash)).State != ContributionAnswer.Running, TimeSpan.FromSeconds(60), Space.Story);
            Assert.Equal(ContributionAnswer.Ready, (await Space.ContributionOfAsync(owner, hash)).State);
        }
        var payloads = new List<string>();
        foreach (var owner in (Party[])[Receiver, Sender])
            payloads.Add((await owner.FromAsync(Space.Coordinator.Persona, HttpMethod.Get, $"/peer/jobs/{hash}/contribution")).Ok()["envelope"]!["contribution"]!["payload"]!.GetValue<string>());
        Assert.Equal(payloads[0], payloads[1]);
    }

    /// <summary>Whoever carries sees nothing that tells what is common before the use is in the ledger with its Report: to break off then, or to kill the owner, does not save the bill.</summary>
    [Fact]
    public async Task Points_that_tell_what_is_common_leave_after_the_Report()
    {
        DateTimeOffset? seen = null;
        var (hash, _) = await CarryAsync((fromReceiver, _, message) =>
        {
            if (!fromReceiver && message[StepAt] == (byte)IntersectionStep.Own)
                seen ??= TimeProvider.System.GetUtcNow();
            return [message];
        }, stop: false);
        var log = await Ledgers.ReadNowAsync(Sender);
        Assert.True(log.ReportsOf(hash).Single().Record.Entry.TimeMs <= seen!.Value.ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData((int)IntersectionStep.Masked, false, "DS-PRV-161")] // a point of low order
    [InlineData((int)IntersectionStep.Own, false, "DS-PRV-161")]
    [InlineData((int)IntersectionStep.Masked, true, "DS-PRV-160")] // no canonical form
    public async Task Hostile_points_signed_by_the_other_owner(int step, bool notCanonical, string code)
        => await RefusedAsync(code, step == (int)IntersectionStep.Masked ? Sender : Receiver, Signed(step, message => (notCanonical ? Ones : Zero).CopyTo(message, IntersectionMessage.HeaderBytes)), hasSaidAll: step == (int)IntersectionStep.Own);

    [Fact]
    public async Task Ten_gigabytes_announced_by_the_other_owner()
        => await RefusedAsync("DS-JOB-020", Sender, Signed((int)IntersectionStep.Open, message => BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(TotalAt), 312_500_000)));

    [Fact]
    public async Task A_set_of_one_member_announced_by_the_other_owner()
        => await RefusedAsync("DS-JOB-020", Receiver, Signed((int)IntersectionStep.Answer, message => BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(TotalAt), 1)));

    [Fact]
    public async Task Another_number_than_announced()
        => await RefusedAsync("DS-PRV-176", Receiver, Signed((int)IntersectionStep.Own, message => BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(TotalAt), 7)), hasSaidAll: true);

    [Fact]
    public async Task A_message_altered_on_the_way()
        => await RefusedAsync("DS-PRV-166", Sender, (_, _, message) =>
        {
            if (message[StepAt] == (byte)IntersectionStep.Masked)
                message[IntersectionMessage.HeaderBytes + 3] ^= 1;
            return [message];
        });

    [Fact]
    public async Task A_message_said_twice()
        => await RefusedAsync("DS-PRV-165", Sender, (fromReceiver, number, message) => fromReceiver && number == 0 ? [message, message] : [message]);

    [Fact]
    public async Task Two_messages_in_the_wrong_order()
    {
        byte[]? held = null;
        await RefusedAsync("DS-PRV-165", Receiver, (_, _, message) =>
        {
            if (message[StepAt] == (byte)IntersectionStep.Tags)
            {
                held = message;
                return [];
            }
            return message[StepAt] == (byte)IntersectionStep.Own ? [message, held!] : [message];
        }, hasSaidAll: true);
    }

    [Fact]
    public async Task A_message_of_another_run()
    {
        var (_, said) = await CarryAsync(null, stop: false);
        var old = said.First(s => s.Message[StepAt] == (byte)IntersectionStep.Open).Message;
        await RefusedAsync("DS-PRV-164", Sender, (_, _, message) => [message[StepAt] == (byte)IntersectionStep.Open ? old : message]);
    }

    [Fact]
    public async Task Whoever_drops_out_midway_leaves_the_other_with_a_code_and_nothing_else()
    {
        var spent = await SpentAsync();
        // Nothing more arrives after the first message, and nobody says that the job is over: the run's own limit ends it.
        var (hash, _) = await CarryAsync((_, number, message) => number == 0 ? [message] : [], stop: false, wallLimitMs: 12_000);
        foreach (var owner in (Party[])[Receiver, Sender])
            await EndsAsync(owner, hash, "DS-JOB-021");
        Assert.True(await SpentAsync() > spent); // one Grant of this job (above); a class beside this one may use the same contract
    }

    [Fact]
    public async Task Nobody_but_the_named_coordinator_carries_messages()
    {
        var carrier = new HandCarrier(Space, shared.Analyst);
        var (hash, _) = await CarryAsync(null, stop: false);
        (await carrier.ExchangeAsync(Receiver, hash, new RelayRequest(0, [], 0), Sender.Persona)).Refused("DS-JOB-007", 404);
        (await carrier.ExchangeAsync(Receiver, new string('a', 64), new RelayRequest(0, [], 0))).Refused("DS-JOB-007", 404);
        // A job of another kind has no messages.
        (await carrier.ExchangeAsync(Receiver, (string)TestAnalyst.Query(Space.Coordinator, "SELECT JobHash FROM Jobs WHERE JobId = $id", ("$id", shared.First.JobId))!, new RelayRequest(0, [], 0))).Refused("DS-JOB-007", 404);
        // More than a request may hold: refused before it is read, so that whoever still sends may find the connection closed before it sees the answer.
        try
        {
            (await carrier.ExchangeAsync(Receiver, hash, new RelayRequest(0, [new byte[RelayRequest.MaxBytes]]))).Refused("DS-HST-006", 413);
        }
        catch (HttpRequestException closed)
        {
            Assert.IsAssignableFrom<IOException>(closed.InnerException);
        }
    }

    [Fact]
    public async Task A_plan_that_asks_for_less_protection_is_refused_and_spends_nothing()
    {
        var spent = await SpentAsync();
        async Task DeniedAsync(string code, Func<IntersectQuery, IntersectQuery> change)
        {
            var job = shared.Analyst.Make(o => o with { Plan = template.Plan with { Intersect = change(template.Plan.Intersect!) }, AnalystKeysDigest = "" });
            (await shared.Analyst.OpenAsync(Receiver, job.Envelope)).Refused(code);
        }
        await DeniedAsync("DS-POL-033", q => q with { Minimum = 2 });
        await DeniedAsync("DS-JOB-001", q => q with { Minimum = 1 });
        await DeniedAsync("DS-CON-012", q => q with { MaxItems = [q.MaxItems[0], 1_000_001] });
        await DeniedAsync("DS-JOB-001", q => q with { MaxItems = [q.MaxItems[0], int.MaxValue] });
        await DeniedAsync("DS-JOB-001", q => q with { Receiver = Space.Leader.Did });
        await DeniedAsync("DS-JOB-001", q => q with { Result = "everything" });
        // Ids about an owner's subjects for somebody else, whom the order's receiver is not.
        await DeniedAsync("DS-JOB-001", q => q with { Result = IntersectQuery.Ids });
        Assert.Equal(spent, await SpentAsync());
    }

    /// <summary>The victim's node ends with this code; the other one, told so, with its own; one use is spent and nothing was reported.</summary>
    private async Task RefusedAsync(string code, Party victim, HandCarrier.Way way, bool hasSaidAll = false)
    {
        var spent = await SpentAsync();
        var (hash, _) = await CarryAsync(way);
        await EndsAsync(victim, hash, code);
        var other = victim == Receiver ? Sender : Receiver;
        if (hasSaidAll)
        {
            // It has nothing to wait for when the carrier says that all arrived, and learns nothing more than in any run; the job is over all the same.
            await Eventually.TrueAsync(async () => (await Space.ContributionOfAsync(other, hash)).State == ContributionAnswer.Ready, TimeSpan.FromSeconds(60), Space.Story);
        }
        else
        {
            await EndsAsync(other, hash, "DS-JOB-021");
        }
        Assert.True(await SpentAsync() > spent); // one Grant of this job (above); a class beside this one may use the same contract
        Ledgers.AssertSound(victim);
    }

    private async Task EndsAsync(Party owner, string hash, string code)
    {
        await Eventually.TrueAsync(async () => (await Space.ContributionOfAsync(owner, hash)).State != ContributionAnswer.Running, TimeSpan.FromSeconds(60), Space.Story);
        Assert.Equal((ContributionAnswer.Refused, code), await Space.ContributionOfAsync(owner, hash));
        // Granted, never reported.
        var log = await Ledgers.ReadNowAsync(owner);
        Assert.Single(log.Grants(), g => g.Payload.JobHash == hash);
        Assert.Empty(log.ReportsOf(hash));
        Assert.Empty(Directory.EnumerateFiles(owner.Directory, "intersection-*"));
    }

    private async Task<(string Hash, IReadOnlyList<(bool FromReceiver, byte[] Message)> Said)> CarryAsync(HandCarrier.Way? way, bool stop = true, int? wallLimitMs = null)
    {
        var job = shared.Analyst.Make(o => o with { Plan = template.Plan with { WallLimitMs = wallLimitMs ?? template.Plan.WallLimitMs }, AnalystKeysDigest = "" });
        var carrier = new HandCarrier(Space, shared.Analyst);
        return (await carrier.CarryAsync(job, Receiver, Sender, way, stop), carrier.Said);
    }

    private Task<long> SpentAsync() => Space.SpentAsync(Receiver, template.Plan.Roster.First(r => r.Participant == Receiver.Did).AgreementId);

    /// <summary>The owner whose message this is alters it and signs it again.</summary>
    private HandCarrier.Way Signed(int step, Action<byte[]> change) => (fromReceiver, _, message) =>
    {
        if (message[StepAt] != step)
            return [message];
        change(message);
        ISigner signer = (fromReceiver ? Receiver : Sender).Persona.Signer;
        signer.Sign(IntersectionMessage.SignedBytes(message)).CopyTo(message, message.Length - IntersectionMessage.SignatureBytes);
        return [message];
    };
}

/// <summary>The plan of an intersection that the analyst's connector made, for orders like it.</summary>
public sealed class IntersectionTemplate(SharedSpace shared) : IAsyncLifetime
{
    internal JobPlan Plan { get; private set; } = null!;

    internal string JobId { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var done = await shared.Space.RunAsync(await shared.Space.IntersectSpecAsync());
        Assert.True(done.State == "COMPLETED", done.Why + shared.Space.Story());
        JobId = done.JobId;
        Plan = TestAnalyst.OrderOf(TestAnalyst.TokenOf(shared.Space, done.JobId)).Plan;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
