using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>The error catalogue of vertical regression (DS-PRV-240 to 269 and 320 to 339). No row carries a value.</summary>
public static class VerticalErrors
{
    /// <summary>The terms of the regression are not valid.</summary>
    public static readonly ErrorKind TermsInvalid = new(
        "DS-PRV-240", 422, "The terms of the regression are not valid", "回归条款无效",
        "Correct the term that the detail names.",
        "请更正详情所指的条款。");

    /// <summary>Too few common rows for so many columns.</summary>
    public static readonly ErrorKind TooFewRows = new(
        "DS-PRV-241", 403, "Too few common rows for so many columns", "共有行数相对列数过少",
        "Use fewer columns: there must be ten rows for each, the intercept included.",
        "请减少列数：每列（含截距）至少需要十行。");

    /// <summary>A column has one value only.</summary>
    public static readonly ErrorKind ConstantColumn = new(
        "DS-PRV-242", 422, "A column has one value only", "某列仅有单一取值",
        "Leave the column out: it says nothing beside the intercept.",
        "请去掉该列：除截距外它不含信息。");

    /// <summary>The ridge must be larger than zero.</summary>
    public static readonly ErrorKind RidgeMissing = new(
        "DS-PRV-243", 422, "The ridge must be larger than zero", "岭参数必须大于零",
        "Give a ridge, for example 1: it multiplies the sum of squared weights beside the summed loss.",
        "请给出岭参数（例如 1）：它与求和损失并列，作用于权重平方和。");

    /// <summary>The label is not a column of both 0 and 1.</summary>
    public static readonly ErrorKind LabelInvalid = new(
        "DS-PRV-244", 422, "The label is not a column of both 0 and 1", "标签列并非同时含有 0 与 1",
        "Name a column that holds 0 and 1, each at least once.",
        "请指定仅含 0 与 1 且两者均出现的列。");

    /// <summary>A column holds something that is no finite number.</summary>
    public static readonly ErrorKind ValueInvalid = new(
        "DS-PRV-245", 422, "A column holds something that is no finite number", "某列含有非有限数值",
        "Fill or filter the rows in question at their owner.",
        "请在数据所有方补全或过滤相关行。");

    /// <summary>The model did not pass its certificate.</summary>
    public static readonly ErrorKind CertificateRefused = new(
        "DS-PRV-246", 409, "The model did not pass its certificate", "模型未通过其收敛证明",
        "Scores left the range of the sigmoid, or iterations were too few. A new job with a larger range or more iterations is a new use, and this refusal disclosed how far it missed.",
        "得分超出 S 型函数范围，或迭代次数不足。扩大范围或增加迭代须新建作业并计为新的使用；本次拒绝已披露偏差大小。");

    /// <summary>A message has the wrong length.</summary>
    public static readonly ErrorKind MessageLength = new(
        "DS-PRV-247", 422, "A regression message has the wrong length", "回归消息长度错误",
        "Refuse the run; the peer's software is wrong or the message was cut.",
        "请拒绝本次运行；对方软件有误或消息被截断。");

    /// <summary>It is not the peer's turn.</summary>
    public static readonly ErrorKind OutOfOrder = new(
        "DS-PRV-248", 409, "A regression message came out of turn", "回归消息次序错误",
        "Refuse the run; somebody repeated, dropped or reordered messages.",
        "请拒绝本次运行；有人重复、丢弃或调换了消息。");

    /// <summary>The run is not complete.</summary>
    public static readonly ErrorKind Incomplete = new(
        "DS-PRV-249", 409, "The regression is not complete", "回归尚未完成",
        "Wait for the peer, or start a new run under a new Grant.",
        "请等待对方，或以新的授权记录重新运行。");

    /// <summary>The run is closed.</summary>
    public static readonly ErrorKind RunClosed = new(
        "DS-PRV-250", 409, "The regression run is closed", "回归运行已关闭",
        "Start a new run under a new Grant; its keys are fresh.",
        "请以新的授权记录重新运行；密钥将重新生成。");

    /// <summary>The ridge is too small for so many rows and columns.</summary>
    public static readonly ErrorKind RidgeTooSmall = new(
        "DS-PRV-320", 422, "The ridge is too small for so many rows and columns", "岭参数相对行数与列数过小",
        "Give at least the ridge that the detail names: a linear model over two owners' columns is solved on fractions of 42 bits, and with less of a ridge they would not suffice whatever the data are.",
        "请至少给出详情所指的岭参数：跨两方列的线性模型以 42 位小数求解，岭参数过小时无论数据如何精度均不足。");

    /// <summary>The label has one value only.</summary>
    public static readonly ErrorKind ConstantLabel = new(
        "DS-PRV-321", 422, "The label has one value only", "标签列仅有单一取值",
        "Name a column that differs between the common rows.",
        "请指定在共有行之间取值不同的列。");

    /// <summary>The solution did not pass its certificate.</summary>
    public static readonly ErrorKind ResidualRefused = new(
        "DS-PRV-322", 409, "The linear model did not pass its certificate", "线性模型未通过其残差证明",
        "The residual of the normal equations was not small: a rounding on shares went wrong, which happens by chance about as often as the plan says, or a party did not follow the protocol. Ask again as a new job.",
        "正规方程残差过大：份额取整出错（概率如计划所示），或有一方未遵循协议。请以新作业重试。");
}
