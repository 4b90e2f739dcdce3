using DataSpace.Kernel.Results;

namespace DataSpace.Regulator;

/// <summary>Errors of the regulator's host. Area REG.</summary>
public static class RegulatorErrors
{
    /// <summary>No rule set is in force.</summary>
    public static readonly ErrorKind NothingPublished = new("DS-REG-001", 404, "No rule set is in force", "尚无生效的规则集",
        "Publish one: dataspace regulator publish RULES", "请发布规则集：dataspace regulator publish RULES");

    /// <summary>The rule set delegates to a key that this host does not have.</summary>
    public static readonly ErrorKind ForeignStampKey = new("DS-REG-002", 409, "The rule set entrusts another online key than this host's", "规则集委托的在线密钥不是本机密钥",
        "Take the key from: dataspace regulator status, then import and sign again.", "请用 dataspace regulator status 查看本机密钥，重新导入并签署。");

    /// <summary>The target is frozen already.</summary>
    public static readonly ErrorKind AlreadyFrozen = new("DS-REG-003", 409, "It is frozen already", "已处于冻结状态",
        "Look at the standing freezes: dataspace regulator status", "请查看现有冻结：dataspace regulator status");

    /// <summary>The target is not frozen.</summary>
    public static readonly ErrorKind NotFrozen = new("DS-REG-004", 404, "It is not frozen", "未被冻结",
        "Look at the standing freezes: dataspace regulator status", "请查看现有冻结：dataspace regulator status");

    /// <summary>No such node.</summary>
    public static readonly ErrorKind NodeUnknown = new("DS-REG-005", 404, "There is no such node", "没有该节点",
        "Register it with its node.json: dataspace regulator register NODE.JSON", "请用其 node.json 登记：dataspace regulator register NODE.JSON");

    /// <summary>Too many nodes, freezes or clearances.</summary>
    public static readonly ErrorKind TooMany = new("DS-REG-006", 429, "The regulator's host holds as many as it can", "监管主机的数量已达上限",
        "Lift or remove what is no longer needed.", "请解除或移除不再需要的项目。");

    /// <summary>An acknowledgement that is not this node's word to this regulator.</summary>
    public static readonly ErrorKind BadAcknowledgement = new("DS-REG-007", 400, "The acknowledgement does not fit", "回执不符",
        "A node acknowledges in its own name, to this regulator, what it has accepted.", "节点须以自身名义向本监管方确认其已接受的内容。");

    /// <summary>An act without what belongs to it.</summary>
    public static readonly ErrorKind BadAct = new("DS-REG-008", 400, "The act is incomplete or not valid", "监管措施不完整或无效",
        "Give target and case id as the command's help says.", "请按命令帮助填写对象和案件编号。");

    /// <summary>The rule is not in force.</summary>
    public static readonly ErrorKind RuleUnknown = new("DS-REG-009", 404, "There is no such rule in force", "没有该生效规则",
        "Give the id of a rule whose route is an assessment, a standard contract or a certification.", "请填写途径为安全评估、标准合同或认证的规则标识。");

    /// <summary>No such clearance.</summary>
    public static readonly ErrorKind NotCleared = new("DS-REG-010", 404, "There is no such clearance", "没有该许可",
        "Look at the standing clearances: dataspace regulator status", "请查看现有许可：dataspace regulator status");

    /// <summary>A node's card that cannot be used.</summary>
    public static readonly ErrorKind BadCard = new("DS-REG-011", 400, "This is no node's card", "不是有效的节点名片",
        "Give the node.json that the node wrote in its directory.", "请提供节点在其目录中写入的 node.json。");

    /// <summary>The same version is in force.</summary>
    public static readonly ErrorKind VersionTaken = new("DS-REG-012", 409, "A rule set of this or a higher version was published before", "已发布过相同或更高版本的规则集",
        "Import again with a higher version number.", "请使用更高的版本号重新导入。");

    /// <summary>Approvals of an act that is no longer what they were given for.</summary>
    public static readonly ErrorKind ApprovalsOutdated = new("DS-REG-015", 409, "The approvals are outdated: another act came between, it was carried out before, or a day has passed", "签署已失效：其间另有监管措施、已执行过或已超过一天",
        "Write the act again and have it signed again.", "请重新生成措施文件并重新签署。");

    /// <summary>The store is older than the ledger.</summary>
    public static readonly ErrorKind StoreRolledBack = new("DS-REG-013", 409, "The store is older than what this host has published", "状态库早于本机已发布的内容",
        "Compare freezes and clearances with the acts in the ledger (dataspace ledger show), then publish a higher version.", "请将冻结与许可同账本中的监管措施核对（dataspace ledger show），然后发布更高版本。");
}
