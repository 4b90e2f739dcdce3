using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Money;

/// <summary>Refusals of amounts. Area MON.</summary>
public static class MoneyErrors
{
    /// <summary>Not a decimal amount.</summary>
    public static readonly ErrorKind NotAnAmount = new("DS-MON-001", 400,
        "The amount is not a decimal number of the currency", "金额格式不正确",
        "Write digits with at most the currency's decimals, for example 2.00.", "请书写数字，小数位不超过该货币的最小单位，例如 2.00。");

    /// <summary>Not one of the known currencies.</summary>
    public static readonly ErrorKind UnknownCurrency = new("DS-MON-002", 400,
        "The currency is not known", "币种未知",
        "Use an ISO 4217 code that this space accepts, for example CNY.", "请使用本空间接受的 ISO 4217 代码，例如 CNY。");
}
