using CsCheck;
using DataSpace.Kernel.Classification.Detectors;
using Xunit;

namespace DataSpace.Kernel.Tests.Classification;

public class CheckDigitTests
{
    private const string Digits = "0123456789";

    [Theory]
    [InlineData("11010519491231002X")] // the example printed in GB 11643
    [InlineData("440524188001010014")] // the standard's other example, born 1880: outside the plausible years
    public void The_standards_own_examples(string number) => Assert.Equal(number[6..8] == "19", CheckDigits.IsIdCard(number));

    [Theory]
    [InlineData("91350100M000100Y43")] // printed in GB 32100
    public void The_standards_own_organisation(string code) => Assert.True(CheckDigits.IsOrganisation(code));

    [Fact]
    public void A_resident_id_is_known_and_every_slip_in_it_too() => SyntheticNumbers.IdCard.Sample(number =>
    {
        Assert.True(CheckDigits.IsIdCard(number), number);
        Assert.All(SyntheticNumbers.Changes(number, Digits + "X"), slip => Assert.False(CheckDigits.IsIdCard(slip), slip));
        Assert.All(SyntheticNumbers.Swaps(number), slip => Assert.False(CheckDigits.IsIdCard(slip.Text), slip.Text));
    }, iter: 300);

    [Fact]
    public void A_bank_card_is_known_and_every_slip_that_Luhn_can_see() => SyntheticNumbers.BankCard.Sample(number =>
    {
        Assert.True(CheckDigits.IsBankCard(number), number);
        Assert.All(SyntheticNumbers.Changes(number, Digits), slip => Assert.False(CheckDigits.IsBankCard(slip), slip));
        // 09 and 90 weigh the same: known of this check.
        Assert.All(SyntheticNumbers.Swaps(number).Where(s => s.Pair is not ("09" or "90")), slip => Assert.False(CheckDigits.IsBankCard(slip.Text), slip.Text));
    }, iter: 300);

    [Fact]
    public void An_organisation_is_known_and_every_slip_in_it_too() => SyntheticNumbers.Organisation.Sample(code =>
    {
        Assert.True(CheckDigits.IsOrganisation(code), code);
        Assert.All(SyntheticNumbers.Changes(code, SyntheticNumbers.OrganisationAlphabet), slip => Assert.False(CheckDigits.IsOrganisation(slip), slip));
        Assert.All(SyntheticNumbers.Swaps(code), slip => Assert.False(CheckDigits.IsOrganisation(slip.Text), slip.Text));
    }, iter: 300);

    [Theory]
    [InlineData("990101199003070")] // region
    [InlineData("110101199013070")] // month
    [InlineData("110101199002300")] // day
    [InlineData("110101180003070")] // year
    public void A_right_check_does_not_make_an_impossible_id_possible(string fifteen)
    {
        for (var sequence = 0; sequence < 100; sequence++)
            Assert.False(CheckDigits.IsIdCard(SyntheticNumbers.WithIdCheck(fifteen + sequence.ToString("00"))));
    }

    [Theory]
    [InlineData("0000000000000000")]
    [InlineData("4444444444444444444")]
    [InlineData("1234567812345670")] // Luhn holds, no such issuer
    public void Not_a_bank_card(string number) => Assert.False(CheckDigits.IsBankCard(number));

    [Theory]
    [InlineData("13812345678", true)]
    [InlineData("19912345678", true)]
    [InlineData("12812345678", false)]
    [InlineData("03812345678", false)]
    [InlineData("1381234567", false)]
    [InlineData("1381234567x", false)]
    public void Mobile_numbers(string number, bool expected) => Assert.Equal(expected, CheckDigits.IsMobile(number));

    [Fact]
    public void Nothing_of_any_length_breaks_the_checks() => Gen.String[Gen.Char['0', 'Z'], 0, 40].Sample(text =>
    {
        _ = CheckDigits.IsIdCard(text) | CheckDigits.IsMobile(text) | CheckDigits.IsOrganisation(text) | (text.Length > 0 && CheckDigits.IsBankCard(text));
    });
}
