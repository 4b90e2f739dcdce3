using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>Refusals of policies (001-019) and of uses (020 on). Area POL.</summary>
public static class PolicyErrors
{
    private const string FixPolicyEn = "Change the policy and offer it again; contracts/policies holds templates that can be enforced.";
    private const string FixPolicyZh = "请修改策略后重新提出；contracts/policies 中有可执行的模板。";

    /// <summary>Integrity: the policy is not the one that was named or signed.</summary>
    public static readonly ErrorKind IntegrityMismatch = new("DS-POL-001", 422,
        "The policy is not the one that was agreed", "策略与约定的不一致", "Fetch the agreement again and use its policy unchanged.", "请重新获取协议，并原样使用其中的策略。");

    /// <summary>Syntax: not a policy of the profile.</summary>
    public static readonly ErrorKind Malformed = new("DS-POL-002", 422, "The policy is malformed", "策略格式错误", FixPolicyEn, FixPolicyZh);

    /// <summary>Size, rule count or depth beyond the limits.</summary>
    public static readonly ErrorKind TooLarge = new("DS-POL-003", 422,
        "The policy exceeds the limits", "策略超出限制", "Keep to 1 MiB, 1,000 rules, 256 alternatives, 16 levels and 1,000 values per constraint.", "请遵守 1 MiB、1,000 条规则、256 种组合、16 层和每个约束 1,000 个值的限制。");

    /// <summary>A member that the profile does not have.</summary>
    public static readonly ErrorKind UnknownMember = new("DS-POL-004", 422, "The policy has an unknown member", "策略含有未知成员", FixPolicyEn, FixPolicyZh);

    /// <summary>An action the engine cannot enforce.</summary>
    public static readonly ErrorKind UnknownAction = new("DS-POL-005", 422, "The policy names an action that cannot be enforced", "策略中的动作无法执行", FixPolicyEn, FixPolicyZh);

    /// <summary>A left operand the engine cannot enforce.</summary>
    public static readonly ErrorKind UnknownTerm = new("DS-POL-006", 422, "The policy names a constraint that cannot be enforced", "策略中的约束无法执行", FixPolicyEn, FixPolicyZh);

    /// <summary>An operator that the term does not have.</summary>
    public static readonly ErrorKind UnknownOperator = new("DS-POL-007", 422, "The constraint has an operator that cannot be enforced", "约束的运算符无法执行", FixPolicyEn, FixPolicyZh);

    /// <summary>A value the term cannot take.</summary>
    public static readonly ErrorKind InvalidValue = new("DS-POL-008", 422, "The constraint has a value that cannot be enforced", "约束的取值无法执行", FixPolicyEn, FixPolicyZh);

    /// <summary>andSequence, or a term that has no opposite inside xone.</summary>
    public static readonly ErrorKind LogicNotEnforced = new("DS-POL-009", 422,
        "The policy combines constraints in a way that cannot be enforced", "策略的约束组合方式无法执行", "Use and, or, xone; inside xone only terms that a use can be tested against.", "请使用 and、or、xone；xone 内只能使用可对一次使用进行检验的约束。");

    /// <summary>A permission to use without a term that every such permission must state.</summary>
    public static readonly ErrorKind TermMissing = new("DS-POL-010", 422,
        "A permission does not state a required term", "许可缺少必需的约束",
        "State computation, column, minimumGroupSize and dominancePercent (off, if there is none).", "请写明 computation、column、minimumGroupSize 和 dominancePercent（没有则写 off）。");

    /// <summary>A term that has no enforceable meaning in this kind of rule.</summary>
    public static readonly ErrorKind TermMisplaced = new("DS-POL-011", 422, "The term has no enforceable meaning in this rule", "该约束在此类规则中无法执行", FixPolicyEn, FixPolicyZh);

    /// <summary>Terms that contradict each other or leave nothing to allow.</summary>
    public static readonly ErrorKind Contradiction = new("DS-POL-012", 422, "The policy contradicts itself", "策略自相矛盾", FixPolicyEn, FixPolicyZh);

    /// <summary>A duty the engine cannot carry out.</summary>
    public static readonly ErrorKind UnknownDuty = new("DS-POL-013", 422, "The policy names a duty that cannot be carried out", "策略中的义务无法履行", FixPolicyEn, FixPolicyZh);

    /// <summary>Nothing is permitted.</summary>
    public static readonly ErrorKind NothingPermitted = new("DS-POL-014", 422, "The policy permits nothing", "策略没有任何许可", FixPolicyEn, FixPolicyZh);

    /// <summary>A placeholder of a template was left over, or a value fits none.</summary>
    public static readonly ErrorKind TemplateUnfilled = new("DS-POL-015", 422,
        "The policy template is not filled in", "策略模板未填写完整", "Give every placeholder of the template a value, and no others.", "请为模板的每个占位符提供取值，且不要多给。");

    /// <summary>A duty leads back to itself.</summary>
    public static readonly ErrorKind CyclicDuty = new("DS-POL-096", 422,
        "A duty of the policy leads back to itself", "策略中的义务形成循环", "Write every duty once, without references to other duties.", "请将每项义务分别写出，不要互相引用。");

    /// <summary>Default deny: no policy, or no permission, answers the request.</summary>
    public static readonly ErrorKind NoPermission = new("DS-POL-020", 403,
        "No contract permits this", "没有合约允许此操作", "Negotiate a contract for this dataset first.", "请先为该数据集协商合约。");

    /// <summary>An action that the decision point does not know.</summary>
    public static readonly ErrorKind ActionNotKnown = new("DS-POL-021", 403, "The requested action is not known", "请求的动作未知", "Ask for use, negotiate or publish.", "请使用 use、negotiate 或 publish。");

    /// <summary>A prohibition matches.</summary>
    public static readonly ErrorKind Prohibited = new("DS-POL-022", 403,
        "A prohibition of the contract forbids this", "合约的禁止条款不允许此操作", "Change the job so that the prohibition does not apply, or negotiate another contract.", "请调整作业以避开禁止条款，或协商新的合约。");

    /// <summary>The purpose is missing or not allowed.</summary>
    public static readonly ErrorKind PurposeNotAllowed = new("DS-POL-023", 403,
        "The purpose is not allowed by the contract", "合约不允许该用途", "Declare a purpose that the contract names.", "请申报合约列明的用途。");

    /// <summary>The contract has ended.</summary>
    public static readonly ErrorKind ContractExpired = new("DS-POL-024", 403, "The contract has expired", "合约已到期", "Negotiate a new contract.", "请协商新的合约。");

    /// <summary>The contract has not begun.</summary>
    public static readonly ErrorKind ContractNotYetValid = new("DS-POL-025", 403,
        "The contract is not valid yet", "合约尚未生效", "Wait for the start of the contract; check this node's clock.", "请等待合约生效，并检查本节点的时钟。");

    /// <summary>All uses are spent. Raised early here and finally by the ledger.</summary>
    public static readonly ErrorKind UsesExhausted = new("DS-POL-026", 403,
        "All uses of the contract are spent", "合约的使用次数已用完", "Ask the owner for another offer; the same offer continues its count.", "请向数据方申请新的要约；同一要约重新协商仍沿用原计数。");

    /// <summary>A column is outside the contract.</summary>
    public static readonly ErrorKind ColumnNotAllowed = new("DS-POL-027", 403,
        "The job reads a column that the contract does not allow", "作业读取了合约不允许的列", "Use only the columns that the contract lists.", "请只使用合约列出的列。");

    /// <summary>A group key is outside the contract.</summary>
    public static readonly ErrorKind GroupKeyNotAllowed = new("DS-POL-028", 403,
        "The job groups by a column that the contract does not allow", "作业的分组列不被合约允许", "Group only by the keys that the contract declares.", "请只按合约声明的分组键分组。");

    /// <summary>The kind of computation is outside the contract.</summary>
    public static readonly ErrorKind ComputationNotAllowed = new("DS-POL-029", 403,
        "The kind of computation is not allowed by the contract", "合约不允许该类计算", "Choose a kind of computation that the contract names.", "请选择合约列明的计算类型。");

    /// <summary>The consumer is not an allowed recipient.</summary>
    public static readonly ErrorKind RecipientNotAllowed = new("DS-POL-030", 403,
        "The recipient is not allowed by the contract", "合约不允许该接收方", "Only the recipients that the contract names may receive results.", "只有合约列明的接收方可以获得结果。");

    /// <summary>A co-provider is not accepted.</summary>
    public static readonly ErrorKind CoProviderNotAccepted = new("DS-POL-031", 403,
        "A co-provider of the job is not accepted by the contract", "合约不接受作业中的某个共同提供方", "Use only the co-providers and keys that every provider's contract accepts.", "请只使用各提供方合约均接受的共同提供方及其密钥。");

    /// <summary>Too few independent co-providers.</summary>
    public static readonly ErrorKind TooFewIndependent = new("DS-POL-032", 403,
        "Too few co-providers are independent of the consumer", "独立于使用方的共同提供方数量不足", "Add co-providers that do not belong to the consumer.", "请增加与使用方无隶属关系的共同提供方。");

    /// <summary>The job asks for smaller groups than the contract allows.</summary>
    public static readonly ErrorKind GroupTooSmall = new("DS-POL-033", 403,
        "The job asks for groups below the contract's minimum", "作业要求的分组小于合约的最小分组", "Ask for the contract's minimum group size or more.", "请使用不小于合约规定的最小分组数。");

    /// <summary>The job asks for a weaker dominance rule.</summary>
    public static readonly ErrorKind DominanceTooWeak = new("DS-POL-034", 403,
        "The job asks for a weaker dominance rule than the contract's", "作业要求的主导性规则弱于合约", "Ask for the contract's dominance limit or less.", "请使用不高于合约规定的主导性上限。");

    /// <summary>The job asks for too many rows.</summary>
    public static readonly ErrorKind TooManyRows = new("DS-POL-035", 403,
        "The job asks for more rows than the contract allows", "作业要求的行数超过合约上限", "Ask for fewer rows.", "请减少行数。");

    /// <summary>Another party than the contract's.</summary>
    public static readonly ErrorKind NotAParty = new("DS-POL-036", 403,
        "The contract is between other parties", "合约的当事方不符", "Use the contract that names both participants.", "请使用列明双方的合约。");

    /// <summary>Another dataset than the contract's.</summary>
    public static readonly ErrorKind WrongTarget = new("DS-POL-037", 403,
        "The contract is for another dataset", "合约针对的是其他数据集", "Use the contract of this dataset.", "请使用该数据集的合约。");

    /// <summary>The job names another policy version than the contract's.</summary>
    public static readonly ErrorKind WrongVersion = new("DS-POL-038", 403,
        "The job refers to another version of the policy", "作业引用的策略版本不符", "Plan the job again with the current contract.", "请按当前合约重新规划作业。");

    /// <summary>Only the owner may list a dataset.</summary>
    public static readonly ErrorKind NotTheOwner = new("DS-POL-039", 403,
        "Only the owner may publish this dataset", "只有数据所有方可以发布该数据集", "Publish from the owner's connector.", "请从所有方的连接器发布。");

    /// <summary>An offer is no right to use.</summary>
    public static readonly ErrorKind NotAnAgreement = new("DS-POL-040", 403,
        "An offer is not yet a contract", "要约尚未成为合约", "Conclude the negotiation first.", "请先完成协商。");

    /// <summary>A duty must be carried out first.</summary>
    public static readonly ErrorKind DutyPending = new("DS-POL-041", 403,
        "A duty must be carried out before the use", "使用前须先履行义务", "Wait until the duty was carried out, or see why it was not: the owner's log names it.", "请等待义务履行完成，或查看未履行的原因：数据方日志中有记录。");

    /// <summary>The role is missing or not allowed.</summary>
    public static readonly ErrorKind RoleNotAllowed = new("DS-POL-042", 403,
        "The role is not allowed by the contract", "合约不允许该角色", "Let somebody ask whose role the contract names.", "请由合约列明角色的人员提出请求。");

    /// <summary>The time since the agreement is over.</summary>
    public static readonly ErrorKind WindowOver = new("DS-POL-043", 403,
        "The time window of the contract is over", "合约约定的时间窗口已过", "Negotiate a new contract.", "请协商新的合约。");

    /// <summary>All uses of this period are spent. Raised early here and finally by the ledger.</summary>
    public static readonly ErrorKind TooFrequent = new("DS-POL-044", 403,
        "All uses of this period are spent", "本时段的使用次数已用完", "Try again in the next period of the contract.", "请在合约的下一时段重试。");

    /// <summary>A region is unknown or not allowed.</summary>
    public static readonly ErrorKind RegionNotAllowed = new("DS-POL-045", 403,
        "The region is not allowed by the contract", "合约不允许该地域", "The owner confirms regions in its configuration; negotiate a contract for this region.", "地域由数据方在其配置中确认；请为该地域协商合约。");

    /// <summary>The network address is unknown or not allowed.</summary>
    public static readonly ErrorKind AddressNotAllowed = new("DS-POL-046", 403,
        "The network address is not allowed by the contract", "合约不允许该网络地址", "Ask from a node whose address the contract names.", "请使用合约列明地址的节点。");

    /// <summary>What computes is not allowed.</summary>
    public static readonly ErrorKind AlgorithmNotAllowed = new("DS-POL-047", 403,
        "The algorithm is not allowed by the contract", "合约不允许该算法", "Use an algorithm or program digest that the contract names.", "请使用合约列明的算法或程序摘要。");

    /// <summary>The execution environment is not allowed.</summary>
    public static readonly ErrorKind EnvironmentNotAllowed = new("DS-POL-048", 403,
        "The execution environment is not allowed by the contract", "合约不允许该执行环境", "Choose a kind of computation that runs in an environment the contract names.", "请选择在合约列明的执行环境中运行的计算类型。");

    /// <summary>The way of delivery or encryption is not allowed.</summary>
    public static readonly ErrorKind DeliveryNotAllowed = new("DS-POL-049", 403,
        "The way of delivery is not allowed by the contract", "合约不允许该交付方式", "Results are delivered sealed, over the connectors' interface; negotiate a contract that allows it.", "结果以密文经连接器接口交付；请协商允许此方式的合约。");

    /// <summary>The result is larger than allowed.</summary>
    public static readonly ErrorKind OutputTooLarge = new("DS-POL-050", 403,
        "The result is larger than the contract allows", "结果大小超过合约上限", "Ask for fewer groups or measures.", "请减少分组或度量。");

    /// <summary>The contract demands noise and the job asks for exact figures.</summary>
    public static readonly ErrorKind EpsilonMissing = new("DS-POL-051", 403,
        "The contract demands a privacy budget and the job names none", "合约要求隐私预算，而作业未声明", "State epsilon in the job; the plan shows what it costs.", "请在作业中声明 epsilon；预演会显示其消耗。");

    /// <summary>One use asks for too much.</summary>
    public static readonly ErrorKind EpsilonTooLarge = new("DS-POL-052", 403,
        "The job asks for more epsilon than one use may spend", "作业申请的 epsilon 超过单次上限", "Ask for less epsilon; the noise grows.", "请降低 epsilon；噪声会相应增大。");

    /// <summary>The privacy budget is spent. Raised early here and finally by the ledger.</summary>
    public static readonly ErrorKind PrivacyBudgetExhausted = new("DS-POL-053", 403,
        "The privacy budget for this dataset is spent", "该数据集的隐私预算已用完", "No more noisy answers can be given to this consumer group; repeat an earlier query, whose answer is kept.", "该使用方群组无法再获得新的加噪结果；可重复先前的查询以取得相同答案。");

    /// <summary>As much is owed as the contract allows. Raised early here and finally by the ledger.</summary>
    public static readonly ErrorKind CreditExhausted = new("DS-POL-055", 403,
        "The credit limit of the contract is reached", "已达到合约的赊欠上限", "Pay the owner; the payment it records gives the credit back.", "请向数据方付款；其记录付款后额度恢复。");

    /// <summary>Single records and terms about groups in one permission.</summary>
    public static readonly ErrorKind NotAboutRecords = new("DS-POL-056", 422,
        "Single records and terms about groups do not go together", "逐条查询与分组约束不能并存",
        "Give lookup a permission of its own, with minimumGroupSize and dominancePercent off, no clamp and no privacy budget; everything else states a minimum of at least 2.",
        "请为 lookup 单独设立许可，其中 minimumGroupSize 与 dominancePercent 写 off，且不含 clamp 和隐私预算；其他计算须写明至少为 2 的最小分组。");

    /// <summary>No permission covers one of the actions of a use.</summary>
    public static readonly ErrorKind ActionNotPermitted = new("DS-POL-054", 403,
        "No permission of the contract covers this action", "合约没有许可此操作", "A use computes and delivers; the contract must permit both.", "一次使用包含计算和交付；合约须同时许可二者。");
}
