using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo;

/// <summary>Texts of <c>demo</c>.</summary>
internal static class DemoTexts
{
    public static readonly Phrase About = new("Three owners and a coordinator on this machine: one joint statistic, every use receipted.", "在本机演示三个数据持有方与一个协调方：一次联合统计，每次使用均有存证。");
    public static readonly Phrase KeepOption = new("Leave the four nodes running at the end.", "结束后保留四个节点继续运行。");
    public static readonly Phrase YesOption = new("Do not wait for Enter between screens.", "各屏之间不等待回车。");
    public static readonly Phrase CleanOption = new("Stop what an earlier demo left running and remove its folder.", "停止先前演示遗留的节点并删除其目录。");
    public static readonly Phrase RowsOption = new("Seeded synthetic rows per owner instead of the real table (1000..1000000).", "每个持有方改用固定种子的合成数据行（1000..1000000），不用真实表。");

    public static readonly Phrase Simulated = new(
        "One table (Grunfeld 1935-1954) split to simulate owners; the firms are real, the ownership is not.",
        "由一张表（Grunfeld 1935—1954）拆分以模拟多个持有方；企业数据真实，归属为模拟。");
    public static readonly Phrase Synthetic = new("Synthetic rows from a fixed seed; they describe nobody.", "由固定种子生成的合成数据，不涉及任何真实主体。");
    public static readonly Phrase PressEnter = new("Enter: next screen   Ctrl-C: stop everything", "回车：下一屏   Ctrl-C：全部停止");
    public static readonly Phrase AnotherRuns = new("another demo is running in this folder", "该目录中已有另一个演示在运行");
    public static readonly Phrase StoppingOld = new("Stopping {0} nodes of an earlier demo.", "正在停止先前演示的 {0} 个节点。");
    public static readonly Phrase Stopped = new("stopped: {0} (pid {1})", "已停止：{0}（pid {1}）");
    public static readonly Phrase Cleaned = new("removed: {0}", "已删除：{0}");

    public static readonly Phrase StartTitle = new("This machine, and four processes", "本机检查与四个进程");
    public static readonly Phrase DoctorSaysNo = new("the machine is not ready: {0}", "本机尚未就绪：{0}");
    public static readonly Phrase Starting = new("starting {0}", "正在启动 {0}");
    public static readonly Phrase Node = new("node", "节点");
    public static readonly Phrase Port = new("port", "端口");
    public static readonly Phrase DataDirectory = new("data directory", "数据目录");
    public static readonly Phrase Joining = new("owners ask to join, the operator approves", "持有方申请加入，运营方批准");
    public static readonly Phrase Joined = new("approved: {0}  {1}", "已批准：{0}  {1}");
    public static readonly Phrase JoinFailed = new("only {0} of 3 owners joined", "仅 {0}/3 个持有方加入");
    public static readonly Phrase Generating = new("{0} synthetic rows for {1}", "为 {1} 生成 {0} 行合成数据");

    public static readonly Phrase CatalogTitle = new("Who holds what", "谁持有什么");
    public static readonly Phrase ReadingCatalog = new("reading the catalogue of all members", "正在读取所有成员的目录");
    public static readonly Phrase RowsStay = new("The catalogue describes; no row has left its owner.", "目录只描述数据；没有任何一行离开持有方。");
    public static readonly Phrase CatalogIncomplete = new("only {0} of 3 owners are in the catalogue {1}", "目录中仅有 {0}/3 个持有方 {1}");

    public static readonly Phrase ContractTitle = new("The contract, negotiated with each owner", "与每个持有方协商合约");
    public static readonly Phrase Term = new("term", "条款");
    public static readonly Phrase Value = new("value", "取值");
    public static readonly Phrase Meaning = new("meaning", "含义");
    public static readonly Phrase TermPurpose = new("purpose", "用途");
    public static readonly Phrase MeansPurpose = new("another purpose is refused", "其他用途将被拒绝");
    public static readonly Phrase TermUses = new("uses", "使用次数");
    public static readonly Phrase MeansUses = new("counted by the owner before data is read", "在读取数据之前由持有方计数");
    public static readonly Phrase TermGroup = new("minimum group", "最小分组");
    public static readonly Phrase MeansGroup = new("fewer than {0} firms of one owner suppress the group", "任一持有方不足 {0} 家企业的分组被抑制");
    public static readonly Phrase MeansGroupSynthetic = new("fewer than {0} subjects of one owner suppress the group", "任一持有方不足 {0} 个主体的分组被抑制");
    public static readonly Phrase TermDominance = new("dominance rule", "主导规则");
    public static readonly Phrase Off = new("off", "关闭");
    public static readonly Phrase MeansDominance = new("off, in writing: one firm holds 89% of its owner's 1935 total", "书面关闭：一家企业占其持有方 1935 年总额的 89%");
    public static readonly Phrase MeansDominanceSynthetic = new("off, in writing", "书面关闭");
    public static readonly Phrase MeansDominanceOn = new("a group is suppressed when one subject holds more of its total", "单一主体占比超过该值的分组被抑制");
    public static readonly Phrase TermColumns = new("columns", "可用列");
    public static readonly Phrase MeansColumns = new("what may be read; the subject is only counted", "可读取的列；主体仅用于计数");
    public static readonly Phrase TermPartners = new("co-providers", "共同提供方");
    public static readonly Phrase MeansPartners = new("these keys and no others; at least one independent of the analyst", "仅限这些密钥；至少一方独立于分析方");
    public static readonly Phrase TermPrice = new("price per use", "每次价格");
    public static readonly Phrase MeansPrice = new("billed from the ledger alone", "仅依据账本计费");
    public static readonly Phrase ContractLine = new("    contract {0}", "    合约 {0}");

    public static readonly Phrase PlanTitle = new("The dry run: who learns what, before anything runs", "试算：运行之前明确各方可知信息");
    public static readonly Phrase Planning = new("planning", "正在生成计划");
    public static readonly Phrase PlanRefused = new("the plan was refused: {0}", "计划被拒绝：{0}");

    public static readonly Phrase RunTitle = new("The run, and all that the coordinator saw", "运行过程，以及协调方所见的全部内容");
    public static readonly Phrase Submitting = new("submitting", "正在提交");
    public static readonly Phrase CoordinatorSaw = new("Everything the coordinator saw of this job:", "协调方在本作业中看到的全部内容：");

    public static readonly Phrase ResultTitle = new("The result: investment of all firms, per year", "结果：全部企业的年度投资");
    public static readonly Phrase ResultTitleSynthetic = new("The result: synthetic values, per group", "结果：合成数据的分组统计");
    public static readonly Phrase Year = new("year", "年份");
    public static readonly Phrase Group = new("group", "分组");
    public static readonly Phrase Firms = new("firms", "企业数");
    public static readonly Phrase RowCount = new("rows", "行数");
    public static readonly Phrase Total = new("total", "合计");
    public static readonly Phrase Mean = new("mean", "均值");
    public static readonly Phrase Deviation = new("population std. dev.", "总体标准差");
    public static readonly Phrase FirstRows = new("({0} of {1} rows shown)", "（共 {1} 行，显示 {0} 行）");
    public static readonly Phrase UnionEqual = new("All {0} figures equal the plaintext union, to the last fixed-point digit.", "全部 {0} 个数字与明文合并结果逐位相等（定点数最后一位）。");
    public static readonly Phrase OnlyADemo = new("Only a demo can check this: it alone may read all three owners' files.", "只有演示才能做此核对：只有它可以读取三方的文件。");
    public static readonly Phrase GroupsDiffer = new("{0} groups were released, {1} are in the plaintext union", "公布了 {0} 个分组，明文合并中有 {1} 个");
    public static readonly Phrase ValueDiffers = new("group {0}, {1}: joint {2}, plaintext {3}", "分组 {0}，{1}：联合结果 {2}，明文 {3}");
    public static readonly Phrase TooFewCompared = new("only {0} figures could be compared", "仅能核对 {0} 个数字");

    public static readonly Phrase RefusalTitle = new("What is refused, and what to do instead", "哪些请求会被拒绝，以及应当如何处理");
    public static readonly Phrase PerFirm = new("a) Investment per firm", "a）按企业统计投资");
    public static readonly Phrase SmallGroup = new("b) Only firms worth more than 2000: groups below the minimum", "b）仅统计市值大于 2000 的企业：分组低于最小值");
    public static readonly Phrase Exhausted = new("c) A contract for one use, used twice with supplier A", "c）一次性合约，向供应商甲使用两次");
    public static readonly Phrase FirstUse = new("  first use: done. Second use:", "  第一次使用：完成。第二次使用：");
    public static readonly Phrase TrialFailed = new("the first use of the one-use contract failed: {0}", "一次性合约的首次使用失败：{0}");
    public static readonly Phrase NothingRefused = new("{0} should have been refused", "{0} 本应被拒绝");
    public static readonly Phrase SuppressedGroups = new("{0} of {1} groups suppressed ({2}); nobody learns by whom", "{1} 个分组中有 {0} 个被抑制（{2}）；无人知道由谁抑制");
    public static readonly Phrase SuppressedAdvice = new("  What to do: widen the condition or merge groups until every owner has 3 firms in each.", "  下一步：放宽条件或合并分组，使每个持有方在各组中至少有 3 家企业。");

    public static readonly Phrase LedgerTitle = new("Four ledgers, verified; one byte flipped in a copy", "验证四个账本；在副本中翻转一个字节");
    public static readonly Phrase Ledger = new("ledger of", "账本所属");
    public static readonly Phrase Entries = new("entries", "条目数");
    public static readonly Phrase Verdict = new("verdict", "结论");
    public static readonly Phrase Verified = new("verified", "已验证");
    public static readonly Phrase LedgerBad = new("the ledger of {0} does not verify: {1}", "{0} 的账本验证未通过：{1}");
    public static readonly Phrase Flipped = new("One byte of {0} flipped in a copy; the verifier says:", "在副本中翻转 {0} 的一个字节；验证程序报告：");
    public static readonly Phrase FlipUnseen = new("the flipped byte was not found", "未发现被翻转的字节");

    public static readonly Phrase BillTitle = new("Meters and bills, recomputed from the ledgers", "由账本重新计算计量与账单");
    public static readonly Phrase Supplier = new("provider", "提供方");
    public static readonly Phrase Uses = new("uses billed", "计费次数");
    public static readonly Phrase Amount = new("amount", "金额");
    public static readonly Phrase Digest = new("bill digest", "账单摘要");
    public static readonly Phrase BillsEqual = new("Each computed twice, from the node's own ledger and from a copy: identical.", "每份账单计算两次（节点自身账本与副本）：完全一致。");
    public static readonly Phrase BillsDiffer = new("the bill of {0} is not the same from the copy", "{0} 的账单与副本计算结果不同");

    public static readonly Phrase NothingBilled = new("nothing was billed from the ledger of {0}", "{0} 的账本没有产生任何计费");

    public static readonly Phrase EndTitle = new("What left, and what is left", "哪些数据离开，哪些仍在运行");
    public static readonly Phrase Running = new("Left running (--keep): {0}", "保持运行（--keep）：{0}");
    public static readonly Phrase HowToStop = new("Stop and remove with: dataspace demo --clean", "停止并删除：dataspace demo --clean");
    public static readonly Phrase StoppingAll = new("stopping the four nodes", "正在停止四个节点");
    public static readonly Phrase AllStopped = new("All four nodes are stopped; their ledgers stay in {0} for offline verification.", "四个节点均已停止；账本保留在 {0}，可离线验证。");
    public static readonly Phrase Alias = new("To try the commands above: alias dataspace={0}", "试用以上命令：alias dataspace={0}");
    public static readonly Phrase Finished = new("Done in {0} s.", "完成，用时 {0} 秒。");
}
