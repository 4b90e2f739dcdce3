using DataSpace.Hosting;
using DataSpace.Hosting.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Storage;

/// <summary>What a node leaves of its state when it stops.</summary>
public sealed class StateStoreTests
{
    /// <summary>Left to the end of the process, the closing of a store competes with whoever waits for that end.</summary>
    [Fact]
    public async Task A_store_is_closed_with_its_services()
    {
        var directory = Directory.CreateTempSubdirectory("ds-store-");
        try
        {
            var log = Path.Combine(directory.FullName, "state.db-wal");
            await using (var services = new ServiceCollection().AddStateStore<ConnectorState>(new NodeOptions { Directory = directory.FullName, ConfigFile = "none" }).BuildServiceProvider())
            {
                Assert.True(StateStore.Open<ConnectorState>(services).IsOk);
                await using var db = await services.GetRequiredService<IDbContextFactory<ConnectorState>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
                db.Actors.Add(new ActorRow { Pseudonym = "actor-1", Name = "somebody", FirstSeenAt = DateTimeOffset.UnixEpoch });
                await db.SaveChangesAsync(TestContext.Current.CancellationToken);
                Assert.True(File.Exists(log));
            }

            Assert.False(File.Exists(log));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
