using System.Buffers.Binary;
using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>An owner's means in one run.</summary>
/// <param name="Grant">Proof that the use is in the ledger.</param>
/// <param name="Run">What the conversation is bound to.</param>
/// <param name="Own">Signs this owner's messages.</param>
/// <param name="Analyst">The analyst's key as the agreement pins it.</param>
/// <param name="ReplyKey">The analyst's X25519 key of this job, from the signed order; 32 bytes.</param>
/// <param name="MaskKey">This owner's key of the job; still the caller's to dispose.</param>
/// <param name="MaskKeys">All owners' public keys in the order of the roster, as verified in round 0.</param>
/// <param name="OwnIndex">This owner's place among them.</param>
/// <param name="RosterHash">H(jobHash, sorted roster), 32 bytes.</param>
/// <param name="DominancePercent">Largest share of one subject that the contract allows, or null.</param>
public sealed record OwnerMeans(
    GrantHandle Grant, HorizontalRun Run, ISigner Own, PublicKey Analyst, byte[] ReplyKey, EphemeralKey MaskKey, IReadOnlyList<byte[]> MaskKeys, int OwnIndex, ReadOnlyMemory<byte> RosterHash,
    int? DominancePercent);

/// <summary>
/// An owner's part of secure-aggregated Newton, in a conversation with the analyst.
/// <para><b>Hello</b> (owner → analyst): a fresh key, and the hash of the roster that the owner's masks are bound to. The analyst learns whether all owners saw one roster.</para>
/// In every round:
/// <para><b>Weights</b> (analyst → owner, sealed): where the model stands. The owner learns them, and from their course something about the sums of all owners; with two owners it could subtract its
/// own. The coordinator learns that a message of the public length was sent.</para>
/// <para><b>Sums</b> (owner → analyst): rows, half deviance, gradient and upper Hessian triangle over this owner's rows at those weights, in fixed point modulo 2^128, plus a fresh mask per pair of
/// owners and round, sealed to the analyst. The coordinator learns that a message of the public length was sent. The analyst sees numbers uniform modulo 2^128 unless it colludes with all other
/// owners but one; the sum over all owners, which it is meant to see, is exact. An owner that withholds its part sends uniform numbers in every slot, a refusal among them, to the end of the run:
/// the analyst learns that somebody did, not who, and the coordinator nothing.</para>
/// <para><b>Assumptions</b>: semi-honest owners, at least two of them honest; the roster hash was agreed in round 0; what this part says is committed before it leaves, and never made twice.</para>
/// <para><b>Enforced against a hostile analyst</b>: round 1 is at weights 0, round 2 of a model with a constant at the constant alone; no weights that would take any row within the public bounds
/// out of <see cref="HorizontalDesign.WeightBox"/>; weight of rows spread over at least the minimum of subjects in every round (<see cref="OwnerRules"/>). <b>Not enforced</b>: that later weights are
/// the step that Newton's method would make. Sums at many chosen weights are many equations about the data; rounds are few and uses are counted, and that is all that bounds them.</para>
/// </summary>
public sealed class HorizontalOwner : IConversation
{
    private readonly OwnerMeans _means;
    private readonly HorizontalDesign _design;
    private readonly OwnerRows? _rows;
    private readonly SignedTranscript _log;
    private readonly byte[][] _secrets;
    private readonly X25519KeyPair _key = X25519KeyPair.Generate();
    private byte[]? _answer;
    private int _round;
    private bool _greeted;
    private bool _closed;

    private HorizontalOwner(OwnerMeans means, HorizontalDesign design, OwnerRows? rows, byte[][] secrets)
    {
        (_means, _design, _rows, _secrets) = (means, design, rows, secrets);
        _log = new SignedTranscript(new ConversationTerms(HorizontalRun.Protocol, means.Run.Context, means.Own, means.Analyst));
        WithheldBecause = rows is null ? "the data could not be read, or are too many" : OwnerRules.Problem(rows, means.DominancePercent);
    }

    /// <summary>Checks the roster and agrees on masks. Errors: roster invalid, weak key, own key not in the roster, design invalid.</summary>
    /// <param name="means">Keys and binding.</param>
    /// <param name="design">The public design.</param>
    /// <param name="rows">This owner's rows; null when they could not be read, for whatever reason that depends on data.</param>
    public static Result<HorizontalOwner> Create(OwnerMeans means, HorizontalDesign design, OwnerRows? rows)
    {
        if ((rows is not null && rows.Design != design) || !means.Run.DesignDigest.Span.SequenceEqual(design.Digest.Span))
            return HorizontalErrors.DesignInvalid.Of("rows or run of another design");
        if (!MaskContext.Create(design.Owners, design.Digest, means.MaskKeys, means.RosterHash, 0).TryGet(out var context, out var error))
            return error;
        if (means.OwnIndex < 0 || means.OwnIndex >= design.Owners || !context.Roster[means.OwnIndex].AsSpan().SequenceEqual(means.MaskKey.PublicKey))
            return PrivacyErrors.OwnKeyNotInRoster.Of();
        var secrets = new byte[design.Owners][];
        for (var peer = 0; peer < secrets.Length; peer++)
        {
            secrets[peer] = [];
            if (peer == means.OwnIndex)
                continue;
            if (!means.MaskKey.Agree(context.Roster[peer]).TryGet(out var secret, out error))
                return error;
            secrets[peer] = secret;
        }
        return new HorizontalOwner(means, design, rows, secrets);
    }

    /// <summary>Why this owner withholds its part, for its own log; null when it does not.</summary>
    public string? WithheldBecause { get; private set; }

    /// <summary>Rounds answered or about to be.</summary>
    public int Round => _round;

    /// <summary>Most bytes that an owner says.</summary>
    public static long MostBytesSaid(HorizontalDesign design) => HorizontalRun.HelloBytes + (design.Rounds * (long)design.AnswerBytes) + ((design.Rounds + 1) * (SignedTranscript.HeaderBytes + SignedTranscript.SignatureBytes));

    /// <inheritdoc />
    public int Received => _log.Received;

    /// <inheritdoc />
    public bool IsComplete => !_closed && _round == _design.Rounds && _answer is null;

    /// <inheritdoc />
    public bool EndsByHearing => false;

    /// <inheritdoc />
    public Result<ProtocolMessage?> Next()
    {
        if (_closed)
            return HorizontalErrors.Closed.Of();
        if (!_greeted)
        {
            _greeted = true;
            return _log.Write(_means.Grant, HorizontalRun.HelloStep, "hello", 0, [.. _key.PublicKey.Span, .. _means.RosterHash.Span]);
        }
        if (_answer is null)
            return (ProtocolMessage?)null;
        var message = _log.Write(_means.Grant, HorizontalRun.SumsStep, "sums", _round, _answer);
        _answer = null;
        return message;
    }

    /// <inheritdoc />
    public Result<Unit> Receive(ReadOnlyMemory<byte> message)
    {
        if (_closed)
            return HorizontalErrors.Closed.Of();
        var heard = Hear(message);
        if (!heard.IsOk)
            Dispose();
        return heard;
    }

    /// <inheritdoc />
    public bool SaysResult => _round == _design.Rounds && _answer is not null;

    /// <summary>Sums of the first rounds are a model that is not quite fitted.</summary>
    public ProtocolMessage? BreakOff() => _round > 1 || (_round == 1 && _answer is null) ? _log.BreakOff(_means.Grant) : null;

    /// <inheritdoc />
    public Result<ProtocolMessage> Close() => IsComplete ? _log.Close(_means.Grant) : HorizontalErrors.Incomplete.Of();

    /// <summary>Closes the run and wipes the secrets that its masks follow from.</summary>
    public void Dispose()
    {
        _closed = true;
        _key.Dispose();
        foreach (var secret in _secrets)
            CryptographicOperations.ZeroMemory(secret);
    }

    private Result<Unit> Hear(ReadOnlyMemory<byte> message)
    {
        if (!_greeted || _answer is not null || _round == _design.Rounds)
            return HorizontalErrors.OutOfOrder.Of();
        if (!_log.Read(message, HorizontalRun.WeightsStep, _round + 1, _design.WeightBytes).TryGet(out var box, out var error))
            return error;
        if (!Hpke.Open(_key, _means.Run.WeightsInfo, HorizontalRun.RoundData(_round + 1), box.Span).TryGet(out var payload, out _))
            return HorizontalErrors.WeightsUnreadable.Of();
        var weights = new double[_design.Width];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = BinaryPrimitives.ReadDoubleLittleEndian(payload.AsSpan(i * sizeof(double)));
        if (Problem(_design, _round + 1, weights) is { } wrong)
            return wrong;
        _round++;
        return Answer(weights);
    }

    /// <summary>What is wrong with weights, whatever the data.</summary>
    internal static DsError? Problem(HorizontalDesign design, int round, double[] weights)
    {
        if (!Array.TrueForAll(weights, double.IsFinite))
            return HorizontalErrors.WeightsMalformed.Of();
        // The first rounds are the same for every analyst, so that they cannot be spent on weights of its choice.
        if ((round == 1 && Array.Exists(weights, w => w != 0)) || (round == 2 && design.Intercept && weights.AsSpan(1).ContainsAnyExcept(0)))
            return HorizontalErrors.WeightsOutOfBounds.Of("start");
        var ((low, high), (least, most)) = (design.Range(weights), design.WeightBox);
        return low >= least && high <= most ? null : HorizontalErrors.WeightsOutOfBounds.Of("range");
    }

    private Result<Unit> Answer(double[] weights)
    {
        var slots = new UInt128[_design.Slots];
        if (WithheldBecause is null)
        {
            var (sums, bySubject) = RoundSums.Of(_rows!, weights);
            WithheldBecause = OwnerRules.Problem(bySubject, _design.Minimum, _means.DominancePercent);
            for (var i = 0; i < slots.Length; i++)
                slots[i] = (UInt128)sums[i];
            slots[1] = 1;
        }
        if (WithheldBecause is not null)
        {
            using var uniform = MaskStream.Fresh();
            do
                uniform.Fill(slots);
            while (slots[0] == 0);
        }
        // From here on this key has spoken for this roster and round, whatever happens next.
        if (!_means.MaskKey.TryClaim(_means.RosterHash.Span, _round))
            return PrivacyErrors.MaskReuse.Of();
        if (!MaskContext.Create(_design.Owners, _design.Digest, _means.MaskKeys, _means.RosterHash, _round).TryGet(out var context, out var error))
            return error;
        RingMasks.Apply<UInt128>(slots, _means.OwnIndex, _design.Owners, (peer, mask) =>
        {
            var key = PairwiseMasks.DeriveKey(_secrets[peer], context, _means.OwnIndex, peer, modulus: 0);
            using var stream = new MaskStream(key);
            CryptographicOperations.ZeroMemory(key);
            stream.Fill(mask);
        });
        var bytes = RoundSums.Bytes(slots);
        if (!Hpke.Seal(_means.ReplyKey, _means.Run.SumsInfo, HorizontalRun.RoundData(_round), bytes).TryGet(out var box, out error))
            return error;
        _answer = box;
        return Unit.Value;
    }
}
