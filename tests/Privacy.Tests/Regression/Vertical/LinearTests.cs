using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Regression.Vertical.Linear;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>Least squares on shares: weights against the exact ridge fit, on tables whose columns nearly depend on each other.</summary>
public sealed class LinearTests(SealFixture seal)
{
    [Theory]
    [InlineData("halves")]
    [InlineData("odd-even")]
    [InlineData("few")]
    [InlineData("last-three")]
    public void The_probability_of_a_tumour_is_the_exact_fit_to_a_millionth(string split) => Check(Tables.Wdbc(), split, 0, 1);

    [Theory]
    [InlineData("halves")]
    [InlineData("last-three")]
    public void A_number_is_the_exact_fit_to_a_millionth(string split)
    {
        var table = Tables.Wdbc();
        Check(new Tables([.. table.Columns.Where((_, j) => j != 3)], table.Columns[3]), split, 0, 3000); // the mean area, which radius and perimeter nearly tell
    }

    [Fact]
    public void Categories_are_the_exact_fit_to_a_millionth() => Check(Tables.German(), "odd-even", 0, 1);

    [Fact]
    public void A_model_over_ciphertexts_is_the_exact_fit()
    {
        var table = Small();
        var terms = new LinearTerms(table.Rows, 2, 1, 30, -4, 4);
        using var owners = new TwoOwners(terms, table.Columns[..2], table.Columns[2..], table.Labels, SealSlots.Create(seal.Engine, 3).Value, SealSlots.Create(seal.Engine, 3).Value);
        var (a, b) = owners.Models();
        var exact = table.LeastSquares(30);
        Assert.Equal(exact, [.. a.Own.StandardWeights, .. b.Own.StandardWeights, a.Own.StandardIntercept], (x, y) => Math.Abs(x - y) < 1e-7);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{owners.Bytes / 1e6:F1} MB"));
    }

    [Fact]
    public void A_column_that_takes_several_texts_gives_the_same()
    {
        var table = Small();
        var terms = new LinearTerms(table.Rows, 2, 1, 30, -4, 4);
        using var owners = new TwoOwners(terms, table.Columns[..2], table.Columns[2..], table.Labels, ClearSlots.Of(25, 3), ClearSlots.Of(25, 3));
        var (a, b) = owners.Models();
        Assert.Equal(table.LeastSquares(30), [.. a.Own.StandardWeights, .. b.Own.StandardWeights, a.Own.StandardIntercept], (x, y) => Math.Abs(x - y) < 1e-7);
    }

    [Theory]
    [InlineData(nameof(VerticalStep.Products))]
    [InlineData(nameof(VerticalStep.Schur))]
    [InlineData(nameof(VerticalStep.PowerAnswer))]
    [InlineData(nameof(VerticalStep.RestAnswer))]
    [InlineData(nameof(VerticalStep.ResidualAnswer))]
    public void An_answer_that_was_scaled_ends_in_a_refusal_on_both_sides_and_nothing_is_opened(string name)
    {
        var step = Enum.Parse<VerticalStep>(name);
        var table = Small();
        var terms = new LinearTerms(table.Rows, 2, 1, 30, -4, 4);
        var count = TwoOwners.Slots(terms);
        ClearSlots[] slots = [.. Moduli.Concat(Moduli).Select(modulus => new ClearSlots(modulus, count))];
        using var owners = new TwoOwners(terms, table.Columns[..2], table.Columns[2..], table.Labels, new RingSlots(slots[..3]), new RingSlots(slots[3..]));
        var seen = 0;
        Assert.Null(owners.Converse((_, part) => part.Step == step && ++seen == (step == VerticalStep.PowerAnswer ? 2 : step == VerticalStep.Products || step == VerticalStep.Schur ? 1 : LinearTerms.Corrections) ? Doubled(part.Payload, count) : part.Payload));
        Assert.True(seen > 0);
        Assert.Equal(("DS-PRV-322", "DS-PRV-322"), (owners.First.Outcome.Error?.Code, owners.Second.Outcome.Error?.Code));
        // Nor are weights in what was sealed: a truncated share lies in the uppermost 64th of the ring, as a uniform value does once in 64 times.
        var ring = new ShareRing(Moduli);
        var opened = Enumerable.Range(1, 3).Select(i => ring.Join(slots[3].Masks[^1][i], slots[4].Masks[^1][i], slots[5].Masks[^1][i])).ToList();
        Assert.Contains(opened, share => share < ring.Modulus - (ring.Modulus / 60));
    }

    [Fact]
    public void What_the_second_party_decrypts_is_uniform_in_every_slot_and_the_first_decrypts_nothing_but_what_is_opened()
    {
        var (slots, _) = Run(negate: false);
        foreach (var cipher in slots[3..])
            ViewTests.AssertUniform(cipher.Opened.SkipLast(1), cipher.Modulus);
        Assert.All(slots[..3], cipher => Assert.Equal(2, cipher.Opened.Count)); // share of the norm; shares of loss and own weights
        var (bare, _) = Run(negate: false, leavesMasksOff: true);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => ViewTests.AssertUniform(bare[3].Opened, bare[3].Modulus));
    }

    [Fact]
    public void What_is_encrypted_after_the_columns_is_uniform_too_and_no_mask_is_used_twice()
    {
        var (slots, _) = Run(negate: false);
        // Few values in each run, and moduli that differ by a millionth: several runs together.
        var shares = Enumerable.Range(0, 12).SelectMany(_ => Run(negate: false).Slots[3..]).SelectMany(cipher => cipher.Encrypted.Skip(1)).Select(text => text.Where(value => value > 0).Distinct().ToArray());
        ViewTests.AssertUniform(shares, ClearSlots.First);
        var masks = slots[0].Masks.SkipLast(1).SelectMany(mask => mask).ToList();
        Assert.InRange(masks.Count - masks.Distinct().Count(), 0, 3);
    }

    [Fact]
    public void Lengths_and_turns_are_the_same_whatever_the_data_are() => Assert.Equal(Run(negate: false).Said, Run(negate: true).Said);

    [Theory]
    [InlineData(39, 1, 2, 1, 0, 1, "DS-PRV-241")]
    [InlineData(60, 1, 1, 0, 0, 1, "DS-PRV-243")]
    [InlineData(60, 1, 1, double.NaN, 0, 1, "DS-PRV-240")]
    [InlineData(60, 1, 1, 1, 1, 1, "DS-PRV-240")]
    [InlineData(60, 0, 1, 1, 0, 1, "DS-PRV-240")]
    [InlineData(100_000, 65, 65, 500, 0, 1, "DS-PRV-240")]
    [InlineData(100_000, 53, 75, 500, 0, 1, "DS-PRV-240")] // more products than the noise has room for
    [InlineData(600_000, 1, 1, 50, 0, 1, "DS-PRV-240")]
    [InlineData(100_000, 64, 30, 100, 0, 1, "DS-PRV-240")] // more than a conversation keeps
    [InlineData(100_000, 25, 25, 1, 0, 1, "DS-PRV-320")] // a condition that 40 bits do not carry
    [InlineData(100_000, 25, 25, 39, 0, 1, null)]
    [InlineData(2000, 64, 64, 2, 0, 1, null)]
    public void Terms(int rows, int first, int second, double ridge, double min, double max, string? code)
        => Assert.Equal(code, new LinearTerms(rows, first, second, ridge, min, max).Problem?.Code);

    [Fact]
    public void Columns_and_labels()
    {
        var terms = new LinearTerms(40, 1, 1, 1, 0, 1);
        double[] column = [.. Enumerable.Range(0, 40).Select(i => (double)(i % 7))], labels = [.. Enumerable.Range(0, 40).Select(i => (i % 3) / 2.0)];
        string? First(double[] x, double[] y) => LinearFirst.Create(terms, [x], y, ClearSlots.Of(100, 3), TwoOwners.Context).Error?.Code;
        Assert.Null(First(column, labels));
        Assert.Equal("DS-PRV-242", First([.. column.Select(_ => 3.0)], labels));
        Assert.Equal("DS-PRV-245", First([.. column.Select(x => x == 6 ? double.NaN : x)], labels));
        Assert.Equal("DS-PRV-321", First(column, [.. labels.Select(_ => 1.0)]));
        Assert.Equal("DS-PRV-245", First(column, [.. labels.Select(y => 2 * y)])); // beyond its bounds
        Assert.Equal("DS-PRV-245", First(column, labels[..39]));
    }

    [Fact]
    public void The_plan_can_state_how_close_the_answer_is_and_how_rarely_a_rounding_fails()
    {
        var terms = new LinearTerms(569, 15, 15, 1, 0, 1);
        Assert.InRange(terms.ErrorBits, -23, -22);
        Assert.InRange(terms.FailureBits, -40, -20);
        Assert.InRange(new LinearTerms(2000, 64, 64, 2, 0, 1).FailureBits, -40, -16);
    }

    private static ulong[] Moduli => [ClearSlots.First, ClearSlots.Second, ClearSlots.Third];

    /// <summary>The first text of an answer, each slot doubled.</summary>
    private static byte[] Doubled(ReadOnlyMemory<byte> payload, int slots)
    {
        var bytes = payload.ToArray();
        for (var i = 0; i < 8 * slots; i += 8)
            BitConverter.TryWriteBytes(bytes.AsSpan(i), 2 * BitConverter.ToUInt64(bytes, i) % ClearSlots.First);
        return bytes;
    }

    private static Tables Small()
    {
        var random = new Random(5);
        double[] Column() => [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble() - 0.5)];
        double[][] columns = [Column(), Column(), Column()];
        return new Tables(columns, [.. Enumerable.Range(0, 60).Select(i => columns[0][i] + (2 * columns[2][i]) + (0.3 * columns[1][i]) + (0.2 * (random.NextDouble() - 0.5)))]);
    }

    private static (ClearSlots[] Slots, List<(bool, VerticalStep, int)> Said) Run(bool negate, bool leavesMasksOff = false)
    {
        var table = Small();
        var terms = new LinearTerms(table.Rows, 2, 1, 30, -4, 4);
        var count = TwoOwners.Slots(terms);
        ClearSlots[] slots = [.. Moduli.Concat(Moduli).Select(modulus => new ClearSlots(modulus, count) { LeavesMasksOff = leavesMasksOff })];
        using var owners = new TwoOwners(
            terms, table.Columns[..2], table.Columns[2..], [.. table.Labels.Select(label => negate ? -label : label)], new RingSlots(slots[..3]), new RingSlots(slots[3..]));
        Assert.Null(owners.Converse());
        return (slots, [.. owners.Said.Select(said => (said.FromFirst, said.Part.Step, said.Part.Part))]);
    }

    private static void Check(Tables table, string split, double min, double max)
    {
        var (first, second) = table.Split(split);
        var terms = new LinearTerms(table.Rows, first.Length, second.Length, 1, min, max);
        using var owners = new TwoOwners(terms, [.. first.Select(j => table.Columns[j])], [.. second.Select(j => table.Columns[j])], table.Labels);
        var (a, b) = owners.Models();
        var weights = new double[table.Columns.Length + 1];
        for (var i = 0; i < first.Length; i++)
            weights[first[i]] = a.Own.StandardWeights[i];
        for (var i = 0; i < second.Length; i++)
            weights[second[i]] = b.Own.StandardWeights[i];
        weights[^1] = a.Own.StandardIntercept;
        var exact = table.LeastSquares(1);
        var errors = weights.Zip(exact, (x, y) => Math.Abs(x - y)).ToArray();
        var (worst, relative) = (errors.Max() / Math.Sqrt(exact.Sum(w => w * w)), errors.Zip(exact, (e, w) => e / Math.Abs(w)).Max());
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{split}: worst of norm {worst:E1}, of its own coefficient {relative:E1}, bound 2^{terms.ErrorBits:F1}, J {terms.Doublings}, failure 2^{terms.FailureBits:F1}, loss {a.Loss}"));
        Assert.InRange(relative, 0, 1e-6);
        Assert.InRange(worst, 0, 1e-7);
        Assert.Equal(a.Loss, b.Loss);
        var half = (max - min) / 2;
        Assert.Equal(table.SquaredError(exact, 1) / (half * half), a.Loss, 0.00016);
    }
}
