using System.Security.Cryptography;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Aggregation.Dropout;

/// <summary>A coordinator that lies about who is gone, alone or together with the analyst, gets nothing.</summary>
public sealed class HostileDropoutTests(SealFixture seal)
{
    private static readonly int[] All = [0, 1, 2, 3, 4];
    private static readonly int[] Four = [0, 1, 2, 3];

    [Fact]
    public void An_owner_that_contributed_and_is_said_to_be_gone_stays_masked()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 5, groups: 600).Contribute(All);
        var told = scenario.Tell(Four); // the fifth one's mask key is told, and the attacker has what it sent and the analyst's key
        using var unmasking = scenario.Unmask(Four, told).Value;
        var key = EphemeralKey.Import(ByteShares.Combine([.. told.Select(t => (t.Index, DropoutMessages.Share(t.Message.ToArray(), 4).ToArray()))]))!;
        Assert.Equal(scenario.Joint.Roster[4], key.PublicKey);
        var row = scenario.Joint.Open(scenario.Contributions[4]).First;
        var (slots, context) = (scenario.Joint.Shape.Layout.First, MaskContext.Create(scenario.Joint.Shape, scenario.Joint.Roster, scenario.Joint.RosterHash, 0).Value);
        var mask = new ulong[row.Length];
        foreach (var peer in Four)
        {
            PairwiseMasks.WriteShared(key.Agree(scenario.Joint.Roster[peer]).Value, context, 4, peer, slots.Modulus, mask);
            PairwiseMasks.Add(row, mask, slots.Modulus); // it stands last and had subtracted them
        }

        // Every mask that it shared is off, and what is left is uniform: check slots of 1 and padding of 0 as much as figures.
        Assert.DoesNotContain(1UL, Enumerable.Range(0, slots.Ciphertexts).Select(i => row[i * slots.Set.Degree]));
        Statistics.AssertUniform(Statistics.Bins(row, slots.Modulus));
    }

    [Fact]
    public void A_second_set_of_survivors_is_never_agreed_to()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 5).Contribute(All);
        var first = scenario.Owners[0].Agree(scenario.Among(Four)).Value;
        Assert.Equal(DropoutErrors.SecondSurvivors, scenario.Owners[0].Agree(scenario.Among(0, 1, 2, 4)).Error?.Kind);
        Assert.Equal(DropoutErrors.SecondSurvivors, scenario.Owners[0].Agree(scenario.Among(All)).Error?.Kind);
        var altered = scenario.Among(Four);
        altered[1] = altered[1] with { ContributionDigest = new byte[32] };
        Assert.Equal(DropoutErrors.SecondSurvivors, scenario.Owners[0].Agree(altered).Error?.Kind);
        Assert.Equal(first.Digest.ToArray(), scenario.Owners[0].Agree(scenario.Among(Four)).Value.Digest.ToArray());
    }

    [Fact]
    public void Both_shares_of_one_owner_are_never_told()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 5).Contribute(All);
        var four = scenario.Votes(scenario.Among(Four), Four);
        var told = scenario.Owners[0].Tell(four).Value.Payload.ToArray();
        // Votes over all five as a coordinator and two owners could have them, and more of the same: the owner that agreed to four tells what it told.
        var five = SurvivorSet.Create(scenario.Terms, scenario.Joint.RosterHash, scenario.Among(All)).Value.Digest;
        Assert.Equal(DropoutErrors.TooFewSignatures, scenario.Owners[0].Tell([.. All.Select(i => new SurvivorVote(i, five))]).Error?.Kind);
        Assert.False(scenario.Owners[0].Agree(scenario.Among(All)).IsOk);
        Assert.Equal(told, scenario.Owners[0].Tell([.. four, .. All.Select(i => new SurvivorVote(i, five))]).Value.Payload.ToArray());
    }

    [Fact]
    public void A_coordinator_that_shows_two_sets_gathers_enough_signatures_for_neither()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 5).Contribute(All);
        var (one, other) = (scenario.Among(Four), scenario.Among(0, 1, 2, 4));
        List<SurvivorVote> votes = [.. scenario.Votes(one, [0, 3]), .. scenario.Votes(other, [1, 2, 4])];
        Assert.Equal(5, votes.Count);
        foreach (var owner in scenario.Owners)
            Assert.Equal(DropoutErrors.TooFewSignatures, owner.Tell(votes).Error?.Kind);
    }

    [Fact]
    public void Nothing_is_told_on_too_few_votes_however_they_are_counted()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 5).Contribute(All);
        Assert.Equal(DropoutErrors.OutOfOrder, scenario.Owners[0].Tell([]).Error?.Kind);
        var votes = scenario.Votes(scenario.Among(Four), Four);
        Assert.Equal(DropoutErrors.TooFewSignatures, scenario.Owners[0].Tell(votes[..3]).Error?.Kind);
        Assert.Equal(DropoutErrors.TooFewSignatures, scenario.Owners[0].Tell([.. votes[..3], votes[0]]).Error?.Kind); // one owner twice
        Assert.Equal(DropoutErrors.TooFewSignatures, scenario.Owners[0].Tell([.. votes[..3], votes[0] with { Index = 4 }]).Error?.Kind); // one that is gone
        Assert.Equal(DropoutErrors.TooFewSignatures, scenario.Owners[0].Tell([.. votes[..3], votes[3] with { SetDigest = new byte[32] }]).Error?.Kind);
        Assert.True(scenario.Owners[0].Tell(votes).IsOk);
    }

    [Fact]
    public void Fewer_survivors_than_the_plan_says_are_refused_and_so_is_a_set_without_the_owner_that_is_asked()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 7, minimum: 6).Contribute([0, 1, 2, 3, 4, 5, 6]);
        Assert.Equal(DropoutErrors.SurvivorsInvalid, scenario.Owners[0].Agree(scenario.Among(0, 1, 2, 3, 4)).Error?.Kind); // enough for the threshold, too few for the plan
        Assert.Equal(DropoutErrors.SurvivorsInvalid, scenario.Owners[6].Agree(scenario.Among(0, 1, 2, 3, 4, 5)).Error?.Kind);
        Assert.Equal(DropoutErrors.SurvivorsInvalid, scenario.Owners[0].Agree(scenario.Among(0, 1, 2, 3, 4, 4)).Error?.Kind);
        Assert.Equal(DropoutErrors.SurvivorsInvalid, scenario.Owners[0].Agree(scenario.Among(1, 0, 2, 3, 4, 5)).Error?.Kind);
        var another = scenario.Among(0, 1, 2, 3, 4, 5);
        another[0] = another[0] with { ContributionDigest = SHA256.HashData([1]) };
        Assert.Equal(DropoutErrors.SurvivorsInvalid, scenario.Owners[0].Agree(another).Error?.Kind); // not what it contributed
        Assert.True(scenario.Owners[0].Agree(scenario.Among(0, 1, 2, 3, 4, 5)).IsOk);
    }

    [Fact]
    public void Shares_of_another_job_or_altered_on_their_way_are_refused()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 5);
        // The same owners with the same keys in another job: its shares are sealed under another roster hash.
        using var replayed = DropoutParty.Create(
            scenario.Terms, scenario.Joint.Ephemeral[1], scenario.Keys[1], 1, scenario.Joint.Roster, scenario.ShareKeys, RandomNumberGenerator.GetBytes(32)).Value;
        Assert.Equal(DropoutErrors.SharesInvalid, With(replayed.Share()));
        var relabelled = replayed.Share();
        scenario.Shares[1].AsSpan(0, DropoutMessages.HeaderBytes).CopyTo(relabelled);
        Assert.Equal(DropoutErrors.ShareSealed, With(relabelled));
        var swapped = scenario.Shares[1].ToArray();
        DropoutMessages.Box(scenario.Shares[1], 2).CopyTo(DropoutMessages.Box(swapped, 0));
        Assert.Equal(DropoutErrors.ShareSealed, With(swapped));
        var flipped = scenario.Shares[1].ToArray();
        flipped[DropoutMessages.HeaderBytes + 5] ^= 1;
        Assert.Equal(DropoutErrors.ShareSealed, With(flipped));
        Assert.Equal(DropoutErrors.SharesInvalid, With(scenario.Shares[2])); // another owner's
        Assert.Equal(DropoutErrors.SharesInvalid, With(scenario.Shares[1][..^1]));
        Assert.Null(With(scenario.Shares[1]));

        Kernel.Results.ErrorKind? With(byte[] second) => scenario.Owners[0].Take([scenario.Shares[0], second, .. scenario.Shares[2..]]).Error?.Kind;
    }

    [Fact]
    public void There_is_no_contribution_before_all_shares_and_no_second_one()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 5);
        Assert.Equal(DropoutErrors.OutOfOrder, scenario.Owners[0].Agree([]).Error?.Kind);
        Assert.Equal(DropoutErrors.OutOfOrder, scenario.ContributeAs(0).Error?.Kind);
        Assert.True(scenario.Owners[1].Take(scenario.Shares).IsOk);
        Assert.True(scenario.Owners[1].Take(scenario.Shares).IsOk); // a delivery that was repeated
        Assert.Equal(DropoutErrors.OutOfOrder, scenario.Owners[1].Take([.. scenario.Shares[..4], scenario.Shares[3]]).Error?.Kind);
        Assert.True(scenario.ContributeAs(1).IsOk);
        Assert.Equal(PrivacyErrors.MaskReuse, scenario.ContributeAs(1).Error?.Kind);
    }

    [Fact]
    public void An_owner_that_tells_a_wrong_share_or_over_another_set_makes_the_job_fail_and_no_figure_wrong()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 5).Contribute(All);
        var told = scenario.Tell(Four);
        foreach (var (of, what) in (ReadOnlySpan<(int, string)>)[(2, "seed"), (4, "mask key")])
        {
            var wrong = told[1].Message.ToArray();
            DropoutMessages.Share(wrong, of)[7] ^= 1;
            var refused = scenario.Unmask(Four, [told[0], told[1] with { Message = wrong }, .. told[2..]]).Error!;
            Assert.Equal((DropoutErrors.UnmaskingFailed, $"{what} of owner {of}"), (refused.Kind, refused.Detail));
        }

        Assert.Equal(DropoutErrors.UnmaskingFailed, scenario.Unmask(All, told).Error?.Kind);
        Assert.Equal(DropoutErrors.UnmaskingFailed, scenario.Unmask(Four, [told[0], told[1] with { Index = 2 }, .. told[2..]]).Error?.Kind);
        Assert.Equal(DropoutErrors.UnmaskingFailed, scenario.Unmask(Four, [told[0], told[0], .. told[2..]]).Error?.Kind);
        using var unmasking = scenario.Unmask(Four, told).Value;
        // What is unmasked for four is no result for other four, whose contributions are all here.
        Assert.False(scenario.Decode([0, 1, 2, 4], unmasking).IsOk);
    }

    /// <summary>A coordinator or an owner that puts keys into the roster: secrets would be sealed under what everybody knows, or masks cancel that should not.</summary>
    [Fact]
    public void Keys_of_low_order_repeated_ones_and_another_owners_place_are_refused()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 5);
        Kernel.Results.ErrorKind? Create(IReadOnlyList<byte[]> maskKeys, IReadOnlyList<byte[]> shareKeys, int own = 0)
        {
            var made = DropoutParty.Create(scenario.Terms, scenario.Joint.Ephemeral[0], EphemeralKey.Import(scenario.Keys[0].ExportPrivate())!, own, maskKeys, shareKeys, scenario.Joint.RosterHash);
            if (made.TryGet(out var party, out var error))
                party.Dispose();
            return error?.Kind;
        }
        static byte[][] With(IReadOnlyList<byte[]> keys, int at, byte[] key) => [.. keys.Select((k, i) => i == at ? key : k)];
        var (masks, shares) = (scenario.Joint.Roster, scenario.ShareKeys);
        Assert.Null(Create(masks, shares));
        foreach (var weak in (byte[][])[new byte[32], [1, .. new byte[31]], Convert.FromHexString("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")])
            Assert.Same(PrivacyErrors.WeakKey, Create(masks, With(shares, 3, weak)));
        Assert.Same(PrivacyErrors.RosterInvalid, Create(masks, With(shares, 3, shares[2])));
        Assert.Same(PrivacyErrors.RosterInvalid, Create(With(masks, 3, shares[3]), shares));
        Assert.Same(PrivacyErrors.RosterInvalid, Create(masks, With(shares, 3, shares[3][..31])));
        Assert.Same(PrivacyErrors.RosterInvalid, Create([.. masks.Take(4)], [.. shares.Take(4)]));
        Assert.Same(PrivacyErrors.OwnKeyNotInRoster, Create(masks, shares, own: 1));
        Assert.Same(PrivacyErrors.OwnKeyNotInRoster, Create(masks, With(shares, 0, ProviderRound.NewKey().PublicKey)));
    }

    [Fact]
    public void What_is_disposed_tells_nothing()
    {
        using var scenario = new DropoutScenario(seal.Engine, parties: 5).Contribute(All);
        var votes = scenario.Votes(scenario.Among(Four), Four);
        scenario.Owners[0].Dispose();
        Assert.Equal(DropoutErrors.OutOfOrder, scenario.Owners[0].Tell(votes).Error?.Kind);
        Assert.Equal(DropoutErrors.OutOfOrder, scenario.Owners[0].Agree(scenario.Among(Four)).Error?.Kind);
    }
}
