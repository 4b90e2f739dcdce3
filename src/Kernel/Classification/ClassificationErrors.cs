using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Classification;

/// <summary>Errors of classification and grading. 00x: reading; 01x: the compliance check of a listing.</summary>
public static class ClassificationErrors
{
    /// <summary>No such grade.</summary>
    public static readonly ErrorKind GradeUnknown = new("DS-CLS-001", 422, "The grade is unknown", "未知的数据级别",
        "Write one of: core, important, general-1 to general-4.", "请填写：core、important、general-1 至 general-4。");

    /// <summary>No such industry.</summary>
    public static readonly ErrorKind IndustryUnknown = new("DS-CLS-002", 422, "The industry code is unknown", "未知的行业代码",
        "Write a code of GB/T 4754 (section letter and 2 to 4 digits) or a topic code of the catalogue.", "请填写 GB/T 4754 代码（门类字母加 2 至 4 位数字）或目录主题代码。");

    /// <summary>No such flag.</summary>
    public static readonly ErrorKind PersonalFlagUnknown = new("DS-CLS-003", 422, "The personal-information flag is unknown", "未知的个人信息标记",
        "Write one of: none, personal, sensitive.", "请填写：none、personal、sensitive。");

    /// <summary>Something is missing or contradicts itself.</summary>
    public static readonly ErrorKind Incomplete = new("DS-CLS-004", 422, "The classification is missing or incomplete", "数据分类分级缺失或不完整",
        "Give the dataset a classification with industry, grade and personalInformation, and flag its personal columns.",
        "请为数据集填写 classification：industry、grade、personalInformation，并标记个人信息列。");

    /// <summary>Core data.</summary>
    public static readonly ErrorKind CoreNeverListed = new("DS-CLS-010", 403, "Core data is never listed", "核心数据不得上架",
        "Take the dataset out of the configuration; core data does not circulate here.", "请从配置中移除该数据集；核心数据不在此流通。");

    /// <summary>An offer is too weak for the grade.</summary>
    public static readonly ErrorKind OfferTooWeak = new("DS-CLS-011", 403, "An offer protects less than the data's grade asks for", "要约的保护措施低于数据级别要求",
        "Strengthen the offer that the detail names.", "请加强详情中所列的要约。");

    /// <summary>A personal column is offered without protection.</summary>
    public static readonly ErrorKind PersonalColumnOffered = new("DS-CLS-012", 403, "An offer opens a personal column further than its flag allows", "要约对个人信息列的开放超出其标记允许的范围",
        "Take the column out of the offer, or raise the offer's minimum group.", "请从要约中去掉该列，或提高要约的最小分组。");

    /// <summary>Personal data that the owner did not declare.</summary>
    public static readonly ErrorKind UndeclaredPersonalData = new("DS-CLS-013", 403, "Personal data was found in a column that does not declare it", "在未声明的列中发现个人信息",
        "Declare the column personal or sensitive, remove the data, or state the class under reviewed if it is something else.",
        "请将该列声明为 personal 或 sensitive，或删除相应数据；若确非个人信息，请在 reviewed 中注明该类别。");

    /// <summary>An identifier that the owner did not declare.</summary>
    public static readonly ErrorKind UndeclaredIdentifier = new("DS-CLS-014", 403, "A column holds identifiers and is not declared as identifier", "该列包含标识号但未声明为标识列",
        "Set identifier: true on the column, or state the class under reviewed.", "请在该列设置 identifier: true，或在 reviewed 中注明该类别。");

    /// <summary>The data could not be looked at.</summary>
    public static readonly ErrorKind NotSampled = new("DS-CLS-015", 503, "The data could not be sampled, so nothing is known about it", "无法抽样检查数据，因此不予上架",
        "Correct the cause that the detail names by its code, then check again. After an update, publish the sandbox worker anew.", "请按详情中的代码排除原因后重新检查；更新后请重新发布沙箱工作程序。");

    /// <summary>The declared scale is too small.</summary>
    public static readonly ErrorKind ScaleUnderstated = new("DS-CLS-016", 403, "The data has more rows or subjects than declared", "数据行数或主体数超过声明",
        "Correct the scale in the classification, or leave it out: then it is counted.", "请更正 classification 中的 scale，或将其省略，由检查自动统计。");

    /// <summary>The grade does not fit the data.</summary>
    public static readonly ErrorKind GradeTooLow = new("DS-CLS-017", 403, "The grade is too low for the personal information in the data", "数据级别低于其中个人信息所要求的级别",
        "Raise the grade as the detail says.", "请按详情提高级别。");

    /// <summary>What a peer is told.</summary>
    public static readonly ErrorKind NotListed = new("DS-CLS-020", 403, "The dataset has not passed its owner's compliance check", "该数据集未通过数据方的合规检查",
        "Ask the owner; dataspace dataset check at the owner's node says why.", "请联系数据方；在数据方节点运行 dataspace dataset check 可查看原因。");

    /// <summary>An offer of derived data goes further than a contract under which it was made.</summary>
    public static readonly ErrorKind DerivedWider = new("DS-CLS-018", 403, "An offer opens derived data further than the contracts it was made under", "要约对衍生数据的开放超出其来源合约",
        "Offer it to no more recipients, purposes and regions, with no smaller groups and no longer retention than the sources' contracts.", "接收方、用途、地域、最小分组与保存期限均不得宽于来源合约。");

    /// <summary>A file that this node exported as a result, listed as if it came from nowhere.</summary>
    public static readonly ErrorKind DerivedUndeclared = new("DS-CLS-019", 403, "The file is a result exported by this node, and the dataset does not say so", "该文件是本节点导出的计算结果，但数据集未声明",
        "Name the provenance file that was written beside it in derivedFrom.", "请在 derivedFrom 中填写随其导出的来源文件。");

    /// <summary>Derived data declared milder than its sources.</summary>
    public static readonly ErrorKind DerivedMilder = new("DS-CLS-021", 403, "Derived data is classified milder than what it was made from", "衍生数据的分类分级低于其来源",
        "Declare at least the inherited grade and personal flag, and a region that contains the inherited ones.", "级别与个人信息标记不得低于来源，地域须包含来源地域。");

    /// <summary>Derived data kept after its time.</summary>
    public static readonly ErrorKind DerivedOverdue = new("DS-CLS-022", 403, "Derived data is kept longer than its contracts allow", "衍生数据的保存超过来源合约的期限",
        "Delete the file and take the dataset out of the configuration.", "请删除文件并从配置中移除该数据集。");

    /// <summary>A provenance file that proves nothing.</summary>
    public static readonly ErrorKind ProvenanceInvalid = new("DS-CLS-023", 422, "The provenance of derived data cannot be believed", "衍生数据的来源文件无法采信",
        "Use the file as it was exported, by this node or by a participant whose key is confirmed in pins.", "请使用原样导出的文件，导出方须为本节点或 pins 中已确认密钥的参与方。");
}
