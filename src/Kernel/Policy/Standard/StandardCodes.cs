using System.Collections.Frozen;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// Codes of the trusted-data-space contract standard (TC609-6-2025-14, Annex C) beside the words of the ODRL profile. A code keeps the spelling of the
/// standard's text, typing errors included, because that is what travels between systems.
/// </summary>
public static class StandardCodes
{
    /// <summary>Name of everything that the dictionary leaves open.</summary>
    public const string Expansion = "expansionItem";

    /// <summary>Prefix of ODRL terms that only the standard has; the engine refuses them by name.</summary>
    public const string Prefix = "std:";

    /// <summary>The 20 actions of table C.5 in their order, each with its ODRL action; <c>std:</c> where ODRL and the profile have none.</summary>
    public static IReadOnlyList<(string Code, string Odrl, string NameZh)> Actions { get; } =
    [
        ("transform", "dataspace:transform", "转换"), ("anonymize", "dataspace:anonymize", "匿名化"), ("desensitize", "dataspace:desensitize", "脱敏"), ("access", "dataspace:access", "访问"),
        ("read", "read", "读取"), ("reproduce", "reproduce", "复制"), ("storage", "dataspace:storage", "存储"), ("download", "std:download", "下载"),
        ("process", "dataspace:process", "加工"), ("jointDevelop", "dataspace:jointDevelop", "联合开发"), ("distribute", "distribute", "分发"),
        ("compute", "dataspace:compute", "计算"), ("grantUse", "grantUse", "授权使用"), ("plicyTransmit", "std:plicyTransmit", "策略传递"),
        ("delivery", "dataspace:delivery", "交付"), ("sell", "sell", "交易"), ("logRecordSend", "dataspace:logRecordSend", "行为记录发送"),
        ("delete", "delete", "删除"), ("alert", "std:alert", "异常提醒"), ("compensate", "compensate", "补偿"),
    ];

    /// <summary>The 18 constraint names of table C.6 in their order, each with its ODRL left operand; <c>std:</c> where there is none.</summary>
    public static IReadOnlyList<(string Name, string Odrl, string NameZh)> Constraints { get; } =
    [
        ("time", "dateTime", "时间范围"), ("timeWindow", "elapsedTime", "时间窗口"), ("region", "dataspace:executionRegion", "限制地域"),
        ("networkAddress", "dataspace:networkAddress", "网络地址"), ("physicalAddress", "std:physicalAddress", "物理地址"), ("count", "count", "使用次数"),
        ("frequency", "dataspace:frequency", "使用频次"), ("dataSize", "dataspace:outputBytes", "数据规模"), ("dateRecord", "dataspace:maxRows", "数据记录数"),
        ("dataField", "dataspace:column", "数据字段"), ("valueExpression", "dataspace:rowFilter", "数据字段值"), ("application", "std:application", "应用程序"),
        ("algorithm", "dataspace:algorithm", "算法"), ("machineLearningModels", "std:machineLearningModels", "机器学习模型"),
        ("executionEnv", "dataspace:executionEnv", "执行环境"), ("encryptMode", "dataspace:encryptMode", "加密方式"),
        ("deliveryMethod", "dataspace:deliveryMethod", "交付方式"), ("payAmount", "payAmount", "交易金额"),
    ];

    /// <summary>Two-digit operator codes, 01 first, and their ODRL names.</summary>
    public static IReadOnlyList<(string Code, string Odrl)> Operators { get; } =
    [
        ("01", "eq"), ("02", "gt"), ("03", "gteq"), ("04", "hasPart"), ("05", "isA"), ("06", "isAllOf"),
        ("07", "isAnyOf"), ("08", "isNoneOf"), ("09", "isPartOf"), ("10", "lt"), ("11", "lteq"), ("12", "neq"),
    ];

    /// <summary>Values of <c>executionEnv</c>, <c>encryptMode</c> and <c>deliveryMethod</c>: code and the profile's word.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<(string Code, string Word)>> ValueCodes { get; } = new Dictionary<string, IReadOnlyList<(string, string)>>
    {
        ["executionEnv"] =
        [
            ("01", "usage-control"), ("02", "sandbox"), ("03", "mpc"), ("04", "federated-learning"), ("05", "tee"), ("06", "confidential-computing"), ("07", "other"),
        ],
        ["encryptMode"] = [("01", "plaintext"), ("02", "ciphertext"), ("03", "other")],
        ["deliveryMethod"] = [("01", "file"), ("02", "stream"), ("03", "api"), ("04", "other")],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Contract states; 04 does not exist, and filing has no code.</summary>
    public static IReadOnlyList<string> Statuses { get; } = ["01", "02", "03", "0301", "0302", "05", "06"];

    /// <summary>States before anything is signed; such a contract may still lack what signing brings.</summary>
    public static IReadOnlyList<string> DraftStatuses { get; } = ["01", "02"];

    /// <summary>Sign modes: peer to peer, with the platform.</summary>
    public static IReadOnlyList<string> SignModes { get; } = ["01", "02"];

    /// <summary>Kinds of signatory: provider, consumer, service, other.</summary>
    public static IReadOnlyList<string> SignatoryTypes { get; } = ["01", "02", "03", "04"];

    /// <summary>Spellings that are also accepted, and the standard's.</summary>
    internal static readonly FrozenDictionary<string, string> Respelt = new Dictionary<string, string>
    {
        ["policyTransmit"] = "plicyTransmit",
        ["dataRecord"] = "dateRecord",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> ActionToOdrl = Actions.ToFrozenDictionary(a => a.Code, a => a.Odrl, StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, string> ActionFromOdrl = Actions.ToFrozenDictionary(a => a.Odrl, a => a.Code, StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, string> NameToOdrl = Constraints.ToFrozenDictionary(c => c.Name, c => c.Odrl, StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, string> NameFromOdrl = Constraints.ToFrozenDictionary(c => c.Odrl, c => c.Name, StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, string> OperatorToOdrl = Operators.ToFrozenDictionary(o => o.Code, o => o.Odrl, StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, string> OperatorFromOdrl = Operators.ToFrozenDictionary(o => o.Odrl, o => o.Code, StringComparer.Ordinal);

    /// <summary>ODRL action of a code, or null.</summary>
    public static string? OdrlAction(string code) => ActionToOdrl.GetValueOrDefault(code);

    /// <summary>Code of an ODRL action, or null.</summary>
    public static string? ActionCode(string odrl) => ActionFromOdrl.GetValueOrDefault(odrl);

    /// <summary>ODRL left operand of a constraint name, or null.</summary>
    public static string? OdrlTerm(string name) => NameToOdrl.GetValueOrDefault(name);

    /// <summary>Constraint name of an ODRL left operand, or null.</summary>
    public static string? ConstraintName(string odrl) => NameFromOdrl.GetValueOrDefault(odrl);

    /// <summary>ODRL operator of a code, or null.</summary>
    public static string? OdrlOperator(string code) => OperatorToOdrl.GetValueOrDefault(code);

    /// <summary>Code of an ODRL operator, or null.</summary>
    public static string? OperatorCode(string odrl) => OperatorFromOdrl.GetValueOrDefault(odrl);

    /// <summary>Place of an action in the dictionary; expansions come last.</summary>
    internal static int ActionRank(string code)
    {
        for (var i = 0; i < Actions.Count; i++)
        {
            if (Actions[i].Code == code)
                return i;
        }
        return Actions.Count;
    }
}
