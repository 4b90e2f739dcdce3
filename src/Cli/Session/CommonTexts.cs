namespace DataSpace.Cli.Session;

/// <summary>Texts shared by all commands.</summary>
internal static class CommonTexts
{
    public static readonly Phrase About = new(
        "DataSpace: joint statistics over data that stays with its owners.",
        "DataSpace：数据不出域，多方联合统计。");
    public static readonly Phrase NextStep = new("  What to do: {0}", "  下一步：{0}");
    public static readonly Phrase UsageTitle = new("Usage:", "用法：");
    public static readonly Phrase CommandsTitle = new("Commands:", "命令：");
    public static readonly Phrase ArgumentsTitle = new("Arguments:", "参数：");
    public static readonly Phrase OptionsTitle = new("Options:", "选项：");
    public static readonly Phrase ExampleTitle = new("Example:", "示例：");
    public static readonly Phrase ExitCodesTitle = new("Exit codes:", "退出码：");
    public static readonly Phrase ExitCodes = new(
        "0 done; 1 the answer is no, or a verification failed; 2 wrong usage; 3 refused by policy; 4 node unreachable; 5 job failed; 130 interrupted",
        "0 成功；1 答案为否或验证失败；2 用法错误；3 被策略拒绝；4 节点不可达；5 作业失败；130 被中断");
    public static readonly Phrase CommandPlaceholder = new("COMMAND", "命令");
    public static readonly Phrase OptionsPlaceholder = new("[options]", "[选项]");
    public static readonly Phrase OptionLang = new("Language of the output: zh or en (default: from LANG).", "输出语言：zh 或 en（默认取自 LANG）。");
    public static readonly Phrase OptionJson = new("Machine-readable JSON on stdout, nothing else.", "仅在标准输出给出机器可读的 JSON。");
    public static readonly Phrase OptionNode = new("Data directory of the node to talk to (default: $DATASPACE_NODE).", "要访问的节点的数据目录（默认 $DATASPACE_NODE）。");
    public static readonly Phrase OptionHelp = new("Show this help.", "显示本帮助。");
    public static readonly Phrase OptionVersion = new("Show the version.", "显示版本。");
    public static readonly Phrase Unknown = new("unknown: {0}", "无法识别：{0}");
    public static readonly Phrase CommandWanted = new("a command is missing", "缺少命令");
    public static readonly Phrase ArgumentWanted = new("missing: {0}", "缺少：{0}");
    public static readonly Phrase ValueWanted = new("{0} needs a value", "{0} 需要一个值");
    public static readonly Phrase BadValue = new("{0} does not take \"{1}\"", "{0} 不接受“{1}”");
    public static readonly Phrase DidYouMean = new("did you mean {0}?", "是否想输入 {0}？");
    public static readonly Phrase Nothing = new("(nothing)", "（无）");
    public static readonly Phrase Waiting = new("{0} ...", "{0} …");
    public static readonly Phrase Duties = new("duties", "义务");
    public static readonly Phrase DutyOwner = new("under the contract with", "合约对方");
    public static readonly Phrase DutyState = new("state", "状态");
    public static readonly Phrase DutyDeadline = new("until", "期限");
    public static readonly Phrase DutyPending = new("pending", "待履行");
    public static readonly Phrase DutyDone = new("done", "已履行");
    public static readonly Phrase DutyBreached = new("breached", "已违约");
    public static readonly Phrase DutyAtOwner = new("the owner's (its ledger proves it)", "由数据方履行（以其账本为证）");
    public static readonly Phrase InformBefore = new("inform {0} before the use", "使用前告知 {0}");
    public static readonly Phrase InformAfter = new("inform {0} after the use", "使用后告知 {0}");
    public static readonly Phrase DeleteWithin = new("delete the result within {0}", "在 {0} 内删除结果");
    public static readonly Phrase DeleteResult = new("delete the result", "删除结果");
    public static readonly Phrase RecordUse = new("record the use", "记录使用行为");
    public static readonly Phrase Percent = new("{0} ... {1} %", "{0} … {1}%");
    public static readonly Phrase StillWaiting = new("{0} ... {1} s", "{0} … {1} 秒");
}
