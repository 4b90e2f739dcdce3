using System.Buffers.Binary;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>One owner as the analyst knows it.</summary>
/// <param name="Owner">DID.</param>
/// <param name="Key">Its signing key as the agreement pins it.</param>
public sealed record OwnerLeg(string Owner, PublicKey Key);

/// <summary>
/// The analyst's part of secure-aggregated Newton: a conversation with every owner of the roster. What each message tells whom, <see cref="HorizontalOwner"/> says. The weights of a round go to every
/// owner when all owners' sums of the round before are there (before the first: all owners' keys, under one roster hash), and not earlier. The analyst opens one owner's box and sees uniform numbers; it adds all of them, and the masks cancel. All members of
/// all legs may be called from any thread: one lock guards the whole.
/// </summary>
public sealed class HorizontalAnalyst : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HorizontalDesign _design;
    private readonly X25519KeyPair _reply;
    private readonly NewtonFit _fit;
    private readonly Dictionary<string, Leg> _legs;
    private UInt128[] _sum;
    private byte[]? _rosterHash;
    private int _greetings;
    private int _heard;
    private bool _closed;

    /// <param name="design">The public design.</param>
    /// <param name="jobHash">Hex SHA-256 of the signed order.</param>
    /// <param name="analyst">The analyst's DID.</param>
    /// <param name="own">Signs the analyst's messages.</param>
    /// <param name="reply">The job's key that owners seal to; owned from here on.</param>
    /// <param name="owners">All owners of the roster.</param>
    public HorizontalAnalyst(HorizontalDesign design, string jobHash, string analyst, ISigner own, X25519KeyPair reply, IReadOnlyList<OwnerLeg> owners)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(owners.Count, design.Owners);
        (_design, _reply, _fit, _sum) = (design, reply, new NewtonFit(design), new UInt128[design.Slots]);
        var digest = design.Digest;
        _legs = owners.ToDictionary(o => o.Owner, o => new Leg(this, new HorizontalRun(jobHash, o.Owner, analyst, digest), own, o.Key), StringComparer.Ordinal);
    }

    /// <summary>Rounds whose sums are all here.</summary>
    public int RoundsTaken
    {
        get
        {
            lock (_gate)
                return _fit.Round;
        }
    }

    /// <summary>Most bytes that the analyst says to one owner.</summary>
    public static long MostBytesSaid(HorizontalDesign design) => design.Rounds * (design.WeightBytes + (long)SignedTranscript.HeaderBytes + SignedTranscript.SignatureBytes);

    /// <summary>The conversation with this owner; always the same object.</summary>
    public IAnalystConversation With(string owner) => _legs[owner];

    /// <summary>The model. Errors: rounds missing, an owner withholds its part, labels constant, columns that do not determine the weights.</summary>
    public Result<FittedModel> Result()
    {
        lock (_gate)
        {
            if (_closed)
                return HorizontalErrors.Closed.Of();
            if (!_fit.IsOver)
                return HorizontalErrors.Incomplete.Of();
            return _fit.Failure is { } failure ? failure : FittedModel.Of(_design, _fit);
        }
    }

    /// <summary>Closes all conversations and wipes the key.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            _reply.Dispose();
            Array.Clear(_sum);
        }
    }

    /// <summary>Hex of the hash that all owners' masks are bound to; null before all have said it.</summary>
    public string? RosterHash
    {
        get
        {
            lock (_gate)
                return _greetings == _design.Owners ? Convert.ToHexStringLower(_rosterHash!) : null;
        }
    }

    private Result<Unit> Greet(ReadOnlySpan<byte> rosterHash)
    {
        _rosterHash ??= rosterHash.ToArray();
        _greetings++;
        return rosterHash.SequenceEqual(_rosterHash) ? Unit.Value : HorizontalErrors.RostersDiffer.Of();
    }

    private Result<Unit> Take(byte[] opened)
    {
        var slots = RoundSums.Slots(opened);
        for (var i = 0; i < slots.Length; i++)
            _sum[i] = unchecked(_sum[i] + slots[i]);
        if (++_heard < _design.Owners)
            return Unit.Value;
        var (sum, owners) = (_sum, (UInt128)_design.Owners);
        (_sum, _heard) = (new UInt128[_design.Slots], 0);
        if (sum[0] != 0)
            _fit.Fail(HorizontalErrors.Withheld.Of());
        else if (sum[1] != owners)
            return HorizontalErrors.MasksDiffer.Of();
        else
            _fit.Take(OpenedRound.Of(_design, sum));
        return Unit.Value;
    }

    private sealed class Leg(HorizontalAnalyst all, HorizontalRun run, ISigner own, PublicKey owner) : IAnalystConversation
    {
        private readonly SignedTranscript _log = new(new ConversationTerms(HorizontalRun.Protocol, run.Context, own, owner));
        private byte[]? _key;
        private int _said;

        public int Received
        {
            get
            {
                lock (all._gate)
                    return _log.Received;
            }
        }

        public bool IsComplete
        {
            get
            {
                lock (all._gate)
                    return !all._closed && _log.Received == all._design.Rounds + 1;
            }
        }

        public bool EndsByHearing => true;

        public Result<ReadOnlyMemory<byte>?> Next()
        {
            lock (all._gate)
            {
                if (all._closed)
                    return HorizontalErrors.Closed.Of();
                // One more than the rounds that all owners have answered, and only once.
                if (all._greetings < all._design.Owners || _said > all._fit.Round || _said == all._design.Rounds)
                    return (ReadOnlyMemory<byte>?)null;
                var payload = new byte[all._design.Width * sizeof(double)];
                for (var i = 0; i < all._design.Width; i++)
                    BinaryPrimitives.WriteDoubleLittleEndian(payload.AsSpan(i * sizeof(double)), all._fit.Weights[i]);
                if (!Hpke.Seal(_key, run.WeightsInfo, HorizontalRun.RoundData(_said + 1), payload).TryGet(out var box, out var error))
                    return error;
                return (ReadOnlyMemory<byte>?)_log.Write(HorizontalRun.WeightsStep, ++_said, box);
            }
        }

        public Result<Unit> Receive(ReadOnlyMemory<byte> message)
        {
            lock (all._gate)
            {
                if (all._closed)
                    return HorizontalErrors.Closed.Of();
                var heard = Hear(message);
                if (!heard.IsOk)
                    all.Dispose();
                return heard;
            }
        }

        public Result<ReadOnlyMemory<byte>> Close()
        {
            lock (all._gate)
                return _log.Received == all._design.Rounds + 1 ? _log.Last : HorizontalErrors.Incomplete.Of();
        }

        /// <summary>One leg alone is no run: all of them are disposed together.</summary>
        public void Dispose()
        {
        }

        private Result<Unit> Hear(ReadOnlyMemory<byte> message)
        {
            if (_key is null)
            {
                if (!_log.Read(message, HorizontalRun.HelloStep, 0, HorizontalRun.HelloBytes).TryGet(out var hello, out var stranger))
                    return stranger;
                _key = hello[..X25519KeyPair.KeyBytes].ToArray();
                return all.Greet(hello.Span[X25519KeyPair.KeyBytes..]);
            }
            if (_log.Received > _said)
                return HorizontalErrors.OutOfOrder.Of(); // it answered what was not asked yet
            if (!_log.Read(message, HorizontalRun.SumsStep, _said, all._design.AnswerBytes).TryGet(out var box, out var error))
                return error;
            return Hpke.Open(all._reply, run.SumsInfo, HorizontalRun.RoundData(_said), box.Span).TryGet(out var opened, out _) ? all.Take(opened) : HorizontalErrors.SumsUnreadable.Of();
        }
    }
}
