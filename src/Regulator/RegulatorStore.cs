using DataSpace.Hosting.Storage;
using DataSpace.Kernel.NegativeList;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Regulator;

/// <summary>A published rule set, as it was signed.</summary>
internal sealed class RuleSetRow
{
    public int Version { get; init; }
    public required string Hash { get; init; }
    public required string Json { get; init; }

    /// <summary>JSON array of compact JWS.</summary>
    public required string Approvals { get; init; }
    public DateTimeOffset PublishedAt { get; init; }
}

/// <summary>A standing freeze.</summary>
internal sealed class FreezeRow
{
    public FreezeTarget Target { get; init; }
    public required string Id { get; init; }

    /// <summary>Owner of a dataset; else empty.</summary>
    public required string Provider { get; init; }
    public required string CaseId { get; init; }
    public DateTimeOffset Since { get; init; }
}

/// <summary>A standing clearance.</summary>
internal sealed class ClearanceRow
{
    public required string DatasetId { get; init; }
    public required string Provider { get; init; }
    public required string Participant { get; init; }
    public required string RuleId { get; init; }
    public DateTimeOffset Until { get; set; }
    public required string CaseId { get; set; }
}

/// <summary>The signed orders in force: one row.</summary>
internal sealed class OrdersRow
{
    public int Id { get; init; } = 1;
    public long Sequence { get; set; }
    public required string Document { get; set; }
    public DateTimeOffset IssuedAt { get; set; }
}

/// <summary>A node that gets bundles.</summary>
internal sealed class NodeRow
{
    public required string Did { get; init; }

    /// <summary>Its member document as JSON.</summary>
    public required string Card { get; set; }
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Last time it answered or spoke.</summary>
    public DateTimeOffset? LastSeen { get; set; }

    /// <summary>Since when it does not answer; null while it does.</summary>
    public DateTimeOffset? NoAnswerSince { get; set; }

    /// <summary>Code of the last failure.</summary>
    public string? LastCode { get; set; }

    /// <summary>Newest acknowledgement, as signed.</summary>
    public string? Acknowledgement { get; set; }
    public long AckVersion { get; set; }
    public long AckSequence { get; set; }
    public DateTimeOffset? AckAt { get; set; }
}

/// <summary>The regulator's state. What must never go back (highest version, number of orders, time of stamps) is a mark in the ledger's file.</summary>
internal sealed class RegulatorStore(DbContextOptions<RegulatorStore> options) : DbContext(options)
{
    public DbSet<RuleSetRow> RuleSets => Set<RuleSetRow>();

    public DbSet<FreezeRow> Freezes => Set<FreezeRow>();

    public DbSet<ClearanceRow> Clearances => Set<ClearanceRow>();

    public DbSet<OrdersRow> Orders => Set<OrdersRow>();

    public DbSet<NodeRow> Nodes => Set<NodeRow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UseUtcTicks();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<RuleSetRow>().HasKey(r => r.Version);
        modelBuilder.Entity<RuleSetRow>().Property(r => r.Version).ValueGeneratedNever();
        modelBuilder.Entity<FreezeRow>().HasKey(f => new { f.Target, f.Id, f.Provider });
        modelBuilder.Entity<ClearanceRow>().HasKey(c => new { c.DatasetId, c.Provider, c.Participant, c.RuleId });
        modelBuilder.Entity<OrdersRow>().HasKey(o => o.Id);
        modelBuilder.Entity<NodeRow>().HasKey(n => n.Did);
    }
}
