using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Lint;

/// <summary>What a look at a policy finds beyond what the compiler refuses. Area POL, 089-094 and 097.</summary>
public static class LintErrors
{
    /// <summary>What was asked cannot be explained.</summary>
    public static readonly ErrorKind BadQuestion = new("DS-POL-089", 400,
        "The question about a policy is not complete", "关于策略的问题不完整",
        "Name an agreement, or a dataset with one of its offers, or give a policy.", "请指明合约，或数据集及其要约，或给出策略文件。");

    /// <summary>A fact that nobody can ask a gate for.</summary>
    public static readonly ErrorKind NotAsked = new("DS-POL-097", 400,
        "The gate takes this from its own knowledge, or this computation does not ask for it", "该项由关口自行确定，或此类计算并不提出该项",
        "Leave it out; ask about an offer or a policy file to see what another value would change.", "请去掉该项；若要了解其他取值的影响，请就要约或策略文件提问。");

    /// <summary>The same thing is permitted and prohibited.</summary>
    public static readonly ErrorKind AuthorisationConflict = new("DS-POL-090", 422,
        "A permission and a prohibition speak about the same use; the prohibition wins", "许可与禁止涉及同一使用；以禁止为准",
        "Take what is prohibited out of the permission, so that both parties read the same.", "请从许可中去掉被禁止的内容，使双方理解一致。");

    /// <summary>No value can satisfy all constraints.</summary>
    public static readonly ErrorKind Unsatisfiable = new("DS-POL-091", 422,
        "No use can satisfy all constraints of this rule", "没有任何使用能满足该规则的全部约束", "Remove one of the constraints that exclude each other.", "请删除相互排斥的约束之一。");

    /// <summary>Linked rules have different scopes.</summary>
    public static readonly ErrorKind ScopeMismatch = new("DS-POL-092", 422,
        "Computing and delivering are permitted for different uses, never for the same one", "计算与交付的许可范围不同，没有同时覆盖的使用",
        "Give both rules the same parties, purposes and times.", "请使两条规则的当事方、用途和时间一致。");

    /// <summary>A rule that never decides anything.</summary>
    public static readonly ErrorKind Unreachable = new("DS-POL-093", 422,
        "This rule never decides anything", "该规则永远不起作用", "Remove it, or change what stands in its way.", "请删除该规则，或修改阻碍它的规则。");

    /// <summary>A protection that the policy leaves out.</summary>
    public static readonly ErrorKind Unprotected = new("DS-POL-094", 422,
        "The policy leaves out a protection", "策略缺少一项保护", "Add it, or be sure that this data does not need it.", "请补充，或确认该数据无需此项保护。");
}
