using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Conversations;

/// <summary>What can go wrong in a conversation of two, whatever it is about. No row carries anything that was said.</summary>
public static class ConversationErrors
{
    /// <summary>A message has the wrong length.</summary>
    public static readonly ErrorKind MessageLength = new(
        "DS-PRV-162", 422, "A message has the wrong length", "消息长度错误",
        "Refuse the run; the peer's software is wrong or the message was cut.",
        "请拒绝本次运行；对方软件有误或消息被截断。");

    /// <summary>A message has an unknown header.</summary>
    public static readonly ErrorKind MessageHeader = new(
        "DS-PRV-163", 422, "A message has an unknown header", "消息头无法识别",
        "Refuse the run; check that both nodes run the same version.",
        "请拒绝本次运行；请确认双方节点版本一致。");

    /// <summary>A message belongs to another run.</summary>
    public static readonly ErrorKind OtherRun = new(
        "DS-PRV-164", 422, "A message belongs to another run", "消息属于另一次运行",
        "Refuse the run; somebody replayed a message, or the parties hold different plans.",
        "请拒绝本次运行；有人重放消息，或双方计划不一致。");

    /// <summary>A message is not the one that is due.</summary>
    public static readonly ErrorKind OutOfOrder = new(
        "DS-PRV-165", 409, "A message is not the one that is due", "收到的消息不是当前应到的消息",
        "Refuse the run; somebody repeated, dropped or reordered messages.",
        "请拒绝本次运行；有人重复、丢弃或调换了消息。");

    /// <summary>A message is not signed by the party that the job names.</summary>
    public static readonly ErrorKind SignatureInvalid = new(
        "DS-PRV-166", 403, "A message is not signed by the party that the job names", "消息不是作业所指方签署的",
        "Refuse the run; somebody on the way altered a message or put a key of its own in place.",
        "请拒绝本次运行；途中有人篡改消息或替换了密钥。");

    /// <summary>The run is not complete.</summary>
    public static readonly ErrorKind Incomplete = new(
        "DS-PRV-171", 409, "The run is not complete", "运行尚未完成",
        "Wait for the peer, or start a new run under a new Grant.",
        "请等待对方，或以新的授权记录重新运行。");

    /// <summary>The run is closed.</summary>
    public static readonly ErrorKind RunClosed = new(
        "DS-PRV-172", 409, "The run is closed", "运行已关闭",
        "Start a new run under a new Grant; its keys are fresh.",
        "请以新的授权记录重新运行；密钥将重新生成。");

    /// <summary>The file of sent messages is full.</summary>
    public static readonly ErrorKind SpoolFull = new(
        "DS-PRV-173", 507, "The file of sent messages is full", "已发消息文件已满",
        "Raise the limit of the file, or ask about smaller sets.",
        "请提高文件上限，或使用更小的集合。");

    /// <summary>The parties did not see the same messages so far.</summary>
    public static readonly ErrorKind OtherTranscript = new(
        "DS-PRV-177", 409, "The parties did not see the same messages so far", "双方此前看到的消息不一致",
        "Refuse the run; somebody on the way altered a message.",
        "请拒绝本次运行；途中有人篡改消息。");
}
