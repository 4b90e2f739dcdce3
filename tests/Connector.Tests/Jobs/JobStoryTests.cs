using DataSpace.Connector.Jobs;
using DataSpace.Hosting;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Tests.Jobs;

/// <summary>What a job's state says that it waits for: nothing that will not pass by itself.</summary>
public sealed class JobStoryTests
{
    private const string Coordinator = "did:web:coordinator.example", Self = "did:web:analyst.example", Owner = "did:web:owner.example";
    private static readonly DsError Away = HostErrors.PeerUnreachable.Of(), Refused = JobErrors.BadSpec.Of(), Held = JobErrors.DeadlinePassed.Of();

    [Fact]
    public void An_owner_that_refuses_while_others_work_is_not_waited_for()
    {
        var job = Job(AnalystStages.Wait, (Owner, ContributionAnswer.Refused));
        Reason(job, Owner, Refused);
        Assert.Null(WaitsFor(job));
    }

    [Fact]
    public void An_owner_is_waited_for_as_long_as_it_is_held()
    {
        var job = Job(AnalystStages.Wait, (Owner, ContributionAnswer.Suspended));
        Reason(job, Owner, Held);
        Assert.Equal(Held.Code, WaitsFor(job));
        (job.Parties, job.Reasons) = (Job(AnalystStages.Wait, (Owner, ContributionAnswer.Running)).Parties, job.Reasons);
        Assert.Null(WaitsFor(job));
    }

    /// <summary>Told once however often it is met, and gone with the first answer; what others said stays.</summary>
    [Fact]
    public void A_coordinator_is_waited_for_until_it_answers()
    {
        var job = Job(AnalystStages.Wait, (Owner, ContributionAnswer.Refused));
        Reason(job, Owner, Refused);
        for (var i = 0; i < 3; i++)
            JobStory.Waits(job, Coordinator, RefusalNotice.Of(Coordinator, Away), DateTimeOffset.UnixEpoch);
        Assert.Equal(Away.Code, WaitsFor(job));
        Assert.Equal(2, JobStory.Read<JobReason>(job.Reasons).Count);
        JobStory.Waits(job, Coordinator, null, DateTimeOffset.UnixEpoch);
        Assert.Null(WaitsFor(job));
        Assert.Equal(Refused.Code, Assert.Single(JobStory.Read<JobReason>(job.Reasons)).Notice.Code);
    }

    [Fact]
    public void This_nodes_own_list_holds_a_result_before_it_is_decoded_and_never_after()
    {
        var job = Job(AnalystStages.Decode);
        Reason(job, Self, Held);
        Assert.Equal(Held.Code, WaitsFor(job));
        job.Stage = AnalystStages.Receipt;
        Assert.Null(WaitsFor(job));
    }

    [Fact]
    public void A_job_that_is_over_waits_for_nothing()
    {
        var job = Job(AnalystStages.Wait);
        Reason(job, Coordinator, Away);
        job.State = AnalystStates.Failed;
        Assert.Null(WaitsFor(job));
    }

    private static string? WaitsFor(JobRow job) => JobStory.WaitsFor(job, Coordinator, Self)?.Code;

    private static void Reason(JobRow job, string party, DsError why) => JobStory.Reason(job, RefusalNotice.Of(party, why), DateTimeOffset.UnixEpoch);

    private static JobRow Job(string stage, params (string Party, string State)[] parties) => new()
    {
        JobId = "job",
        JobHash = "hash",
        Title = "t",
        Kind = "sql",
        Order = "",
        OrderJson = "",
        Secrets = [],
        State = AnalystStates.Running,
        Stage = stage,
        Parties = System.Text.Json.JsonSerializer.Serialize(parties.Select(p => new PartyProgress(p.Party, p.State, null)), JobJson.Options),
    };
}
