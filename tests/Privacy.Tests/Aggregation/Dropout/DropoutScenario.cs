using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Tests.Aggregation.Dropout;

/// <summary>A joint statistic that may go on without some owners, all parties in this process.</summary>
internal sealed class DropoutScenario : IDisposable
{
    public DropoutScenario(ISealEngine engine, int parties, int? minimum = null, int groups = 1)
    {
        Terms = DropoutTerms.Create(parties, minimum ?? DropoutTerms.ThresholdOf(parties)).Value;
        Joint = new Scenario(engine, Scenario.NewShape(groups, parties, k: 3, rows: 1000, new MeasureShape("value", 2, -10_000, 10_000, Squares: false)));
        Keys = [.. Enumerable.Range(0, parties).Select(_ => ProviderRound.NewKey())];
        ShareKeys = [.. Keys.Select(k => k.PublicKey)];
        Owners = [.. Keys.Select((key, i) => DropoutParty.Create(Terms, Joint.Ephemeral[i], key, i, Joint.Roster, ShareKeys, Joint.RosterHash).Value)];
        Shares = [.. Owners.Select(o => o.Share())];
    }

    public DropoutTerms Terms { get; }

    public Scenario Joint { get; }

    public EphemeralKey[] Keys { get; }

    public byte[][] ShareKeys { get; }

    public DropoutParty[] Owners { get; }

    public byte[][] Shares { get; }

    /// <summary>What each owner contributed, once it has.</summary>
    public Dictionary<int, byte[]> Contributions { get; } = [];

    /// <summary>Shares reach everybody, and these owners contribute: ten rows of the value 1 + index.</summary>
    public DropoutScenario Contribute(IEnumerable<int> owners)
    {
        foreach (var owner in Owners)
            Assert.True(owner.Take(Shares).IsOk);
        foreach (var index in owners)
            Contributions[index] = ContributeAs(index).Value.Payload.ToArray();
        return this;
    }

    public Result<ProtocolMessage> ContributeAs(int index, DropoutParty? part = null)
        => ProviderRound.Contribute(
            Joint.Engine, Scenario.Grant, Joint.Shape, [.. Enumerable.Range(0, Joint.Shape.Groups).Select(_ => Cell(index))], Joint.Keys.PublicKeys, Joint.Ephemeral[index], index, Joint.Roster,
            Joint.RosterHash, Joint.Round, Joint.Keys.Digest, dropout: part ?? Owners[index]);

    public static LocalCell Cell(int index) => new(10, 10, [(10 * (Int128)(1 + index), 0)], Dominated: false);

    public List<Survivor> Among(params IEnumerable<int> indices) => [.. indices.Select(i => new Survivor(i, SHA256.HashData(Contributions[i])))];

    /// <summary>The votes of these owners over this set, as far as they agree to it.</summary>
    public List<SurvivorVote> Votes(IReadOnlyList<Survivor> set, IEnumerable<int> owners)
        => [.. owners.Select(i => (i, Owners[i].Agree(set))).Where(v => v.Item2.IsOk).Select(v => new SurvivorVote(v.i, v.Item2.Value.Digest))];

    /// <summary>Agreement among the survivors, and what each of them tells.</summary>
    public List<ToldShares> Tell(params IReadOnlyList<int> survivors)
    {
        var votes = Votes(Among(survivors), survivors);
        return [.. survivors.Select(i => new ToldShares(i, Owners[i].Tell(votes).Value.Payload))];
    }

    public Result<Unmasking> Unmask(IReadOnlyList<int> survivors, IReadOnlyList<ToldShares> told)
        => Unmasking.Create(Terms, SurvivorSet.Create(Terms, Joint.RosterHash, Among(survivors)).Value, Joint.RosterHash, Joint.Roster, Shares, told);

    public Result<AggregationResult> Decode(IReadOnlyList<int> survivors, Unmasking? unmasking)
    {
        var sent = survivors.Select(i => Contributions[i]).ToList();
        return AnalystDecoder.Decode(
            Joint.Engine, Joint.Keys, Joint.Shape, sent, ContributionAdder.SumOf(Joint.Shape, sent, sent.Count).Value, [.. sent.Select(c => (ReadOnlyMemory<byte>)SHA256.HashData(c))], Joint.RosterHash,
            Joint.Round, unmasking);
    }

    public void Dispose()
    {
        foreach (var owner in Owners)
            owner.Dispose();
    }
}
