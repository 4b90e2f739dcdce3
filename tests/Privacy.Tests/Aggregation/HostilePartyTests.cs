using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Aggregation;

/// <summary>A hostile coordinator, provider or analyst acts; each attempt has its own code.</summary>
public sealed class HostilePartyTests(SealFixture seal)
{
    private const int FirstCiphertext = AggregationMessage.HeaderBytes;
    private const int SomeCoefficient = FirstCiphertext + CiphertextLayout.DataOffset + 800;

    private static readonly LocalCell[] Plenty = [Scenario.Cell(10), Scenario.Cell(20)];

    [Fact]
    public void A_coordinator_that_swaps_the_analysts_keys_gets_nothing()
    {
        var scenario = NewScenario();
        using var coordinators = AnalystKeys.Generate(seal.Engine, scenario.Shape).Value;
        Assert.Equal(PrivacyErrors.AnalystKeysSwapped, ContributeUnder(scenario, coordinators.PublicKeys, scenario.Keys.Digest));

        var exchanged = scenario.Keys.PublicKeys;
        var first = exchanged.AsSpan(40, SealParameterSet.Aggregation1.PublicKey.TotalBytes).ToArray();
        exchanged.AsSpan(40 + first.Length).CopyTo(exchanged.AsSpan(40));
        first.CopyTo(exchanged, 40 + first.Length);
        Assert.Equal(PrivacyErrors.CtParameters, ContributeUnder(scenario, exchanged, SHA256.HashData(exchanged)));

        using var otherShape = AnalystKeys.Generate(seal.Engine, Scenario.NewShape(7, 3)).Value;
        Assert.Equal(PrivacyErrors.AnalystKeysOtherShape, ContributeUnder(scenario, otherShape.PublicKeys, otherShape.Digest));
        Assert.Equal(PrivacyErrors.AnalystKeysInvalid, ContributeUnder(scenario, scenario.Keys.PublicKeys[1..], scenario.Keys.Digest));
        var tag = scenario.Keys.PublicKeys;
        tag[7] ^= 1;
        Assert.Equal(PrivacyErrors.AnalystKeysInvalid, ContributeUnder(scenario, tag, SHA256.HashData(tag)));
        var transparent = scenario.Keys.PublicKeys;
        transparent.AsSpan(40 + 113 + (3 * 4096 * 8), 3 * 4096 * 8).Clear();
        Assert.Equal(PrivacyErrors.CtTransparent, ContributeUnder(scenario, transparent, SHA256.HashData(transparent)));

        Assert.True(scenario.Contribute(0, Plenty).IsOk); // refusals did not use up the mask
    }

    [Fact]
    public void A_forged_roster_is_refused()
    {
        var scenario = NewScenario();
        var honest = scenario.Roster;
        scenario.Roster = [honest[0], honest[1]];
        Assert.Equal(PrivacyErrors.RosterInvalid, scenario.Contribute(0, Plenty).Error?.Kind);
        scenario.Roster = [honest[0], honest[1], honest[1]];
        Assert.Equal(PrivacyErrors.RosterInvalid, scenario.Contribute(0, Plenty).Error?.Kind);
        scenario.Roster = [honest[0], honest[1], honest[2][1..]];
        Assert.Equal(PrivacyErrors.RosterInvalid, scenario.Contribute(0, Plenty).Error?.Kind);
        scenario.Roster = [honest[1], honest[0], honest[2]];
        Assert.Equal(PrivacyErrors.OwnKeyNotInRoster, scenario.Contribute(0, Plenty).Error?.Kind);
        scenario.Roster = honest;
        scenario.RosterHash = new byte[31];
        Assert.Equal(PrivacyErrors.RosterInvalid, scenario.Contribute(0, Plenty).Error?.Kind);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_co_provider_with_a_low_order_key_is_refused(string point)
    {
        var scenario = NewScenario();
        scenario.Roster = [scenario.Roster[0], scenario.Roster[1], Convert.FromHexString(point)];
        Assert.Equal(PrivacyErrors.WeakKey, scenario.Contribute(0, Plenty).Error?.Kind);
    }

    [Fact]
    public void No_second_value_is_masked_under_one_roster_and_round()
    {
        var scenario = NewScenario();
        Assert.True(scenario.Contribute(0, Plenty).IsOk);
        Assert.Equal(PrivacyErrors.MaskReuse, scenario.Contribute(0, Plenty).Error?.Kind);
        scenario.RosterHash = RandomNumberGenerator.GetBytes(32);
        Assert.True(scenario.Contribute(0, Plenty).IsOk);
    }

    [Fact]
    public void Another_round_or_roster_gives_other_masks()
    {
        var shape = Scenario.NewShape(2, 2);
        var scenario = new Scenario(seal.Engine, shape);
        LocalCell[] zero = [Scenario.Cell(0), Scenario.Cell(0)];
        var rows = new List<ulong[]>();
        foreach (var (hash, round) in new[] { (new byte[32], 0), (new byte[32], 1), (SHA256.HashData([1]), 0) })
        {
            var message = ProviderRound.Contribute(
                seal.Engine, Scenario.Grant, shape, zero, scenario.Keys.PublicKeys, scenario.Ephemeral[0], 0, scenario.Roster, hash, round, scenario.Keys.Digest).Value;
            rows.Add(scenario.Open(message.Payload.ToArray()).First);
        }

        // The plaintext is the same, so equal slots would mean equal masks.
        foreach (var (a, b) in new[] { (0, 1), (0, 2), (1, 2) })
            Assert.DoesNotContain(true, rows[a].Zip(rows[b], (left, right) => left == right));
    }

    [Fact]
    public void A_dropped_doubled_foreign_or_altered_contribution_has_its_own_code()
    {
        var scenario = NewScenario();
        var honest = scenario.ContributeAll(_ => Plenty);
        var sum = ContributionAdder.Sum(scenario.Shape, honest).Value;
        Assert.True(scenario.Decode(honest, sum).IsOk);

        Assert.Equal(PrivacyErrors.ContributionMissing, scenario.Decode(honest[..2], sum).Error?.Kind);
        Assert.Equal(PrivacyErrors.ContributionDuplicate, scenario.Decode([honest[0], honest[1], honest[1]], sum).Error?.Kind);
        Assert.Equal(PrivacyErrors.ContributionDuplicate, scenario.Decode([.. honest, honest[1]], sum).Error?.Kind);
        Assert.Equal(PrivacyErrors.MessageIndex, scenario.Decode([honest[1], honest[0], honest[2]], sum).Error?.Kind);

        var renamed = honest[1].ToArray();
        renamed[6] = 2; // provider 1's message under provider 2's name
        Assert.Equal(PrivacyErrors.ContributionDuplicate, scenario.Decode([honest[0], honest[1], renamed], sum).Error?.Kind);

        var altered = honest[1].ToArray();
        altered[SomeCoefficient] ^= 1;
        byte[][] withAltered = [honest[0], altered, honest[2]];
        Assert.Equal(PrivacyErrors.ContributionAltered, scenario.Decode(withAltered, sum, signed: honest).Error?.Kind);

        var otherRound = honest[1].ToArray();
        otherRound[8] = 1;
        Assert.Equal(PrivacyErrors.MessageRoster, scenario.Decode([honest[0], otherRound, honest[2]], sum).Error?.Kind);
        scenario.RosterHash = new byte[32];
        Assert.Equal(PrivacyErrors.MessageRoster, scenario.Decode(honest, sum).Error?.Kind);
    }

    [Fact]
    public void A_wrong_sum_of_the_coordinator_is_refused()
    {
        var scenario = NewScenario();
        var honest = scenario.ContributeAll(_ => Plenty);
        var sum = ContributionAdder.Sum(scenario.Shape, honest).Value;
        foreach (var at in new[] { 0, 7, 20, FirstCiphertext, SomeCoefficient, sum.Length - 1 })
        {
            var wrong = sum.ToArray();
            wrong[at] ^= 1;
            Assert.Equal(PrivacyErrors.SumMismatch, scenario.Decode(honest, wrong).Error?.Kind);
        }

        Assert.Equal(PrivacyErrors.SumMismatch, scenario.Decode(honest, []).Error?.Kind);
        Assert.Equal(PrivacyErrors.SumMismatch, scenario.Decode(honest, honest[0]).Error?.Kind);
    }

    [Fact]
    public void A_provider_on_another_roster_breaks_the_check_slots()
    {
        var scenario = NewScenario();
        var honest = scenario.ContributeAll(_ => Plenty);
        // Provider 2 was shown another key for provider 0 (two rosters), but claims the common roster hash.
        using var phantom = EphemeralKey.Generate();
        var deceived = ProviderRound.Contribute(
            seal.Engine, Scenario.Grant, scenario.Shape, Plenty, scenario.Keys.PublicKeys,
            EphemeralKey.Import(scenario.Ephemeral[2].ExportPrivate())!, 2, [phantom.PublicKey, scenario.Roster[1], scenario.Roster[2]],
            scenario.RosterHash, 0, scenario.Keys.Digest).Value.Payload.ToArray();
        Assert.Equal(PrivacyErrors.CheckSlotMismatch, scenario.Decode([honest[0], honest[1], deceived]).Error?.Kind);
    }

    [Fact]
    public void A_provider_that_signs_a_scaled_contribution_breaks_the_check_slots()
    {
        var scenario = NewScenario();
        var messages = scenario.ContributeAll(_ => Plenty);
        var first = messages[2].AsSpan(FirstCiphertext, SealParameterSet.Aggregation1.Ciphertext.TotalBytes);
        CiphertextSum.AddInPlace(SealParameterSet.Aggregation1, first, first.ToArray());
        Assert.Equal(PrivacyErrors.CheckSlotMismatch, scenario.Decode(messages).Error?.Kind);
    }

    [Fact]
    public void Values_beyond_the_contract_that_a_provider_smuggled_in_are_not_released()
    {
        var scenario = NewScenario();
        var messages = scenario.ContributeAll(_ => Plenty);
        // A valid encryption of a large count in the first cell, added to an otherwise honest message.
        var extra = new ulong[4096];
        extra[scenario.Shape.Layout.First.SlotOf(scenario.Shape.Layout.Count(0))] = 1_000_000;
        var ciphertext = seal.Engine.Encrypt(SealParameterSet.Aggregation1, Key(scenario), [extra]).Value[0];
        CiphertextSum.AddInPlace(SealParameterSet.Aggregation1, messages[0].AsSpan(FirstCiphertext, ciphertext.Length), ciphertext);
        Assert.Equal(PrivacyErrors.ResultOutOfBounds, scenario.Decode(messages).Error?.Kind);

        static byte[] Key(Scenario scenario) => scenario.Keys.PublicKeys.AsSpan(40, SealParameterSet.Aggregation1.PublicKey.TotalBytes).ToArray();
    }

    [Fact]
    public void Every_header_field_of_a_contribution_is_checked()
    {
        var scenario = NewScenario();
        var good = scenario.Contribute(1, Plenty).Value.Payload.ToArray();
        (int At, byte Value, ErrorKind Kind)[] cases =
        [
            (0, 0, PrivacyErrors.MessageHeader),
            (4, 2, PrivacyErrors.MessageHeader),
            (5, 2, PrivacyErrors.MessageKind),
            (6, 3, PrivacyErrors.MessageIndex),
            (7, 1, PrivacyErrors.MessageIndex),
            (11, 0x80, PrivacyErrors.MessageHeader),
            (44, (byte)(good[44] ^ 1), PrivacyErrors.MessageShape),
            (75, (byte)(good[75] ^ 1), PrivacyErrors.MessageShape),
            (76, 2, PrivacyErrors.MessageShape),
            (79, 1, PrivacyErrors.MessageShape),
            (FirstCiphertext + 5, 1, PrivacyErrors.CtCompressed),
        ];
        foreach (var (at, value, kind) in cases)
        {
            var bad = good.ToArray();
            bad[at] = value;
            Assert.Equal(kind, ContributionAdder.Check(scenario.Shape, bad).Error?.Kind);
        }

        Assert.Equal(PrivacyErrors.MessageLength, ContributionAdder.Check(scenario.Shape, good[..^1]).Error?.Kind);
        Assert.Equal(PrivacyErrors.MessageLength, ContributionAdder.Check(scenario.Shape, [.. good, 0]).Error?.Kind);
        Assert.Equal(PrivacyErrors.MessageLength, ContributionAdder.Check(scenario.Shape, []).Error?.Kind);
        Assert.True(ContributionAdder.Check(scenario.Shape, good, scenario.RosterHash, 0, 1).IsOk);
        Assert.Equal(PrivacyErrors.MessageIndex, ContributionAdder.Check(scenario.Shape, good, scenario.RosterHash, 0, 0).Error?.Kind);
        Assert.Equal(PrivacyErrors.MessageRoster, ContributionAdder.Check(scenario.Shape, good, new byte[32], 0, 1).Error?.Kind);
        Assert.Equal(PrivacyErrors.MessageRoster, ContributionAdder.Check(scenario.Shape, good, scenario.RosterHash, 1, 1).Error?.Kind);
    }

    [Fact]
    public void Cells_that_do_not_fit_the_shape_are_a_local_error()
    {
        var scenario = NewScenario();
        Assert.Equal(PrivacyErrors.CellsMismatch, scenario.Contribute(0, [Scenario.Cell(5)]).Error?.Kind);
        Assert.Equal(PrivacyErrors.CellsMismatch, scenario.Contribute(0, [Scenario.Cell(5), new LocalCell(5, 5, [], false)]).Error?.Kind);
    }

    [Fact]
    public void Error_codes_are_unique_and_complete()
    {
        var kinds = typeof(PrivacyErrors).GetFields().Select(field => (ErrorKind)field.GetValue(null)!).ToArray();
        Assert.Equal(kinds.Length, kinds.Select(kind => kind.Code).Distinct().Count());
        Assert.All(kinds, kind => Assert.Matches("^DS-PRV-[0-9]{3}$", kind.Code));
        Assert.All(kinds, kind => Assert.All(new[] { kind.Title, kind.TitleZh, kind.Advice, kind.AdviceZh }, text => Assert.NotEmpty(text)));
    }

    private static ErrorKind? ContributeUnder(Scenario scenario, byte[] keys, ReadOnlyMemory<byte> digest)
        => ProviderRound.Contribute(
            scenario.Engine, Scenario.Grant, scenario.Shape, Plenty, keys, scenario.Ephemeral[0], 0, scenario.Roster, scenario.RosterHash, 0, digest).Error?.Kind;

    private Scenario NewScenario() => new(seal.Engine, Scenario.NewShape(2, 3));
}
