using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Noise;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Tests.Aggregation;

/// <summary>One job with all its parties in this process: the real state machines, wired together as the hosts wire them.</summary>
internal sealed class Scenario
{
    public Scenario(ISealEngine engine, AggregationShape shape, int round = 0)
    {
        (Engine, Shape, Round) = (engine, shape, round);
        Keys = AnalystKeys.Generate(engine, shape).Value;
        Ephemeral = [.. Enumerable.Range(0, shape.Parties).Select(_ => ProviderRound.NewKey())];
        Roster = [.. Ephemeral.Select(key => key.PublicKey)];
    }

    public ISealEngine Engine { get; }

    public AggregationShape Shape { get; }

    public int Round { get; }

    public AnalystKeys Keys { get; }

    public EphemeralKey[] Ephemeral { get; }

    public byte[][] Roster { get; set; }

    public byte[] RosterHash { get; set; } = RandomNumberGenerator.GetBytes(32);

    public static GrantHandle Grant { get; } = NewGrant("use", 0, new byte[32]);

    public static AggregationShape NewShape(int groups, int parties, int k = 3, long rows = 1000, params MeasureShape[] measures)
        => AggregationShape.Create(groups, measures.Length == 0 ? [new MeasureShape("value", 2, -10_000, 10_000, Squares: true)] : measures, k, parties, rows).Value;

    /// <summary>A cell with <paramref name="rows"/> rows of the same value, one subject each.</summary>
    public static LocalCell Cell(long rows, long value = 1, long? subjects = null, bool dominated = false)
        => new(rows, subjects ?? rows, [(rows * (Int128)value, rows * (Int128)value * value)], dominated);

    public Result<ProtocolMessage> Contribute(int index, IReadOnlyList<LocalCell>? cells, NoiseShare? noise = null)
        => ProviderRound.Contribute(Engine, Grant, Shape, cells, Keys.PublicKeys, Ephemeral[index], index, Roster, RosterHash, Round, Keys.Digest, noise);

    public byte[][] ContributeAll(Func<int, IReadOnlyList<LocalCell>?> cells)
        => [.. Enumerable.Range(0, Shape.Parties).Select(index => Contribute(index, cells(index)).Value.Payload.ToArray())];

    public Result<AggregationResult> Decode(IReadOnlyList<byte[]> contributions, byte[]? sum = null, IReadOnlyList<byte[]>? signed = null)
        => AnalystDecoder.Decode(
            Engine,
            Keys,
            Shape,
            contributions,
            sum ?? ContributionAdder.Sum(Shape, contributions).Value,
            [.. (signed ?? contributions).Select(message => (ReadOnlyMemory<byte>)SHA256.HashData(message))],
            RosterHash,
            Round);

    /// <summary>Decrypted slots of one message, all ciphertexts of the first and of the second modulus in a row.</summary>
    public (ulong[] First, ulong[] Second) Open(byte[] message)
    {
        var first = Enumerable.Range(0, Shape.Layout.First.Ciphertexts).Select(i => AggregationMessage.Ciphertext(Shape, message, i).ToArray()).ToArray();
        var second = Enumerable.Range(first.Length, Shape.Layout.Second.Ciphertexts).Select(i => AggregationMessage.Ciphertext(Shape, message, i).ToArray()).ToArray();
        return (Slots(SealParameterSet.Aggregation1, Keys.FirstSecret, first), Slots(SealParameterSet.Aggregation2, Keys.SecondSecret, second));
    }

    /// <summary>A Grant is made by the ledger only; tests of this room stand in for it.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern GrantHandle NewGrant(string useId, long ledgerIndex, ReadOnlyMemory<byte> grantHash);

    private ulong[] Slots(SealParameterSet set, byte[] secret, byte[][] ciphertexts)
        => ciphertexts.Length == 0 ? [] : [.. Engine.Decrypt(set, secret, ciphertexts).Value.SelectMany(slots => slots)];
}
