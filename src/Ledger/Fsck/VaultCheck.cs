using System.Globalization;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Vault;

namespace DataSpace.Ledger.Fsck;

/// <summary>
/// Checks the vault beside a log, entry by entry: each payload opens to its commitment, or an Erased entry of this log says that it was erased and its key is gone.
/// Whatever else is missing is a problem.
/// </summary>
internal sealed class VaultCheck(VaultReader vault, TileFiles files, ProblemList problems, long size)
{
    /// <summary>Payloads that match their commitment, in part when the rest was erased.</summary>
    public long Checked { get; private set; }

    /// <summary>Payloads that are missing.</summary>
    public long Absent { get; private set; }

    /// <summary>Entries whose payload was erased, in part or whole.</summary>
    public long ErasedCount { get; private set; }

    /// <summary>The first of them.</summary>
    public List<ErasedEntry> Erased { get; } = [];

    /// <summary>What is stored of the entries <c>[first, first + count)</c>.</summary>
    public StoredPayload?[] Read(long first, int count) => vault.Find(first, count);

    /// <param name="index">Index.</param>
    /// <param name="entry">Entry.</param>
    /// <param name="leaf">Its leaf hash.</param>
    /// <param name="check">What is stored of it, and whether that opens to the commitment.</param>
    public void Check(long index, EntryView entry, ReadOnlySpan<byte> leaf, EntryCheck check)
    {
        if (check.Payload is not { } stored)
        {
            Absent++;
            Problem(index, "its payload is missing from the vault, and no entry says that it was erased");
            return;
        }
        var root = entry.PayloadRoot.Span;
        if (!stored.IsGone)
        {
            if (check.Opens)
                Checked++;
            else
                Problem(index, stored.Key.Length == 0 ? "its payload has no key in the key store" : "its payload in the vault does not match its commitment");
        }
        if (stored.Sealed is not null)
            return;
        if (Find(index, leaf, needsAll: stored.IsGone && MeteringFields.Has(entry.Kind)) is { } erased)
        {
            ErasedCount++;
            if (Erased.Count < VerifyReport.MaxListed)
                Erased.Add(erased);
            if (!stored.KeyIsErased(root))
                Problem(index, "was erased, but its key is still in the key store");
            return;
        }
        if (stored.IsGone)
            Absent++;
        Problem(index, "its payload is missing from the vault, and no entry says that it was erased");
    }

    /// <summary>What lies behind the last entry.</summary>
    public void Finish()
    {
        var (payloads, keys) = vault.Beyond(size);
        if (payloads > 0)
            problems.Notice(PayloadVault.FileName, string.Create(CultureInfo.InvariantCulture, $"{payloads} payloads lie behind the last entry"));
        if (keys > 0)
            problems.Notice(KeyStore.FileName, string.Create(CultureInfo.InvariantCulture, $"{keys} keys lie behind the last entry"));
    }

    // The vault says where to look; the log says whether it is so.
    private ErasedEntry? Find(long index, ReadOnlySpan<byte> leaf, bool needsAll)
    {
        var hash = Convert.ToHexStringLower(leaf);
        foreach (var (part, at) in vault.Erasures(index))
        {
            if (at is { } place && place > index && place < size && (part == ErasedPayload.All || !needsAll)
                && Read(place) is { } said && said.Index == index && said.Part == part && said.EntryHash == hash)
                return new ErasedEntry(index, part, place, said.Ground);
        }
        return null;
    }

    private ErasedPayload? Read(long place)
    {
        var bundle = place / TilePath.FullWidth;
        var path = new TilePath(TilePath.EntriesLevel, bundle, (int)Math.Min(TilePath.FullWidth, size - bundle * TilePath.FullWidth));
        if (files.ReadBundle(path, isSilent: true) is not { } entries || !LedgerEntry.Decode(entries[(int)(place % TilePath.FullWidth)]).TryGet(out var entry, out _)
            || entry.Kind != EntryKind.Erased || vault.Find(place) is not { } stored || !stored.Open(entry.PayloadRoot.Span).TryGet(out var leaves, out _))
            return null;
        return ErasedPayload.FromFields(PayloadLeaf.Shown(leaves)).TryGet(out var said, out _) ? said : null;
    }

    private void Problem(long index, string what) => problems.Add(string.Create(CultureInfo.InvariantCulture, $"entry {index}"), what);
}
