using System.Text.Json;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;
using DataSpace.Protocol.Regulation;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Regulation;

/// <summary>
/// Notices and acknowledgements until they are taken: rows are the truth, one letter per matter. Also wakes jobs whose order ended while the list held them.
/// One loop; <see cref="Owe"/> is called with the caller's transaction.
/// </summary>
internal sealed partial class RegulationMail(
    IDbContextFactory<ConnectorState> store, PeerDirectory peers, PinnedRegulators regulators, INodeTransport transport, NodeIdentity self, IBus bus, TimeProvider clock,
    ILogger<RegulationMail> log) : BackgroundService
{
    private const int MaxLettersAtOnce = 32;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LetterLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);
    private readonly AsyncAutoResetEvent _wake = new();

    /// <summary>Adds a letter to <paramref name="db"/>, in place of an older one on the same matter; the caller saves.</summary>
    public void Owe(ConnectorState db, string id, string receiver, string path, string typ, string body)
    {
        if (db.RegulationMail.Find(id) is { } row)
        {
            (row.Body, row.CreatedAt) = (body, clock.GetUtcNow());
            row.Revision++;
            return;
        }
        db.RegulationMail.Add(new RegulationMailRow { Id = id, Receiver = receiver, Path = path, Typ = typ, Body = body, CreatedAt = clock.GetUtcNow() });
    }

    /// <summary>There is something to send.</summary>
    public void Wake() => _wake.Set();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SendAsync(stoppingToken);
                await EndHeldAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(log, e);
            }
            await _wake.WaitAsync(Interval, clock, stoppingToken);
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var letters = await db.RegulationMail.AsNoTracking().OrderBy(m => m.CreatedAt).Take(MaxLettersAtOnce).ToListAsync(cancellation);
        var taken = await Task.WhenAll(letters.Select(async letter => (letter, Sent: await SendAsync(letter, cancellation))));
        foreach (var (letter, _) in taken.Where(t => t.Sent || clock.GetUtcNow() - t.letter.CreatedAt > KeptFor))
            await db.RegulationMail.Where(m => m.Id == letter.Id && m.Revision == letter.Revision).ExecuteDeleteAsync(cancellation);
    }

    private async Task<bool> SendAsync(RegulationMailRow letter, CancellationToken cancellation)
    {
        if (PeerOf(letter.Receiver) is not { } receiver)
            return false;
        using var body = JsonDocument.Parse(letter.Body);
        var paper = SignedDocument.Create(body.RootElement, self.Signer, self.Did, [letter.Receiver], letter.Typ, clock.GetUtcNow() + LetterLife, clock);
        var sent = await transport.SendAsync(
            PeerDirectory.PeerOf(receiver), HttpMethod.Post, letter.Path, JsonSerializer.SerializeToUtf8Bytes(new SignedPaper(paper), JobJson.Options), cancellation);
        if (sent.TryGet(out var answer, out _) && answer.IsSuccess)
            return true;
        if (answer is not null)
            LogNotTaken(log, letter.Receiver, PeerProblem.Read(letter.Receiver, answer).Code);
        return false;
    }

    private MemberDocument? PeerOf(string did) => regulators.All.FirstOrDefault(r => r.Pin.Did == did)?.Card ?? peers.Find(did);

    private async Task EndHeldAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var now = clock.GetUtcNow();
        foreach (var hash in await db.Uses.Where(u => u.State == UseStates.Running && u.Hold != null && u.NotAfter < now).Select(u => u.JobHash).ToListAsync(cancellation))
            await bus.Publish(new RunUse(hash), cancellation);
    }

    [LoggerMessage(1, LogLevel.Warning, "{Receiver} did not take a letter about regulation: {Code}")]
    private static partial void LogNotTaken(ILogger logger, string receiver, string code);

    [LoggerMessage(2, LogLevel.Error, "Letters about regulation could not be sent")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
