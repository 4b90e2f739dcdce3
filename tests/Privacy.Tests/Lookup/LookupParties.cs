using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Lookup;
using DataSpace.Privacy.Tests.Aggregation;

namespace DataSpace.Privacy.Tests.Lookup;

/// <summary>What a network does to a message: the messages that arrive in its place.</summary>
internal delegate IEnumerable<byte[]> LookupNetwork(bool fromOwner, int index, byte[] message);

/// <summary>Owner and client in this process, the real state machines, with a network in between that a test may own.</summary>
internal sealed class LookupParties : IDisposable
{
    public const int RecordBytes = 48;
    public const string Version = "v1";
    public static readonly KeyRule Rule = KeyRule.Create([new KeyPart("id", ["trim", "lower"])]).Value;
    public static readonly Ed25519Signer OwnerSigner = Ed25519Signer.Generate();
    public static readonly Ed25519Signer ClientSigner = Ed25519Signer.Generate();
    public static readonly LookupDatabase Database = Build(300);

    public LookupParties(IReadOnlyList<string> keywords, int questions = 4, byte[]? hint = null, string jobId = "job", LookupDatabase? database = null)
    {
        Context = NewContext(questions, jobId);
        Owner = LookupOwner.Create(Scenario.Grant, Context, database ?? Database, Version, OwnerSigner, ClientSigner.PublicKey).Value;
        Client = LookupClient.Create(Context, [.. keywords.Select(k => (IReadOnlyList<string?>)[k])], _ => hint, ClientSigner, OwnerSigner.PublicKey).Value;
    }

    public LookupContext Context { get; }

    public LookupOwner Owner { get; }

    public LookupClient Client { get; }

    public List<(bool FromOwner, byte[] Message)> Said { get; } = [];

    public static LookupContext NewContext(int questions, string jobId = "job", string[]? columns = null)
        => new(jobId, "contract", new string('0', 64), "did:web:o.example", "did:web:c.example", Rule, columns ?? ["name", "grade"], questions, RecordBytes);

    public static LookupDatabase Build(int records)
    {
        var builder = new LookupDatabaseBuilder(Rule, RecordBytes, 100_000);
        for (var i = 0; i < records; i++)
            Assert.True(builder.Add([FormattableString.Invariant($"user-{i}")], [FormattableString.Invariant($"name {i}"), i % 3 == 0 ? null : "B"]));
        return builder.Build(Version, CancellationToken.None).Value;
    }

    /// <summary>Talks until nobody has anything to say; the first refusal, or null.</summary>
    public DsError? Converse(LookupNetwork? network = null)
    {
        while (true)
        {
            byte[]? message = null;
            var fromOwner = true;
            if (!Owner.Next().TryGet(out var said, out var error))
                return error;
            if (said is not null)
            {
                message = said.Payload.ToArray();
            }
            else
            {
                fromOwner = false;
                if (!Client.Next().TryGet(out var asked, out error))
                    return error;
                message = asked?.ToArray();
            }

            if (message is null)
                return null;
            Said.Add((fromOwner, message));
            foreach (var arriving in network is null ? [message] : network(fromOwner, Said.Count - 1, message))
            {
                if ((fromOwner ? Client.Receive(arriving) : Owner.Receive(arriving)).Error is { } refused)
                    return refused;
            }
        }
    }

    public static LookupStep StepOf(byte[] message) => (LookupStep)SignedTranscript.Peek(message)!.Value.Step;

    /// <summary>Payload of a message.</summary>
    public static Span<byte> Payload(byte[] message) => message.AsSpan(SignedTranscript.HeaderBytes, message.Length - SignedTranscript.HeaderBytes - SignedTranscript.SignatureBytes);

    /// <summary>The same message with another payload by the party itself: it signs again.</summary>
    public byte[] Forge(bool fromOwner, byte[] message, Action<byte[]> change, Func<byte[], byte[]>? resize = null)
    {
        var payload = Payload(message).ToArray();
        change(payload);
        payload = resize?.Invoke(payload) ?? payload;
        byte[] forged = [.. message[..SignedTranscript.HeaderBytes], .. payload, .. new byte[SignedTranscript.SignatureBytes]];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(forged.AsSpan(12), payload.Length);
        byte[] signed = [.. System.Text.Encoding.ASCII.GetBytes($"DataSpace {LookupContext.Protocol} message\n"), .. forged[..SignedTranscript.HeaderBytes], .. System.Security.Cryptography.SHA256.HashData(payload)];
        (fromOwner ? OwnerSigner : ClientSigner).Sign(signed).CopyTo(forged, forged.Length - SignedTranscript.SignatureBytes);
        return forged;
    }

    public void Dispose()
    {
        Owner.Dispose();
        Client.Dispose();
    }
}
