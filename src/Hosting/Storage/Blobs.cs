using Microsoft.EntityFrameworkCore;

namespace DataSpace.Hosting.Storage;

/// <summary>A large value of a job, apart from the row that says where the job stands: that row is read at every step and with every question, this one when it is needed.</summary>
public sealed class BlobRow
{
    public required string JobHash { get; init; }

    /// <summary>What it is; with the job's hash its key.</summary>
    public required string Name { get; init; }
    public required byte[] Bytes { get; init; }
}

/// <summary>Large values in a node's state. They are written with the rows that speak of them, in one transaction.</summary>
public static class Blobs
{
    public static void HasBlobs(this ModelBuilder model) => model.Entity<BlobRow>().ToTable("Blobs").HasKey(b => new { b.JobHash, b.Name });

    /// <summary>Adds a value, unless it is empty; to be saved.</summary>
    public static void AddBlob(this DbContext db, string jobHash, string name, byte[] bytes)
    {
        if (bytes.Length > 0)
            db.Add(new BlobRow { JobHash = jobHash, Name = name, Bytes = bytes });
    }

    /// <summary>The value; empty where there is none.</summary>
    public static async Task<byte[]> BlobAsync(this DbContext db, string jobHash, string name, CancellationToken cancellation)
        => await db.Set<BlobRow>().AsNoTracking().Where(b => b.JobHash == jobHash && b.Name == name).Select(b => b.Bytes).FirstOrDefaultAsync(cancellation) ?? [];

    /// <summary>Takes a value away, if there is one; to be saved.</summary>
    public static async Task RemoveBlobAsync(this DbContext db, string jobHash, string name, CancellationToken cancellation)
    {
        if (await db.Set<BlobRow>().FindAsync([jobHash, name], cancellation) is { } blob)
            db.Remove(blob);
    }
}
