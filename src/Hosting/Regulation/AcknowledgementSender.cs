using System.Collections.Concurrent;
using System.Text.Json;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Regulation;
using Microsoft.Extensions.Hosting;

namespace DataSpace.Hosting.Regulation;

/// <summary>
/// Acknowledges rules for a node that suspends nothing of its own (the coordinator): signed, until it is taken. In memory, since a start tells the present rules again.
/// </summary>
public sealed class AcknowledgementSender(PinnedRegulators regulators, INodeTransport transport, NodeIdentity self, TimeProvider clock) : BackgroundService, IRegulationListener
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, RegulationAcknowledgement> _owed = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task OnChangedAsync(RegulationChange change, CancellationToken cancellation)
    {
        if (!change.Content)
            return;
        var mark = change.State.Mark;
        _owed[mark.Regulator] = new RegulationAcknowledgement(
            self.Did, mark.Regulator, mark.Version, mark.RuleSetHash, mark.OrdersSequence, change.ArrivedAt.ToUnixTimeMilliseconds(), clock.GetUtcNow().ToUnixTimeMilliseconds(), [], [], 0);
        await SendAsync(cancellation);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            await SendAsync(stoppingToken);
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        foreach (var (regulator, acknowledgement) in _owed)
        {
            if (regulators.All.FirstOrDefault(r => r.Pin.Did == regulator)?.Card is not { } card)
            {
                _owed.TryRemove(KeyValuePair.Create(regulator, acknowledgement)); // nowhere to send it
                continue;
            }
            var paper = SignedDocument.Create(acknowledgement, self.Signer, self.Did, [regulator], RegulationAcknowledgement.Typ, clock.GetUtcNow() + Life, clock);
            var body = JsonSerializer.SerializeToUtf8Bytes(new SignedPaper(paper), JobJson.Options);
            var sent = await transport.SendAsync(PeerDirectory.PeerOf(card), HttpMethod.Post, RegulationPaths.Acknowledgements, body, cancellation);
            if (sent.TryGet(out var answer, out _) && answer.IsSuccess)
                _owed.TryRemove(KeyValuePair.Create(regulator, acknowledgement));
        }
    }
}
