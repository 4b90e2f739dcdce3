using DataSpace.Privacy.Regression.Vertical;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>What each party sees of the other: values that are uniform whatever the data are.</summary>
public sealed class ViewTests
{
    private const int Rows = 60;

    [Fact]
    public void What_the_key_owner_decrypts_is_uniform_in_every_slot_of_every_answer_padding_included()
    {
        var (first, second, slots) = Run(label: 1);
        foreach (var cipher in slots)
            AssertUniform(cipher.Opened.SkipLast(2), cipher.Modulus); // the last ones hold opened shares in their first slots, and zeros
        Assert.True(first.IsOk && second.IsOk);
    }

    [Fact]
    public void Without_masks_the_test_above_would_see_it()
    {
        var (_, _, slots) = Run(label: 1, leavesMasksOff: true);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertUniform(slots[0].Opened, slots[0].Modulus));
    }

    [Fact]
    public void Shares_that_are_encrypted_are_uniform_too()
    {
        var (_, _, slots) = Run(label: 1);
        // Waves are no shares: they are values of one party alone, under its own key. Constants and errors are shares.
        var shares = slots[2].Encrypted.Where(text => text.Max() > 1UL << 30).ToList(); // the second party's point, errors and scores
        Assert.NotEmpty(shares);
        AssertUniform(shares.Select(text => text.Where(value => value > 0).Distinct().ToArray()), slots[2].Modulus);
    }

    [Fact]
    public void No_mask_is_ever_used_twice()
    {
        var (_, _, slots) = Run(label: 0);
        foreach (var cipher in slots)
        {
            var masks = cipher.Masks.SkipLast(2).ToList(); // sealed shares have padding of zeros
            var values = masks.SelectMany(mask => mask).ToList();
            Assert.InRange(values.Count - values.Distinct().Count(), 0, 3); // of 40-bit values, a hundred thousand at most: hardly one meets another by chance
        }
    }

    [Fact]
    public void Lengths_and_turns_are_the_same_whatever_the_data_are_and_whether_the_certificate_holds()
    {
        var good = Sizes(label: 1, iterations: 60);
        Assert.Equal(good, Sizes(label: 0, iterations: 60));
        using var failing = Owners(1, 60, 1000, out _);
        Assert.Null(failing.Converse());
        Assert.Equal("DS-PRV-246", failing.First.Outcome.Error!.Code);
        Assert.Equal(good, failing.Said.Select(said => (said.FromFirst, said.Part.Step, said.Part.Part)));
    }

    [Fact]
    public void Where_the_certificate_fails_neither_loss_nor_weights_are_opened()
    {
        Assert.Equal(1, Opened(steepness: 1));
        Assert.InRange(Opened(steepness: 1000), 0, 0.5);

        // A truncated share lies in the uppermost 64th of the ring; a uniform value does so once in 64 times.
        static double Opened(double steepness)
        {
            using var owners = Owners(1, 60, steepness, out var slots);
            Assert.Null(owners.Converse());
            Assert.Equal(steepness > 1, !owners.Second.Outcome.IsOk);
            var ring = new ShareRing(ClearSlots.First, ClearSlots.Second);
            var weights = Enumerable.Range(1, 3).Select(i => ring.Join(slots[2].Masks[^1][i], slots[3].Masks[^1][i])).ToList();
            return weights.Average(w => w > ring.Modulus - (ring.Modulus / 63) ? 1 : 0);
        }
    }

    private static IEnumerable<(bool, VerticalStep, int)> Sizes(int label, int iterations)
    {
        using var owners = Owners(label, iterations, 1, out _);
        Assert.Null(owners.Converse());
        return [.. owners.Said.Select(said => (said.FromFirst, said.Part.Step, said.Part.Part))];
    }

    private static (Kernel.Results.Result<VerticalModel> First, Kernel.Results.Result<VerticalModel> Second, ClearSlots[] Slots) Run(int label, bool leavesMasksOff = false)
    {
        using var owners = Owners(label, 60, 1, out var slots, leavesMasksOff);
        Assert.Null(owners.Converse());
        return (owners.First.Outcome, owners.Second.Outcome, slots);
    }

    /// <param name="label">Changes what depends on labels.</param>
    /// <param name="iterations">Iterations.</param>
    /// <param name="steepness">Of the labels' dependence: very steep ones leave the sigmoid's range.</param>
    /// <param name="slots">What each party saw.</param>
    /// <param name="leavesMasksOff">No masks.</param>
    private static TwoOwners Owners(int label, int iterations, double steepness, out ClearSlots[] slots, bool leavesMasksOff = false)
    {
        var random = new Random(3);
        double[] Column() => [.. Enumerable.Range(0, Rows).Select(_ => random.NextDouble() - 0.5)];
        var (a, b, c) = (Column(), Column(), Column());
        var labels = Enumerable.Range(0, Rows).Select(i => (steepness > 1 ? a[i] : a[i] + b[i] + (2 * c[i])) > 0 == (label == 1) ? 1.0 : 0.0).ToArray();
        var terms = new VerticalTerms(Rows, 2, 1, steepness > 1 ? 0.001 : 1, 16, steepness > 1 ? 60 : iterations);
        var count = TwoOwners.Slots(terms);
        slots = [.. new[] { ClearSlots.First, ClearSlots.Second, ClearSlots.First, ClearSlots.Second }.Select(modulus => new ClearSlots(modulus, count) { LeavesMasksOff = leavesMasksOff })];
        return new TwoOwners(terms, [a, b], [c], labels, new RingSlots(slots[0], slots[1]), new RingSlots(slots[2], slots[3]));
    }

    /// <summary>Chi-square over 64 equal classes: beyond five deviations of the law is no chance.</summary>
    internal static void AssertUniform(IEnumerable<ulong[]> texts, ulong modulus)
    {
        const int Classes = 64;
        var counts = new double[Classes];
        foreach (var value in texts.SelectMany(text => text))
            counts[(int)((UInt128)value * Classes / modulus)]++;
        var expected = counts.Sum() / Classes;
        Assert.True(expected > 20);
        var square = counts.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(square, 0, Classes - 1 + (5 * Math.Sqrt(2 * (Classes - 1))));
    }
}
