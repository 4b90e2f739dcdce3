using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Coordinator.Jobs;

/// <summary>Bus message: look at this job and take its next step. Carries no truth.</summary>
/// <param name="JobHash">The job.</param>
/// <param name="Quiet">Looks in a row that found nothing new.</param>
public sealed record AdvanceJob(string JobHash, int Quiet = 0);

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
    public const string Shares = "shares";
    public const string Contribute = "contribute";
    public const string Survivors = "survivors";
    public const string Unmask = "unmask";
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
                JobStages.Shares => parties.Count(p => p.Shares is not null),
                JobStages.Contribute => parties.Count(p => p.Header is not null),
                JobStages.Survivors => parties.Count(p => p.SurvivorStatement is not null),
                JobStages.Unmask => parties.Count(p => p.Told is not null),
                _ => 0,
            };
            times.Add(new StageTime(job.Stage, done, parties.Count, 0));
        }
        return times;
    }
}

/// <summary>Records what the coordinator sees, and says it in Chinese too.</summary>
internal static class Sights
{
    public const string Order = "job order (signed plan)";
    public const string AnalystKeys = "analyst's homomorphic public keys";
    public const string RoundZero = "round-0 statement (ephemeral key, dataset version)";
    public const string Ciphertexts = "masked ciphertexts under the analyst's key";
    public const string Closing = "closing digests of an intersection";
    public const string SealedStatus = "masked status sealed to the analyst";
    public const string GrantProof = "grant proof (ledger entry, opened fields, checkpoint)";
    public const string Messages = "messages of an intersection (sizes of sets, blinded points)";
    public const string Talk = "messages of a conversation (sealed, masked or blinded; their sizes)";
    public const string TalkClosing = "closing digest of a conversation";
    public const string LookupMessages = "messages of a look-up (blinded keywords, encrypted queries)";
    public const string Sum = "its own sum of the ciphertexts";
    public const string Shares = "signed shares, sealed owner to owner";
    public const string ToldShares = "shares of a survivor, sealed to the analyst";

    private static readonly Dictionary<string, string> Chinese = new(StringComparer.Ordinal)
    {
        [Order] = "作业指令（已签名的计划）",
        [AnalystKeys] = "分析方的同态公钥",
        [RoundZero] = "第 0 轮声明（临时密钥、数据集版本）",
        [Ciphertexts] = "以分析方密钥加密并带掩码的密文",
        [Closing] = "求交会话的结束摘要",
        [SealedStatus] = "仅分析方可打开的掩码状态",
        [GrantProof] = "授权证明（账本条目、公开字段、检查点）",
        [Messages] = "条求交消息（集合大小、盲化点）",
        [Talk] = "条会话消息（密封、带掩码或盲化，仅见大小）",
        [TalkClosing] = "会话的结束摘要",
        [LookupMessages] = "条隐匿查询消息（盲化的关键词、加密的查询）",
        [Sum] = "自行计算的密文总和",
        [Shares] = "已签名的份额（逐方密封）",
        [ToldShares] = "幸存方公开的份额（仅分析方可打开）",
    };

    /// <summary>The Chinese text of what was seen; a count before it stays.</summary>
    public static string? ZhOf(string what)
        => what.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space && int.TryParse(what.AsSpan(0, space), out _)
            ? Chinese.GetValueOrDefault(what[(space + 1)..]) is { } counted ? what[..(space + 1)] + counted : null
            : Chinese.GetValueOrDefault(what);

    public static void See(this CoordinatorState db, string jobHash, string sender, string what, ReadOnlySpan<byte> bytes, DateTimeOffset now)
        => db.Sights.Add(new SightRow { JobHash = jobHash, At = now, Sender = sender, What = what, Bytes = bytes.Length, Sha256 = Digest.Sha256Hex(bytes) });
}
