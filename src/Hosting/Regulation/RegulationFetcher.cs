using System.Collections.Concurrent;
using System.Security.Cryptography;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.NegativeList;
using DataSpace.Protocol.Membership;
using DataSpace.Protocol.Regulation;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataSpace.Hosting.Regulation;

/// <summary>
/// Looks for newer rules: the regulator itself every few seconds (a stamp, 600 bytes), else the coordinator; and peers when nobody else brought a fresh stamp. Whoever says in passing
/// that it holds something newer is asked at once. Nobody of them is trusted; the signatures are. New content is handed on to some peers at once, so that whoever withholds it
/// withholds it from nobody.
/// </summary>
internal sealed partial class RegulationFetcher(
    RegulationRegister register, RegulationMarks marks, PinnedRegulators pinned, PeerDirectory peers, INodeTransport transport, NodeIdentity self, TimeProvider clock,
    ILogger<RegulationFetcher> log)
    : BackgroundService, IRegulationListener
{
    private const int MaxPeersAsked = 4;
    private const int MaxPeersTold = 8;
    private const string CoordinatorRole = "coordinator";
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AwayFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HintInterval = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentDictionary<string, bool> _asked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _away = new(StringComparer.Ordinal);

    /// <summary>Hands new content on. Whoever does not answer asks by itself later.</summary>
    public Task OnChangedAsync(RegulationChange change, CancellationToken cancellation)
    {
        if (!change.Content)
            return Task.CompletedTask;
        var body = change.State.Bundle.ToJson();
        var receivers = Others(change.State.Pin.Did).Where(m => m.Did != change.From).Take(MaxPeersTold).ToList();
        _ = Task.Run(() => Task.WhenAll(receivers.Select(m => TellAsync(m, body, cancellation))), cancellation);
        return Task.CompletedTask;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => pinned.All.Count == 0 ? Task.CompletedTask : Task.WhenAll(LookAroundAsync(stoppingToken), FollowHintsAsync(stoppingToken));

    private async Task LookAroundAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            // At the same time: a regulator that hangs keeps nobody from hearing of another.
            await Task.WhenAll(pinned.All.Select(r => LookSafelyAsync(r, stopping)));
            // A fifth early or late, so that nodes that started together do not ask together for ever.
            var jitter = RandomNumberGenerator.GetInt32(80, 121) / 100.0;
            await Task.Delay(pinned.PollInterval * jitter, clock, stopping);
        }
    }

    /// <summary>One look at a time, and no more than a few a second, whoever says what.</summary>
    private async Task FollowHintsAsync(CancellationToken stopping)
    {
        await foreach (var hint in marks.Hints.ReadAllAsync(stopping))
        {
            if (!marks.IsToFollow(hint))
                continue;
            // Somebody else may have brought it meanwhile.
            if (!register.IsBehind(hint.Regulator, hint.Version, hint.Sequence))
            {
                marks.Settle(hint, newer: true);
                continue;
            }
            var newer = false;
            try
            {
                newer = peers.Find(hint.Source) is { } source && await AskAsync(source, hint.Regulator, null, stopping);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(log, e);
            }
            marks.Settle(hint, newer || !register.IsBehind(hint.Regulator, hint.Version, hint.Sequence));
            await Task.Delay(HintInterval, clock, stopping);
        }
    }

    private async Task LookSafelyAsync(PinnedRegulator regulator, CancellationToken stopping)
    {
        try
        {
            await LookAsync(regulator, stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(log, e);
        }
    }

    private async Task LookAsync(PinnedRegulator regulator, CancellationToken cancellation)
    {
        var did = regulator.Pin.Did;
        var stamp = register.All.First(h => h.Pin.Did == did).State?.Stamp.Time;
        if (regulator.Card is { } card && !IsAway(did) && await AskStampAsync(card, did, cancellation) is { } current)
        {
            if (!current)
                await AskAsync(card, did, stamp - TimeSpan.FromSeconds(1), cancellation); // what was published in the very second of the stamp held is newer too
            return;
        }
        // At the start everybody, whatever the stamp's age: something may have been missed while this node was away. Later the coordinator, and peers once the stamp is old.
        var fresh = !_asked.TryAdd(did, true) && stamp is { } time && clock.GetUtcNow() - time < Stamp.Interval;
        foreach (var source in Others(did).Take(MaxPeersAsked).Where(m => !fresh || m.Role == CoordinatorRole))
        {
            if (await AskAsync(source, did, stamp, cancellation))
                return;
        }
    }

    private bool IsAway(string regulator) => _away.TryGetValue(regulator, out var until) && clock.GetUtcNow() < until;

    /// <summary>The regulator's newest stamp. True: nothing newer is there; false: the bundle has to be fetched; null: it does not answer, and is left alone for a while.</summary>
    private async Task<bool?> AskStampAsync(MemberDocument regulator, string did, CancellationToken cancellation)
    {
        if (await SendAsync(regulator, RegulationPaths.Stamp, cancellation) is not { IsSuccess: true, Body.Length: > 0 and <= RegulationSignatures.MaxShortChars } answer)
        {
            _away[did] = clock.GetUtcNow() + AwayFor;
            return null;
        }
        return register.AcceptStamp(did, System.Text.Encoding.ASCII.GetString(answer.Body.Span));
    }

    private async Task<bool> AskAsync(MemberDocument source, string regulator, DateTimeOffset? stamp, CancellationToken cancellation)
    {
        var path = $"{RegulationPaths.Bundle}?regulator={Uri.EscapeDataString(regulator)}&after={(stamp ?? DateTimeOffset.UnixEpoch).ToUnixTimeSeconds()}";
        if (await SendAsync(source, path, cancellation) is not { IsSuccess: true, Body.IsEmpty: false } answer)
            return false;
        if (register.Accept(answer.Body, source.Did).TryGet(out var newer, out var error))
            return newer;
        LogRefused(log, source.Did, error.Code);
        return false;
    }

    private async Task<PeerAnswer?> SendAsync(MemberDocument to, string path, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AskLimit);
        try
        {
            return (await transport.SendAsync(PeerDirectory.PeerOf(to), HttpMethod.Get, path, default, limit.Token)).TryGet(out var answer, out _) ? answer : null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task TellAsync(MemberDocument peer, byte[] body, CancellationToken cancellation)
    {
        try
        {
            await transport.SendAsync(PeerDirectory.PeerOf(peer), HttpMethod.Post, RegulationPaths.Bundle, body, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Going down.
        }
    }

    /// <summary>The coordinator first, then peers in a new order every time; never this node, never the regulator.</summary>
    private IEnumerable<MemberDocument> Others(string regulator)
    {
        var all = peers.All.Where(m => m.Did != self.Did && m.Did != regulator).ToArray();
        RandomNumberGenerator.Shuffle<MemberDocument>(all);
        return all.OrderByDescending(m => m.Role == CoordinatorRole);
    }

    [LoggerMessage(1, LogLevel.Warning, "A bundle from {Source} was refused: {Code}")]
    private static partial void LogRefused(ILogger logger, string source, string code);

    [LoggerMessage(2, LogLevel.Error, "Looking for newer rules failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
