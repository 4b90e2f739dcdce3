using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Classification;

/// <summary>What a column or dataset says about natural persons (个人信息保护法 art. 4 and 28). The order is the order of strictness.</summary>
public enum PersonalInformation
{
    /// <summary>Nothing about a natural person.</summary>
    None = 0,

    /// <summary>个人信息.</summary>
    Personal = 1,

    /// <summary>敏感个人信息: identity documents, accounts, health, biometrics, whereabouts, minors.</summary>
    Sensitive = 2,
}

/// <summary>Words of the flags. Pure.</summary>
public static class PersonalFlags
{
    private static readonly string[] Names = ["none", "personal", "sensitive"];
    private static readonly string[] NamesZh = ["不含个人信息", "个人信息", "敏感个人信息"];

    /// <summary>The word used in configurations and catalogues.</summary>
    public static string Name(this PersonalInformation flag) => Names[(int)flag];

    /// <summary>The same in Chinese.</summary>
    public static string NameZh(this PersonalInformation flag) => NamesZh[(int)flag];

    /// <summary>Reads a flag's word.</summary>
    public static Result<PersonalInformation> Parse(string? text)
        => Array.IndexOf(Names, text) is >= 0 and var index ? (PersonalInformation)index : ClassificationErrors.PersonalFlagUnknown.Of("none, personal or sensitive");

    /// <summary>The stricter of two.</summary>
    public static PersonalInformation Strictest(PersonalInformation a, PersonalInformation b) => a > b ? a : b;
}
