using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Aggregation.Hidden;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Tests.Aggregation.Hidden;

/// <summary>Rows of one owner: group, subject, value.</summary>
internal sealed record OwnRow(string Group, int Subject, long Value);

/// <summary>Owners of hidden groups in one process.</summary>
internal static class HiddenParties
{
    public const int K = 3;

    public static readonly Ed25519Signer HolderSigner = Ed25519Signer.Generate();
    public static readonly Ed25519Signer AskerSigner = Ed25519Signer.Generate();
    public static readonly byte[] Job = RandomNumberGenerator.GetBytes(32);

    public static GroupContext Context(int maximum, string job = "job") => new(job, "plan", "did:web:holder", maximum);

    public static AggregationShape Shape(int tableSlots, int parties)
        => AggregationShape.Create(2 * tableSlots, [new MeasureShape("value", 0, -1000, 1000, Squares: true), .. GroupSlots.LabelMeasures], K, parties, 1000).Value;

    public static LocalCell CellOf(IReadOnlyList<OwnRow> rows)
        => new(rows.Count, rows.Select(r => r.Subject).Distinct().Count(), [(rows.Sum(r => r.Value), rows.Sum(r => r.Value * r.Value))], false);

    /// <summary>One owner's slots, its codes placed by the holder's own key.</summary>
    public static IReadOnlyList<LocalCell> Slots(AggregationShape shape, GroupKeyHolder holder, IReadOnlyList<OwnRow> rows)
    {
        var groups = rows.GroupBy(r => r.Group).ToList();
        var values = holder.ValuesOf([.. groups.Select(g => g.Key)]).Value;
        return GroupSlots.Cells(shape, Job, [.. groups.Zip(values).Select(p => new HiddenGroup(p.First.Key, p.Second, GroupSlots.CanShow(p.First.Key) ? CellOf([.. p.First]) : null))]).Value;
    }

    /// <summary>What the analyst decodes of these slots, without the encryption between.</summary>
    public static AggregationResult Sum(AggregationShape shape, IReadOnlyList<IReadOnlyList<LocalCell>> owners)
        => new([.. Enumerable.Range(0, shape.Groups).Select(slot =>
        {
            var cells = owners.Select(o => o[slot]).ToList();
            if (!cells.TrueForAll(c => c.MayContribute(shape.MinGroupSize)))
                return new CellResult(true, 0, [], []);
            var count = cells.Sum(c => c.Rows);
            return new CellResult(false, count, [.. shape.Measures.Select((m, i) => new MeasureResult(
                m.Name, m.Decimals, count, cells.Aggregate((Int128)0, (sum, c) => sum + c.Measures[i].Sum), m.Squares ? cells.Aggregate((Int128)0, (sum, c) => sum + c.Measures[i].SumOfSquares) : null))], []);
        })]);

    /// <summary>An asker with its two messages carried as they are, or as <paramref name="network"/> makes them.</summary>
    public static (GroupAsker Asker, DataSpace.Kernel.Results.DsError? Error) Converse(GroupKeyHolder holder, GroupContext context, IReadOnlyList<string> codes, Func<bool, byte[], byte[]>? network = null)
    {
        var asker = GroupAsker.Create(Scenario.Grant, context, codes, "did:web:asker", AskerSigner, HolderSigner.PublicKey).Value;
        using var conversation = new Unowned(holder.With(Scenario.Grant, "did:web:asker", HolderSigner, AskerSigner.PublicKey));
        byte[] Carried(bool fromAsker, byte[] message) => network is null ? message : network(fromAsker, message);
        if (conversation.Part.Receive(Carried(true, asker.Next().Value!.Payload.ToArray())).Error is { } refused)
            return (asker, refused);
        return (asker, asker.Receive(Carried(false, conversation.Part.Next().Value!.Payload.ToArray())).Error);
    }

    /// <summary>A message with another payload, signed by the peer that sends it.</summary>
    public static byte[] Forge(bool fromAsker, byte[] message, byte[] payload)
    {
        var terms = Context(1).Terms("x", AskerSigner, HolderSigner.PublicKey);
        var forged = new byte[SignedTranscript.HeaderBytes + payload.Length + SignedTranscript.SignatureBytes];
        message.AsSpan(0, SignedTranscript.HeaderBytes).CopyTo(forged);
        BitConverter.TryWriteBytes(forged.AsSpan(12), payload.Length);
        payload.CopyTo(forged, SignedTranscript.HeaderBytes);
        byte[] signed = [.. System.Text.Encoding.ASCII.GetBytes($"DataSpace {terms.Protocol} message\n"), .. forged[..SignedTranscript.HeaderBytes], .. SHA256.HashData(payload)];
        (fromAsker ? AskerSigner : HolderSigner).Sign(signed).CopyTo(forged, forged.Length - SignedTranscript.SignatureBytes);
        return forged;
    }

    public static byte[] Payload(byte[] message) => message[SignedTranscript.HeaderBytes..^SignedTranscript.SignatureBytes];

    /// <summary>The holder serves several askers in a test; the end of one conversation is not the end of its key.</summary>
    private sealed record Unowned(IConversation Part) : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
