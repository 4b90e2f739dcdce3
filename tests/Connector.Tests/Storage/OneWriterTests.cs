using DataSpace.Hosting;
using DataSpace.Hosting.Storage;
using DataSpace.Kernel.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Storage;

/// <summary>Many at once want to write down where they stand.</summary>
public sealed class OneWriterTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ds-writers-");
    private ServiceProvider _services = null!;

    public ValueTask InitializeAsync()
    {
        _services = new ServiceCollection().AddStateStore<ConnectorState>(new NodeOptions { Directory = _directory.FullName, ConfigFile = "none" }).BuildServiceProvider();
        Assert.True(StateStore.Open<ConnectorState>(_services).IsOk);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    /// <summary>SQLite's own waiting holds a thread and hears nothing until it is over.</summary>
    [Theory(Timeout = 25_000)]
    [InlineData("save")]
    [InlineData("saves")]
    [InlineData("update")]
    [InlineData("transaction")]
    public async Task Who_waits_for_the_turn_can_be_told_to_stop(string how)
    {
        await using var first = await OpenAsync();
        await using var turn = await first.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await AddAsync(first, "first", TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var second = Task.Run(() => WriteAsync(how, stop.Token), TestContext.Current.CancellationToken);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await turn.CommitAsync(TestContext.Current.CancellationToken);
        await first.DisposeAsync();
        Assert.Equal(["first"], await NamesAsync());
    }

    [Theory(Timeout = 25_000)]
    [InlineData("save")]
    [InlineData("saves")]
    [InlineData("update")]
    [InlineData("transaction")]
    [InlineData("refused")]
    [InlineData("left open")]
    [InlineData("rolled back")]
    [InlineData("cancelled")]
    public async Task However_a_turn_ends_the_next_one_begins(string how)
    {
        await using var next = await OpenAsync(); // the pool would give the same connection again
        await WriteAsync(how, TestContext.Current.CancellationToken);
        await AddAsync(next, "next", TestContext.Current.CancellationToken);
        Assert.Contains("next", await NamesAsync());
    }

    [Fact(Timeout = 25_000)]
    public async Task Turns_are_taken_in_the_order_of_asking()
    {
        var order = new List<int>();
        var waiting = new List<Task>();
        await using (var first = await OpenAsync())
        {
            await using var turn = await first.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
            for (var i = 0; i < 40; i++)
            {
                var number = i;
                waiting.Add(WriteInTurnAsync(number)); // up to its first wait it runs here
            }
            await turn.CommitAsync(TestContext.Current.CancellationToken);
        }
        await Task.WhenAll(waiting);
        Assert.Equal(Enumerable.Range(0, 40), order);

        async Task WriteInTurnAsync(int number)
        {
            await using var db = await OpenAsync();
            await using var turn = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
            order.Add(number);
            await turn.CommitAsync(TestContext.Current.CancellationToken);
        }
    }

    private Task<ConnectorState> OpenAsync() => _services.GetRequiredService<IDbContextFactory<ConnectorState>>().CreateDbContextAsync(TestContext.Current.CancellationToken);

    private static async Task AddAsync(ConnectorState db, string name, CancellationToken cancellation)
    {
        db.Actors.Add(new ActorRow { Pseudonym = RandomId.New(), Name = name, FirstSeenAt = DateTimeOffset.UnixEpoch });
        await db.SaveChangesAsync(cancellation);
    }

    private async Task<List<string>> NamesAsync()
    {
        await using var db = await OpenAsync();
        return await db.Actors.Select(a => a.Name).ToListAsync(TestContext.Current.CancellationToken);
    }

    private async Task WriteAsync(string how, CancellationToken cancellation)
    {
        await using var db = await OpenAsync();
        switch (how)
        {
            case "save":
                await AddAsync(db, how, cancellation);
                break;
            case "saves":
                db.Actors.Add(new ActorRow { Pseudonym = RandomId.New(), Name = how, FirstSeenAt = DateTimeOffset.UnixEpoch });
                db.AddBlob(RandomId.New(), how, [1]);
                await db.SaveChangesAsync(cancellation);
                break;
            case "update":
                await db.Actors.ExecuteUpdateAsync(set => set.SetProperty(a => a.Name, how), cancellation);
                break;
            case "refused":
                db.Actors.Add(new ActorRow { Pseudonym = RandomId.New(), Name = null!, FirstSeenAt = DateTimeOffset.UnixEpoch });
                await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(cancellation));
                break;
            case "cancelled":
                using (var stopped = new CancellationTokenSource())
                {
                    await stopped.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AddAsync(db, how, stopped.Token));
                }
                break;
            default:
                await using (var turn = await db.Database.BeginTransactionAsync(cancellation))
                {
                    await AddAsync(db, how, cancellation);
                    if (how == "transaction")
                        await turn.CommitAsync(cancellation);
                    if (how == "rolled back")
                        await turn.RollbackAsync(cancellation);
                }
                break;
        }
    }
}
