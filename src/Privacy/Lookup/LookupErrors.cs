using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Lookup;

/// <summary>The error catalogue of hidden look-ups (DS-PRV-200 to 219). No row carries a keyword, a record or an element.</summary>
public static class LookupErrors
{
    /// <summary>An element of a peer is not canonical, or is the identity.</summary>
    public static readonly ErrorKind ElementInvalid = new(
        "DS-PRV-200", 422, "An element of a peer is not canonical, or is the identity", "对方发送的群元素不规范或为单位元",
        "Refuse the run; such an element is never made by accident.",
        "请拒绝本次运行；这种元素不可能偶然产生。");

    /// <summary>The owner did not prove that it used its published key.</summary>
    public static readonly ErrorKind ProofInvalid = new(
        "DS-PRV-201", 422, "The owner did not prove that it used its published key", "数据方未能证明其使用了所公布的密钥",
        "Refuse the run; an owner that evaluates under several keys could tell keywords apart.",
        "请拒绝本次运行；使用多把密钥求值的数据方可能借此区分关键词。");

    /// <summary>The offered database is outside the limits or not the agreed one.</summary>
    public static readonly ErrorKind OfferInvalid = new(
        "DS-PRV-202", 422, "The offered database is outside the limits or not the agreed one", "所提供的查询库超出限制或与约定不符",
        "Refuse the run; check that both nodes run the same version.",
        "请拒绝本次运行；请确认双方节点版本一致。");

    /// <summary>The hint is not the one that was offered.</summary>
    public static readonly ErrorKind HintDiffers = new(
        "DS-PRV-203", 422, "The hint is not the one that was offered", "提示数据与所提供的摘要不符",
        "Refuse the run; with another hint the answers mean nothing.",
        "请拒绝本次运行；提示数据不符则答案无意义。");

    /// <summary>The terms of the look-up are not valid.</summary>
    public static readonly ErrorKind TermsInvalid = new(
        "DS-PRV-204", 422, "The terms of the look-up are not valid", "查询条款无效",
        "Correct the term that the detail names.",
        "请更正详情所指的条款。");

    /// <summary>A keyword is not valid under the agreed steps.</summary>
    public static readonly ErrorKind KeywordInvalid = new(
        "DS-PRV-205", 422, "A keyword is not valid under the agreed steps", "关键词不符合约定的规范化步骤",
        "Correct the keyword of that number; its steps stand in the plan.",
        "请更正该序号的关键词；规范化步骤见计划。");

    /// <summary>There are too many records for a database.</summary>
    public static readonly ErrorKind TooManyRecords = new(
        "DS-PRV-206", 422, "There are too many records for a database", "记录过多，无法建立查询库",
        "Use a smaller record size or fewer rows; the limits stand in the README of look-ups.",
        "请减小记录大小或行数；限制见查询模块的 README。");

    /// <summary>A record does not fit the declared size.</summary>
    public static readonly ErrorKind RecordTooLong = new(
        "DS-PRV-207", 422, "A record does not fit the declared size", "记录超出声明的大小",
        "Raise the dataset's record size, or offer fewer columns.",
        "请增大数据集声明的记录大小，或减少提供的列。");

    /// <summary>The kept database is damaged or another one.</summary>
    public static readonly ErrorKind DatabaseDamaged = new(
        "DS-PRV-208", 500, "The kept database is damaged or another one", "所保存的查询库已损坏或并非所需版本",
        "It is built again, with a new key; consumers then download its hint again.",
        "将以新密钥重建；使用方随后须重新下载提示数据。");

    /// <summary>The native library of the group is missing.</summary>
    public static readonly ErrorKind LibraryMissing = new(
        "DS-PRV-209", 501, "The native library libsodium is missing", "缺少本地库 libsodium",
        "Install the node from its package for this platform; there is no other path for this group.",
        "请安装适用于本平台的节点程序包；该群运算没有其他实现路径。");
}
