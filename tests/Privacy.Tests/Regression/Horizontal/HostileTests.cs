using System.Buffers.Binary;
using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Regression.Horizontal;

namespace DataSpace.Privacy.Tests.Regression.Horizontal;

/// <summary>A coordinator, an analyst or an owner that does not keep to the protocol.</summary>
public sealed class HostileTests
{
    private static readonly List<string?[]> Good = People.Rows(HorizontalModel.Logistic, 300, 1);

    [Fact]
    public void An_owner_that_is_missing_in_any_round_leaves_nothing_opened()
    {
        // Messages of owner 1: its hello, then weights to it and sums from it in each round.
        for (var lost = 0; lost < 1 + (2 * 3); lost++)
        {
            using var run = New(rounds: 3);
            Assert.Null(run.Converse((owner, _, index, message) => owner == 1 && index == lost ? [] : [message]));
            Assert.Same(HorizontalErrors.Incomplete, run.Analyst.Result().Error!.Kind);
            Assert.Equal(lost == 6, run.Parts[1].IsComplete); // it cannot know that its last words were lost
            // Nobody is asked for the next round while one is missing.
            Assert.Equal(Math.Max(0, (lost - 1) / 2), run.Analyst.RoundsTaken);
            Assert.InRange(run.Parts[0].Round, run.Analyst.RoundsTaken, run.Analyst.RoundsTaken + 1);
        }
    }

    [Theory]
    [InlineData("repeat")]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("long")]
    [InlineData("other round")]
    [InlineData("other owner")]
    [InlineData("other job")]
    public void A_message_that_is_not_the_one_that_is_due_ends_the_run(string attack)
    {
        using var elsewhere = New(rounds: 3, change: means => attack == "other job" ? means with { Run = means.Run with { JobHash = new string('b', 64) } } : means);
        for (var at = 0; at < 1 + (2 * 3); at++)
        {
            using var run = New(rounds: 3);
            var (earlier, others) = (new List<byte[]>(), new Dictionary<int, byte[]>());
            var refused = run.Converse((owner, toOwner, index, message) =>
            {
                if (owner == 0)
                    others[index] = message;
                if (owner != 1)
                    return [message];
                earlier.Add(message);
                if (index != at)
                    return [message];
                return attack switch
                {
                    "repeat" => [message, message],
                    "flip" => Flips(message),
                    "cut" => [message[..^1]],
                    "long" => [[.. message, 0]],
                    "other round" => [index >= 2 ? earlier[index - 2] : New(rounds: 3).Parts[1].Next().Value!.Payload.ToArray()],
                    "other owner" => [others[index]],
                    _ => [elsewhere.Parts[1].Next().TryGet(out var foreign, out _) && foreign is not null ? foreign.Payload.ToArray() : message[..^1]],
                };
            });
            Assert.NotNull(refused);
            Assert.False(run.Analyst.Result().IsOk);
        }
    }

    [Fact]
    public void Keys_put_in_place_by_the_coordinator_open_nothing()
    {
        using var own = EphemeralKey.Generate();
        // Another roster for one owner: the analyst sees two hashes before any weights are said.
        using var roster = New(change: means => means.OwnIndex == 0 ? means with { RosterHash = RandomNumberGenerator.GetBytes(32) } : means);
        Assert.Same(HorizontalErrors.RostersDiffer, roster.Converse()!.Kind);
        Assert.All(roster.Parts, p => Assert.Equal(0, p.Round));
        // The same hash, another key of a peer (the host's roster hash would show it): masks do not cancel, and nothing is told.
        using var masks = New(change: means => means.OwnIndex == 0 ? means with { MaskKeys = [means.MaskKeys[0], own.PublicKey] } : means);
        Assert.Null(masks.Converse());
        Assert.Same(HorizontalErrors.Withheld, masks.Analyst.Result().Error!.Kind); // the refusal slot is not zero
        // Another key for the analyst's reply: it cannot open the sums.
        using var reply = New(change: means => means with { ReplyKey = X25519KeyPair.Generate().PublicKey.ToArray() });
        Assert.Same(HorizontalErrors.SumsUnreadable, reply.Converse()!.Kind);
        // Another signer.
        using var signer = New(change: means => means with { Own = Ed25519Signer.Generate() });
        Assert.Same(ConversationErrors.SignatureInvalid, signer.Converse()!.Kind);
        Assert.All((byte[][])[new byte[32], [1, .. new byte[31]]], weak => Assert.Same(PrivacyErrors.WeakKey, Create(means => means with { MaskKeys = [means.MaskKeys[0], weak] }).Error!.Kind));
        Assert.Same(PrivacyErrors.RosterInvalid, Create(means => means with { MaskKeys = [means.MaskKeys[0], means.MaskKeys[0]] }).Error!.Kind);
        Assert.Same(PrivacyErrors.OwnKeyNotInRoster, Create(means => means with { MaskKeys = [means.MaskKeys[1], means.MaskKeys[0]] }).Error!.Kind);
        Assert.Same(PrivacyErrors.RosterInvalid, Create(means => means with { MaskKeys = [.. means.MaskKeys, own.PublicKey] }).Error!.Kind);
    }

    [Fact]
    public void No_two_values_are_masked_under_one_mask()
    {
        using var run = New();
        var means = run.Means(0);
        using var first = HorizontalOwner.Create(means, run.Design, Owners.RowsOf(run.Design, Good)).Value;
        using var second = HorizontalOwner.Create(means, run.Design, Owners.RowsOf(run.Design, Good)).Value;
        Assert.True(Ask(run, means, first, new double[5]).IsOk);
        Assert.Same(PrivacyErrors.MaskReuse, Ask(run, means, second, new double[5]).Error!.Kind);
    }

    [Theory]
    [InlineData(1, "DS-PRV-271", double.NaN, 0, 0, 0, 0)]
    [InlineData(3, "DS-PRV-271", 0, double.PositiveInfinity, 0, 0, 0)]
    [InlineData(1, "DS-PRV-272", 0.1, 0, 0, 0, 0)] // the first round is at 0
    [InlineData(2, "DS-PRV-272", 0.1, 0, 0, 0, 0.1)] // the second at the constant alone
    [InlineData(3, "DS-PRV-272", -500, 1000, 0, 0, 0)] // a weight that leaves one age alone
    [InlineData(3, "DS-PRV-272", 0, 16, 16, 0, 0)] // 32 at the corner of the bounds
    [InlineData(3, "DS-PRV-272", 0, 0, 0, 31, 0)]
    [InlineData(3, null, 0, 15, 14, 0, -1)]
    [InlineData(3, null, 0, 0, 0, 29, -29)] // nobody is in both
    public void Weights_that_no_data_could_bring_about_end_the_run(int round, string? code, double constant, double age, double dose, double north, double south)
    {
        double[] weights = [constant, age, dose, north, south];
        using var run = New();
        var means = run.Means(0);
        using var owner = HorizontalOwner.Create(means, run.Design, Owners.RowsOf(run.Design, Good)).Value;
        var rounds = Enumerable.Range(1, round).Select(r => r == round ? weights : new double[5]).ToArray();
        var asked = Ask(run, means, owner, rounds);
        Assert.Equal(code, asked.Error?.Code);
        if (code is null)
            return;
        Assert.Same(HorizontalErrors.Closed, owner.Next().Error!.Kind);
        Assert.False(owner.IsComplete);
    }

    [Fact]
    public void Weights_that_single_out_a_few_subjects_are_answered_with_noise()
    {
        // One person of 100, all others between 20 and 40: within the bounds, weights that make everybody else's row weigh nothing.
        var rows = Enumerable.Range(0, 400).Select(i => (string?[])[$"s{i}", i % 2 == 0 ? "1" : "0", i == 7 ? "100" : $"{20 + (i % 21)}", "0", "east"]).ToList();
        using var run = new Owners(People.Design(HorizontalModel.Logistic, minimum: 10), [rows, rows]);
        var means = run.Means(0);
        using var owner = HorizontalOwner.Create(means, run.Design, Owners.RowsOf(run.Design, rows)).Value;
        Assert.Null(owner.WithheldBecause);
        double[] alone = [-14.5, 14.5, 0, 0, 0]; // 0 at age 100, −20 at 30
        Assert.True(Ask(run, means, owner, new double[5], new double[5], alone).IsOk);
        Assert.Contains("outweigh", owner.WithheldBecause, StringComparison.Ordinal);
        // Once withheld, withheld to the end: the next round would be innocent.
        Assert.Equal(3, owner.Round);
    }

    [Fact]
    public void What_the_rules_withhold_nobody_can_tell_the_owner_of()
    {
        var design = People.Design(HorizontalModel.Logistic, minimum: 5);
        string? Reason(IEnumerable<string?[]> rows, int? dominance = null) => OwnerRules.Problem(Owners.RowsOf(design, rows), dominance);
        List<string?[]> fair = [.. Enumerable.Range(0, 400).Select(i => (string?[])[$"s{i}", i % 2 == 0 ? "1" : "0", "30", "1", (i / 2 % 3) switch { 0 => "north", 1 => "south", _ => "east" }])];
        Assert.Null(Reason(fair));
        Assert.Null(Reason(fair, 5));
        Assert.NotNull(Reason(fair.Take(49))); // ten subjects for each of five weights
        Assert.NotNull(Reason(fair.Select(r => (string?[])["one", .. r[1..]])));
        Assert.NotNull(Reason(fair.Select((r, i) => i < 4 ? [.. r[..4], "north"] : (string?[])[.. r[..4], "south"]))); // four in the north
        Assert.NotNull(Reason(fair.Select((r, i) => i < 4 ? [.. r[..4], "elsewhere"] : (string?[])[.. r[..4], i % 4 < 2 ? "north" : "south"]))); // four outside the list
        Assert.NotNull(Reason(fair.Select((r, i) => (string?[])[r[0], r[4] == "north" && i > 20 ? "1" : r[1], .. r[2..]]))); // of the north nearly all ill: four that are not
        Assert.Null(Reason(fair.Select(r => (string?[])[r[0], r[4] == "north" ? "1" : r[1], .. r[2..]]))); // all of them: no small number
        Assert.NotNull(Reason(fair.SelectMany((r, i) => Enumerable.Repeat(r, i == 0 ? 300 : 1)), 50)); // one with 300 rows
        Assert.Null(Reason(fair.SelectMany((r, i) => Enumerable.Repeat(r, i == 0 ? 300 : 1))));
        double[] equal = [1, 1, 1, 1, 1];
        Assert.Null(OwnerRules.Problem(equal, 5, null));
        Assert.NotNull(OwnerRules.Problem([1, 1, 1, 1, 1e-9], 5, null));
        Assert.NotNull(OwnerRules.Problem(equal, 5, 19));
        Assert.NotNull(OwnerRules.Problem([0, 0, 0, 0, 0], 5, null));
        Assert.NotNull(OwnerRules.Problem([double.NaN, 1, 1, 1, 1, 1], 5, null));
    }

    [Fact]
    public void No_sum_can_reach_the_end_of_the_ring_nor_a_term_the_end_of_a_double()
    {
        foreach (var model in Enum.GetValues<HorizontalModel>())
        {
            var label = model == HorizontalModel.Poisson ? new BoundedColumn("n", 0, 0, 1_000_000) : People.Label(model);
            var design = HorizontalDesign.Create(model, label, [People.Age], true, 0, model == HorizontalModel.Linear ? 1 : 8, HorizontalDesign.MostOwners, 2, HorizontalDesign.MostRows).Value;
            Assert.True(Math.ScaleB(design.LargestTerm(), design.FractionBits) <= Math.ScaleB(1, 52));
            Assert.True((System.Numerics.BigInteger)HorizontalDesign.MostRows * HorizontalDesign.MostOwners << 52 < System.Numerics.BigInteger.One << 127);
            var (low, high) = model == HorizontalModel.Linear ? (0, 0) : design.WeightBox;
            foreach (var y in (double[])[model == HorizontalModel.Linear ? -1 : 0, model == HorizontalModel.Linear ? 1 : label.High])
            {
                foreach (var eta in (double[])[low, 0, high])
                {
                    var (residual, weight, half) = RoundSums.Terms(design, y, eta);
                    Assert.All((double[])[residual, weight, half], t => Assert.InRange(Math.Abs(t), 0, design.LargestTerm()));
                }
            }
        }
        Assert.NotNull(HorizontalDesign.Create(HorizontalModel.Poisson, new("n", 0, 0, 1_000_001), [People.Age], true, 0, 8, 2, 2, 100).Error);
        Assert.NotNull(HorizontalDesign.Create(HorizontalModel.Logistic, People.Label(HorizontalModel.Logistic), [People.Age], true, 0, 8, 1, 2, 100).Error);
        Assert.NotNull(HorizontalDesign.Create(HorizontalModel.Logistic, People.Label(HorizontalModel.Logistic), [People.Age], true, double.NaN, 8, 2, 2, 100).Error);
        Assert.NotNull(HorizontalDesign.Create(HorizontalModel.Logistic, People.Label(HorizontalModel.Poisson), [People.Age], true, 0, 8, 2, 2, 100).Error);
        Assert.NotNull(HorizontalDesign.Create(HorizontalModel.Logistic, People.Label(HorizontalModel.Logistic), [People.Age with { High = 0 }], true, 0, 8, 2, 2, 100).Error);
    }

    /// <summary>Weights that an analyst of one's own says to an owner, sealed and signed as the protocol has it.</summary>
    private static Result<Unit> Ask(Owners run, OwnerMeans means, HorizontalOwner owner, params double[][] rounds)
    {
        var log = new SignedTranscript(new ConversationTerms(HorizontalRun.Protocol, means.Run.Context, Owners.AnalystSigner, means.Own.PublicKey));
        var hello = log.Read(owner.Next().Value!.Payload, HorizontalRun.HelloStep, 0, HorizontalRun.HelloBytes).Value;
        for (var round = 1; round <= rounds.Length; round++)
        {
            var payload = new byte[run.Design.Width * sizeof(double)];
            for (var i = 0; i < run.Design.Width; i++)
                BinaryPrimitives.WriteDoubleLittleEndian(payload.AsSpan(i * sizeof(double)), rounds[round - 1][i]);
            var box = Hpke.Seal(hello.Span[..32], means.Run.WeightsInfo, HorizontalRun.RoundData(round), payload).Value;
            var heard = owner.Receive(log.Write(HorizontalRun.WeightsStep, round, box));
            if (!heard.IsOk)
                return heard;
            Assert.True(log.Read(owner.Next().Value!.Payload, HorizontalRun.SumsStep, round, run.Design.AnswerBytes).IsOk);
        }
        return Unit.Value;
    }

    private static IEnumerable<byte[]> Flips(byte[] message)
    {
        var flipped = message.ToArray();
        flipped[RandomNumberGenerator.GetInt32(flipped.Length)] ^= 1;
        return [flipped];
    }

    private static Owners New(int rounds = 8, Func<OwnerMeans, OwnerMeans>? change = null)
        => new(People.Design(HorizontalModel.Logistic, rounds: rounds), [Good, Good], change: change);

    private static Result<HorizontalOwner> Create(Func<OwnerMeans, OwnerMeans> change)
    {
        using var run = New();
        return HorizontalOwner.Create(change(run.Means(0)), run.Design, null);
    }
}
