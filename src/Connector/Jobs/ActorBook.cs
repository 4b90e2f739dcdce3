using System.Security.Cryptography;
using System.Text;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// Who acts: orders, grants and ledgers carry a pseudonym, a keyed hash of the name under this node's own secret. The table from pseudonym to name stays in this
/// node's state, for the case in which the real operator has to be named.
/// </summary>
internal sealed class ActorBook(IDbContextFactory<ConnectorState> store, NodeIdentity self, TimeProvider clock)
{
    private const int MaxNameChars = 200;
    private const int PseudonymBytes = 16;

    /// <summary>Whom an order is attributed to when nobody was named.</summary>
    public const string Unnamed = "(not named)";

    /// <summary>The pseudonym of a name, which is written down with it before any order carries it.</summary>
    public async Task<Result<string>> PseudonymAsync(string? name, CancellationToken cancellation)
    {
        name = string.IsNullOrWhiteSpace(name) ? Unnamed : name.Trim();
        if (name.Length > MaxNameChars || name.Any(char.IsControl) || !name.IsNormalized())
            return JobErrors.BadSpec.Of($"an actor's name has at most {MaxNameChars} visible characters in Unicode form C");
        var pseudonym = "actor-" + Convert.ToHexStringLower(HMACSHA256.HashData(self.ActorKey, Encoding.UTF8.GetBytes(name)).AsSpan(0, PseudonymBytes));
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Actors.AnyAsync(a => a.Pseudonym == pseudonym, cancellation))
            return pseudonym;
        db.Actors.Add(new ActorRow { Pseudonym = pseudonym, Name = name, FirstSeenAt = clock.GetUtcNow() });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            // Another order of the same actor was faster, or the store takes nothing.
            await using var again = await store.CreateDbContextAsync(cancellation);
            if (!await again.Actors.AnyAsync(a => a.Pseudonym == pseudonym, cancellation))
                return HostErrors.DirectoryNotWritable.Of("state.db");
        }
        return pseudonym;
    }
}

/// <summary>The table, for this node's owner alone.</summary>
internal static class ActorEndpoints
{
    public static void MapActors(this WebApplication app) => app.MapGet("/admin/actors", async (IDbContextFactory<ConnectorState> store, CancellationToken cancellation) =>
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var actors = await db.Actors.AsNoTracking().OrderBy(a => a.FirstSeenAt).Select(a => new { a.Pseudonym, a.Name, a.FirstSeenAt }).ToListAsync(cancellation);
        return Results.Json(new { actors }, JobJson.Options);
    }).RequireAdmin().WithSummary("Names behind the pseudonyms of this node's actors.");
}
