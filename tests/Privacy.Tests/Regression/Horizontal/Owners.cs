using System.Globalization;
using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Regression.Horizontal;
using DataSpace.Privacy.Tests.Aggregation;

namespace DataSpace.Privacy.Tests.Regression.Horizontal;

/// <summary>A message on its way, and what arrives in its place.</summary>
internal delegate IEnumerable<byte[]> Network(int owner, bool toOwner, int index, byte[] message);

/// <summary>One run with all parties in this process: the real state machines, with a network between them that a test may own.</summary>
internal sealed class Owners : IDisposable
{
    public static readonly string JobHash = new('a', 64);
    public static readonly Ed25519Signer AnalystSigner = Ed25519Signer.Generate();
    private static readonly Ed25519Signer[] Signers = [.. Enumerable.Range(0, 5).Select(_ => Ed25519Signer.Generate())];

    private readonly EphemeralKey[] _masks;
    private readonly int[] _messages;

    public Owners(HorizontalDesign design, IReadOnlyList<IReadOnlyList<string?[]>?> rows, int? dominance = null, Func<OwnerMeans, OwnerMeans>? change = null)
    {
        Design = design;
        var reply = X25519KeyPair.Generate();
        ReplyKey = reply.PublicKey.ToArray();
        _masks = [.. rows.Select(_ => EphemeralKey.Generate())];
        _messages = new int[rows.Count];
        RosterHash = RandomNumberGenerator.GetBytes(32);
        Analyst = new HorizontalAnalyst(design, JobHash, "did:web:lab.example", AnalystSigner, reply, [.. rows.Select((_, i) => new OwnerLeg(NameOf(i), Signers[i].PublicKey))]);
        Parts = [.. rows.Select((own, i) => Part(i, own, dominance, change))];
    }

    public HorizontalDesign Design { get; }

    public HorizontalAnalyst Analyst { get; }

    public HorizontalOwner[] Parts { get; }

    public byte[] RosterHash { get; }

    public byte[] ReplyKey { get; }

    public static string NameOf(int owner) => string.Create(CultureInfo.InvariantCulture, $"did:web:hospital{owner}.example");

    public static IAnalystConversation LegOf(HorizontalAnalyst analyst, int owner) => analyst.With(NameOf(owner));

    public static OwnerRows RowsOf(HorizontalDesign design, IEnumerable<string?[]> rows)
    {
        var builder = new OwnerRows.Builder(design);
        foreach (var row in rows)
            builder.Add(hasSubjects: true, row[0], row[1..]);
        return builder.Build();
    }

    public OwnerMeans Means(int owner, int? dominance = null) => new(
        Scenario.Grant, new HorizontalRun(JobHash, NameOf(owner), "did:web:lab.example", Design.Digest), Signers[owner], AnalystSigner.PublicKey, ReplyKey, _masks[owner],
        [.. _masks.Select(m => m.PublicKey)], owner, RosterHash, dominance);

    /// <summary>Talks until nobody has anything to say; the first refusal, or null.</summary>
    public DsError? Converse(Network? network = null)
    {
        while (true)
        {
            var moved = false;
            for (var i = 0; i < Parts.Length; i++)
            {
                if (Pass(i, network, ref moved) is { } refused)
                    return refused;
            }
            if (!moved)
                return null;
        }
    }

    public FittedModel Fit()
    {
        Assert.Null(Converse());
        return Analyst.Result().Value;
    }

    public void Dispose()
    {
        Analyst.Dispose();
        foreach (var part in Parts)
            part.Dispose();
        foreach (var mask in _masks)
            mask.Dispose();
    }

    private HorizontalOwner Part(int owner, IReadOnlyList<string?[]>? rows, int? dominance, Func<OwnerMeans, OwnerMeans>? change)
        => HorizontalOwner.Create(change is null ? Means(owner, dominance) : change(Means(owner, dominance)), Design, rows is null ? null : RowsOf(Design, rows)).Value;

    private DsError? Pass(int owner, Network? network, ref bool moved)
    {
        var (part, leg) = (Parts[owner], LegOf(Analyst, owner));
        if (!leg.Next().TryGet(out var weights, out var error))
            return error;
        foreach (var message in weights is { } said ? Carry(owner, true, said.ToArray(), network, ref moved) : [])
        {
            if (part.Receive(message).Error is { } refused)
                return refused;
        }
        if (!part.Next().TryGet(out var answer, out error))
            return error;
        foreach (var message in answer is null ? [] : Carry(owner, false, answer.Payload.ToArray(), network, ref moved))
        {
            if (leg.Receive(message).Error is { } refused)
                return refused;
        }
        return null;
    }

    private IEnumerable<byte[]> Carry(int owner, bool toOwner, byte[] message, Network? network, ref bool moved)
    {
        moved = true;
        return network is null ? [message] : network(owner, toOwner, _messages[owner]++, message);
    }
}
