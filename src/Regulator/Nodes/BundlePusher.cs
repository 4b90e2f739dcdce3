using System.Collections.Concurrent;
using DataSpace.Hosting;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.NegativeList;
using DataSpace.Protocol.Membership;
using DataSpace.Protocol.Regulation;
using DataSpace.Regulator.Publication;

namespace DataSpace.Regulator.Nodes;

/// <summary>
/// Hands every change to all registered nodes at once, and repeats it every few seconds to those that did not take it. Once a minute every node gets the
/// newest bundle as a sign of life, so that "does not answer since" is known without waiting for the next rule. Bundles too large for a request are left
/// to the nodes' own fetching; then only that they answer is asked.
/// </summary>
internal sealed partial class BundlePusher(
    PublicationDesk desk, NodeBook nodes, INodeTransport transport, TimeProvider clock, ILogger<BundlePusher> log) : BackgroundService
{
    /// <summary>Nodes take requests up to 8 MiB.</summary>
    private const int MaxPushBytes = 7 * 1024 * 1024;
    private const int MaxParallel = 32;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(20);

    private readonly AsyncAutoResetEvent _wake = new();
    private readonly ConcurrentDictionary<string, (int Version, long Sequence)> _delivered = new(StringComparer.Ordinal);

    /// <summary>Begins a round now: after a change, or when a node was registered.</summary>
    public void Wake() => _wake.Set();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        desk.Changed += Wake;
        var everyone = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            var missed = await RoundAsync(everyone, stoppingToken);
            everyone = await _wake.WaitAsync(missed ? RetryAfter : Stamp.Interval, clock, stoppingToken) || !missed;
        }
    }

    /// <summary>One round to everyone, or to those that lack what is current. True when a node did not take it.</summary>
    private async Task<bool> RoundAsync(bool everyone, CancellationToken stopping)
    {
        if (desk.Current is not { } current)
            return false;
        var missed = 0;
        var receivers = await nodes.AllAsync(stopping);
        await Parallel.ForEachAsync(
            receivers.Where(n => everyone || _delivered.GetValueOrDefault(n.Did) != current.Content),
            new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = stopping },
            async (node, cancellation) =>
            {
                if (!await SendAsync(node, current, cancellation))
                    Interlocked.Increment(ref missed);
            });
        return missed > 0;
    }

    private async Task<bool> SendAsync(MemberDocument node, Publication.Publication current, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerLimit);
        var fits = current.Json.Length <= MaxPushBytes;
        string? code;
        try
        {
            var answer = await transport.SendAsync(
                PeerDirectory.PeerOf(node), fits ? HttpMethod.Post : HttpMethod.Get, fits ? RegulationPaths.Bundle : "/healthz", fits ? current.Json : default, limit.Token);
            // An older stamp than the one the node fetched itself meanwhile is no failure.
            code = !answer.TryGet(out var response, out var error) ? error.Code
                : response.IsSuccess ? null : PeerProblem.Read(node.Did, response).Code;
            if (code == NegativeListErrors.StampOlder.Code)
                code = null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            code = Hosting.HostErrors.PeerUnreachable.Code;
        }
        await nodes.NoteAsync(node.Did, code, cancellation);
        if (code is null)
            _delivered[node.Did] = current.Content;
        else
            LogMissed(log, node.Did, code);
        return code is null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} did not take the bundle: {Code}")]
    private static partial void LogMissed(ILogger log, string node, string code);
}
