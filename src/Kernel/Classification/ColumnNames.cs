using DataSpace.Kernel.Classification.Detectors;

namespace DataSpace.Kernel.Classification;

/// <summary>What a column's name, English or Chinese, says about its content. Pure.</summary>
public static class ColumnNames
{
    /// <summary>Chinese names are matched anywhere in the name, the longest first.</summary>
    private static readonly (string Word, PersonalDataClass Class)[] Chinese =
    [
        ("统一社会信用代码", PersonalDataClass.OrganisationId), ("社会信用代码", PersonalDataClass.OrganisationId),
        ("身份证", PersonalDataClass.IdCard), ("公民身份", PersonalDataClass.IdCard), ("证件号", PersonalDataClass.IdCard),
        ("银行卡", PersonalDataClass.BankCard), ("银行账号", PersonalDataClass.BankCard), ("卡号", PersonalDataClass.BankCard),
        ("手机", PersonalDataClass.Phone), ("联系电话", PersonalDataClass.Phone), ("电话号码", PersonalDataClass.Phone), ("移动电话", PersonalDataClass.Phone),
        ("邮箱", PersonalDataClass.Email), ("电子邮件", PersonalDataClass.Email),
        ("车牌", PersonalDataClass.Plate), ("号牌号码", PersonalDataClass.Plate),
        ("姓名", PersonalDataClass.PersonName), ("联系人", PersonalDataClass.PersonName),
        ("住址", PersonalDataClass.Address), ("家庭地址", PersonalDataClass.Address), ("通讯地址", PersonalDataClass.Address), ("居住地址", PersonalDataClass.Address),
        ("出生日期", PersonalDataClass.BirthDate), ("生日", PersonalDataClass.BirthDate),
        ("护照", PersonalDataClass.Passport),
        ("病历", PersonalDataClass.Health), ("诊断", PersonalDataClass.Health), ("疾病", PersonalDataClass.Health),
        ("指纹", PersonalDataClass.Biometric), ("人脸", PersonalDataClass.Biometric), ("虹膜", PersonalDataClass.Biometric), ("声纹", PersonalDataClass.Biometric),
    ];

    /// <summary>English names are matched word by word; all words of a row must follow each other in the name.</summary>
    private static readonly (string[] Words, PersonalDataClass Class)[] English =
    [
        (["id", "card"], PersonalDataClass.IdCard), (["idcard"], PersonalDataClass.IdCard), (["identity", "number"], PersonalDataClass.IdCard), (["national", "id"], PersonalDataClass.IdCard),
        (["id", "number"], PersonalDataClass.IdCard), (["sfz"], PersonalDataClass.IdCard), (["sfzh"], PersonalDataClass.IdCard), (["citizen", "id"], PersonalDataClass.IdCard),
        (["phone"], PersonalDataClass.Phone), (["mobile"], PersonalDataClass.Phone), (["cellphone"], PersonalDataClass.Phone), (["telephone"], PersonalDataClass.Phone),
        (["tel"], PersonalDataClass.Phone), (["msisdn"], PersonalDataClass.Phone),
        (["bank", "card"], PersonalDataClass.BankCard), (["bankcard"], PersonalDataClass.BankCard), (["card", "number"], PersonalDataClass.BankCard),
        (["card", "no"], PersonalDataClass.BankCard), (["bank", "account"], PersonalDataClass.BankCard), (["iban"], PersonalDataClass.BankCard),
        (["email"], PersonalDataClass.Email), (["mail"], PersonalDataClass.Email), (["e", "mail"], PersonalDataClass.Email),
        (["plate"], PersonalDataClass.Plate), (["license", "plate"], PersonalDataClass.Plate), (["plate", "no"], PersonalDataClass.Plate),
        (["uscc"], PersonalDataClass.OrganisationId), (["social", "credit", "code"], PersonalDataClass.OrganisationId),
        (["full", "name"], PersonalDataClass.PersonName), (["first", "name"], PersonalDataClass.PersonName), (["last", "name"], PersonalDataClass.PersonName),
        (["surname"], PersonalDataClass.PersonName), (["person", "name"], PersonalDataClass.PersonName), (["patient", "name"], PersonalDataClass.PersonName),
        (["customer", "name"], PersonalDataClass.PersonName), (["contact", "name"], PersonalDataClass.PersonName), (["real", "name"], PersonalDataClass.PersonName),
        (["user", "name"], PersonalDataClass.PersonName), (["xingming"], PersonalDataClass.PersonName),
        (["home", "address"], PersonalDataClass.Address), (["postal", "address"], PersonalDataClass.Address), (["street", "address"], PersonalDataClass.Address),
        (["ip", "address"], PersonalDataClass.Device), (["ip"], PersonalDataClass.Device), (["mac", "address"], PersonalDataClass.Device), (["imei"], PersonalDataClass.Device),
        (["imsi"], PersonalDataClass.Device), (["address"], PersonalDataClass.Address), (["addr"], PersonalDataClass.Address),
        (["birth", "date"], PersonalDataClass.BirthDate), (["birthdate"], PersonalDataClass.BirthDate), (["birthday"], PersonalDataClass.BirthDate),
        (["date", "of", "birth"], PersonalDataClass.BirthDate), (["dob"], PersonalDataClass.BirthDate),
        (["passport"], PersonalDataClass.Passport),
        (["diagnosis"], PersonalDataClass.Health), (["disease"], PersonalDataClass.Health), (["medical", "record"], PersonalDataClass.Health),
        (["fingerprint"], PersonalDataClass.Biometric), (["iris"], PersonalDataClass.Biometric), (["face", "id"], PersonalDataClass.Biometric),
    ];

    /// <summary>The class that the name speaks of, or null.</summary>
    public static PersonalDataClass? ClassOf(string name)
    {
        foreach (var (word, type) in Chinese)
        {
            if (name.Contains(word, StringComparison.Ordinal))
                return type;
        }
        var words = Words(name);
        foreach (var (sought, type) in English)
        {
            for (var at = 0; at + sought.Length <= words.Count; at++)
            {
                if (words.Skip(at).Take(sought.Length).SequenceEqual(sought, StringComparer.Ordinal))
                    return type;
            }
        }
        return null;
    }

    /// <summary><c>customerPhone_no</c> → customer, phone, no.</summary>
    private static List<string> Words(string name)
    {
        var words = new List<string>();
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            var ends = i == name.Length || !char.IsAsciiLetter(name[i]);
            var turns = !ends && i > start && char.IsAsciiLetterUpper(name[i]) && char.IsAsciiLetterLower(name[i - 1]);
            if (!ends && !turns)
                continue;
            if (i > start)
                words.Add(name[start..i].ToLowerInvariant());
            start = turns ? i : i + 1;
        }
        return words;
    }
}
