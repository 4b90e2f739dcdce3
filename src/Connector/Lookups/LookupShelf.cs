using System.Text;
using DataSpace.Connector.Uses;
using DataSpace.Hosting;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Lookup;

namespace DataSpace.Connector.Lookups;

/// <summary>
/// The owner's databases, each made of one version of a dataset, one choice of columns and one row filter, under a key of its own; in files that only this node's user may read. A file that
/// is damaged, or of anything else, is made again. One is built at a time, by whoever needs it first.
/// </summary>
internal sealed class LookupShelf(NodeOptions options) : IDisposable
{
    private readonly SemaphoreSlim _building = new(1);

    /// <summary>The database of this use: from its file, else made by <paramref name="build"/> and kept. Databases of other versions of the dataset go: their keys must not answer any more.</summary>
    public async Task<Result<LookupDatabase>> FindOrBuildAsync(UseRequest use, AdmittedUse admitted, Func<CancellationToken, Task<Result<LookupDatabase>>> build, CancellationToken cancellation)
    {
        var identity = IdentityOf(use, admitted);
        var prefix = $"lookup-{Short(Digest.Sha256(Encoding.UTF8.GetBytes(use.Entry.DatasetId)))}-";
        var version = prefix + Short(Digest.Sha256(Encoding.UTF8.GetBytes(use.DatasetVersion))) + "-";
        var path = Path.Combine(options.Directory, version + Short(identity));
        var recordBytes = use.Order.Plan.Lookup!.RecordBytes;
        await _building.WaitAsync(cancellation);
        try
        {
            if (LookupDatabase.Load(path, identity, recordBytes).TryGet(out var known, out _))
                return known;
            if (!(await build(cancellation)).TryGet(out var built, out var error))
                return error;
            foreach (var old in Directory.EnumerateFiles(options.Directory, prefix + "*").Where(f => !Path.GetFileName(f).StartsWith(version, StringComparison.Ordinal)).ToList())
                File.Delete(old);
            built.Save(path, identity);
            return built;
        }
        finally
        {
            _building.Release();
        }
    }

    public void Dispose() => _building.Dispose();

    /// <summary>What a database is made of: whoever may see less must not be answered from one that holds more.</summary>
    private static byte[] IdentityOf(UseRequest use, AdmittedUse admitted)
    {
        var query = use.Order.Plan.Lookup!;
        var filter = admitted.Decision.Obligations!.RowFilter.Select(p => (IReadOnlyList<string>)["filter", p.Column, p.Operator, p.Value]);
        return Digest.Sha256(CanonicalJson.OfTexts(
        [
            ["DataSpace lookup 1 identity", use.Entry.DatasetId, use.DatasetVersion, query.RecordBytes.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            query.KeyColumns, query.Columns, .. query.Key.Select(k => (IReadOnlyList<string>)["key", k.Name, .. k.Steps]), .. filter,
        ]));
    }

    private static string Short(byte[] digest) => Convert.ToHexStringLower(digest.AsSpan(0, 16));
}
