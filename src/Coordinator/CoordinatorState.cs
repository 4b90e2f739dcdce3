using DataSpace.Hosting.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Coordinator;

/// <summary>A participant that asked to join.</summary>
internal sealed class MemberRow
{
    public required string Did { get; init; }
    public required string Name { get; set; }
    public required string Url { get; set; }
    public required string PublicKey { get; set; }
    public required string Document { get; set; }

    /// <summary><c>pending</c>, <c>approved</c> or <c>rejected</c>.</summary>
    public required string State { get; set; }
    public DateTimeOffset ChangedAt { get; set; }
}

/// <summary>One job. The row is the truth; bus messages only wake the runner.</summary>
internal sealed class JobRow
{
    public required string JobHash { get; init; }
    public required string JobId { get; init; }
    public required string Consumer { get; init; }
    public required string Title { get; init; }
    public required string Order { get; init; }
    public required string State { get; set; }
    public required string Stage { get; set; }
    public string StageTimes { get; set; } = "[]";
    public DateTimeOffset StageStartedAt { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset Deadline { get; set; }

    /// <summary>End of the order: a job that a regulator's list holds is waited for until then.</summary>
    public DateTimeOffset NotAfter { get; init; }

    /// <summary>Optimistic concurrency: two runners never advance one job.</summary>
    public int Revision { get; set; }
}

/// <summary>Large values of a job.</summary>
internal static class BlobNames
{
    /// <summary>The analyst's homomorphic public keys.</summary>
    public const string AnalystKeys = "analyst keys";

    /// <summary>The ciphertext sum.</summary>
    public const string Sum = "sum";

    /// <summary>A provider's contribution with its proofs, as JSON.</summary>
    public static string Contribution(string participant) => "contribution of " + participant;
}

/// <summary>One provider's part in a job.</summary>
internal sealed class PartyRow
{
    public required string JobHash { get; init; }
    public required string Participant { get; init; }
    public int Position { get; init; }

    /// <summary><c>waiting</c>, <c>roster</c>, <c>computing</c>, <c>suspended</c>, <c>ready</c>, <c>refused</c>, <c>unreported</c>.</summary>
    public required string State { get; set; }
    public string? Code { get; set; }
    public string? RoundZero { get; set; }
    public bool RoundOneAccepted { get; set; }

    /// <summary>The signed header of its contribution; the whole is <see cref="BlobNames.Contribution"/>. Null before it is here.</summary>
    public string? Header { get; set; }

    /// <summary>Signed shares, the signature under the set of survivors, and what was told: of jobs that may go on without some owners.</summary>
    public string? Shares { get; set; }
    public string? SurvivorStatement { get; set; }
    public string? Told { get; set; }
    public string? Refusal { get; set; }
}

/// <summary>One thing the coordinator saw of a job: who sent it, what it is, how large, its digest. Never more.</summary>
internal sealed class SightRow
{
    public long Id { get; init; }
    public required string JobHash { get; init; }
    public DateTimeOffset At { get; init; }
    public required string Sender { get; init; }
    public required string What { get; init; }
    public long Bytes { get; init; }
    public required string Sha256 { get; init; }
}

/// <summary>Newest checkpoint of each member's log that this node has verified.</summary>
internal sealed class CheckpointRow
{
    public required string Did { get; init; }
    public long Size { get; set; }
    public required string Note { get; set; }
}

/// <summary>What an owner's log shows about a dispatched job.</summary>
internal sealed class FindingRow
{
    public required string JobHash { get; init; }
    public required string Participant { get; init; }
    public required string JobId { get; init; }

    /// <summary><c>granted</c>, <c>denied</c>, <c>refused</c>, <c>unreported</c>, <c>notAsked</c>.</summary>
    public required string State { get; set; }
    public string? Code { get; set; }
    public DateTimeOffset At { get; set; }
}

/// <summary>A use over which a participant says that the other side is silent; proven by an entry of its own log.</summary>
internal sealed class DisputeRow
{
    public required string UseId { get; init; }
    public required string Filer { get; init; }
    public required string JobHash { get; init; }
    public required string Silent { get; init; }
    public required string Reason { get; init; }

    /// <summary>Index of the entry in the filer's log.</summary>
    public long Index { get; init; }
    public DateTimeOffset At { get; init; }
}

/// <summary>The coordinator's state.</summary>
internal sealed class CoordinatorState(DbContextOptions<CoordinatorState> options) : DbContext(options)
{
    public DbSet<MemberRow> Members => Set<MemberRow>();

    public DbSet<JobRow> Jobs => Set<JobRow>();

    public DbSet<PartyRow> Parties => Set<PartyRow>();

    public DbSet<SightRow> Sights => Set<SightRow>();

    public DbSet<FindingRow> Findings => Set<FindingRow>();

    public DbSet<DisputeRow> Disputes => Set<DisputeRow>();

    public DbSet<CheckpointRow> Checkpoints => Set<CheckpointRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseUtcTicks();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasBlobs();
        modelBuilder.Entity<MemberRow>().HasKey(m => m.Did);
        modelBuilder.Entity<JobRow>().HasKey(j => j.JobHash);
        modelBuilder.Entity<JobRow>().HasIndex(j => new { j.Consumer, j.JobId }).IsUnique();
        modelBuilder.Entity<JobRow>().Property(j => j.Revision).IsConcurrencyToken();
        modelBuilder.Entity<PartyRow>().HasKey(p => new { p.JobHash, p.Participant });
        modelBuilder.Entity<SightRow>().HasKey(s => s.Id);
        modelBuilder.Entity<SightRow>().HasIndex(s => s.JobHash);
        modelBuilder.Entity<FindingRow>().HasKey(f => new { f.JobHash, f.Participant });
        modelBuilder.Entity<DisputeRow>().HasKey(d => new { d.UseId, d.Filer });
        modelBuilder.Entity<CheckpointRow>().HasKey(c => c.Did);
    }
}
