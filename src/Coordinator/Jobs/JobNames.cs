using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Coordinator.Jobs;

/// <summary>Bus message: look at this job and take its next step. Carries no truth.</summary>
public sealed record AdvanceJob(string JobHash);

internal static class JobStates
{
    public const string Running = "RUNNING";
    public const string Completed = "COMPLETED";
    public const string Failed = "FAILED";
    public const string Cancelled = "CANCELLED";
}

internal static class JobStages
{
    public const string Dispatch = "dispatch";
    public const string Roster = "roster";
    public const string Contribute = "contribute";
    public const string Sum = "sum";
    public const string Done = "done";
}

internal static class PartyStates
{
    public const string Waiting = "waiting";
    public const string Roster = "roster";
    public const string Computing = "computing";
    public const string Suspended = "suspended";
    public const string Ready = "ready";
    public const string Refused = "refused";
    public const string Unreported = "unreported";
}

/// <summary>How long each stage took, kept with the job.</summary>
internal static class StageClock
{
    public static void Enter(JobRow job, string stage, int parties, DateTimeOffset now)
    {
        var times = JsonSerializer.Deserialize<List<StageTime>>(job.StageTimes, JobJson.Options)!;
        times.Add(new StageTime(job.Stage, parties, parties, (long)(now - job.StageStartedAt).TotalMilliseconds));
        (job.StageTimes, job.Stage, job.StageStartedAt) = (JsonSerializer.Serialize(times, JobJson.Options), stage, now);
    }

    public static IReadOnlyList<StageTime> Read(JobRow job, IReadOnlyList<PartyRow> parties)
    {
        var times = JsonSerializer.Deserialize<List<StageTime>>(job.StageTimes, JobJson.Options)!;
        if (job.State == JobStates.Running)
        {
            var done = job.Stage switch
            {
                JobStages.Roster => parties.Count(p => p.RoundZero is not null),
                JobStages.Contribute => parties.Count(p => p.Envelope is not null),
                _ => 0,
            };
            times.Add(new StageTime(job.Stage, done, parties.Count, 0));
        }
        return times;
    }
}

/// <summary>Records what the coordinator sees.</summary>
internal static class Sights
{
    public static void See(this CoordinatorState db, string jobHash, string sender, string what, ReadOnlySpan<byte> bytes, DateTimeOffset now)
        => db.Sights.Add(new SightRow { JobHash = jobHash, At = now, Sender = sender, What = what, Bytes = bytes.Length, Sha256 = Digest.Sha256Hex(bytes) });
}
