using System.Globalization;
using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Intersection.Many;

/// <summary>
/// The party that is entitled to the result. It has a conversation with each other party; they share a lock, one end and nothing else but the seed that it carries unopened.
/// <para><b>It sends</b> to each the number of its distinct items, and its items under a blinding of that conversation: points that nobody can tell from random ones.</para>
/// <para><b>It learns</b> the number of each party's distinct items and which of its own items <em>all</em> others have; in the mode <see cref="IntersectionMode.Cardinality"/> how many. Of an item that some
/// have and some lack it sees the same as of one that nobody has: values that add up to something random. Below the minimum it is told neither; that is kept by this node, not by mathematics.</para>
/// <para><b>Assumptions</b> as at <see cref="IntersectionReceiver"/>; what those learn who work together: <see cref="ManyParty"/>.</para>
/// Thread-safe: every conversation takes the lock.
/// </summary>
public sealed class ManyLeader : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<LeaderConversation> _conversations = [];
    private bool _closed;

    private ManyLeader(ManyRun run, ItemSet items, IReadOnlyList<PublicKey> others)
    {
        (Run, Items) = (run, items);
        Commitment = items.Commit(Opening.Span);
        for (var i = 0; i < others.Count; i++)
            _conversations.Add(new LeaderConversation(this, i, others[i]));
    }

    /// <summary>32 random bytes that open the commitment to the leader's set; kept by the caller, told to an auditor.</summary>
    public ReadOnlyMemory<byte> Opening { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>Numbers of the leader's own rows that all have, once <see cref="Tell"/> has told how many; null where only the number was agreed.</summary>
    public IReadOnlyList<int>? ToldRows { get; private set; }

    /// <summary>True when everything was said to everybody and heard from all.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_gate)
                return _conversations.TrueForAll(c => c.HasHeardAll);
        }
    }

    internal ManyRun Run { get; }

    internal ItemSet Items { get; }

    internal ReadOnlyMemory<byte> Commitment { get; }

    /// <summary>What the first party sealed for the others, in their order; null until it answered.</summary>
    internal byte[][]? SealedSeeds { get; set; }

    internal Lock Gate => _gate;

    internal bool IsClosed => _closed;

    /// <summary>A new run.</summary>
    /// <param name="run">What it is about.</param>
    /// <param name="items">The leader's set.</param>
    /// <param name="others">Keys of all others of the context, in their order, as the signed job names them.</param>
    /// <returns>DS-PRV-167, 168 or 169 when terms and set do not go together.</returns>
    public static Result<ManyLeader> Create(ManyRun run, ItemSet items, IReadOnlyList<PublicKey> others)
    {
        if (run.Context.ProblemOf(items, run.Context.Terms.MaxLeaderItems) is { } problem)
            return problem;
        ArgumentOutOfRangeException.ThrowIfNotEqual(others.Count, run.Context.Others.Count);
        return new ManyLeader(run, items, others);
    }

    /// <summary>The conversation with one of the others, by its place.</summary>
    public IConversation With(int other) => _conversations[other];

    /// <summary>What the leader says to everybody when all is said: <see cref="ManyClosing"/>.</summary>
    /// <returns>DS-PRV-171 when messages are missing.</returns>
    public Result<ProtocolMessage> Close()
        => IsComplete
            ? new ProtocolMessage(Run.Grant, ManyMessage.Protocol, "close", ManyClosing.OfLeader(Commitment, _conversations.Select(c => c.Closing())))
            : ConversationErrors.Incomplete.Of();

    /// <summary>The result of a complete run; the run is over afterwards.</summary>
    /// <returns>DS-PRV-171 when messages are missing, 170 when too few items are common, 172 when the run was closed.</returns>
    public Result<IntersectionResult> Finish()
    {
        lock (_gate)
        {
            if (_closed)
                return ConversationErrors.RunClosed.Of();
            if (!_conversations.TrueForAll(c => c.HasHeardAll))
                return ConversationErrors.Incomplete.Of();
            var common = CommonPlaces();
            Dispose();
            if (common.Count < Run.Context.Terms.MinimumIntersection)
                return IntersectionErrors.TooFewInCommon.Of();
            return new IntersectionResult(common.Count, Run.Context.Terms.Mode == IntersectionMode.Ids ? [.. common.Select(Items.RowOf).Order()] : null);
        }
    }

    /// <summary>
    /// As <see cref="Finish"/>, for somebody else who is entitled to the number: JSON with <c>count</c>, rounded down to a multiple of the minimum. Whoever gets it learns that number alone.
    /// </summary>
    public Result<ProtocolMessage> Tell()
    {
        if (!Finish().TryGet(out var result, out var error))
            return error;
        ToldRows = result.Rows;
        var told = result.Count - (result.Count % Math.Max(1, Run.Context.Terms.MinimumIntersection));
        return new ProtocolMessage(Run.Grant, ManyMessage.Protocol, "tell", System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"count\":{told}}}")));
    }

    /// <summary>Closes the run with everybody and wipes its keys.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var conversation in _conversations)
                conversation.Wipe();
        }
    }

    /// <summary>Places where what all parties gave adds up to zero; elsewhere it does with probability 2^-128.</summary>
    internal List<int> CommonPlaces()
        => [.. Enumerable.Range(0, Items.Count).Where(place => _conversations.Aggregate((UInt128)0, (sum, c) => sum ^ c.Values[place]) == 0)];
}
