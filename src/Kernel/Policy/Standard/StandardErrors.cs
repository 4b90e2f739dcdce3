using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>Refusals of digital contracts in the trusted-data-space standard's form and of their translation. Area POL, 080-089.</summary>
public static class StandardErrors
{
    private const string SchemaEn = "Compare with contracts/schemas/digital-contract.schema.json.";
    private const string SchemaZh = "请对照 contracts/schemas/digital-contract.schema.json。";

    /// <summary>Not a contract of the standard.</summary>
    public static readonly ErrorKind Malformed = new("DS-POL-080", 422, "The digital contract is malformed", "数字合约格式错误", SchemaEn, SchemaZh);

    /// <summary>Size, depth or number of parts beyond the limits.</summary>
    public static readonly ErrorKind TooLarge = new("DS-POL-081", 422,
        "The digital contract exceeds the limits", "数字合约超出限制",
        "Keep to 1 MiB, 32 levels, 1,000 policies, 1,000 constraints per policy and 1,000 values per constraint.",
        "请遵守 1 MiB、32 层、1,000 条策略、每条策略 1,000 个约束、每个约束 1,000 个值的限制。");

    /// <summary>A member that the data dictionary does not have.</summary>
    public static readonly ErrorKind UnknownMember = new("DS-POL-082", 422,
        "The digital contract has a member that the standard does not know", "数字合约含有标准之外的成员",
        "Put it into expansionItem, where the standard has room for more.", "请放入 expansionItem（扩展信息）。");

    /// <summary>A value of the wrong format or length.</summary>
    public static readonly ErrorKind BadField = new("DS-POL-083", 422, "A field of the digital contract has a wrong format", "数字合约的字段格式错误", SchemaEn, SchemaZh);

    /// <summary>A required member is absent.</summary>
    public static readonly ErrorKind MissingField = new("DS-POL-084", 422,
        "A field of the digital contract is missing", "数字合约缺少字段",
        "Only a contract that is still negotiated (status 01 or 02) may leave it out.", "只有处于发起或协商状态（01、02）的合约可以省略该字段。");

    /// <summary>Contract, node or product id whose check character or parts are wrong.</summary>
    public static readonly ErrorKind BadIdentifier = new("DS-POL-085", 422,
        "An identifier does not pass its check character", "标识码校验未通过", "Copy the identifier again from where it was issued.", "请从签发处重新复制该标识码。");

    /// <summary>A code that the dictionary does not list.</summary>
    public static readonly ErrorKind UnknownCode = new("DS-POL-086", 422,
        "The digital contract has a code that the standard does not list", "数字合约含有标准未列出的代码", SchemaEn, SchemaZh);

    /// <summary>Two statements about one thing that differ.</summary>
    public static readonly ErrorKind Inconsistent = new("DS-POL-087", 422,
        "The digital contract describes one thing in two ways", "数字合约对同一对象的描述不一致",
        "Describe each product and each node the same way wherever it is named.", "请在各处对同一产品或节点使用相同的描述。");

    /// <summary>The other vocabulary has no room for it; nothing is dropped silently.</summary>
    public static readonly ErrorKind NotTranslatable = new("DS-POL-088", 422,
        "This cannot be translated without loss", "无法无损转换",
        "Shorten the values or split the rule; nothing was dropped silently.", "请缩短取值或拆分规则；未静默丢弃任何内容。");
}
