using CsCheck;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Classification.Detectors;
using Xunit;

namespace DataSpace.Kernel.Tests.Classification;

public class PersonalDataScannerTests
{
    private static readonly Gen<string> Around = Gen.OneOf("", "call ", "电话：", "(", "“", "a b c, ", "2024年 ", "no.");
    private static readonly Gen<string> Behind = Gen.OneOf("", " please", "，谢谢", ")", ".", "”", " / 3", "\n");

    [Fact]
    public void A_number_is_found_wherever_it_stands_and_however_it_is_written()
    {
        Gen<(PersonalDataClass Class, string Text)> numbers = Gen.OneOf(
            SyntheticNumbers.IdCard.Select(n => (PersonalDataClass.IdCard, n)),
            SyntheticNumbers.IdCard.Select(n => (PersonalDataClass.IdCard, n.ToLowerInvariant())),
            SyntheticNumbers.IdCard.Select(n => (PersonalDataClass.IdCard, $"{n[..6]} {n[6..14]} {n[14..]}")),
            SyntheticNumbers.Mobile.Select(n => (PersonalDataClass.Phone, n)),
            SyntheticNumbers.Mobile.Select(n => (PersonalDataClass.Phone, $"{n[..3]}-{n[3..7]}-{n[7..]}")),
            SyntheticNumbers.Mobile.Select(n => (PersonalDataClass.Phone, "+86 " + n)),
            SyntheticNumbers.Mobile.Select(n => (PersonalDataClass.Phone, "0086" + n)),
            SyntheticNumbers.BankCard.Select(n => (PersonalDataClass.BankCard, n)),
            SyntheticNumbers.BankCard.Select(n => (PersonalDataClass.BankCard, string.Join(' ', n.Chunk(4).Select(c => new string(c))))),
            SyntheticNumbers.Organisation.Select(n => (PersonalDataClass.OrganisationId, n)));
        Gen.Select(numbers, Around, Behind, Gen.Int[0, 2]).Sample((number, before, after, spelling) =>
        {
            var text = before + number.Text + after;
            text = spelling switch
            {
                1 => string.Concat(text.Select(c => c is > ' ' and <= '~' ? (char)(c + 0xFEE0) : c)), // full width
                2 => text.Replace('-', '\u2011').Replace(" ", "\u00A0", StringComparison.Ordinal),
                _ => text,
            };
            Assert.True(PersonalDataScanner.Scan(text).Has(number.Class), text);
        });
    }

    [Fact]
    public void A_number_at_the_end_of_a_long_text_is_found_too() => Gen.Select(SyntheticNumbers.Mobile, Gen.Int[0, 20_000]).Sample(
        (number, length) => Assert.True(PersonalDataScanner.Scan(new string('字', length) + number).Has(PersonalDataClass.Phone)), iter: 100);

    [Fact]
    public void Numbers_in_both_parts_are_found_in_the_whole() => Gen.Select(SyntheticNumbers.IdCard, SyntheticNumbers.Mobile, SyntheticNumbers.BankCard).Sample((id, phone, card) =>
    {
        var hits = PersonalDataScanner.Scan($"{id}、{phone}，{card}");
        Assert.True(hits.Has(PersonalDataClass.IdCard) && hits.Has(PersonalDataClass.Phone) && hits.Has(PersonalDataClass.BankCard));
    });

    [Theory]
    [InlineData("zhang.san+x@mail.example.com.cn", true)]
    [InlineData("写信给 li_4＠ｅｘａｍｐｌｅ．ｃｎ。", true)]
    [InlineData("a@b", false)]
    [InlineData("user@localhost and more", false)]
    [InlineData("@example.com", false)]
    [InlineData("a@example.c0m", false)]
    [InlineData("meet me @ 10.30", false)]
    [InlineData("Ask a@example.com.", true)]
    public void E_mail(string text, bool expected) => Assert.Equal(expected, PersonalDataScanner.Scan(text).Has(PersonalDataClass.Email));

    [Theory]
    [InlineData("京A12345", true)]
    [InlineData("沪B·D5678", true)]
    [InlineData("沪B·DDD78", false)]
    [InlineData("粤B D12345", true)] // new energy, small
    [InlineData("川A12345F", true)] // new energy, large
    [InlineData("车停在粤ＢＤ１２３４５旁", true)]
    [InlineData("苏E1234学", true)]
    [InlineData("京A123456789", false)]
    [InlineData("京I12345", false)]
    [InlineData("北京A座12345", false)]
    [InlineData("川A12345FG", false)]
    public void Plates(string text, bool expected) => Assert.Equal(expected, PersonalDataScanner.Scan(text).Has(PersonalDataClass.Plate));

    [Theory]
    [InlineData("0.13812345678")] // digits of a fraction
    [InlineData("13812345678.25")] // an amount
    [InlineData("138123456789012345678901234567890")] // part of a longer number
    [InlineData("2026-11-24 10:00:00.123456")]
    [InlineData("192.168.138.12")]
    [InlineData("")]
    [InlineData("- -- 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5")]
    public void Nothing_is_found_in_what_is_no_personal_data(string text) => Assert.Equal(0u, PersonalDataScanner.Scan(text).Matches);

    [Fact]
    public void A_whole_number_with_a_fraction_of_zeros_is_found() => Assert.True(PersonalDataScanner.Scan("13812345678.000").Has(PersonalDataClass.Phone));

    [Fact]
    public void Random_numbers_stay_below_the_threshold_and_real_ones_above_it()
    {
        foreach (var (type, digits) in ((PersonalDataClass, int)[])[(PersonalDataClass.Phone, 11), (PersonalDataClass.BankCard, 16), (PersonalDataClass.IdCard, 18)])
        {
            long matches = 0, candidates = 0;
            var random = new Random(digits);
            for (var i = 0; i < 20_000; i++)
            {
                var hits = PersonalDataScanner.Scan(string.Concat(Enumerable.Range(0, digits).Select(_ => (char)('0' + random.Next(10)))));
                matches += hits.Has(type) ? 1 : 0;
                candidates += (hits.Candidates & ScanHits.Bit(type)) != 0 ? 1 : 0;
            }
            Assert.Equal(20_000, candidates);
            Assert.False(PersonalData.IsFound(type, matches, candidates), $"{type} {matches}/{candidates}");
        }
        Assert.True(PersonalData.IsFound(PersonalDataClass.Phone, 3, 10));
        Assert.True(PersonalData.IsFound(PersonalDataClass.IdCard, 1, 1_000));
        Assert.True(PersonalData.IsFound(PersonalDataClass.Email, 1, 10_000));
        Assert.False(PersonalData.IsFound(PersonalDataClass.IdCard, 0, 0));
    }

    [Fact]
    public void Matches_are_always_candidates_and_any_text_is_survived() => Gen.String[0, 600].Sample(text =>
    {
        var hits = PersonalDataScanner.Scan(text);
        Assert.Equal(0u, hits.Matches & ~hits.Candidates);
    });
}
