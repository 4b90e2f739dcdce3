using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary>Texts of <c>job</c>.</summary>
internal static class JobTexts
{
    public static readonly Phrase About = new("Plan, submit and follow joint computations.", "规划、提交并跟踪联合计算。");
    public static readonly Phrase Plan = new("Dry run: parties, steps, who learns what, contracts, price, refusals.", "试算：参与方、步骤、各方可知信息、合约、价格与拒绝项。");
    public static readonly Phrase Submit = new("Submit a job; it is planned first, and the plan's hash is signed.", "提交作业；先生成计划并对计划哈希签名。");
    public static readonly Phrase Status = new("State and stages of one job, or the list of all jobs.", "查看某个作业的状态与阶段，或列出全部作业。");
    public static readonly Phrase Why = new("One screen: why the job is where it is.", "一屏说明：作业为何处于当前状态。");
    public static readonly Phrase Result = new("The result of a finished job.", "查看已完成作业的结果。");
    public static readonly Phrase Cancel = new("Cancel a running job; uses already granted stay spent.", "取消运行中的作业；已授权的使用次数不退还。");
    public static readonly Phrase SpecArgument = new("Job spec, YAML or JSON, at most 256 KiB.", "作业说明，YAML 或 JSON，最大 256 KiB。");
    public static readonly Phrase JobArgument = new("The job's id.", "作业标识。");
    public static readonly Phrase WaitOption = new("Wait for the end and show the result, with a bar per stage.", "等待结束并显示结果，每个阶段一条进度条。");
    public static readonly Phrase AnywayOption = new("Submit although refusals are known in advance: the owners decide.", "即使预先可知会被拒绝也提交：由持有方裁决。");
    public static readonly Phrase PlanHashOption = new("Submit only if the plan still has this hash.", "仅当计划哈希仍为该值时提交。");

    public static readonly Phrase SpecNotAnObject = new("(root): must be a mapping of keys to values", "(root)：必须是键值映射");
    public static readonly Phrase SpecRequired = new("is required", "为必填项");
    public static readonly Phrase SpecUnknownKey = new("is not a known key", "不是已知的键");
    public static readonly Phrase SpecNotOneOf = new("must be one of: {0}", "必须是其中之一：{0}");
    public static readonly Phrase SpecPattern = new("must match {0}", "必须匹配 {0}");
    public static readonly Phrase SpecWrongType = new("must be a {0}", "类型必须是 {0}");
    public static readonly Phrase SpecAtMost = new("at most {0}", "最多 {0}");
    public static readonly Phrase SpecAtLeast = new("at least {0}", "至少 {0}");
    public static readonly Phrase SpecNotUnique = new("must not repeat an item", "不得有重复项");
    public static readonly Phrase SpecOther = new("does not fit the schema ({0})", "不符合模式（{0}）");

    public static readonly Phrase ReplyBucket = new("Replies of {0} leave at multiples of {1} ms.", "{0} 的答复按 {1} 毫秒的整数倍时间发出。");
    public static readonly Phrase Parties = new("parties", "参与方");
    public static readonly Phrase Role = new("role", "角色");
    public static readonly Phrase From = new("from", "从");
    public static readonly Phrase To = new("to", "到");
    public static readonly Phrase Message = new("message", "消息");
    public static readonly Phrase Size = new("size", "大小");
    public static readonly Phrase Learns = new("what the receiver learns", "接收方可知");
    public static readonly Phrase Contract = new("contract with", "合约方");
    public static readonly Phrase UsesAllowed = new("uses", "次数上限");
    public static readonly Phrase KnownUses = new("at least {0}", "至少 {0}");
    public static readonly Phrase UsesSpent = new("spent", "已用");
    public static readonly Phrase Debit = new("this job", "本作业");
    public static readonly Phrase Price = new("price", "价格");
    public static readonly Phrase Statistic = new("statistic", "统计量");
    public static readonly Phrase Bits = new("bits needed", "所需位数");
    public static readonly Phrase Room = new("bits there are", "可用位数");
    public static readonly Phrase Bound = new("bound", "上界");
    public static readonly Phrase ScaleLine = new("Fixed point, {0}; bounds come from the contracts, never from data.", "定点数，{0}；上界取自合约，从不取自数据。");
    public static readonly Phrase Total = new("Total price {0}", "总价 {0}");
    public static readonly Phrase HashLine = new("Plan hash {0}", "计划哈希 {0}");
    public static readonly Phrase Purpose = new("Purpose {0}", "用途 {0}");
    public static readonly Phrase SeveralPermissions = new("The contract with {0} has {1} permissions; the figures above are those that bind this use.", "与 {0} 的合约含 {1} 项许可；以上为约束本次使用的数值。");
    public static readonly Phrase ContractDuties = new("Duties under the contract with {0}: {1}", "与 {0} 的合约义务：{1}");
    public static readonly Phrase Warning = new("Note: {0}", "提示：{0}");
    public static readonly Phrase RefusedBy = new("Refused by {0}: ", "{0} 拒绝：");
    public static readonly Phrase NoRefusals = new("No refusals known in advance.", "未发现预先可知的拒绝项。");

    public static readonly Phrase Submitted = new("Job {0} submitted.", "作业 {0} 已提交。");
    public static readonly Phrase FollowUp = new("Follow it with: dataspace job status {0}", "跟踪：dataspace job status {0}");
    public static readonly Phrase JobLine = new("Job {0}: {1}", "作业 {0}：{1}");
    public static readonly Phrase NoJobs = new("No jobs yet.", "尚无作业。");
    public static readonly Phrase JobColumn = new("job", "作业");
    public static readonly Phrase TitleColumn = new("title", "标题");
    public static readonly Phrase StateColumn = new("state", "状态");
    public static readonly Phrase CreatedColumn = new("created", "创建时间");
    public static readonly Phrase StageColumn = new("stage", "阶段");
    public static readonly Phrase DoneColumn = new("done", "完成");
    public static readonly Phrase TimeColumn = new("ms", "毫秒");
    public static readonly Phrase PartyColumn = new("party", "参与方");
    public static readonly Phrase WhenColumn = new("when", "时间");
    public static readonly Phrase EventColumn = new("event", "事件");
    public static readonly Phrase NoReason = new("Nothing went wrong.", "没有出现问题。");
    public static readonly Phrase Cancelled = new("Job {0}: cancellation asked for.", "作业 {0}：已请求取消。");
    public static readonly Phrase NoiseFigure = new("figure", "统计量");
    public static readonly Phrase NoiseEpsilon = new("epsilon", "epsilon");
    public static readonly Phrase NoiseSensitivity = new("one subject moves it by", "单一主体的最大影响");
    public static readonly Phrase NoiseError = new("standard error", "标准误差");
    public static readonly Phrase NoiseCost = new("Noise: {0} epsilon from every owner's privacy budget; a repeated equal query costs none.", "噪声：从每个数据方的隐私预算中扣除 {0} epsilon；相同查询重复执行不再扣除。");
    public static readonly Phrase NoiseBudget = new("Privacy budget with {0}: {1} epsilon in all, over every contract.", "与 {0} 的隐私预算：所有合约合计 {1} epsilon。");
    public static readonly Phrase NoiseResult = new("Figures carry noise (epsilon {0}); ± is one standard error.", "数值含噪声（epsilon {0}）；± 为一个标准误差。");
    public static readonly Phrase Suppressed = new("Suppressed: {0} ({1})", "已抑制：{0}（{1}）");
    public static readonly Phrase DerivedExpected = new("The result will be graded {0} (level {1}), {2}; industries {3}, regions {4}. As the catalogue says, not yet signed.", "结果将定级为 {0}（安全等级 {1}），{2}；行业 {3}，地区 {4}。依据目录，尚未签名。");
    public static readonly Phrase DerivedSigned = new("Graded {0} (level {1}), {2}; industries {3}, regions {4}. Signed by every owner.", "定级为 {0}（安全等级 {1}），{2}；行业 {3}，地区 {4}。由各数据方签名。");
    public static readonly Phrase DerivedPersonal = new("personal information: {0}", "个人信息：{0}");
    public static readonly Phrase DerivedRule = new("  because: {0}", "  原因：{0}");
    public static readonly Phrase DerivedTerms = new("Strictest terms: keep {0}, for {1}, purpose {2}.", "最严条款：保存 {0}，接收方 {1}，用途 {2}。");
    public static readonly Phrase DerivedParent = new("  from {0}/{1}, version {2}, contract {3}", "  来自 {0}/{1}，版本 {2}，合约 {3}");
    public static readonly Phrase NoLimit = new("without limit", "不限");
    public static readonly Phrase AtMost = new("at most {0}", "至多 {0}");
    public static readonly Phrase Anybody = new("anybody", "不限");
    public static readonly Phrase Nobody = new("nobody", "无");
    public static readonly Phrase Digest = new("Result digest {0}", "结果摘要 {0}");
    public static readonly Phrase GrantLine = new("Granted by {0}: entry {1} of {2}", "授权方 {0}：账本 {2} 第 {1} 条");
    public static readonly Phrase StageDone = new("  {0}: done, {1} ms", "  {0}：完成，{1} 毫秒");
    public static readonly Phrase Running = new("  running: {0} ({1}/{2}), {3} s", "  进行中：{0}（{1}/{2}），{3} 秒");
}
