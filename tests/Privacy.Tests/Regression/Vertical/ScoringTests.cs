using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Regression.Vertical.Scoring;
using DataSpace.Privacy.Tests.Conversations;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>Scores of rows that two owners have in common, each with its own part: answers, and what an attacker gets.</summary>
public sealed class ScoringTests(SealFixture seal)
{
    private static readonly ScoreRule Classes = new(IsProbability: true, 0.125m, -64, 128, null, [0.2m, 0.5m, 0.8m]);
    private static readonly ScoreRule Rounded = new(IsProbability: false, 0.1m, -128, 256, 1, null);

    /// <summary>Breast cancer, the exact fit of all rows, over real ciphertexts: what is told of a row is the answer for a score one step at most from that of the plain model.</summary>
    [Fact]
    public void Scores_of_breast_cancer_are_those_of_the_plain_model_but_for_one_step()
    {
        var data = Tables.Wdbc();
        var weights = data.Exact(ridge: 1).Weights;
        var standard = data.Columns.Select(column => (Mean: column.Average(), Deviation: Math.Sqrt(column.Average(x => (x - column.Average()) * (x - column.Average()))))).ToArray();
        double PartOf(int row, Range columns) => Enumerable.Range(0, 30).Take(columns).Sum(j => weights[j] * (data.Columns[j][row] - standard[j].Mean) / standard[j].Deviation);
        double[] own = [.. Enumerable.Range(0, data.Rows).Select(row => PartOf(row, ..15))], other = [.. Enumerable.Range(0, data.Rows).Select(row => PartOf(row, 15..) + weights[30])];
        var rule = new ScoreRule(IsProbability: false, 0.1m, -512, 1024, 1, null);
        var (asker, answerer) = (new ScoreAsker(data.Rows, rule, own, SealSlots.Create(seal.Engine, 1).Value), new ScoreAnswerer(data.Rows, rule, other, SealSlots.Create(seal.Engine, 1).Value));
        using var _ = asker;
        using var __ = answerer;
        Assert.Null(Converse(asker, answerer));
        var (exact, near) = (0, 0);
        for (var row = 0; row < data.Rows; row++)
        {
            Assert.Equal(rule.AnswerOf(rule.StepsOf(own[row]) + rule.StepsOf(other[row])), asker.Found[row]);
            var told = double.Parse(rule.TextOf(asker.Found[row]!.Value), CultureInfo.InvariantCulture);
            var plain = Math.Clamp(Math.Round(own[row] + other[row], 1, MidpointRounding.AwayFromZero), -51.2, 51.1); // scores of this data reach -54.6
            Assert.InRange(told, plain - 0.1001, plain + 0.1001);
            (exact, near) = Math.Abs(told - plain) < 0.01 ? (exact + 1, near) : (exact, near + 1);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{exact} equal, {near} one step away");
        Assert.True(exact > near);
    }

    [Fact]
    public void Classes_count_thresholds_and_numbers_are_rounded_within_the_grid()
    {
        Assert.Equal([0, 1, 2, 3], new[] { -2.0, -1.0, 0.5, 2.0 }.Select(score => Classes.AnswerOf(Classes.StepsOf(score))));
        Assert.Equal((4, "3"), (Classes.Answers, Classes.TextOf(3)));
        Assert.Equal("1.5", Rounded.TextOf(Rounded.AnswerOf(Rounded.StepsOf(1.54))));
        Assert.Equal(("-12.8", "12.7"), (Rounded.TextOf(Rounded.AnswerOf(-9999)), Rounded.TextOf(Rounded.AnswerOf(9999))));
        Assert.Equal(256, Rounded.Answers);
        var percent = Classes with { Digits = 2, Thresholds = null };
        Assert.Equal((101, "0.50"), (percent.Answers, percent.TextOf(percent.AnswerOf(0))));
        Assert.Null(Classes.LevelOf(8.1));
        Assert.Equal(127, Classes.LevelOf(7.9));
    }

    [Theory]
    [InlineData("levels")]
    [InlineData("width")]
    [InlineData("both")]
    [InlineData("order")]
    [InlineData("certain")]
    [InlineData("answers")]
    [InlineData("rows")]
    public void Terms_that_the_protocol_cannot_keep_are_refused(string what)
    {
        var (rule, rows) = what switch
        {
            "levels" => (Classes with { Levels = 100 }, 10),
            "width" => (Rounded with { Step = 0.2m }, 10),
            "both" => (Classes with { Digits = 1 }, 10),
            "order" => (Classes with { Thresholds = [0.5m, 0.2m] }, 10),
            "certain" => (Classes with { Thresholds = [0.5m, 1m] }, 10),
            "answers" => (Rounded with { Step = 0.1m, Levels = 4096, Digits = 2 }, 10),
            _ => (Classes, 1 + (AlignedScores.MostPlaces / 128)),
        };
        Assert.Equal("DS-PRV-350", AlignedScores.Problem(rows, rule)?.Code);
        Assert.Null(AlignedScores.Problem(10, Classes));
        Assert.NotEqual(Classes.Fingerprint, rule.Fingerprint == Classes.Fingerprint ? "" : rule.Fingerprint);
    }

    /// <summary>A row that the other owner does not have is not scored; one off the asker's grid is asked about and not told.</summary>
    [Fact]
    public void Rows_in_common_are_scored_as_many_as_the_plan_says_and_no_others()
    {
        using var run = new Run(common: 40, rows: 25, part: i => i == 45 ? 1e6 : (i - 50) / 10.0);
        Assert.Null(run.Converse());
        var found = run.A.Outcome.Value;
        Assert.Equal((40, 25, 25), (run.A.CommonRows, found.Rows.Count, found.Answers.Count));
        Assert.All(found.Rows.Zip(found.Answers), pair =>
        {
            Assert.InRange(pair.First, 30, 69); // subjects that both have
            Assert.Equal(pair.First == 45 ? null : Classes.AnswerOf(Classes.StepsOf((pair.First - 50) / 10.0) + Classes.StepsOf(Run.Other(pair.First))), pair.Second);
        });
        Assert.Empty(run.B.Outcome.Value.Rows);
        Assert.Equal(run.A.Close().Value.Payload.ToArray(), run.B.Close().Value.Payload.ToArray());
        Assert.True(run.A.EndsByHearing && !run.B.EndsByHearing);
    }

    [Fact]
    public void Too_few_in_common_end_the_conversation_and_nobody_asks_about_anybody()
    {
        using var run = new Run(common: 20, rows: 25);
        Assert.Null(run.Converse());
        Assert.Equal(("DS-PRV-170", "DS-PRV-170"), (run.A.Outcome.Error!.Code, run.B.Outcome.Error!.Code));
        Assert.Equal(0, run.PartsRead);
    }

    [Theory]
    [InlineData("bit flip")]
    [InlineData("replayed")]
    [InlineData("cut")]
    [InlineData("another key")]
    public void What_is_not_the_message_that_is_due_closes_the_run(string attack)
    {
        using var run = new Run(common: 40, rows: 25);
        byte[]? earlier = null;
        var isScored = false;
        var refused = run.Converse(message =>
        {
            // Both of the scoring's own messages are long; those of the intersections are not.
            if (message.Length > 20_000 && (isScored = true))
            {
                switch (attack)
                {
                    case "bit flip": message[^100] ^= 1; break;
                    case "replayed": message = earlier!; break;
                    case "cut": message = message[..^8]; break;
                    default: AlignedPairs.Second.Sign(message.AsSpan(0, 80)).CopyTo(message, message.Length - 64); break;
                }
            }

            earlier = message;
            return message;
        });
        Assert.True(isScored);
        Assert.Contains(refused!.Code, new[] { "DS-PRV-162", "DS-PRV-163", "DS-PRV-164", "DS-PRV-165", "DS-PRV-166", "DS-PRV-177" });
        Assert.Equal("DS-PRV-250", run.Refuser!.Next().Error!.Code);
        Assert.False(run.A.Outcome.IsOk);
    }

    [Theory]
    [InlineData("rule")]
    [InlineData("model")]
    public void Parties_that_hold_another_rule_or_model_do_not_understand_each_other(string what)
    {
        using var run = new Run(common: 40, rows: 25, second: t => what == "rule" ? t with { Rule = Classes with { Thresholds = [0.5m] } } : t with { Model = new string('1', 64) });
        Assert.Equal("DS-PRV-164", run.Converse()!.Code);
    }

    /// <summary>However many rows are common, and whatever they hold: both say as many bytes as the plan makes them say.</summary>
    [Fact]
    public void Sizes_follow_from_the_plan_alone()
    {
        int[] SizesOf(int rows, double part)
        {
            using var asker = new ScoreAsker(100, Classes, [.. Enumerable.Repeat(part, rows)], ClearSlots.Of(1024, 1));
            using var answerer = new ScoreAnswerer(100, Classes, [.. Enumerable.Repeat(-part, rows)], ClearSlots.Of(1024, 1));
            var sizes = new List<int>();
            Assert.Null(Converse(asker, answerer, (_, payload) =>
            {
                sizes.Add(payload.Length);
                return payload;
            }));
            return [.. sizes];
        }
        Assert.Equal(SizesOf(100, 0), SizesOf(30, 1e9));
    }

    /// <summary>What the asker decrypts of a row is uniform but for its sum: the slots before the last, over two tables that differ in every entry, in a chi-square test of 16 cells.</summary>
    [Theory]
    [InlineData(-100.0)]
    [InlineData(100.0)]
    public void What_the_asker_decrypts_is_uniform_but_for_the_answer(double part)
    {
        var rows = 200;
        var cipher = new ClearSlots(ClearSlots.First, 1024);
        using var asker = new ScoreAsker(rows, Classes, [.. Enumerable.Repeat(0.0, rows)], new RingSlots(cipher));
        using var answerer = new ScoreAnswerer(rows, Classes, [.. Enumerable.Repeat(part, rows)], ClearSlots.Of(1024, 1));
        Assert.Null(Converse(asker, answerer));
        Assert.All(asker.Found, found => Assert.Equal(part < 0 ? 0 : 3, found));
        var cells = new int[16];
        var values = cipher.Opened.SelectMany(text => text.Where((_, slot) => slot % 128 != 127)).ToList();
        foreach (var value in values)
            cells[(int)(value * 16.0 / ClearSlots.First)]++;
        var expected = values.Count / 16.0;
        Assert.InRange(cells.Sum(n => (n - expected) * (n - expected) / expected), 0, 60); // 15 degrees of freedom: beyond 60 once in 2,000,000
        // The chosen slot holds no answer: it would be small.
        Assert.All(cipher.Opened.SelectMany(text => text.Where((_, slot) => slot % 128 == 64)).Take(rows), value => Assert.True(value > 1000));
    }

    /// <summary>Two equal questions are answered under other masks: their difference is uniform as well.</summary>
    [Fact]
    public void Masks_are_fresh_and_add_up_to_nothing_within_every_row()
    {
        var cipher = new ClearSlots(ClearSlots.First, 1024);
        using var asker = new ScoreAsker(16, Classes, new double[16], ClearSlots.Of(1024, 1));
        using var answerer = new ScoreAnswerer(16, Classes, new double[3], new RingSlots(cipher)); // the other places are no rows
        Assert.NotNull(Converse(asker, answerer) ?? (object)asker.Found);
        Assert.Equal(2, cipher.Masks.Count);
        Assert.All(cipher.Masks, mask => Assert.All(Enumerable.Range(0, 8), row => Assert.Equal(0UL, TileLayout.SumOfSlots(mask.AsSpan(row * 128, 128), ClearSlots.First))));
        Assert.Equal(2 * 1024, cipher.Masks.SelectMany(mask => mask).Distinct().Count());
    }

    /// <summary>
    /// An asker that asks for every level of a row at once, in the base of the number of answers, reads the answers of as many levels as 40 bits hold: the bound that is stated. Since the other's part counts in whole steps,
    /// two parts within one step have one table, and no question tells them apart.
    /// </summary>
    [Fact]
    public void Whoever_asks_for_more_than_one_level_reads_forty_bits_and_never_past_a_step_of_the_grid()
    {
        ulong Read(double part, Func<int, ulong> question)
        {
            using var answerer = new ScoreAnswerer(1, Classes, [part], ClearSlots.Of(128, 1));
            using var greedy = ClearSlots.Of(128, 1);
            var text = new ulong[128];
            for (var level = 0; level < 128; level++)
                text[level] = question(level) % ClearSlots.First;
            Assert.True(answerer.Script.Start().IsOk);
            var payload = new byte[8].Concat(text.SelectMany(BitConverter.GetBytes)).ToArray();
            Assert.True(answerer.Script.Take(payload).IsOk);
            var answer = answerer.Script.Next().Value!.Payload;
            return TileLayout.SumOfSlots(greedy.Open([answer]).Value[0][0], ClearSlots.First);
        }
        ulong Several(int level) => level is >= 50 and < 70 ? 1UL << (2 * (level - 50)) : 0; // 20 answers of 2 bits: 40 bits, of which the modulus keeps less than all
        Assert.NotEqual(Read(0.0, Several), Read(0.5, Several));
        foreach (var question in (Func<int, ulong>[])[Several, level => (ulong)(level + 1), level => level == 64 ? 1UL : 0])
            Assert.Equal(Read(0.450, question), Read(0.520, question)); // both are 4 steps
    }

    [Fact]
    public void An_answer_that_is_none_of_the_declared_ones_is_refused()
    {
        using var asker = new ScoreAsker(8, Classes, new double[8], ClearSlots.Of(1024, 1));
        using var answerer = new ScoreAnswerer(8, Classes, new double[8], ClearSlots.Of(1024, 1));
        var refused = Converse(asker, answerer, (fromAsker, payload) =>
        {
            if (!fromAsker)
                BitConverter.TryWriteBytes(payload.AsSpan(64 * 8), (BitConverter.ToUInt64(payload, 64 * 8) + 77) % ClearSlots.First);
            return payload;
        });
        Assert.Equal("DS-PRV-352", refused?.Code);
    }

    [Theory]
    [InlineData("not reduced")]
    [InlineData("another modulus")]
    [InlineData("transparent answer")]
    [InlineData("not the asker's key")]
    public void Ciphertexts_that_are_not_what_they_must_be_close_the_run(string what)
    {
        using var asker = new ScoreAsker(3, Classes, new double[3], SealSlots.Create(seal.Engine, 1).Value);
        using var answerer = new ScoreAnswerer(3, Classes, new double[3], SealSlots.Create(seal.Engine, 1).Value);
        using var slots = SealSlots.Create(seal.Engine, 1).Value;
        var key = slots.Keys.Single();
        var refused = Converse(asker, answerer, (fromAsker, payload) =>
        {
            switch (what, fromAsker)
            {
                case ("not reduced", true): Array.Fill(payload, (byte)0xff, key + 113, 8); break;
                case ("another modulus", true): payload[key + 16] ^= 1; break;
                case ("not the asker's key", true): slots.PublicKeys[0].CopyTo(payload); break;
                case ("transparent answer", false): Array.Clear(payload, 113 + (2 * 8192 * 8), 2 * 8192 * 8); break;
            }

            return payload;
        });
        Assert.StartsWith("DS-PRV-", refused?.Code, StringComparison.Ordinal);
    }

    /// <summary>What the asker's key tells of an answer beside its slots: no more budget is left than 60 bits of flooding leave, where a product alone would leave some thirty bits more.</summary>
    [Fact]
    public void Answers_are_flooded()
    {
        var set = Privacy.Seal.SealParameterSet.Products1;
        var keys = seal.Engine.GenerateKeys(set).Value;
        var text = seal.Engine.EncryptSymmetric(set, keys, [[.. Enumerable.Repeat(1UL, set.Degree)]]).Value[0];
        using var answerer = new ScoreAnswerer(3, Classes, new double[3], SealSlots.Create(seal.Engine, 1).Value);
        Assert.True(answerer.Script.Start().IsOk);
        Assert.Null(answerer.Script.Take(keys.PublicKey.Concat(text).ToArray()).Error);
        var answer = answerer.Script.Next().Value!.Payload.ToArray();
        var promised = Privacy.Seal.Evaluation.ProductSum.RemainingBits(set, 1, Privacy.Seal.Evaluation.ProductSum.FloodAmplitude(set, 1, 60), 2);
        Assert.InRange(seal.Engine.Secrets.Run(instance => instance.NoiseBudget(set, keys.SecretKey, answer)).Value, promised, promised + 6);
    }

    private static DsError? Converse(ScoreAsker asker, ScoreAnswerer answerer, Func<bool, byte[], byte[]>? network = null)
    {
        while (true)
        {
            var fromAsker = true;
            var next = asker.Script.Next();
            if (next is { IsOk: true, Value: null })
                (fromAsker, next) = (false, answerer.Script.Next());
            if (!next.TryGet(out var part, out var error))
                return error;
            if (part is null)
                return null;
            var payload = network?.Invoke(fromAsker, part.Payload.ToArray()) ?? part.Payload.ToArray();
            if ((fromAsker ? answerer.Script : asker.Script).Take(payload).Error is { } refused)
                return refused;
        }
    }

    private sealed class Run : IDisposable
    {
        private readonly ConversationPair _pair;

        public Run(int common, int rows, Func<int, double>? part = null, Func<AlignedScores, AlignedScores>? second = null)
        {
            var terms = new AlignedScores(AlignedPairs.Alignment, new string('0', 64), rows, Classes);
            A = AlignedPairs.Scores(terms, isFirst: true, common, part ?? (i => i / 10.0), () => PartsRead++);
            B = AlignedPairs.Scores(second?.Invoke(terms) ?? terms, isFirst: false, common, Other, () => PartsRead++);
            _pair = new ConversationPair(A, B);
        }

        public AlignedScoring A { get; }

        public AlignedScoring B { get; }

        public int PartsRead { get; private set; }

        public IConversation? Refuser => _pair.Refuser;

        public static double Other(int subject) => (subject % 7) - 3.0;

        public DsError? Converse(Func<byte[], byte[]>? network = null) => _pair.Converse(network is null ? null : (_, _, message) => [network(message)]);

        public void Dispose() => _pair.Dispose();
    }
}
