using DataSpace.Kernel.Results;

namespace DataSpace.Hosting.Regulation;

/// <summary>Refusals of nodes around regulation. Area NEG from 040; the regulators' own rows come before.</summary>
public static class RegulationErrors
{
    /// <summary>The other side said that this contract is suspended.</summary>
    public static readonly ErrorKind SuspendedThere = new("DS-NEG-040", 403, "The contract is suspended at the other party by order of a regulator", "合约已由对方依监管要求中止",
        "The rule or case named says why; the contract goes on by itself when the regulator lifts it.", "所列规则或案件说明了原因；监管方解除后合约自动恢复。");

    /// <summary>A running use was stopped.</summary>
    public static readonly ErrorKind UseStopped = new("DS-NEG-041", 403, "The use was stopped while it ran; it stays spent and nothing was released", "使用在运行中被停止；次数不予退还，未释放任何结果",
        "The rule or case named says why. Submit the job again once it is lifted.", "所列规则或案件说明了原因；解除后请重新提交任务。");

    /// <summary>A notice that is not from the party it speaks for.</summary>
    public static readonly ErrorKind NoticeInvalid = new("DS-NEG-042", 403, "The notice is not one of this contract's other party", "通知并非来自该合约的对方",
        "Send it signed with the key that the contract pins, for a contract that exists here.", "请使用合约固定的密钥签名，且仅针对本节点已有的合约。");

    /// <summary>The volume of a dataset cannot be told, and a rule asks for it.</summary>
    public static readonly ErrorKind VolumeReached = new("DS-NEG-043", 403, "The year's volume that a rule allows is used up", "规则允许的年度数量已用尽",
        "Pass the route that the rule names, or wait for the next calendar year.", "请完成规则要求的程序，或等待下一自然年。");
}
