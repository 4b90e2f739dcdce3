using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Tests.Aggregation;

namespace DataSpace.Privacy.Tests.Intersection;

/// <summary>What a network does to a message: the messages that arrive in its place.</summary>
internal delegate IEnumerable<byte[]> Network(bool fromReceiver, int index, byte[] message);

/// <summary>One run with both parties in this process: the real state machines, a network in between that a test may own.</summary>
internal sealed class TwoParties : IDisposable
{
    public static readonly KeyRule Rule = KeyRule.Create([new KeyPart("id", [])]).Value;
    public static readonly Ed25519Signer ReceiverSigner = Ed25519Signer.Generate();
    public static readonly Ed25519Signer SenderSigner = Ed25519Signer.Generate();

    public TwoParties(IEnumerable<string> receiverKeys, IEnumerable<string> senderKeys, IntersectionTerms? terms = null, string jobId = "job")
    {
        Context = NewContext(terms ?? NewTerms(), jobId);
        Receiver = IntersectionReceiver.Create(new IntersectionRun(Scenario.Grant, Context, ReceiverSigner, SenderSigner.PublicKey), Set(receiverKeys)).Value;
        Sender = IntersectionSender.Create(new IntersectionRun(Scenario.Grant, Context, SenderSigner, ReceiverSigner.PublicKey), Set(senderKeys)).Value;
    }

    /// <summary>A run whose sender has values.</summary>
    public TwoParties(IEnumerable<string> receiverKeys, IEnumerable<(string Key, long? Value)> senderRows, IntersectionTerms terms, ISealEngine engine)
    {
        Context = NewContext(terms);
        Receiver = IntersectionReceiver.Create(new IntersectionRun(Scenario.Grant, Context, ReceiverSigner, SenderSigner.PublicKey), Set(receiverKeys), engine).Value;
        Sender = IntersectionSender.Create(new IntersectionRun(Scenario.Grant, Context, SenderSigner, ReceiverSigner.PublicKey), Set(senderRows, terms.Values!), engine).Value;
    }

    public IntersectionContext Context { get; }

    public IntersectionReceiver Receiver { get; }

    public IntersectionSender Sender { get; }

    public List<(bool FromReceiver, byte[] Message)> Said { get; } = [];

    public static IntersectionTerms NewTerms(IntersectionMode mode = IntersectionMode.Ids, int minimum = 0, int most = 100_000) => new(mode, minimum, most, most);

    public static IntersectionContext NewContext(IntersectionTerms terms, string jobId = "job")
        => new(jobId, "contract", new string('0', 64), "did:web:r.example", "did:web:s.example", "v1", "v7", Rule.Digest, terms);

    public static ItemSet Set(IEnumerable<string> keys) => ItemSet.Read(Rule, keys.Select(key => (IReadOnlyList<string?>)[key]), int.MaxValue).Value;

    public static ItemSet Set(IEnumerable<(string Key, long? Value)> rows, ValueBounds bounds)
    {
        var set = new ItemSetBuilder(Rule, int.MaxValue, bounds);
        foreach (var (key, value) in rows)
            Assert.True(set.Add([key], value));
        return set.Build().Value;
    }

    public static IntersectionTerms NewSumTerms(ValueBounds? bounds = null, int minimum = 0, int most = 100_000) => new(IntersectionMode.Sum, minimum, most, most, bounds ?? new ValueBounds(-1000, 1000));

    public static IEnumerable<string> Keys(int from, int count) => Enumerable.Range(from, count).Select(i => FormattableString.Invariant($"user-{i}"));

    /// <summary>Talks until nobody has anything to say; the first refusal, or null.</summary>
    public DsError? Converse(Network? network = null)
    {
        while (true)
        {
            var fromReceiver = true;
            var next = Receiver.Next();
            if (next is { IsOk: true, Value: null })
                (fromReceiver, next) = (false, Sender.Next());
            if (!next.TryGet(out var message, out var error))
                return error;
            if (message is null)
                return null;
            var bytes = message.Payload.ToArray();
            Said.Add((fromReceiver, bytes));
            foreach (var arriving in network is null ? [bytes] : network(fromReceiver, Said.Count - 1, bytes))
            {
                if ((fromReceiver ? Sender.Receive(arriving) : Receiver.Receive(arriving)).Error is { } refused)
                    return refused;
            }
        }
    }

    public IntersectionResult Result()
    {
        Assert.Null(Converse());
        return Receiver.Finish().Value;
    }

    /// <summary>The same message with something changed by the party itself: it signs again.</summary>
    public static byte[] Forge(bool fromReceiver, byte[] message, Func<byte[], byte[]> change, Ed25519Signer? signer = null)
    {
        var forged = change([.. message]);
        (signer ?? (fromReceiver ? ReceiverSigner : SenderSigner)).Sign(IntersectionMessage.SignedBytes(forged)).CopyTo(forged, forged.Length - IntersectionMessage.SignatureBytes);
        return forged;
    }

    public static IntersectionStep StepOf(byte[] message) => (IntersectionStep)message[5];

    public void Dispose()
    {
        Receiver.Dispose();
        Sender.Dispose();
    }
}
