using System.Formats.Cbor;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Audit;

/// <summary>
/// Joins what the logs disclose of each use by the Grant's hash: its Report, and the receipts of both parties. Uses are taken in shares by that hash, so that
/// memory is bounded and long logs are read more than once.
/// </summary>
internal sealed class UseCheck(IReadOnlyList<BundledLog> logs, Action<BundledLog, string, string> problem)
{
    private const long EntriesPerPass = 256 * 1024;
    private const int MaxListed = 100;
    private const int MaxContracts = 10_000;
    private readonly SortedDictionary<string, IReadOnlyDictionary<string, long>> _units = new(StringComparer.Ordinal);
    private readonly List<VerifyProblem> _listed = [];
    private long _matched;
    private long _oneSided;
    private long _otherLogAbsent;
    private long _unreceipted;

    public AuditedUses Run()
    {
        var entries = logs.Sum(log => log.Row.Payloads == DisclosedPayloads.None ? 0 : log.Row.To - log.Row.From);
        var passes = (int)Math.Min(4096, entries / EntriesPerPass + 1);
        for (var pass = 0; pass < passes; pass++)
            Run(pass, passes);
        return new AuditedUses(_matched, _oneSided, _otherLogAbsent, _unreceipted, _units, _listed);
    }

    private void Run(int pass, int passes)
    {
        var uses = new Dictionary<string, Use>(StringComparer.Ordinal);
        for (var at = 0; at < logs.Count; at++)
        {
            foreach (var (payload, entry, bytes) in logs[at].Disclosed())
            {
                if (entry.Kind is not (EntryKind.Grant or EntryKind.Report or EntryKind.Receipt) || !payload.Fits(entry.PayloadRoot.Span))
                    continue;
                var fields = payload.Shown.ToDictionary(f => f.Label, f => f.Value, StringComparer.Ordinal);
                var hash = entry.Kind == EntryKind.Grant ? Convert.ToHexStringLower(MerkleHash.Leaf(bytes.Span)) : Digest(fields, "grantHash");
                if (hash is null || Convert.ToInt32(hash[..3], 16) % passes != pass)
                    continue;
                if (!uses.TryGetValue(hash, out var use))
                    uses[hash] = use = new Use();
                Take(use, at, payload, entry, bytes, fields);
            }
        }
        foreach (var use in uses.Values)
            Judge(use);
    }

    private static void Take(Use use, int log, DisclosedEntry payload, LedgerEntry entry, ReadOnlyMemory<byte> bytes, Dictionary<string, ReadOnlyMemory<byte>> fields)
    {
        switch (entry.Kind)
        {
            case EntryKind.Grant:
                (use.GrantLog, use.GrantIndex, use.Contract) = (log, payload.Index, Text(fields, "contractId") ?? "");
                break;
            case EntryKind.Report:
                use.ReportHash = Convert.ToHexStringLower(MerkleHash.Leaf(bytes.Span));
                use.Units = fields.Where(f => f.Key.StartsWith("units/", StringComparison.Ordinal)).ToDictionary(f => f.Key["units/".Length..], f => Number(f.Value), StringComparer.Ordinal);
                break;
            default:
                if (ReceiptPayload.FromFields(payload.Shown).TryGet(out var receipt, out _))
                    use.Receipts.Add((log, payload.Index, receipt));
                break;
        }
    }

    private void Judge(Use use)
    {
        if (use.Receipts.Count == 0)
        {
            if (use.GrantLog < 0)
                return;
            _unreceipted++;
            List(use.GrantLog, use.GrantIndex, "was granted and has no receipt");
            return;
        }
        var (log, index, receipt) = use.Receipts[0];
        if (use.Receipts.Any(r => r.Receipt.Commitment != receipt.Commitment))
        {
            foreach (var (at, place, _) in use.Receipts)
                problem(logs[at], $"entry {place}", "the logs hold different receipts of one use");
            return;
        }
        string[] parties = [receipt.ConsumerKeyId, receipt.ProviderKeyId];
        if (!IsSigned(receipt))
            problem(logs[log], $"entry {index}", "a receipt is not signed by the parties that it names");
        else if (use.GrantLog >= 0 && KeyIdOf(use.GrantLog) == receipt.ProviderKeyId && use.ReportHash is { } report && report != receipt.ReportHash)
            problem(logs[log], $"entry {index}", "the receipt is of another report than the provider's log holds");
        else if (!parties.All(IsHere))
            _otherLogAbsent++;
        else if (use.GrantLog < 0)
            problem(logs[log], $"entry {index}", "the receipt is of a grant that the provider's log does not hold");
        else if (parties.All(party => use.Receipts.Any(r => KeyIdOf(r.Log) == party)))
            Match(use);
        else
        {
            _oneSided++;
            List(log, index, "holds a receipt that the other party's log does not");
        }
    }

    private void Match(Use use)
    {
        _matched++;
        if (!_units.TryGetValue(use.Contract, out var sums))
        {
            if (_units.Count == MaxContracts)
                return;
            _units[use.Contract] = sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        }
        foreach (var (unit, amount) in use.Units)
            ((SortedDictionary<string, long>)sums)[unit] = sums.GetValueOrDefault(unit) + amount;
    }

    // A participant signs its log and its receipts with one key.
    private string KeyIdOf(int log) => logs[log].Key.Key.KeyId;

    private bool IsHere(string keyId) => logs.Any(log => log.Key.Key.KeyId == keyId && log.Row.IsWhole);

    private bool IsSigned(ReceiptPayload receipt)
    {
        var (consumer, provider) = (KeyOf(receipt.ConsumerKeyId), KeyOf(receipt.ProviderKeyId));
        return (consumer is null || receipt.VerifyConsumer(consumer) is null) && (provider is null || receipt.VerifyProvider(provider) is null);

        PublicKey? KeyOf(string keyId) => logs.FirstOrDefault(log => log.Key.Key.KeyId == keyId)?.Key.Key;
    }

    private void List(int log, long index, string what)
    {
        if (_listed.Count < MaxListed)
            _listed.Add(new VerifyProblem($"{logs[log].Row.Origin} entry {index}", what));
    }

    private static string? Text(Dictionary<string, ReadOnlyMemory<byte>> fields, string label) => fields.TryGetValue(label, out var value) ? Read(value, r => r.ReadTextString()) : null;

    private static string? Digest(Dictionary<string, ReadOnlyMemory<byte>> fields, string label)
        => fields.TryGetValue(label, out var value) && Read(value, r => r.ReadByteString()) is { Length: MerkleHash.SizeBytes } bytes ? Convert.ToHexStringLower(bytes) : null;

    private static long Number(ReadOnlyMemory<byte> value) => Read(value, r => r.ReadInt64());

    private static T? Read<T>(ReadOnlyMemory<byte> value, Func<CborReader, T> read)
    {
        try
        {
            return read(new CborReader(value, CborConformanceMode.Canonical));
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            return default;
        }
    }

    private sealed class Use
    {
        public int GrantLog { get; set; } = -1;

        public long GrantIndex { get; set; }

        public string Contract { get; set; } = "";

        public string? ReportHash { get; set; }

        public Dictionary<string, long> Units { get; set; } = [];

        public List<(int Log, long Index, ReceiptPayload Receipt)> Receipts { get; } = [];
    }
}
