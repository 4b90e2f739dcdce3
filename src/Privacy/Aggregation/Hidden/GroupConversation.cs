using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Aggregation.Hidden;

/// <summary>What the owners' conversations about their groups are bound to; all must know it alike.</summary>
/// <param name="RosterHash">Lower-case hex; covers the job, the owners' keys of round 0 and the versions of their data.</param>
/// <param name="PlanHash">Digest of the signed plan, lower-case hex.</param>
/// <param name="Holder">The owner (DID) that has the function's key.</param>
/// <param name="Maximum">Most groups of an owner, 1 to <see cref="MostGroups"/>: that many codes are sent, whatever an owner has, and no more are evaluated.</param>
public sealed record GroupContext(string RosterHash, string PlanHash, string Holder, int Maximum)
{
    /// <summary>Name of the protocol.</summary>
    public const string Protocol = "hidden-groups/1";

    /// <summary>Most groups of one owner.</summary>
    public const int MostGroups = 512;

    /// <summary>True on hosts that have the library for the curve.</summary>
    public static bool IsAvailable => Ristretto255.IsAvailable;

    /// <summary>Most bytes that either party of a conversation says.</summary>
    public long MostBytesSaid => SignedTranscript.HeaderBytes + SignedTranscript.SignatureBytes + EvaluatedBytes;

    internal int AskBytes => Maximum * Ristretto255.ElementBytes;

    internal int Batches => (Maximum + Voprf.MaxBatch - 1) / Voprf.MaxBatch;

    /// <summary>Public key, evaluated elements, one proof per <see cref="Voprf.MaxBatch"/> of them.</summary>
    internal int EvaluatedBytes => Ristretto255.ElementBytes + AskBytes + (Batches * Voprf.ProofBytes);

    internal DsError? Problem
        => Maximum is < 1 or > MostGroups ? HiddenGroupErrors.TermsInvalid.Of("maximum of groups")
            : IsAvailable ? null : HiddenGroupErrors.LibraryMissing.Of();

    internal ConversationTerms Terms(string asker, ISigner own, PublicKey peer) => new(
        Protocol, Digest.Sha256(CanonicalJson.OfTexts([["DataSpace " + Protocol, RosterHash, PlanHash, Holder, asker, Maximum.ToString(CultureInfo.InvariantCulture)]])), own, peer);

    /// <summary>The function of this job: what an owner was given in another one places nothing here.</summary>
    internal Poprf Function() => new(Digest.Sha256(CanonicalJson.OfTexts([["DataSpace " + Protocol + " function", RosterHash, PlanHash, Holder, Maximum.ToString(CultureInfo.InvariantCulture)]])));

    /// <summary>What the function is evaluated at: a digest, so that codes of every length take one way.</summary>
    internal static byte[] InputOf(string code) => SHA256.HashData([.. "DataSpace hidden-groups/1 code\n"u8, .. Encoding.UTF8.GetBytes(code)]);
}

internal enum GroupStep : byte
{
    /// <summary>Owner → key's holder: blinded codes, as many as the plan's maximum.</summary>
    Ask = 1,

    /// <summary>Back: the public key, the codes under the key, proofs.</summary>
    Evaluated = 2,
}

/// <summary>
/// The owner that has the key of the function F (RFC 9497, mode POPRF, over the job) by which all owners place their groups. The key is fresh and lives as long as this object.
/// <para><b>It learns</b> nothing about the others' codes: blinded elements are uniform, and every owner sends as many as the plan says. <b>It tells</b> every owner F at that many inputs, and nobody else
/// anything: neither analyst nor coordinator can evaluate F. An owner that colludes with the analyst can test as many codes against suppressed slots as it has fewer groups than the maximum; this
/// owner, with the analyst, all that it can think of. Either learns less than a public list of codes would show the analyst: that <i>somebody</i> has something suppressed there.</para>
/// <para>Thread-safe: conversations run at once.</para>
/// </summary>
public sealed class GroupKeyHolder : IDisposable
{
    private readonly OprfKey _key = OprfKey.Create();
    private readonly List<Conversation> _conversations = [];

    private readonly Poprf _function;
    private readonly OprfKey _tweaked;

    private GroupKeyHolder(GroupContext context)
    {
        (Context, _function) = (context, context.Function());
        _tweaked = _function.Tweak(_key) ?? throw new CryptographicException("A fresh key is none for this job.");
    }

    /// <summary>What masks are bound to besides: owners with another key do not cancel theirs. 32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey => _key.PublicKey;

    internal GroupContext Context { get; }

    internal Lock Gate { get; } = new();

    private bool IsClosed { get; set; }

    /// <summary>A holder with a fresh key.</summary>
    /// <returns>DS-PRV-363 or 367.</returns>
    public static Result<GroupKeyHolder> Create(GroupContext context) => context.Problem is { } problem ? problem : new GroupKeyHolder(context);

    /// <summary>The conversation with another owner; once for each.</summary>
    /// <param name="grant">Proof that this owner's use is in the ledger.</param>
    /// <param name="asker">The other owner (DID).</param>
    /// <param name="own">This owner's key.</param>
    /// <param name="peer">The other's as the contract pins it.</param>
    public IConversation With(GrantHandle grant, string asker, ISigner own, PublicKey peer)
    {
        var conversation = new Conversation(this, grant, new SignedTranscript(Context.Terms(asker, own, peer)));
        _conversations.Add(conversation);
        return conversation;
    }

    /// <summary>F at this owner's own codes, 64 bytes each; more than the plan's maximum are refused here as they are for the others.</summary>
    public Result<IReadOnlyList<ReadOnlyMemory<byte>>> ValuesOf(IReadOnlyList<string> codes)
    {
        if (codes.Count > Context.Maximum)
            return HiddenGroupErrors.OwnerFailed.Of();
        lock (Gate)
        {
            if (IsClosed)
                return ConversationErrors.RunClosed.Of();
            var values = new ReadOnlyMemory<byte>[codes.Count];
            for (var i = 0; i < values.Length; i++)
            {
                var value = new byte[Voprf.OutputBytes];
                _function.Evaluate(_tweaked, GroupContext.InputOf(codes[i]), value);
                values[i] = value;
            }

            return values;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (Gate)
        {
            IsClosed = true;
            _key.Dispose();
            _tweaked.Dispose();
        }
    }

    private byte[] Evaluate(byte[] blinded)
    {
        var payload = new byte[Context.EvaluatedBytes];
        _key.PublicKey.CopyTo(payload);
        var evaluated = payload.AsSpan(Ristretto255.ElementBytes, blinded.Length);
        Poprf.TryEvaluate(_tweaked, blinded, evaluated);
        Span<byte> nonce = stackalloc byte[Ristretto255.ScalarBytes];
        for (var batch = 0; batch < Context.Batches; batch++)
        {
            var part = GroupBatch.Of(batch, blinded.Length);
            Ristretto255.Draw(nonce);
            Poprf.Prove(_tweaked, blinded.AsSpan()[part], evaluated[part], nonce, payload.AsSpan(Ristretto255.ElementBytes + blinded.Length + (batch * Voprf.ProofBytes), Voprf.ProofBytes));
        }

        CryptographicOperations.ZeroMemory(nonce);
        return payload;
    }

    private sealed class Conversation(GroupKeyHolder holder, GrantHandle grant, SignedTranscript log) : IConversation
    {
        private byte[]? _blinded;
        private bool _answered;

        public int Received => log.Received;

        public bool IsComplete => _answered;

        public bool EndsByHearing => false;

        public Result<ProtocolMessage?> Next()
        {
            lock (holder.Gate)
            {
                if (holder.IsClosed)
                    return ConversationErrors.RunClosed.Of();
                if (_blinded is null || _answered)
                    return (ProtocolMessage?)null;
                _answered = true;
                return log.Write(grant, (byte)GroupStep.Evaluated, "evaluated", 0, holder.Evaluate(_blinded));
            }
        }

        public Result<Unit> Receive(ReadOnlyMemory<byte> message)
        {
            lock (holder.Gate)
            {
                if (holder.IsClosed)
                    return ConversationErrors.RunClosed.Of();
                var heard = Hear(message);
                if (!heard.IsOk)
                    holder.Dispose(); // without one owner's groups the others' mean nothing
                return heard;
            }
        }

        public Result<ProtocolMessage> Close() => IsComplete ? log.Close(grant) : ConversationErrors.Incomplete.Of();

        public void Dispose() => holder.Dispose();

        private Result<Unit> Hear(ReadOnlyMemory<byte> message)
        {
            if (_blinded is not null)
                return ConversationErrors.OutOfOrder.Of();
            if (!log.Read(message, (byte)GroupStep.Ask, 0, holder.Context.AskBytes).TryGet(out var payload, out var error))
                return error;
            for (var at = 0; at < payload.Length; at += Ristretto255.ElementBytes)
            {
                if (!Ristretto255.IsElement(payload.Span.Slice(at, Ristretto255.ElementBytes)))
                    return HiddenGroupErrors.ElementInvalid.Of();
            }

            _blinded = payload.ToArray();
            return Unit.Value;
        }
    }
}

/// <summary>Elements that share a proof.</summary>
internal static class GroupBatch
{
    public static Range Of(int batch, int bytes)
    {
        const int most = Voprf.MaxBatch * Ristretto255.ElementBytes;
        return (batch * most)..Math.Min((batch + 1) * most, bytes);
    }
}
