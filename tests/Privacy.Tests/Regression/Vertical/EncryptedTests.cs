using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>The same over real ciphertexts.</summary>
public sealed class EncryptedTests(SealFixture seal)
{
    private static readonly VerticalTerms Terms = new(60, 2, 1, 30, 16, 10);

    [Fact]
    public void A_model_over_ciphertexts_is_the_model_over_clear_slots()
    {
        var (columns, labels) = Data();
        using var clear = new TwoOwners(Terms, columns[..2], columns[2..], labels);
        using var encrypted = new TwoOwners(Terms, columns[..2], columns[2..], labels, SealSlots.Create(seal.Engine).Value, SealSlots.Create(seal.Engine).Value);
        var (first, second) = encrypted.Models();
        var (firstClear, secondClear) = clear.Models();
        Assert.Equal(firstClear.Own.Weights[0], first.Own.Weights[0], 0.01);
        Assert.Equal(secondClear.Own.Weights[0], second.Own.Weights[0], 0.01);
        Assert.Equal(firstClear.Loss, first.Loss, 0.0015);
        TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{encrypted.Bytes / 11e6:F2} MB per pass"));
    }

    [Theory]
    [InlineData("not reduced")]
    [InlineData("another modulus")]
    [InlineData("foreign seed form")]
    public void A_text_that_is_not_exactly_a_fresh_ciphertext_of_the_parameters_closes_the_run(string what)
    {
        var (columns, labels) = Data();
        using var owners = new TwoOwners(Terms, columns[..2], columns[2..], labels, SealSlots.Create(seal.Engine).Value, SealSlots.Create(seal.Engine).Value);
        var refused = owners.Converse((fromFirst, part) => part.Step == VerticalStep.Scores ? Spoil(part.Payload.ToArray(), what) : part.Payload);
        Assert.StartsWith("DS-PRV-", refused!.Code, StringComparison.Ordinal);
        Assert.Equal("DS-PRV-250", owners.Second.Script.Next().Error!.Code);
    }

    [Fact]
    public void A_transparent_answer_closes_the_run()
    {
        var (columns, labels) = Data();
        using var owners = new TwoOwners(Terms, columns[..2], columns[2..], labels, SealSlots.Create(seal.Engine).Value, SealSlots.Create(seal.Engine).Value);
        var refused = owners.Converse((fromFirst, part) =>
        {
            var payload = part.Payload.ToArray();
            if (part.Step == VerticalStep.ScoresAnswer)
                Array.Clear(payload, 113 + (2 * 8192 * 8), 2 * 8192 * 8); // the first answer's second polynomial
            return payload;
        });
        Assert.Equal("DS-PRV-038", refused!.Code);
    }

    [Fact]
    public void A_public_key_in_place_of_another_form_is_refused()
    {
        var (columns, labels) = Data();
        using var owners = new TwoOwners(Terms, columns[..2], columns[2..], labels, SealSlots.Create(seal.Engine).Value, SealSlots.Create(seal.Engine).Value);
        Assert.NotNull(owners.Converse((fromFirst, part) =>
        {
            var payload = part.Payload.ToArray();
            if (part.Step == VerticalStep.Open)
                payload[VerticalCore.NonceBytes + 48] ^= 1; // no key any more: its transform flag
            return payload;
        }));
    }

    private static byte[] Spoil(byte[] payload, string what)
    {
        switch (what)
        {
            case "not reduced":
                Array.Fill(payload, (byte)0xff, 113, 8);
                break;
            case "another modulus":
                payload[16] ^= 1;
                break;
            default:
                payload[113 + (4 * 8192 * 8) + 16] ^= 3;
                break;
        }

        return payload;
    }

    private static (double[][] Columns, double[] Labels) Data()
    {
        var random = new Random(5);
        double[] Column() => [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble() - 0.5)];
        double[][] columns = [Column(), Column(), Column()];
        return (columns, [.. Enumerable.Range(0, 60).Select(i => columns[0][i] + columns[2][i] + (0.3 * columns[1][i]) > 0 ? 1.0 : 0.0)]);
    }
}
