using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Aggregation.Hidden;

/// <summary>
/// An owner that places its groups by a function whose key another owner has.
/// <para><b>It sends</b> as many blinded elements as the plan's maximum, those beyond its own codes for random inputs: the holder learns neither codes nor their number. <b>It learns</b> F at its own codes,
/// and by the proofs that all were evaluated under the public key that came with them. That all owners heard the same key, their masks show (<see cref="ProviderRound"/>).</para>
/// One caller at a time.
/// </summary>
public sealed class GroupAsker : IConversation
{
    private readonly GrantHandle _grant;
    private readonly GroupContext _context;
    private readonly SignedTranscript _log;
    private readonly byte[][] _inputs;
    private readonly int _codes;
    private readonly byte[] _blinds, _blinded;
    private bool _asked, _closed;
    private byte[]? _publicKey;
    private ReadOnlyMemory<byte>[] _values = [];

    private GroupAsker(GrantHandle grant, GroupContext context, IReadOnlyList<string> codes, SignedTranscript log)
    {
        (_grant, _context, _log, _codes) = (grant, context, log, codes.Count);
        _inputs = [.. codes.Select(GroupContext.InputOf), .. Enumerable.Range(0, context.Maximum - codes.Count).Select(_ => RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes))];
        (_blinds, _blinded) = (new byte[context.Maximum * Ristretto255.ScalarBytes], new byte[context.AskBytes]);
    }

    /// <inheritdoc />
    public int Received => _log.Received;

    /// <inheritdoc />
    public bool IsComplete => _publicKey is not null;

    /// <inheritdoc />
    public bool EndsByHearing => true;

    /// <summary>The key that was proven, 32 bytes; once complete.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>F at each code, 64 bytes; once complete.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Values => _values;

    /// <summary>A conversation about these codes.</summary>
    /// <param name="grant">Proof that the use is in the ledger.</param>
    /// <param name="context">What it is bound to.</param>
    /// <param name="codes">This owner's codes, each once; none where its data could not be read.</param>
    /// <param name="self">This owner (DID).</param>
    /// <param name="own">Its key.</param>
    /// <param name="holder">The holder's key as the contract pins it.</param>
    /// <returns>DS-PRV-363, 366 or 367.</returns>
    public static Result<GroupAsker> Create(GrantHandle grant, GroupContext context, IReadOnlyList<string> codes, string self, ISigner own, PublicKey holder)
        => context.Problem is { } problem ? problem
            : codes.Count > context.Maximum ? HiddenGroupErrors.OwnerFailed.Of()
            : new GroupAsker(grant, context, codes, new SignedTranscript(context.Terms(self, own, holder)));

    /// <inheritdoc />
    public Result<ProtocolMessage?> Next()
    {
        if (_closed)
            return ConversationErrors.RunClosed.Of();
        if (_asked)
            return (ProtocolMessage?)null;
        _asked = true;
        for (var i = 0; i < _inputs.Length; i++)
        {
            Ristretto255.Draw(Blind(i));
            Poprf.Blind(_inputs[i], Blind(i), _blinded.AsSpan(i * Ristretto255.ElementBytes, Ristretto255.ElementBytes));
        }

        return _log.Write(_grant, (byte)GroupStep.Ask, "ask", 0, _blinded);
    }

    /// <inheritdoc />
    public Result<Unit> Receive(ReadOnlyMemory<byte> message)
    {
        if (_closed)
            return ConversationErrors.RunClosed.Of();
        var heard = _asked && _publicKey is null ? Hear(message) : ConversationErrors.OutOfOrder.Of();
        if (!heard.IsOk)
            Dispose();
        return heard;
    }

    /// <inheritdoc />
    public Result<ProtocolMessage> Close() => IsComplete ? _log.Close(_grant) : ConversationErrors.Incomplete.Of();

    /// <inheritdoc />
    public void Dispose()
    {
        _closed = true;
        CryptographicOperations.ZeroMemory(_blinds);
    }

    private Result<Unit> Hear(ReadOnlyMemory<byte> message)
    {
        if (!_log.Read(message, (byte)GroupStep.Evaluated, 0, _context.EvaluatedBytes).TryGet(out var payload, out var error))
            return error;
        var key = payload.Span[..Ristretto255.ElementBytes];
        var elements = payload.Span.Slice(key.Length, _blinded.Length);
        var proofs = payload.Span[(key.Length + _blinded.Length)..];
        var function = _context.Function();
        for (var batch = 0; batch < _context.Batches; batch++)
        {
            var part = GroupBatch.Of(batch, _blinded.Length);
            if (!function.Verify(key, _blinded.AsSpan()[part], elements[part], proofs.Slice(batch * Voprf.ProofBytes, Voprf.ProofBytes)))
                return HiddenGroupErrors.ProofInvalid.Of();
        }

        var values = new ReadOnlyMemory<byte>[_codes];
        for (var i = 0; i < values.Length; i++)
        {
            var value = new byte[Voprf.OutputBytes];
            function.Finalize(_inputs[i], Blind(i), elements.Slice(i * Ristretto255.ElementBytes, Ristretto255.ElementBytes), value);
            values[i] = value;
        }

        CryptographicOperations.ZeroMemory(_blinds);
        (_values, _publicKey) = (values, key.ToArray());
        return Unit.Value;
    }

    private Span<byte> Blind(int i) => _blinds.AsSpan(i * Ristretto255.ScalarBytes, Ristretto255.ScalarBytes);
}
