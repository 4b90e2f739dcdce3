using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>Refusals of regulators' documents and by them. Area NEG, 001 to 039; the nodes' own rows begin at 040.</summary>
public static class NegativeListErrors
{
    /// <summary>Not JSON of the one accepted shape.</summary>
    public static readonly ErrorKind Malformed = new("DS-NEG-001", 400,
        "The regulator's document is malformed", "监管文件格式错误",
        "Compare it with contracts/schemas/rule-set.schema.json and regulation-bundle.schema.json.", "请对照 contracts/schemas/rule-set.schema.json 与 regulation-bundle.schema.json。");

    /// <summary>Beyond a limit of size, number or depth.</summary>
    public static readonly ErrorKind TooLarge = new("DS-NEG-002", 413,
        "The regulator's document exceeds a limit", "监管文件超出限制",
        "At most 10,000 rules, 16 MB, 8 levels and the documented lengths of texts and lists.", "最多 10000 条规则、16 MB、8 层，并遵守文本和列表长度的规定。");

    /// <summary>A rule says something that is not a rule.</summary>
    public static readonly ErrorKind RuleInvalid = new("DS-NEG-003", 400,
        "A rule is not valid", "规则无效",
        "Correct the rule and member named.", "请更正所指规则的所指字段。");

    /// <summary>Two rules, freezes or clearances of one id.</summary>
    public static readonly ErrorKind DuplicateId = new("DS-NEG-004", 400,
        "An id occurs twice", "标识重复",
        "Give every rule and every act its own id.", "请为每条规则和每项监管措施使用唯一标识。");

    /// <summary>Text that people would not read as machines do.</summary>
    public static readonly ErrorKind UnsafeText = new("DS-NEG-005", 400,
        "A text holds control, invisible or right-to-left characters", "文本含有控制字符、不可见字符或从右向左书写的字符",
        "Write it in plain visible left-to-right characters.", "请使用可见的、从左向右书写的普通字符。");

    /// <summary>No such regulator in this node's configuration.</summary>
    public static readonly ErrorKind UnknownRegulator = new("DS-NEG-006", 403,
        "The regulator is not pinned at this node", "本节点未固定该监管方",
        "Add the regulator with its root keys to the configuration, after confirming them through another channel.", "请通过其他渠道核实后，将监管方及其根公钥写入配置。");

    /// <summary>A signature by a key that is not pinned.</summary>
    public static readonly ErrorKind UnpinnedKey = new("DS-NEG-007", 403,
        "The document is signed by a key that is not pinned", "文件由未固定的密钥签名",
        "Do not use it. If the regulator changed its keys, confirm the new ones through another channel and pin them.", "请勿使用。若监管方更换了密钥，请通过其他渠道核实后重新固定。");

    /// <summary>Fewer distinct root keys than the threshold.</summary>
    public static readonly ErrorKind TooFewSignatures = new("DS-NEG-008", 403,
        "Too few people signed the rule set", "规则集的签署人数不足",
        "Let another holder of a root key sign: dataspace regulator sign RULES --key FILE", "请由另一位根密钥持有人签署：dataspace regulator sign RULES --key FILE");

    /// <summary>A signature that does not verify.</summary>
    public static readonly ErrorKind BadSignature = new("DS-NEG-009", 403,
        "A signature of the regulator is not valid", "监管方签名无效",
        "The document was altered or signed for other content; fetch it again from the regulator.", "文件被改动，或签名对应其他内容；请从监管方重新获取。");

    /// <summary>An older rule set than the one known.</summary>
    public static readonly ErrorKind VersionRollback = new("DS-NEG-010", 409,
        "The rule set is older than the one this node knows", "规则集版本低于本节点已知版本",
        "Fetch the current one from the regulator; whoever sent this holds an old copy.", "请从监管方获取当前版本；发送方持有的是旧副本。");

    /// <summary>Another rule set under a known version.</summary>
    public static readonly ErrorKind VersionConflict = new("DS-NEG-011", 409,
        "Two different rule sets carry one version", "同一版本号对应两份不同的规则集",
        "Ask the regulator: it publishes every change under a higher version.", "请联系监管方：每次更改都须使用更高的版本号发布。");

    /// <summary>Validity has not begun.</summary>
    public static readonly ErrorKind NotYetValid = new("DS-NEG-012", 403,
        "The rule set is not in force yet", "规则集尚未生效",
        "Publish it when it comes into force; check this node's clock.", "请在生效时发布，并检查本节点时钟。");

    /// <summary>Validity has ended.</summary>
    public static readonly ErrorKind RuleSetExpired = new("DS-NEG-013", 403,
        "The rule set has expired", "规则集已过期",
        "The regulator has to publish a new version; nothing is used until then.", "须由监管方发布新版本；在此之前不得使用数据。");

    /// <summary>The stamp is about another rule set or other orders.</summary>
    public static readonly ErrorKind StampMismatch = new("DS-NEG-014", 403,
        "The stamp belongs to another rule set", "时间戳对应的是另一份规则集",
        "Fetch the whole bundle from the regulator.", "请从监管方获取完整文件包。");

    /// <summary>No stamp that is fresh enough.</summary>
    public static readonly ErrorKind StampStale = new("DS-NEG-015", 403,
        "The regulator's stamp is too old", "监管方时间戳过旧",
        "Nothing is used or released until a fresh stamp arrives; check the connection to the regulator, the coordinator or any peer.", "收到新的时间戳之前不得使用或释放数据；请检查与监管方、协调方或其他节点的连接。");

    /// <summary>A stamp from the future: the node's clock lags.</summary>
    public static readonly ErrorKind StampFromFuture = new("DS-NEG-016", 403,
        "The regulator's stamp is dated in the future", "监管方时间戳的时间在未来",
        "Set this node's clock; at most 60 s of difference are tolerated.", "请校准本节点时钟，最多容许相差 60 秒。");

    /// <summary>The delegated key's time is over.</summary>
    public static readonly ErrorKind StampKeyExpired = new("DS-NEG-017", 403,
        "The regulator's online key has expired", "监管方在线密钥已过期",
        "The regulator has to publish a rule set that names a new online key.", "须由监管方发布指定新在线密钥的规则集。");

    /// <summary>Older standing orders than known.</summary>
    public static readonly ErrorKind OrdersRollback = new("DS-NEG-018", 409,
        "The freeze list is older than the one this node knows", "冻结清单早于本节点已知清单",
        "Fetch the current one from the regulator; whoever sent this holds an old copy.", "请从监管方获取当前清单；发送方持有的是旧副本。");

    /// <summary>Other orders under a known sequence number.</summary>
    public static readonly ErrorKind OrdersConflict = new("DS-NEG-019", 409,
        "Two different freeze lists carry one number", "同一序号对应两份不同的冻结清单",
        "Ask the regulator: every change has a higher number.", "请联系监管方：每次更改都须使用更高的序号。");

    /// <summary>The clock went back.</summary>
    public static readonly ErrorKind ClockBackwards = new("DS-NEG-020", 403,
        "This node's clock is behind its own ledger", "本节点时钟早于自身账本",
        "Set the clock; more than 60 s backwards denies every use.", "请校准时钟；回退超过 60 秒将拒绝一切使用。");

    /// <summary>A rule prohibits it.</summary>
    public static readonly ErrorKind Prohibited = new("DS-NEG-021", 403,
        "The negative list prohibits it", "负面清单禁止",
        "The rule named, its title and its basis say what must not circulate.", "所指规则及其名称、依据说明了禁止流通的内容。");

    /// <summary>A rule demands a route for which there is no clearance.</summary>
    public static readonly ErrorKind ClearanceNeeded = new("DS-NEG-022", 403,
        "The negative list demands a clearance that is not there", "负面清单要求的许可尚未取得",
        "Pass the security assessment, standard contract or certification with the regulator, which then clears dataset and participant for this rule.", "请向监管方完成安全评估、标准合同或认证，由其就该规则为数据集和参与方出具许可。");

    /// <summary>The white list does not name it.</summary>
    public static readonly ErrorKind NotOnWhiteList = new("DS-NEG-023", 403,
        "The white list of this industry does not name it", "该行业的白名单未列入",
        "Only what a rule allows may circulate in this industry; ask the regulator to add it.", "该行业仅允许白名单规则列明的流通；请联系监管方增列。");

    /// <summary>The regulator froze a party, the dataset or the contract.</summary>
    public static readonly ErrorKind Frozen = new("DS-NEG-024", 403,
        "The regulator froze it", "已被监管方冻结",
        "Turn to the regulator with the case id; it lifts a freeze by a new list.", "请凭案件编号联系监管方；解除冻结以新清单为准。");

    /// <summary>Nothing valid from a pinned regulator.</summary>
    public static readonly ErrorKind NoRuleSet = new("DS-NEG-025", 403,
        "This node holds no valid rule set of a pinned regulator", "本节点没有所固定监管方的有效规则集",
        "Nothing is used until one arrives; check the connection to the regulator, the coordinator or any peer.", "收到之前不得使用数据；请检查与监管方、协调方或其他节点的连接。");

    /// <summary>Not newer than what is known; harmless.</summary>
    public static readonly ErrorKind StampOlder = new("DS-NEG-026", 409,
        "The stamp is older than the one this node knows", "时间戳早于本节点已知时间戳",
        "Nothing to do; the newer one stays.", "无需处理，保留较新的时间戳。");

    /// <summary>A pin in the configuration is unusable.</summary>
    public static readonly ErrorKind BadPin = new("DS-NEG-027", 400,
        "The pinned regulator is not usable", "所固定的监管方配置不可用",
        "Give its DID, 1 to 16 distinct root keys (base64url, 32 bytes) and a threshold from 1 to their number.", "请给出其 DID、1 至 16 个不同的根公钥（base64url，32 字节），以及不大于其数量的门限。");
}
