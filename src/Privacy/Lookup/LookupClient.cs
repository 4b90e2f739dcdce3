using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Lookup.Lwe;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Lookup;

/// <summary>What a keyword gave.</summary>
/// <param name="IsFound">There is a record for it.</param>
/// <param name="Values">Its values in the order of the agreed columns; null where none was found, and where what was found is no record.</param>
public sealed record LookupAnswer(bool IsFound, IReadOnlyList<string?>? Values);

/// <summary>
/// Who asks.
/// <para><b>It sends</b> its keywords as uniform elements, and queries that are LWE samples under secrets of their own; always as many as the terms name, with made-up ones where it has fewer. The owner
/// learns that number and nothing about keywords. What it says does not depend on what it found: a record that cannot be opened is a miss here and no error there.</para>
/// <para><b>It learns</b> per keyword one record or that there is none, and of other records sealed bytes.</para>
/// <para><b>Assumptions</b>: as <see cref="LookupOwner"/>. The proof holds the owner to the key it published; that it published the same to everybody is what comparing
/// <see cref="LookupParameters.Digest"/> is for.</para>
/// </summary>
public sealed class LookupClient : IAnalystConversation
{
    private readonly LookupContext _context;
    private readonly SignedTranscript _log;
    private readonly Func<LookupParameters, byte[]?> _kept;
    private readonly byte[] _items; // a digest per question
    private readonly byte[] _blinds;
    private readonly int _keywords;
    private readonly byte[] _blinded;
    private readonly byte[] _derived; // what follows from F_k, per question
    private readonly List<byte[]> _columns = [];
    private bool _asked, _evaluated, _closed;
    private int _hintHeard, _said;
    private byte[]? _hint;
    private LweQueries? _queries;
    private List<LookupAnswer>? _answers;

    private LookupClient(LookupContext context, List<ItemDigest> items, Func<LookupParameters, byte[]?> kept, ISigner own, PublicKey peer)
    {
        (_context, _kept, _keywords) = (context, kept, items.Count);
        _log = new SignedTranscript(context.Terms(own, peer));
        _items = GC.AllocateArray<byte>(context.Questions * ItemDigest.Bytes, pinned: true);
        _blinds = GC.AllocateArray<byte>(context.Questions * Ristretto255.ScalarBytes, pinned: true);
        _derived = GC.AllocateArray<byte>(context.Questions * LookupEntry.DerivedBytes, pinned: true);
        _blinded = new byte[context.Questions * Ristretto255.ElementBytes];
        RandomNumberGenerator.Fill(_items);
        MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(items)).CopyTo(_items);
    }

    /// <inheritdoc />
    public int Received => _log.Received;

    /// <inheritdoc />
    public bool IsComplete => _columns.Count == _context.Questions;

    /// <inheritdoc />
    public bool EndsByHearing => true;

    /// <summary>What the owner offered; null before.</summary>
    public LookupParameters? Parameters { get; private set; }

    /// <summary>The hint, verified, for keeping under <see cref="LookupParameters.HintDigest"/>; null before it is there.</summary>
    public ReadOnlyMemory<byte>? Hint => _evaluated && HintIsHere ? _hint.AsMemory() : (ReadOnlyMemory<byte>?)null;

    private bool HintIsHere => _hint is not null && _hintHeard == LookupSizes.HintPieces(Parameters!.Shape);

    /// <summary>A new conversation.</summary>
    /// <param name="context">What it is bound to.</param>
    /// <param name="keywords">Up to as many as the context names; each with its parts in the rule's order. They do not leave this node.</param>
    /// <param name="kept">The hint of earlier conversations about this database, or null; what it gives is checked against the digest.</param>
    /// <param name="own">The client's key.</param>
    /// <param name="peer">The owner's key as the agreement pins it.</param>
    /// <returns>DS-PRV-204, 205 with the number of the keyword, or 209.</returns>
    public static Result<LookupClient> Create(LookupContext context, IReadOnlyList<IReadOnlyList<string?>> keywords, Func<LookupParameters, byte[]?> kept, ISigner own, PublicKey peer)
    {
        if (context.Problem is { } problem)
            return problem;
        if (keywords.Count is 0 || keywords.Count > context.Questions)
            return LookupErrors.TermsInvalid.Of("number of keywords");
        var items = new List<ItemDigest>();
        foreach (var (i, keyword) in keywords.Index())
        {
            if (keyword.Count != context.Rule.Parts.Count || !context.Rule.TryDigest(keyword, out var item))
                return LookupErrors.KeywordInvalid.Of((i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
            items.Add(item);
        }

        return new LookupClient(context, items, kept, own, peer);
    }

    /// <inheritdoc />
    public Result<ReadOnlyMemory<byte>?> Next()
    {
        if (_closed)
            return ConversationErrors.RunClosed.Of();
        if (Parameters is null)
            return (ReadOnlyMemory<byte>?)null;
        if (!_asked)
        {
            _asked = true;
            return (ReadOnlyMemory<byte>?)_log.Write((byte)LookupStep.Ask, 0, Ask());
        }

        if (!_evaluated || !HintIsHere || _said == _context.Questions)
            return (ReadOnlyMemory<byte>?)null;
        _queries ??= LweQueries.Create(Parameters.Seed.Span, Parameters.Shape.Columns, [.. Enumerable.Range(0, _context.Questions).Select(ColumnOf)]);
        return (ReadOnlyMemory<byte>?)_log.Write((byte)LookupStep.Query, _said, _queries.Query(_said++));
    }

    /// <inheritdoc />
    public Result<Unit> Receive(ReadOnlyMemory<byte> message)
    {
        if (_closed)
            return ConversationErrors.RunClosed.Of();
        var heard = Parameters is null ? HearOffer(message)
            : !_asked || (_evaluated && HintIsHere && _said < _context.Questions) || IsComplete ? ConversationErrors.OutOfOrder.Of()
            : !_evaluated ? HearEvaluated(message) : !HintIsHere ? HearHint(message) : HearAnswer(message);
        if (!heard.IsOk)
            Dispose();
        return heard;
    }

    /// <inheritdoc />
    public Result<ReadOnlyMemory<byte>> Close() => IsComplete ? _log.Last : ConversationErrors.Incomplete.Of();

    /// <summary>What every keyword gave, in their order; the conversation is over afterwards, and the answers stay.</summary>
    /// <returns>DS-PRV-171 when messages are missing.</returns>
    public Result<List<LookupAnswer>> Finish()
    {
        if (_answers is not null)
            return _answers;
        if (!IsComplete || _closed)
            return ConversationErrors.Incomplete.Of();
        _answers = [.. Enumerable.Range(0, _keywords).Select(AnswerOf)];
        Dispose(); // what is wiped now would make everything a miss
        return _answers;
    }

    /// <summary>Most bytes that a client says, whatever it is offered.</summary>
    public static long MostBytesSaid(int questions)
        => LookupSizes.AskBytes(questions) + ((long)questions * LookupShape.MostQueryBytes) + ((1L + questions) * (SignedTranscript.HeaderBytes + SignedTranscript.SignatureBytes));

    /// <summary>Closes the conversation and wipes its secrets.</summary>
    public void Dispose()
    {
        _closed = true;
        _queries?.Dispose();
        CryptographicOperations.ZeroMemory(_items);
        CryptographicOperations.ZeroMemory(_blinds);
        CryptographicOperations.ZeroMemory(_derived);
    }

    private byte[] Ask()
    {
        var payload = new byte[LookupSizes.AskBytes(_context.Questions)];
        for (var i = 0; i < _context.Questions; i++)
        {
            var blind = _blinds.AsSpan(i * Ristretto255.ScalarBytes, Ristretto255.ScalarBytes);
            Ristretto255.Draw(blind);
            Voprf.Verifiable.Blind(Item(i), blind, _blinded.AsSpan(i * Ristretto255.ElementBytes, Ristretto255.ElementBytes));
        }

        _blinded.CopyTo(payload, 0);
        if (_kept(Parameters!) is { } kept && kept.LongLength == Parameters!.Shape.HintBytes && SHA256.HashData(kept).AsSpan().SequenceEqual(Parameters.HintDigest.Span))
            (_hint, _hintHeard) = (kept, LookupSizes.HintPieces(Parameters.Shape));
        payload[^1] = _hint is null ? (byte)1 : (byte)0;
        return payload;
    }

    private Result<Unit> HearOffer(ReadOnlyMemory<byte> message)
    {
        if (!_log.Read(message, (byte)LookupStep.Offer, 0, LookupParameters.Bytes).TryGet(out var payload, out var error)
            || !LookupParameters.Decode(payload.Span, _context.RecordBytes).TryGet(out var parameters, out error))
            return error;
        Parameters = parameters;
        return Unit.Value;
    }

    private Result<Unit> HearEvaluated(ReadOnlyMemory<byte> message)
    {
        if (!_log.Read(message, (byte)LookupStep.Evaluated, 0, LookupSizes.EvaluatedBytes(_context.Questions)).TryGet(out var payload, out var error))
            return error;
        var elements = payload.Span[..^Voprf.ProofBytes];
        if (!Voprf.Verifiable.Verify(Parameters!.PublicKey, _blinded, elements, payload.Span[^Voprf.ProofBytes..]))
            return LookupErrors.ProofInvalid.Of();
        Span<byte> output = stackalloc byte[Voprf.OutputBytes];
        for (var i = 0; i < _context.Questions; i++)
        {
            Voprf.Finalize(Item(i), _blinds.AsSpan(i * Ristretto255.ScalarBytes, Ristretto255.ScalarBytes), elements.Slice(i * Ristretto255.ElementBytes, Ristretto255.ElementBytes), output);
            LookupEntry.Derive(output, Derived(i));
        }

        CryptographicOperations.ZeroMemory(output);
        _evaluated = true;
        return Unit.Value;
    }

    private Result<Unit> HearHint(ReadOnlyMemory<byte> message)
    {
        var shape = Parameters!.Shape;
        if (!_log.Read(message, (byte)LookupStep.Hint, _hintHeard, LookupSizes.PieceBytes(shape, _hintHeard)).TryGet(out var payload, out var error))
            return error;
        _hint ??= new byte[shape.HintBytes];
        payload.CopyTo(_hint.AsMemory(_hintHeard++ * LookupSizes.HintPiece));
        if (!HintIsHere || SHA256.HashData(_hint).AsSpan().SequenceEqual(Parameters.HintDigest.Span))
            return Unit.Value;
        _hint = null;
        return LookupErrors.HintDiffers.Of();
    }

    private Result<Unit> HearAnswer(ReadOnlyMemory<byte> message)
    {
        if (!_log.Read(message, (byte)LookupStep.Answer, _columns.Count, Parameters!.Shape.AnswerBytes).TryGet(out var payload, out var error))
            return error;
        _columns.Add(_queries!.Open(_columns.Count, MemoryMarshal.Cast<byte, uint>(_hint), MemoryMarshal.Cast<byte, ushort>(payload.Span)));
        return Unit.Value;
    }

    /// <summary>The entry with the keyword's tag, where its key opens one.</summary>
    private LookupAnswer AnswerOf(int question)
    {
        var shape = Parameters!.Shape;
        var entry = LookupEntry.Of(Derived(question));
        var record = new byte[shape.RecordBytes];
        for (var slot = 0; slot < shape.Slots; slot++)
        {
            var candidate = _columns[question].AsSpan(slot * shape.EntryBytes, shape.EntryBytes);
            if (CryptographicOperations.FixedTimeEquals(candidate[..LookupEntry.TagBytes], entry.Tag) && entry.TryOpen(candidate, record))
                return new LookupAnswer(true, LookupRecord.Decode(record, _context.ValueColumns.Count));
        }

        return new LookupAnswer(false, null);
    }

    private int ColumnOf(int question) => LookupEntry.Of(Derived(question)).Column(Parameters!.Salt, Parameters.Shape.Columns);

    private ReadOnlySpan<byte> Item(int question) => _items.AsSpan(question * ItemDigest.Bytes, ItemDigest.Bytes);

    private Span<byte> Derived(int question) => _derived.AsSpan(question * LookupEntry.DerivedBytes, LookupEntry.DerivedBytes);
}
