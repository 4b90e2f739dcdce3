using System.Security.Cryptography;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Aggregation.Dropout;

/// <summary>That an owner signed a set of survivors; the caller has verified the signature.</summary>
/// <param name="Index">Place of the signer in the roster.</param>
/// <param name="SetDigest">Digest of the set that it signed.</param>
public sealed record SurvivorVote(int Index, ReadOnlyMemory<byte> SetDigest);

/// <summary>
/// An owner's part in a joint statistic that may go on without some of the owners (Bonawitz et al., CCS 2017, figure 4 with the consistency round). It says three things.
/// <para><b>Shares</b> (owner → coordinator → every owner, before anything is granted): this owner's mask key and the seed of its self-mask, each divided among all, sealed owner to owner; and a commitment to the seed. The coordinator
/// learns sizes. An owner learns one share of each secret, which is uniform whatever the secret is; fewer than <see cref="DropoutTerms.Threshold"/> owners together learn nothing.</para>
/// <para><b>Agreement</b> (owner → coordinator → owners, analyst): its signature under the first set of survivors it is shown. They learn who contributed and who is gone, which depends on no data: whatever the data hold, a
/// contribution of the same size leaves.</para>
/// <para><b>Told</b> (owner → coordinator → analyst, sealed to the analyst): for each survivor the share of its seed, for each other owner the share of its mask key, never both. The analyst learns, from enough of them, the masks that
/// are left in the sum of the survivors' contributions, and nothing else: a contribution of an owner that is gone, if one was sent, keeps its self-mask; a survivor's keeps the masks that it shares with other survivors.</para>
/// <para><b>Assumptions</b>: fewer than a third of the owners are on the coordinator's or the analyst's side; keys of both kinds are fresh per job and authentic (round 0); the object is the only holder of its secrets, so that a
/// process that ended takes them along: whoever lost it tells nothing.</para>
/// Thread-safe.
/// </summary>
public sealed class DropoutParty : IDisposable
{
    private enum Phase
    {
        Begun,
        Ready,
        Contributing,
        Contributed,
    }

    private readonly Lock _gate = new();
    private readonly DropoutTerms _terms;
    private readonly EphemeralKey _shareKey;
    private readonly int _own;
    private readonly IReadOnlyList<byte[]> _shareKeys;
    private readonly byte[] _rosterHash;
    private readonly byte[] _seed = RandomNumberGenerator.GetBytes(DropoutMessages.SecretBytes);
    private readonly byte[][] _held; // per owner: its seed's share, then its key's
    private readonly byte[] _shares;
    private Phase _phase;
    private byte[] _taken = [];
    private byte[] _contributionDigest = [];
    private SurvivorSet? _set;
    private GrantHandle? _grant;
    private ProtocolMessage? _told;

    private DropoutParty(DropoutTerms terms, EphemeralKey shareKey, int own, IReadOnlyList<byte[]> shareKeys, byte[] rosterHash)
    {
        (_terms, _shareKey, _own, _shareKeys, _rosterHash) = (terms, shareKey, own, shareKeys, [.. rosterHash]);
        _held = [.. Enumerable.Range(0, terms.Parties).Select(_ => Array.Empty<byte>())];
        _shares = DropoutMessages.NewShares(terms.Parties, own, rosterHash, SelfMask.Commit(_seed, rosterHash));
    }

    /// <summary>The set that this owner agreed to, or null.</summary>
    public SurvivorSet? Agreed
    {
        get
        {
            lock (_gate)
                return _set;
        }
    }

    /// <summary>A fresh part.</summary>
    /// <param name="terms">As signed in the plan.</param>
    /// <param name="maskKey">This owner's mask key of the job; stays the caller's.</param>
    /// <param name="shareKey">Its share key of the job; this object's from now on.</param>
    /// <param name="ownIndex">Its place in the roster.</param>
    /// <param name="maskKeys">All owners' public mask keys in roster order, as verified in round 0.</param>
    /// <param name="shareKeys">Their public share keys.</param>
    /// <param name="rosterHash">H(jobHash, sorted roster), 32 bytes; must bind both kinds of keys.</param>
    public static Result<DropoutParty> Create(
        DropoutTerms terms, EphemeralKey maskKey, EphemeralKey shareKey, int ownIndex, IReadOnlyList<byte[]> maskKeys, IReadOnlyList<byte[]> shareKeys, byte[] rosterHash)
    {
        if (maskKeys.Count != terms.Parties || shareKeys.Count != terms.Parties || rosterHash.Length != 32)
            return PrivacyErrors.RosterInvalid.Of("number of keys differs from the number of parties");
        var all = maskKeys.Concat(shareKeys).ToList();
        if (all.Exists(k => k.Length != EphemeralKey.KeyBytes) || all.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count() != all.Count)
            return PrivacyErrors.RosterInvalid.Of("keys are not distinct");
        if (ownIndex < 0 || ownIndex >= terms.Parties || !maskKeys[ownIndex].AsSpan().SequenceEqual(maskKey.PublicKey) || !shareKeys[ownIndex].AsSpan().SequenceEqual(shareKey.PublicKey))
            return PrivacyErrors.OwnKeyNotInRoster.Of();
        var party = new DropoutParty(terms, shareKey, ownIndex, [.. shareKeys], rosterHash);
        if (party.SealShares(maskKey).Error is not { } error)
            return party;
        party.Dispose();
        return error;
    }

    /// <summary>The message of shares: always the same bytes.</summary>
    public byte[] Share() => [.. _shares];

    /// <summary>Takes the messages of shares of all owners, in roster order with its own. Only then is there a contribution: whoever is gone before that fails the job, and nothing is spent.</summary>
    /// <returns>DS-PRV-341 or 342 when one is not what it should be, 343 for other ones a second time; the same again change nothing.</returns>
    public Result<Unit> Take(IReadOnlyList<byte[]> shares)
    {
        lock (_gate)
        {
            var digest = SHA256.HashData([.. shares.SelectMany(SHA256.HashData)]);
            if (_phase != Phase.Begun)
                return digest.AsSpan().SequenceEqual(_taken) ? Unit.Value : DropoutErrors.OutOfOrder.Of();
            if (shares.Count != _terms.Parties || !shares[_own].AsSpan().SequenceEqual(_shares))
                return DropoutErrors.SharesInvalid.Of("number, or this owner's own");
            var held = new byte[_terms.Parties][];
            for (var sender = 0; sender < held.Length; sender++)
            {
                if (DropoutMessages.SharesProblem(shares[sender], _terms.Parties, sender, _rosterHash) is { } problem)
                    return problem;
                if (sender == _own)
                    continue;
                if (!ShareBox.Open(_shareKey, sender, _own, _shareKeys, _rosterHash, DropoutMessages.Box(shares[sender], _own)).TryGet(out var opened, out var error))
                    return error;
                held[sender] = opened;
            }

            for (var sender = 0; sender < held.Length; sender++)
            {
                if (sender != _own)
                    _held[sender] = held[sender];
            }

            (_phase, _taken) = (Phase.Ready, digest);
            return Unit.Value;
        }
    }

    /// <summary>
    /// Agrees to the first set of survivors that fits: enough owners, this one among them with the contribution that it made. The caller signs <see cref="SurvivorSet.Digest"/> afterwards. The same
    /// set again is agreed to again.
    /// </summary>
    /// <returns>DS-PRV-344 when it does not fit, 345 for a second one.</returns>
    public Result<SurvivorSet> Agree(IReadOnlyList<Survivor> survivors)
    {
        lock (_gate)
        {
            if (_phase != Phase.Contributed)
                return DropoutErrors.OutOfOrder.Of();
            if (!SurvivorSet.Create(_terms, _rosterHash, survivors).TryGet(out var set, out var error))
                return error;
            if (survivors.FirstOrDefault(s => s.Index == _own) is not { } own || !own.ContributionDigest.Span.SequenceEqual(_contributionDigest))
                return DropoutErrors.SurvivorsInvalid.Of("this owner's contribution is not among them");
            if (_set is { } first && !first.Digest.Span.SequenceEqual(set.Digest.Span))
                return DropoutErrors.SecondSurvivors.Of();
            return _set ??= set;
        }
    }

    /// <summary>Tells one share per owner, once enough owners signed the very set that this one agreed to. Always the same bytes.</summary>
    /// <returns>DS-PRV-346 when they did not.</returns>
    public Result<ProtocolMessage> Tell(IReadOnlyList<SurvivorVote> votes)
    {
        lock (_gate)
        {
            if (_set is not { } set)
                return DropoutErrors.OutOfOrder.Of();
            var signers = votes.Where(v => set.Contains(v.Index) && v.SetDigest.Span.SequenceEqual(set.Digest.Span)).Select(v => v.Index).Distinct().Count();
            if (signers < _terms.Threshold)
                return DropoutErrors.TooFewSignatures.Of($"{signers} of {_terms.Threshold}");
            return _told ??= new ProtocolMessage(_grant!, AggregationMessage.Protocol, "shares told", Shares(set));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            CryptographicOperations.ZeroMemory(_seed);
            foreach (var held in _held)
                CryptographicOperations.ZeroMemory(held);
            _shareKey.Dispose();
            (_phase, _set, _told) = (Phase.Contributing, null, null); // nothing more is told
        }
    }

    /// <summary>The seed for the one contribution; only when every owner's shares are here, so that whoever contributes can be unmasked.</summary>
    internal Result<byte[]> Claim(ReadOnlySpan<byte> rosterHash)
    {
        lock (_gate)
        {
            if (_phase != Phase.Ready || !rosterHash.SequenceEqual(_rosterHash))
                return DropoutErrors.OutOfOrder.Of();
            _phase = Phase.Contributing;
            return (byte[])[.. _seed];
        }
    }

    /// <summary>What the contribution was, and under which Grant.</summary>
    internal void Contributed(GrantHandle grant, ReadOnlySpan<byte> contribution)
    {
        lock (_gate)
            (_grant, _contributionDigest, _phase) = (grant, SHA256.HashData(contribution), Phase.Contributed);
    }

    private byte[] Shares(SurvivorSet set)
    {
        var told = DropoutMessages.NewTold(_terms.Parties, _own, _rosterHash, set.Digest.Span);
        for (var of = 0; of < _terms.Parties; of++)
        {
            // One kind for each owner, chosen by the one set that this object ever agrees to.
            var start = set.Contains(of) ? 0 : DropoutMessages.SecretBytes;
            _held[of].AsSpan(start, DropoutMessages.SecretBytes).CopyTo(DropoutMessages.Share(told, of));
        }

        return told;
    }

    private Result<Unit> SealShares(EphemeralKey maskKey)
    {
        var key = maskKey.ExportPrivate();
        var ofSeed = ByteShares.Split(_seed, _terms.Parties, _terms.Threshold);
        var ofKey = ByteShares.Split(key, _terms.Parties, _terms.Threshold);
        CryptographicOperations.ZeroMemory(key);
        for (var receiver = 0; receiver < _terms.Parties; receiver++)
        {
            byte[] both = [.. ofSeed[receiver], .. ofKey[receiver]];
            CryptographicOperations.ZeroMemory(ofSeed[receiver]);
            CryptographicOperations.ZeroMemory(ofKey[receiver]);
            if (receiver == _own)
            {
                _held[receiver] = both;
                continue;
            }

            var sealedBox = ShareBox.Seal(_shareKey, _own, receiver, _shareKeys, _rosterHash, both, DropoutMessages.Box(_shares, receiver));
            CryptographicOperations.ZeroMemory(both);
            if (sealedBox.Error is { } error)
                return error;
        }

        return Unit.Value;
    }
}
