using System.Runtime.ExceptionServices;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Vault;

namespace DataSpace.Ledger.Fsck;

/// <summary>
/// A log's bundles in order, a few at a time: while the caller adds one page to the tree, the next is checked on every processor and the payloads of the one after it are read. What
/// is held at once does not grow with the log. Files are read on many threads; the vault only on the caller's.
/// </summary>
internal sealed class BundlePages(ILogFiles files, VaultCheck? vault, EntrySignatures signatures, long size)
{
    private const int BundlesPerPage = 4;
    private const long EntriesPerPage = BundlesPerPage * TilePath.FullWidth;

    /// <summary>Every bundle up to the size, the last one as wide as the log says.</summary>
    public IEnumerable<CheckedBundle> All()
    {
        var checking = Check(Read(0));
        var read = Read(EntriesPerPage);
        for (var next = 2 * EntriesPerPage; ; next += EntriesPerPage)
        {
            var page = checking.GetAwaiter().GetResult();
            if (page.Length == 0)
                yield break;
            checking = Check(read);
            read = Read(next);
            foreach (var bundle in page)
                yield return bundle;
        }
    }

    private (long First, StoredPayload?[] Payloads) Read(long first)
        => (first, first < size && vault is not null ? vault.Read(first, (int)Math.Min(EntriesPerPage, size - first)) : []);

    private Task<CheckedBundle[]> Check((long First, StoredPayload?[] Payloads) page)
    {
        var bundles = new CheckedBundle[(int)Math.Clamp((size - page.First + TilePath.FullWidth - 1) / TilePath.FullWidth, 0, BundlesPerPage)];
        return Task.Run(() =>
        {
            try
            {
                Parallel.For(0, bundles.Length, () => signatures.NewChecker(TilePath.FullWidth), (i, _, checker) =>
                {
                    var first = page.First + i * TilePath.FullWidth;
                    var path = new TilePath(TilePath.EntriesLevel, first / TilePath.FullWidth, (int)Math.Min(TilePath.FullWidth, size - first));
                    bundles[i] = CheckedBundle.Of(path, files, page.Payloads.Length == 0 ? [] : page.Payloads.AsSpan(i * TilePath.FullWidth, path.Width), checker);
                    return checker;
                }, _ => { });
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }
            return bundles;
        });
    }
}
