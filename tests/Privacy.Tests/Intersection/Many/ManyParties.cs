using System.Buffers.Binary;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Many;
using DataSpace.Privacy.Tests.Aggregation;

namespace DataSpace.Privacy.Tests.Intersection.Many;

/// <summary>What a network does to a message between the leader and one other: the messages that arrive in its place.</summary>
internal delegate IEnumerable<byte[]> Carrier(int other, bool fromLeader, byte[] message);

/// <summary>One run with all parties in this process.</summary>
internal sealed class ManyParties : IDisposable
{
    public static readonly Ed25519Signer LeaderSigner = Ed25519Signer.Generate();
    public static readonly Ed25519Signer[] Signers = [.. Enumerable.Range(0, ManyTerms.MostOthers).Select(_ => Ed25519Signer.Generate())];

    private const string UsualRoster = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    public ManyParties(IReadOnlyList<IEnumerable<string>> sets, IntersectionMode mode = IntersectionMode.Ids, int minimum = 0, int most = 100_000, string? rosterHash = null)
    {
        Keys = [.. sets.Skip(1).Select(_ => EphemeralKey.Generate())];
        Context = NewContext(sets.Count - 1, mode, minimum, most, rosterHash ?? UsualRoster);
        Leader = ManyLeader.Create(new ManyRun(Scenario.Grant, Context, LeaderSigner), TwoParties.Set(sets[0]), [.. Signers.Take(sets.Count - 1).Select(s => s.PublicKey)]).Value;
        Others = [.. sets.Skip(1).Select((set, i) => Party(i, set).Value)];
    }

    public EphemeralKey[] Keys { get; }

    public ManyContext Context { get; }

    public ManyLeader Leader { get; }

    public ManyParty[] Others { get; }

    public List<(int Other, bool FromLeader, byte[] Message)> Said { get; } = [];

    public static ManyContext NewContext(int others, IntersectionMode mode = IntersectionMode.Ids, int minimum = 0, int most = 100_000, string rosterHash = UsualRoster)
        => new(rosterHash, "contracts", new string('0', 64), "did:web:l.example", [.. Enumerable.Range(0, others).Select(i => FormattableString.Invariant($"did:web:p{i}.example"))], "v1",
            [.. Enumerable.Repeat("v7", others)], TwoParties.Rule.Digest, new ManyTerms(mode, minimum, most, [.. Enumerable.Repeat(most, others)]));

    public Result<ManyParty> Party(int index, IEnumerable<string> set, EphemeralKey? key = null)
        => ManyParty.Create(new ManyRun(Scenario.Grant, Context, Signers[index]), index, TwoParties.Set(set), LeaderSigner.PublicKey, key ?? Keys[index], [.. Keys.Select(k => k.PublicKey)], TestContext.Current.CancellationToken);

    /// <summary>Every pair in turn until nobody has anything to say; the first refusal, or null.</summary>
    public DsError? Converse(Carrier? carrier = null)
    {
        for (var moved = true; moved;)
        {
            moved = false;
            for (var i = 0; i < Others.Length; i++)
            {
                foreach (var fromLeader in (bool[])[true, false])
                {
                    IConversation speaker = fromLeader ? Leader.With(i) : Others[i], listener = fromLeader ? Others[i] : Leader.With(i);
                    while (true)
                    {
                        if (!speaker.Next().TryGet(out var message, out var error))
                            return error;
                        if (message is null)
                            break;
                        moved = true;
                        var bytes = message.Payload.ToArray();
                        Said.Add((i, fromLeader, bytes));
                        foreach (var arriving in carrier is null ? [bytes] : carrier(i, fromLeader, bytes))
                        {
                            if (listener.Receive(arriving).Error is { } refused)
                                return refused;
                        }
                    }
                }
            }
        }

        return null;
    }

    public IntersectionResult Result()
    {
        Assert.Null(Converse());
        return Leader.Finish().Value;
    }

    public static ManyStep StepOf(byte[] message) => (ManyStep)message[5];

    /// <summary>The same message with another payload, signed by its sender again: a dishonest party.</summary>
    public static byte[] Forge(int other, bool fromLeader, byte[] message, Func<byte[], byte[]> change, Ed25519Signer? signer = null)
    {
        var payload = change(message[SignedTranscript.HeaderBytes..^SignedTranscript.SignatureBytes]);
        byte[] forged = [.. message[..SignedTranscript.HeaderBytes], .. payload];
        BinaryPrimitives.WriteInt32LittleEndian(forged.AsSpan(12), payload.Length);
        var signed = "DataSpace many-party-intersection/1 message\n"u8.ToArray().Concat(forged[..SignedTranscript.HeaderBytes]).Concat(System.Security.Cryptography.SHA256.HashData(payload)).ToArray();
        return [.. forged, .. (signer ?? (fromLeader ? LeaderSigner : Signers[other])).Sign(signed)];
    }

    public void Dispose()
    {
        Leader.Dispose();
        foreach (var other in Others)
            other.Dispose();
        foreach (var key in Keys)
            key.Dispose();
    }
}
