using DataSpace.Kernel.Results;

namespace DataSpace.Cli.Regulator;

/// <summary>Errors of <c>dataspace regulator</c> that arise on the officer's machine. Area REG, 030 to 049.</summary>
public static class RegulatorCliErrors
{
    /// <summary>Rows or cells that are no rules.</summary>
    public static readonly ErrorKind BadTable = new("DS-REG-030", 400, "The table of rules has problems", "规则表存在问题",
        "Correct every cell listed above; a template is contracts/policies/negative-list-rules.csv.", "请更正上面列出的每个单元格；模板见 contracts/policies/negative-list-rules.csv。");

    /// <summary>Not a workbook, or one that is built to harm.</summary>
    public static readonly ErrorKind BadWorkbook = new("DS-REG-031", 400, "The workbook cannot be read", "无法读取工作簿",
        "Save it as an Excel workbook (.xlsx) without macros, or as CSV in UTF-8.", "请另存为不含宏的 Excel 工作簿（.xlsx），或 UTF-8 编码的 CSV。");

    /// <summary>A key file that must not be used.</summary>
    public static readonly ErrorKind BadKeyFile = new("DS-REG-032", 400, "The root key file cannot be used", "根密钥文件不可用",
        "Give a file made by: dataspace regulator keygen, readable by its owner alone (mode 0600).", "请使用 dataspace regulator keygen 生成的文件，且仅所有者可读（权限 0600）。");

    /// <summary>A file that would be overwritten.</summary>
    public static readonly ErrorKind FileExists = new("DS-REG-033", 409, "The file exists already", "文件已存在",
        "Choose another name; nothing is overwritten.", "请换用其他名称；不会覆盖现有文件。");

    /// <summary>The same key signed before.</summary>
    public static readonly ErrorKind SignedBefore = new("DS-REG-034", 409, "This key has signed the rule set already", "该密钥已签署过此规则集",
        "Another person has to sign, with a key of their own.", "须由另一人使用自己的密钥签署。");

    /// <summary>Not an act.</summary>
    public static readonly ErrorKind NoAct = new("DS-REG-036", 400, "The file holds no lift and no clearance", "文件中没有解除或许可措施",
        "Give the file that dataspace regulator lift or clear wrote.", "请提供 dataspace regulator lift 或 clear 生成的文件。");

    /// <summary>No orders to change.</summary>
    public static readonly ErrorKind NothingInForce = new("DS-REG-037", 409, "Nothing is in force at the regulator's host", "监管主机上没有生效内容",
        "Look at: dataspace regulator status", "请查看：dataspace regulator status");

    /// <summary>Neither node nor options say who the regulator is.</summary>
    public static readonly ErrorKind WhichRegulator = new("DS-REG-035", 400, "It is not said which regulator and which online key", "未指明监管方及其在线密钥",
        "Give --node DIR of the regulator's host, or --regulator DID and --stamp-key KEY.", "请用 --node DIR 指定监管主机目录，或给出 --regulator DID 和 --stamp-key KEY。");
}
