using DataSpace.Cli.Session;

namespace DataSpace.Cli.Meter;

/// <summary>Texts of <c>meter</c>.</summary>
internal static class MeterTexts
{
    public static readonly Phrase About = new("Meters of a ledger, offline: fold, show, verify, export.", "离线处理账本计量：汇总、查看、校验、导出。");
    public static readonly Phrase Fold = new("Count what was added to the log since the last time, in metering.db beside it.", "将日志新增部分计入旁边的 metering.db。");
    public static readonly Phrase Verify = new("Compare metering.db with a fresh fold of the log.", "将 metering.db 与重新汇总的结果比对。");
    public static readonly Phrase Export = new("Write reported uses as CloudEvents 1.0 (JSON batch). Without the owner's exact figures unless --exact is given.", "以 CloudEvents 1.0（JSON 批格式）导出已报告的使用；除非指定 --exact，否则不含所有者的精确数据。");
    public static readonly Phrase Out = new("File to write.", "输出文件。");
    public static readonly Phrase Exact = new("With the owner's exact measurements: for the owner alone.", "包含所有者的精确测量值：仅供所有者使用。");
    public static readonly Phrase WithExact = new("Show the owner's exact measurements too.", "同时显示所有者的精确测量值。");
    public static readonly Phrase Unit = new("meter", "计量项");
    public static readonly Phrase Sum = new("sum", "合计");
    public static readonly Phrase Counted = new("{0} entries counted, {1} of them now.", "已计入 {0} 条，其中本次 {1} 条。");
    public static readonly Phrase Same = new("A fresh fold of {0} entries gives the same {1} sums.", "重新汇总 {0} 条，{1} 项合计一致。");
    public static readonly Phrase Exported = new("{0} events written to {1}", "已写入 {0} 个事件：{1}");
    public static readonly Phrase Working = new("folding the log", "正在汇总日志");
}
