using CsCheck;

namespace DataSpace.Kernel.Tests.Classification;

/// <summary>Numbers that belong to nobody: right in form and check, made by the rules of their standards and independently of the code under test.</summary>
internal static class SyntheticNumbers
{
    public const string OrganisationAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    private static readonly int[] IdWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    private static readonly string[] Regions = ["110101", "310115", "440305", "510107", "650102", "820000"];

    public static readonly Gen<string> IdCard =
        from region in Gen.OneOf(Regions)
        from days in Gen.Int[0, 60_000]
        from sequence in Gen.Int[0, 999]
        select WithIdCheck(region + new DateTime(1900, 1, 1).AddDays(days).ToString("yyyyMMdd") + sequence.ToString("000"));

    public static readonly Gen<string> Mobile =
        from second in Gen.Int[3, 9]
        from rest in Gen.Int[0, 999_999_999]
        select $"1{second}{rest:000000000}";

    public static readonly Gen<string> BankCard =
        from length in Gen.Int[15, 18]
        from digits in Gen.Int[0, 9].Array[18]
        select WithLuhn("62" + string.Concat(digits)[..(length - 2)]);

    public static readonly Gen<string> Organisation =
        from tail in Gen.Int[0, 30].Array[9]
        from region in Gen.OneOf(Regions)
        select WithOrganisationCheck("91" + region + string.Concat(tail.Select(t => OrganisationAlphabet[t])));

    /// <summary>GB 11643 as its table of weights has it.</summary>
    public static string WithIdCheck(string seventeen)
        => seventeen + "10X98765432"[seventeen.Select((c, i) => (c - '0') * IdWeights[i]).Sum() % 11];

    public static string WithLuhn(string digits)
    {
        var sum = digits.Reverse().Select((c, i) => i % 2 == 0 ? ((c - '0') * 2 / 10) + ((c - '0') * 2 % 10) : c - '0').Sum();
        return digits + ((10 - (sum % 10)) % 10);
    }

    public static string WithOrganisationCheck(string seventeen)
    {
        var sum = seventeen.Select((c, i) => OrganisationAlphabet.IndexOf(c) * (int)System.Numerics.BigInteger.ModPow(3, i, 31)).Sum();
        return seventeen + OrganisationAlphabet[(31 - (sum % 31)) % 31];
    }

    /// <summary>Every string that differs in one character, over the alphabet.</summary>
    public static IEnumerable<string> Changes(string text, string alphabet)
        => text.SelectMany((c, i) => alphabet.Where(a => a != c).Select(a => text[..i] + a + text[(i + 1)..]));

    /// <summary>Every string with two unequal neighbours exchanged.</summary>
    public static IEnumerable<(string Text, string Pair)> Swaps(string text)
        => Enumerable.Range(0, text.Length - 1).Where(i => text[i] != text[i + 1])
            .Select(i => (text[..i] + text[i + 1] + text[i] + text[(i + 2)..], text.Substring(i, 2)));
}
