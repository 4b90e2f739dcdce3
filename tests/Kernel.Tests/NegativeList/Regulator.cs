using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Kernel.Tests.NegativeList;

/// <summary>A regulator for tests: root keys and online key from fixed seeds, so that vectors can be made again. Never use these keys for anything else.</summary>
internal sealed class Regulator
{
    public const string Did = "did:web:regulator.example";

    public static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    public Ed25519Signer Root1 { get; } = Key(1);

    public Ed25519Signer Root2 { get; } = Key(2);

    public Ed25519Signer Root3 { get; } = Key(3);

    public Ed25519Signer Stranger { get; } = Key(9);

    public Ed25519Signer Online { get; } = Key(4);

    public DateTimeOffset Now { get; set; } = Start + TimeSpan.FromHours(1);

    public RegulatorPin Pin => RegulatorPin.Create(Did, "Test regulator", [RegulatorPin.Spell(Root1.PublicKey), RegulatorPin.Spell(Root2.PublicKey), RegulatorPin.Spell(Root3.PublicKey)]).Value;

    public static Ed25519Signer Key(byte fill) => new(Enumerable.Repeat(fill, 32).ToArray());

    public static Rule Rule(string id, RuleMatch match, RuleRoute route = RuleRoute.Prohibited)
        => new(id, "Test basis 1", "Title " + id, "标题 " + id, match, route);

    public RuleSet Set(int version, params Rule[] rules)
        => new(Did, version, Start, Start, Start + TimeSpan.FromDays(30), RuleSetMode.Negative,
            new StampKey(RegulatorPin.Spell(Online.PublicKey), Online.PublicKey.KeyId, Start + TimeSpan.FromDays(10)), rules);

    public StandingOrders Orders(long sequence = 0, IReadOnlyList<Freeze>? freezes = null, IReadOnlyList<Clearance>? clearances = null)
        => new(Did, sequence, Start, freezes ?? [], clearances ?? []);

    /// <summary>A sound bundle, stamped now, unless told otherwise.</summary>
    public RegulationBundle Bundle(RuleSet set, StandingOrders? orders = null, DateTimeOffset? stampedAt = null, ISigner[]? roots = null, ISigner? online = null)
    {
        var document = RuleSetReader.Of(set).Value;
        var signedOrders = RegulationSignatures.Sign(orders ?? Orders(), online ?? Online).Value;
        var stamp = Stamp(document, signedOrders, orders?.Sequence ?? 0, stampedAt ?? Now, online);
        return new RegulationBundle(document.Json, [.. (roots ?? [Root1, Root2]).Select(r => RegulationSignatures.Approve(document, r))], signedOrders, stamp);
    }

    public string Stamp(RuleSetDocument document, string signedOrders, long sequence, DateTimeOffset time, ISigner? online = null)
        => RegulationSignatures.Sign(
            new Stamp(document.Content.Regulator, document.Content.Version, document.Hash, sequence, RegulationSignatures.HashOf(Jws.Parse(signedOrders, int.MaxValue).Value), time),
            online ?? Online);

    public RegulationState Accepted(RuleSet set, StandingOrders? orders = null) => RegulationState.Accept(Pin, null, Bundle(set, orders), Now).Value;

    /// <summary>A use about which everything is known and harmless.</summary>
    public RegulationRequest Use() => new()
    {
        Stage = RegulationStage.Use,
        DatasetId = "sales-2025",
        Provider = "did:web:provider.example",
        Consumer = "did:web:consumer.example",
        ContractId = "contract-1",
        Now = Now,
        Industries = ["C3670"],
        Scenarios = ["U0100"],
        Purposes = ["supply-chain-planning"],
        GradeRank = 2,
        Columns = [new RegulatedColumn("part_no", []), new RegulatedColumn("quantity", [])],
        DestinationRegion = "CN-310115",
        RecordsThisYear = 100,
        SubjectsThisYear = 0,
    };
}
