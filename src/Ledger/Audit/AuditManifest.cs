using System.Text.Json;
using System.Text.Json.Serialization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Audit;

/// <summary>What an audit shows and what it cannot; in two languages, in every export.</summary>
/// <param name="Proves">English.</param>
/// <param name="ProvesZh">Chinese.</param>
/// <param name="DoesNotProve">English.</param>
/// <param name="DoesNotProveZh">Chinese.</param>
public sealed record AuditStatement(
    IReadOnlyList<string> Proves, IReadOnlyList<string> ProvesZh, IReadOnlyList<string> DoesNotProve, IReadOnlyList<string> DoesNotProveZh)
{
    /// <summary>The statement of this version.</summary>
    public static AuditStatement Current { get; } = new(
        [
            "Each entry was signed by the key of its log and stands, unchanged and at its place, under a checkpoint that the same key signed.",
            "Where another party holds a checkpoint of a log, or a witness cosigned one, this log is the same history up to that size.",
            "Each disclosed field is the one that its entry committed to when it was written.",
            "A receipt in both parties' logs was signed by both over the same grant, report and result.",
        ],
        [
            "每条记录均由其日志的密钥签名，并原样、按原位置处于同一密钥所签的检查点之下。",
            "凡他方持有或见证方联署过某日志的检查点，本日志直至该大小为同一份历史。",
            "每个披露的字段正是其记录写入时所承诺的字段。",
            "同时出现在双方日志中的回执，由双方对同一授予、报告与结果签名。",
        ],
        [
            "Whose key it is: compare each verifier key with one that you got by another way.",
            "That what was recorded is true, or that nothing was done without being recorded.",
            "That nothing was cut off after the newest checkpoint that somebody else holds.",
            "Times: they are those of the log owner's clock.",
            "Fields that were not disclosed, and parties whose logs are not here.",
        ],
        [
            "密钥归属：请将每个验证公钥与另行取得的公钥比对。",
            "所记内容属实，或未有不经记录的行为。",
            "在他人所持最新检查点之后未被截去内容。",
            "时间：时间取自日志所有者自己的时钟。",
            "未披露的字段，以及日志不在此处的各方。",
        ]);
}

/// <summary>Which fields of payloads leave with an export.</summary>
public enum DisclosedPayloads
{
    /// <summary>None: entries alone.</summary>
    None = 0,

    /// <summary>What is counted and billed: contract, parties, units, limits, prices, receipts. No people, purposes, datasets; no exact measurements.</summary>
    Metering = 1,

    /// <summary>Everything that the vault holds.</summary>
    All = 2,
}

/// <summary>A log in a bundle.</summary>
/// <param name="Folder">Its folder, for example <c>logs/000/</c>.</param>
/// <param name="Origin">Its name.</param>
/// <param name="Vkey">Its verifier key.</param>
/// <param name="Size">Size of the checkpoint.</param>
/// <param name="Root">Root of the checkpoint, lower-case hex.</param>
/// <param name="Payloads">What of payloads was disclosed.</param>
/// <param name="From">First entry whose fields were disclosed.</param>
/// <param name="To">Entry after the last such.</param>
public sealed record AuditedLog(string Folder, string Origin, string Vkey, long Size, string Root, DisclosedPayloads Payloads, long From, long To)
{
    /// <summary>Fields of every entry were disclosed, so that what is missing says something.</summary>
    [JsonIgnore]
    public bool IsWhole => Payloads != DisclosedPayloads.None && From == 0 && To == Size;
}

/// <summary>What a bundle holds: <c>manifest.json</c>, in canonical JSON (RFC 8785). The digest of every file, this one too, stands in <c>files.sha256</c>.</summary>
/// <param name="Format">Version of the form.</param>
/// <param name="Created">When it was exported, by the exporter's clock.</param>
/// <param name="Logs">The logs.</param>
/// <param name="Statement">What this proves and what not.</param>
public sealed record AuditManifest(string Format, DateTimeOffset Created, IReadOnlyList<AuditedLog> Logs, AuditStatement Statement)
{
    /// <summary>Reads it; nothing but the bytes that <see cref="Encode"/> would write.</summary>
    public static Result<AuditManifest> Parse(byte[] json)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<AuditManifest>(json, KernelJson.Options);
            if (manifest?.Format != BundleLayout.Format)
                return AuditErrors.Malformed.Of("manifest: another version");
            return manifest.Logs.Count is > 0 and <= BundleLayout.MaxLogs && manifest.Logs.Index().All(log => log.Item.Folder == BundleLayout.FolderOf(log.Index))
                && manifest.Encode().AsSpan().SequenceEqual(json)
                ? manifest
                : AuditErrors.Malformed.Of("manifest");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return AuditErrors.Malformed.Of("manifest");
        }
    }

    /// <summary>The bytes of the file.</summary>
    public byte[] Encode() => CanonicalJson.Of(this);
}
