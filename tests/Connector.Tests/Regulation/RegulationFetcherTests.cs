using System.Text;
using System.Threading.Channels;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Membership;
using DataSpace.Protocol.Regulation;

namespace DataSpace.Connector.Tests.Regulation;

/// <summary>How a rule arrives that nobody pushed: the regulator is asked every few seconds, whoever is ahead says so, and whoever lies about it is not believed for long.</summary>
public sealed class RegulationFetcherTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private const string Peer = "did:web:peer.example";
    private readonly Exchange _exchange = new();
    private readonly RegulatedWorld _node;
    private RegulationFetcher? _fetcher;

    public RegulationFetcherTests()
    {
        _node = new RegulatedWorld(_exchange);
        _node.World.Peers.Trust(new MemberDocument(Peer, "Peer", "connector", "https://peer.example", "", "k", "", ""));
    }

    private int Version => _node.Register.All.Single().State?.RuleSet.Version ?? 0;

    private RegulationMarks Marks => _node.Get<RegulationMarks>();

    private static string Header(RegulationBundle bundle)
        => $"{RegulatedWorld.Regulator};{bundle.RuleSet.GetProperty("version").GetInt32()};{new string('a', 64)};{bundle.RuleSet.GetProperty("version").GetInt32()}";

    [Fact]
    public async Task A_rule_is_found_at_the_next_look_though_the_stamp_held_is_young()
    {
        var first = _node.Next();
        _exchange.Of(RegulatedWorld.Regulator, first);
        await StartAsync();
        await UntilAsync(() => Version == 1);
        _exchange.Of(RegulatedWorld.Regulator, _node.Next(RegulatedWorld.Rule("R-1", new RuleMatch(GradeAtLeast: 6))));
        await PassAsync(TimeSpan.FromSeconds(2), () => Version == 2);
        // Nothing new: stamps are asked for, bundles are not.
        await _exchange.QuietAsync("/regulation/bundle", () => PassAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_new_online_key_arrives_the_same_way()
    {
        _exchange.Of(RegulatedWorld.Regulator, _node.Next());
        await StartAsync();
        await UntilAsync(() => Version == 1);
        _node.Online = Ed25519Signer.Generate();
        _exchange.Of(RegulatedWorld.Regulator, _node.Next());
        await PassAsync(TimeSpan.FromSeconds(2), () => Version == 2);
    }

    [Fact]
    public async Task Whoever_is_ahead_is_asked_at_once()
    {
        _node.Publish();
        await StartAsync();
        var next = _node.Next(RegulatedWorld.Rule("R-2", new RuleMatch(GradeAtLeast: 6)));
        _exchange.Of(Peer, next);
        Marks.Heard(Peer, Header(next));
        await UntilAsync(() => Version == 2); // the clock stands still
        Assert.Contains(";2;", Marks.Own, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_liar_is_asked_once_and_then_for_a_growing_time_not_at_all()
    {
        _node.Publish();
        await StartAsync();
        var asked = 0;
        _exchange.On(Peer, _ =>
        {
            Interlocked.Increment(ref asked);
            return new PeerAnswer(200, "{}"u8.ToArray());
        });
        var lie = $"{RegulatedWorld.Regulator};99;{new string('a', 64)};99";
        async Task LieAsync(int expected)
        {
            for (var i = 0; i < 1_000; i++)
                Marks.Heard(Peer, lie);
            await UntilAsync(() => Volatile.Read(ref asked) >= expected);
            await PassAsync(TimeSpan.FromSeconds(1));
            for (var i = 0; i < 1_000; i++)
                Marks.Heard(Peer, lie);
            await PassAsync(TimeSpan.FromSeconds(1));
            Assert.Equal(expected, Volatile.Read(ref asked));
        }
        await LieAsync(1);
        await PassAsync(TimeSpan.FromSeconds(16));
        await LieAsync(2);
        await PassAsync(TimeSpan.FromSeconds(16));
        await LieAsync(2); // twice as long now
        Assert.Equal(1, Version);
    }

    [Fact]
    public async Task What_is_no_mark_or_nothing_newer_makes_nobody_ask()
    {
        _node.Publish();
        await StartAsync();
        var good = $"{RegulatedWorld.Regulator};9;{new string('a', 64)};9";
        var asked = 0;
        _exchange.On(Peer, _ =>
        {
            Interlocked.Increment(ref asked);
            return new PeerAnswer(204, default);
        });
        foreach (var header in (string?[])[null, "", "x", ";;;", "a;b;c;d", $"{RegulatedWorld.Regulator};-1;x;9", $"{RegulatedWorld.Regulator};99999999999;x;9", $"{RegulatedWorld.Regulator};9;x;9;9",
            "did:web:stranger.example;9;x;9", $"{RegulatedWorld.Regulator};1;x;1", $"{RegulatedWorld.Regulator};0;x;500", new string('a', 20_000) + "," + good,
            string.Join(',', Enumerable.Repeat("did:web:stranger.example;9;x;9", 16)) + "," + good])
            Marks.Heard(Peer, header);
        await PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(0, asked);
        Marks.Heard(Peer, good);
        await UntilAsync(() => Volatile.Read(ref asked) == 1);
    }

    public async ValueTask DisposeAsync()
    {
        if (_fetcher is not null)
            await _fetcher.StopAsync(CancellationToken.None);
        await _node.DisposeAsync();
    }

    private async Task StartAsync()
    {
        _fetcher = _node.Get<RegulationFetcher>();
        await _fetcher.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => _exchange.Knows(RegulatedWorld.Regulator) ? _exchange.Count > 0 : _exchange.Count > _node.World.Peers.All.Count); // the first look asks everybody
    }

    /// <summary>Lets time pass in steps of a tenth of a second until something holds, or all of it.</summary>
    private async Task PassAsync(TimeSpan time, Func<bool>? until = null)
    {
        for (var passed = TimeSpan.Zero; passed < time && until?.Invoke() != true; passed += TimeSpan.FromMilliseconds(100))
        {
            _node.World.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, TestContext.Current.CancellationToken); // whoever waited for this moment gets its turn
        }
        if (until is not null)
            await UntilAsync(until);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (!holds())
            await Task.Delay(5, limit.Token);
    }

    /// <summary>Everybody else, in the test's hand.</summary>
    private sealed class Exchange : INodeTransport
    {
        private readonly Dictionary<string, Func<string, PeerAnswer>> _answers = [];
        private readonly Channel<string> _asked = Channel.CreateUnbounded<string>();

        public int Count { get; private set; }

        public bool Knows(string did)
        {
            lock (_answers)
                return _answers.ContainsKey(did);
        }

        public void On(string did, Func<string, PeerAnswer> answer)
        {
            lock (_answers)
                _answers[did] = answer;
        }

        /// <summary>This node holds this bundle.</summary>
        public void Of(string did, RegulationBundle bundle) => On(did, path => path.StartsWith(RegulationPaths.Stamp, StringComparison.Ordinal)
            ? new PeerAnswer(200, Encoding.ASCII.GetBytes(bundle.Stamp)) : new PeerAnswer(200, bundle.ToJson()));

        public async Task QuietAsync(string path, Func<Task> act)
        {
            while (_asked.Reader.TryRead(out _))
            {
            }
            await act();
            var asked = new List<string>();
            while (_asked.Reader.TryRead(out var one))
                asked.Add(one);
            Assert.NotEmpty(asked);
            Assert.DoesNotContain(asked, a => a.StartsWith(path, StringComparison.Ordinal));
        }

        public Task<Result<PeerAnswer>> SendAsync(Peer peer, HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte> body, CancellationToken cancellation)
        {
            Func<string, PeerAnswer>? answer;
            lock (_answers)
                (answer, Count) = (_answers.GetValueOrDefault(peer.Did), Count + 1);
            _asked.Writer.TryWrite(pathAndQuery);
            return Task.FromResult(answer is null ? (Result<PeerAnswer>)Hosting.HostErrors.PeerUnreachable.Of(peer.Did) : answer(pathAndQuery));
        }
    }
}
