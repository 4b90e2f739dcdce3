using DataSpace.Connector.Duties;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Regulation;
using DataSpace.Hosting.Storage;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector;

/// <summary>One negotiation, as either side.</summary>
internal sealed class NegotiationRow
{
    public required string Id { get; init; }
    public required string Counterparty { get; init; }
    public required string DatasetId { get; init; }
    public required string OfferId { get; init; }
    public required string Role { get; init; }
    public required string State { get; set; }

    /// <summary>The protocol's process as JSON.</summary>
    public required string Process { get; set; }
    public string History { get; set; } = "[]";
    public string? ErrorJson { get; set; }
    public string? AgreementId { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public int Revision { get; set; }
}

/// <summary>A finalised agreement with the keys of both parties pinned. Never changed, only ended.</summary>
internal sealed class AgreementRow
{
    public required string AgreementId { get; init; }

    /// <summary>Hex SHA-256 over the agreement and both pinned keys: what jobs name.</summary>
    public required string AgreementHash { get; init; }

    /// <summary><c>consumer</c> or <c>provider</c>: this node's side. A node may hold both sides of an agreement with itself.</summary>
    public required string Role { get; init; }
    public required string Provider { get; init; }
    public required string Consumer { get; init; }
    public required string DatasetId { get; init; }

    /// <summary>The agreement's ODRL policy as concluded.</summary>
    public required string Policy { get; init; }
    public required string PolicyVersion { get; init; }
    public required string ProviderKey { get; init; }
    public required string ProviderKeyId { get; init; }
    public required string ConsumerKey { get; init; }
    public required string ConsumerKeyId { get; init; }
    public DateTimeOffset SignedAt { get; init; }
}

/// <summary>Provider's side of a job. The ledger, not this row, says whether a use was spent.</summary>
internal sealed class UseRow
{
    public required string JobHash { get; init; }
    public required string Consumer { get; init; }
    public required string AgreementId { get; init; }
    public required string Order { get; init; }

    public required string RoundZero { get; init; }
    public string? RoundZeros { get; set; }
    public string? RosterHash { get; set; }

    /// <summary><c>rostered</c>, <c>running</c>, <c>committed</c>, <c>refused</c>.</summary>
    public required string State { get; set; }
    public string? Refusal { get; set; }

    /// <summary>Why a running use waits (a refusal of the regulators' list that can be lifted), or null.</summary>
    public string? Hold { get; set; }

    /// <summary>When the committed contribution was first handed out.</summary>
    public DateTimeOffset? ReleasedAt { get; set; }

    /// <summary>There is a receipt, or a dispute that the coordinator has: nothing is left to look after. A receipt that comes later still counts.</summary>
    public bool ReceiptSettled { get; set; }
    public DateTimeOffset ReceivedAt { get; init; }
    public DateTimeOffset NotAfter { get; init; }
    public int Revision { get; set; }
}

/// <summary>Analyst's side of a job.</summary>
internal sealed class JobRow
{
    public required string JobId { get; init; }
    public required string JobHash { get; init; }
    public required string Title { get; init; }
    public required string Kind { get; init; }
    public required string Order { get; init; }
    public required string OrderJson { get; init; }

    /// <summary>Job secrets (reply key, keywords) in plain text under the directory's mode; cleared when the job ends, with <see cref="BlobNames.SecretKey"/>.</summary>
    public required byte[] Secrets { get; set; }
    public required string State { get; set; }
    public required string Stage { get; set; }
    public string StageTimes { get; set; } = "[]";
    public string Parties { get; set; } = "[]";
    public string Trail { get; set; } = "[]";
    public string Reasons { get; set; } = "[]";
    public string? Result { get; set; }

    /// <summary>When the result was deleted because a contract asks for it.</summary>
    public DateTimeOffset? ResultDeletedAt { get; set; }
    public string? PendingReceipts { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset StageStartedAt { get; set; }
    public DateTimeOffset NotAfter { get; init; }

    /// <summary>Revision of the coordinator's job that this row knows.</summary>
    public int Seen { get; set; }
    public int Revision { get; set; }
}

/// <summary>Large values of a job.</summary>
internal static class BlobNames
{
    /// <summary>The analyst's homomorphic public keys, as they came with the order of a use.</summary>
    public const string UseKeys = "use keys";

    /// <summary>Those of this node's own job.</summary>
    public const string JobKeys = "job keys";

    /// <summary>Their private half.</summary>
    public const string SecretKey = "secret key";
}

/// <summary>The name behind a pseudonym. Kept as long as the node's state: ledgers keep the pseudonym.</summary>
internal sealed class ActorRow
{
    public required string Pseudonym { get; init; }
    public required string Name { get; init; }
    public DateTimeOffset FirstSeenAt { get; init; }
}

/// <summary>The connector's state.</summary>
internal sealed class ConnectorState(DbContextOptions<ConnectorState> options) : DbContext(options)
{
    public DbSet<NegotiationRow> Negotiations => Set<NegotiationRow>();

    public DbSet<AgreementRow> Agreements => Set<AgreementRow>();

    public DbSet<UseRow> Uses => Set<UseRow>();

    public DbSet<JobRow> Jobs => Set<JobRow>();

    public DbSet<ActorRow> Actors => Set<ActorRow>();

    public DbSet<SuspensionRow> Suspensions => Set<SuspensionRow>();

    public DbSet<RegulationMailRow> RegulationMail => Set<RegulationMailRow>();

    public DbSet<RegulationNoticeRow> RegulationNotices => Set<RegulationNoticeRow>();

    public DbSet<OwedDutyRow> OwedDuties => Set<OwedDutyRow>();

    public DbSet<KeptResultRow> KeptResults => Set<KeptResultRow>();

    public DbSet<ReceivedNoticeRow> ReceivedNotices => Set<ReceivedNoticeRow>();

    public DbSet<KnownUseRow> KnownUses => Set<KnownUseRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseUtcTicks();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<NegotiationRow>().HasKey(n => n.Id);
        modelBuilder.Entity<NegotiationRow>().Property(n => n.Revision).IsConcurrencyToken();
        modelBuilder.Entity<AgreementRow>().HasKey(a => new { a.AgreementId, a.Role });
        modelBuilder.Entity<UseRow>().HasKey(u => u.JobHash);
        modelBuilder.Entity<UseRow>().Property(u => u.Revision).IsConcurrencyToken();
        modelBuilder.Entity<ActorRow>().HasKey(a => a.Pseudonym);
        modelBuilder.Entity<SuspensionRow>().HasKey(s => new { s.Kind, s.Target });
        modelBuilder.Entity<RegulationMailRow>().HasKey(m => m.Id);
        modelBuilder.Entity<RegulationNoticeRow>().HasKey(n => n.AgreementId);
        modelBuilder.Entity<OwedDutyRow>().HasKey(d => new { d.UseId, d.DutyId });
        modelBuilder.Entity<OwedDutyRow>().HasIndex(d => d.Scope);
        modelBuilder.Entity<OwedDutyRow>().HasIndex(d => d.State);
        modelBuilder.Entity<OwedDutyRow>().Property(d => d.Revision).IsConcurrencyToken();
        modelBuilder.Entity<KeptResultRow>().HasKey(k => k.UseId);
        modelBuilder.Entity<KeptResultRow>().HasIndex(k => k.State);
        modelBuilder.Entity<KeptResultRow>().HasIndex(k => k.JobId);
        modelBuilder.Entity<ReceivedNoticeRow>().HasKey(n => new { n.Owner, n.UseId, n.DutyId });
        modelBuilder.Entity<KnownUseRow>().HasKey(u => new { u.Owner, u.Counter, u.Key, u.UseId });
        modelBuilder.HasBlobs();
        modelBuilder.Entity<JobRow>().HasKey(j => j.JobId);
        modelBuilder.Entity<JobRow>().Property(j => j.Revision).IsConcurrencyToken();
    }
}
