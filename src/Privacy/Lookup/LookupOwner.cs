using System.Runtime.InteropServices;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Lookup;

/// <summary>
/// The owner, who answers and does not learn what was asked.
/// <para><b>It sends</b> what everybody may know of the database (the client learns the rounded number of records and their size), elements under its key with a proof that it is the published one (the
/// client learns F_k of its keywords), where asked for the hint (the client learns nothing that it can open), answers (the client learns one column each: sealed entries, of which it opens the one that
/// its keyword's key fits).</para>
/// <para><b>It learns</b> that somebody asks, how many questions, and whether the client has the hint already. Blinded elements are uniform, queries are LWE samples: whatever the
/// keywords are, and whether they were found. The coordinator that relays sees sizes.</para>
/// <para><b>Assumptions</b>: one-more gap Diffie-Hellman on ristretto255 in the random-oracle model (the client gets as many values of F_k as it asks for), LWE with n = 1024, q = 2^32, σ = 11 (queries).
/// A client that does not follow the protocol gets no more. An owner can still lie about its data.</para>
/// </summary>
public sealed class LookupOwner : IConversation
{
    private readonly GrantHandle _grant;
    private readonly LookupContext _context;
    private readonly LookupDatabase _database;
    private readonly SignedTranscript _log;
    private readonly uint[][] _queries;
    private byte[]? _blinded;
    private bool _offered, _evaluated, _closed;
    private int _heard, _hintSaid, _hintDue, _answered;

    private LookupOwner(GrantHandle grant, LookupContext context, LookupDatabase database, ISigner own, PublicKey peer)
    {
        (_grant, _context, _database) = (grant, context, database);
        _log = new SignedTranscript(context.Terms(own, peer));
        _queries = new uint[context.Questions][];
    }

    /// <inheritdoc />
    public int Received => _log.Received;

    /// <inheritdoc />
    public bool IsComplete => _answered == _context.Questions;

    /// <inheritdoc />
    public bool EndsByHearing => false;

    /// <summary>A new conversation.</summary>
    /// <param name="grant">Proof that the use is in the ledger, and with it the quota.</param>
    /// <param name="context">What it is bound to.</param>
    /// <param name="database">Made of the columns that the context names; the caller keeps it.</param>
    /// <param name="datasetVersion">Version that the owner signed in round 0: a database of another one is not used.</param>
    /// <param name="own">The owner's key.</param>
    /// <param name="peer">The client's key as the agreement pins it.</param>
    /// <returns>DS-PRV-202, 204, 208 or 209.</returns>
    public static Result<LookupOwner> Create(GrantHandle grant, LookupContext context, LookupDatabase database, string datasetVersion, ISigner own, PublicKey peer)
        => context.Problem is { } problem ? problem
            : database.Parameters.Shape.RecordBytes != context.RecordBytes ? LookupErrors.OfferInvalid.Of("size of a record")
            : !database.Parameters.IsOf(datasetVersion) ? LookupErrors.DatabaseDamaged.Of("another version")
            : new LookupOwner(grant, context, database, own, peer);

    /// <inheritdoc />
    public Result<ProtocolMessage?> Next()
    {
        if (_closed)
            return ConversationErrors.RunClosed.Of();
        if (!_offered)
        {
            _offered = true;
            return Say(LookupStep.Offer, 0, _database.Parameters.Encoded.Span);
        }

        if (_blinded is null)
            return (ProtocolMessage?)null;
        if (!_evaluated)
        {
            _evaluated = true;
            return Say(LookupStep.Evaluated, 0, Evaluate());
        }

        if (_hintSaid < _hintDue)
        {
            var piece = _hintSaid++;
            return Say(LookupStep.Hint, piece, _database.Hint.Slice(piece * LookupSizes.HintPiece, LookupSizes.PieceBytes(_database.Parameters.Shape, piece)));
        }

        if (_heard < _context.Questions || IsComplete)
            return (ProtocolMessage?)null;
        return Say(LookupStep.Answer, _answered, _database.Answer(_queries[_answered++]));
    }

    /// <inheritdoc />
    public Result<Unit> Receive(ReadOnlyMemory<byte> message)
    {
        if (_closed)
            return ConversationErrors.RunClosed.Of();
        var heard = !_offered ? ConversationErrors.OutOfOrder.Of() : _blinded is null ? HearAsk(message) : HearQuery(message);
        if (!heard.IsOk)
            Dispose();
        return heard;
    }

    /// <inheritdoc />
    public bool SaysResult => _heard == _context.Questions && !IsComplete;

    /// <inheritdoc />
    public Result<ProtocolMessage> Close() => IsComplete ? _log.Close(_grant) : ConversationErrors.Incomplete.Of();

    /// <summary>Most bytes that an owner says.</summary>
    public static long MostBytesSaid(LookupDatabase database, int questions)
    {
        var shape = database.Parameters.Shape;
        const int frame = SignedTranscript.HeaderBytes + SignatureRoom;
        return LookupParameters.Bytes + LookupSizes.EvaluatedBytes(questions) + shape.HintBytes + ((long)questions * shape.AnswerBytes) + ((2L + questions + LookupSizes.HintPieces(shape)) * frame);
    }

    /// <inheritdoc />
    public void Dispose() => _closed = true;

    private const int SignatureRoom = SignedTranscript.SignatureBytes;

    private ProtocolMessage Say(LookupStep step, int part, ReadOnlySpan<byte> payload)
    {
#pragma warning disable CA1308 // names of steps are lower case
        return _log.Write(_grant, (byte)step, step.ToString().ToLowerInvariant(), part, payload);
#pragma warning restore CA1308
    }

    private byte[] Evaluate()
    {
        var length = _blinded!.Length;
        var payload = new byte[LookupSizes.EvaluatedBytes(_context.Questions)];
        Voprf.TryEvaluate(_database.Key, _blinded, payload.AsSpan(0, length));
        Span<byte> nonce = stackalloc byte[Ristretto255.ScalarBytes];
        Ristretto255.Draw(nonce);
        Voprf.Verifiable.Prove(_database.Key, _blinded, payload.AsSpan(0, length), nonce, payload.AsSpan(length));
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(nonce);
        return payload;
    }

    private Result<Unit> HearAsk(ReadOnlyMemory<byte> message)
    {
        if (!_log.Read(message, (byte)LookupStep.Ask, 0, LookupSizes.AskBytes(_context.Questions)).TryGet(out var payload, out var error))
            return error;
        var elements = payload[..^1];
        for (var at = 0; at < elements.Length; at += Ristretto255.ElementBytes)
        {
            if (!Ristretto255.IsElement(elements.Span.Slice(at, Ristretto255.ElementBytes)))
                return LookupErrors.ElementInvalid.Of();
        }

        if (payload.Span[^1] > 1)
            return ConversationErrors.MessageHeader.Of("hint");
        _hintDue = payload.Span[^1] == 1 ? LookupSizes.HintPieces(_database.Parameters.Shape) : 0;
        _blinded = elements.ToArray();
        return Unit.Value;
    }

    private Result<Unit> HearQuery(ReadOnlyMemory<byte> message)
    {
        if (!_evaluated || _hintSaid < _hintDue || _heard == _context.Questions)
            return ConversationErrors.OutOfOrder.Of();
        if (!_log.Read(message, (byte)LookupStep.Query, _heard, _database.Parameters.Shape.QueryBytes).TryGet(out var payload, out var error))
            return error;
        _queries[_heard++] = MemoryMarshal.Cast<byte, uint>(payload.Span).ToArray();
        return Unit.Value;
    }
}
