using DataSpace.Kernel.Classification.Detectors;

namespace DataSpace.Kernel.Classification;

/// <summary>Words, floors and thresholds of the classes of personal data, and what a column's name says. Pure.</summary>
public static class PersonalData
{
    /// <value>
    /// Matches per thousand values of the right shape from which a weakly checked number counts as found. Chance alone gives 70 for phones (first two of
    /// eleven digits), 60 for bank cards (Luhn and the first digit), 30 for organisations; a real column, or real numbers in free text, give nearly all.
    /// </value>
    public const int WeakCheckPermille = 300;

    /// <value>The same for resident ids: region, date and check together leave 0.03 of a thousand random numbers.</value>
    public const int StrongCheckPermille = 1;

    private static readonly (PersonalDataClass Class, string Name, string Zh, PersonalInformation Least)[] Table =
    [
        (PersonalDataClass.IdCard, "idCard", "身份证号", PersonalInformation.Sensitive),
        (PersonalDataClass.Phone, "phone", "手机号", PersonalInformation.Personal),
        (PersonalDataClass.BankCard, "bankCard", "银行卡号", PersonalInformation.Sensitive),
        (PersonalDataClass.Email, "email", "电子邮箱", PersonalInformation.Personal),
        (PersonalDataClass.Plate, "plate", "车牌号", PersonalInformation.Personal),
        (PersonalDataClass.OrganisationId, "organisationId", "统一社会信用代码", PersonalInformation.None),
        (PersonalDataClass.PersonName, "personName", "姓名", PersonalInformation.Personal),
        (PersonalDataClass.Address, "address", "住址", PersonalInformation.Personal),
        (PersonalDataClass.BirthDate, "birthDate", "出生日期", PersonalInformation.Personal),
        (PersonalDataClass.Passport, "passport", "护照号", PersonalInformation.Sensitive),
        (PersonalDataClass.Health, "health", "健康信息", PersonalInformation.Sensitive),
        (PersonalDataClass.Biometric, "biometric", "生物识别", PersonalInformation.Sensitive),
        (PersonalDataClass.Device, "device", "网络或设备标识", PersonalInformation.Personal),
    ];

    /// <summary>All classes.</summary>
    public static IReadOnlyList<PersonalDataClass> All { get; } = [.. Table.Select(t => t.Class)];

    /// <summary>The word used in configurations, rules and reports.</summary>
    public static string Name(this PersonalDataClass type) => Table[(int)type].Name;

    /// <summary>The same in Chinese.</summary>
    public static string NameZh(this PersonalDataClass type) => Table[(int)type].Zh;

    /// <summary>The flag that a column with this class needs at least (GB/T 35273, annexes A and B).</summary>
    public static PersonalInformation Least(this PersonalDataClass type) => Table[(int)type].Least;

    /// <summary>The class of a word, or null.</summary>
    public static PersonalDataClass? Parse(string? name)
        => Table.Where(t => t.Name == name).Select(t => (PersonalDataClass?)t.Class).FirstOrDefault();

    /// <summary>Do these counts say that the class is there? One match is enough where the shape leaves nothing to chance.</summary>
    /// <param name="type">Class.</param>
    /// <param name="matches">Values in which it was found.</param>
    /// <param name="candidates">Values in which its shape was found.</param>
    public static bool IsFound(PersonalDataClass type, long matches, long candidates) => matches > 0 && matches * 1000 >= candidates * type switch
    {
        PersonalDataClass.Phone or PersonalDataClass.BankCard or PersonalDataClass.OrganisationId => WeakCheckPermille,
        PersonalDataClass.IdCard => StrongCheckPermille,
        _ => 0,
    };
}
