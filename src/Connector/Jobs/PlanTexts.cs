namespace DataSpace.Connector.Jobs;

/// <summary>Who sends what to whom in a plan, in both languages.</summary>
internal static class PlanTexts
{
    public static readonly Bilingual Provider = new("provider", "提供方");
    public static readonly Bilingual Providers = new("providers", "各提供方");
    public static readonly Bilingual EachProvider = new("each provider", "每个提供方");
    public static readonly Bilingual Analyst = new("analyst", "分析方");
    public static readonly Bilingual Coordinator = new("coordinator", "协调方");
    public static readonly Bilingual CoordinatorAndProviders = new("coordinator, providers", "协调方、各提供方");
    public static readonly Bilingual All = new("all", "全部各方");

    public static readonly Bilingual OrderWithKeys = new("signed order + fresh public keys", "已签名的指令与新生成的公钥");
    public static readonly Bilingual Order = new("signed order", "已签名的指令");
    public static readonly Bilingual RoundZero = new("round 0: signed ephemeral key", "第 0 轮：已签名的临时密钥");
    public static readonly Bilingual RoundOne = new("round 1: the roster", "第 1 轮：名册");
    public static readonly Bilingual Contribution = new("masked ciphertexts + grant proof", "带掩码的密文与授权证明");
    public static readonly Bilingual Sum = new("contributions and their sum", "各方贡献及其总和");
    public static readonly Bilingual Receipt = new("receipt over grant, report and result digest", "对授权、报告与结果摘要的回执");
    public static readonly Bilingual SealedReply = new("reply sealed to the analyst, one size for every outcome", "仅分析方可打开的回复，任何结果大小相同");
    public static readonly Bilingual SealedForwarded = new("sealed reply", "密封的回复");

    public static readonly Bilingual Opening = new("nonce, size and commitment of its set", "随机数、集合大小与集合承诺");
    public static readonly Bilingual Answer = new("the same of its own set", "自身集合的同类信息");
    public static readonly Bilingual Blinded = new("its keys, each hashed to the curve and blinded", "其键逐个映射到曲线并盲化");
    public static readonly Bilingual Tags = new("tags of those points blinded twice, in their order", "上述点二次盲化后的标签，保持次序");
    public static readonly Bilingual ShuffledTags = new("tags of those points blinded twice, shuffled", "上述点二次盲化后的标签，已打乱");
    public static readonly Bilingual OwnBlinded = new("its own keys, blinded and shuffled", "自身的键，盲化并打乱");
    public static readonly Bilingual Closing = new("digest of the conversation; the receiver's sealed answer", "会话摘要；接收方的密封答复");

    public static readonly Bilingual ClosingWithSum = new("digest of the conversation; the receiver's number and the other owner's sum, each sealed", "会话摘要；接收方的数量与另一方的总和，分别密封");
    public static readonly Bilingual SumKey = new("a fresh public key", "新生成的公钥");
    public static readonly Bilingual SumValues = new("its values, encrypted under that key, in the order of its points", "其各值，以该公钥加密，次序同其点");
    public static readonly Bilingual SumReply = new("the chosen values added up, encrypted, masked, under fresh noise", "所选值之和：密文，带掩码与新噪声");

    public static readonly Bilingual LookupOffer = new("offer: layout, public key, digest of the hint", "要约：布局、公钥、提示数据摘要");
    public static readonly Bilingual LookupAsk = new("blinded keywords, as many as declared", "盲化的关键词，数量固定为声明数");
    public static readonly Bilingual LookupEvaluated = new("the same under its key, and one proof", "以其密钥求值的结果与一份证明");
    public static readonly Bilingual LookupHint = new("hint, where it is not here yet", "提示数据（尚未持有时）");
    public static readonly Bilingual LookupQueries = new("encrypted queries, as many as declared", "加密的查询，数量固定为声明数");
    public static readonly Bilingual LookupAnswers = new("answers, all of one size", "答案，大小一致");
    public static readonly Bilingual LookupClosing = new("digest of the conversation", "会话摘要");

    /// <summary>A name, which is the same in every language.</summary>
    public static Bilingual Name(string name) => new(name, name);
}
