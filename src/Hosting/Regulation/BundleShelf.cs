using System.Globalization;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Hosting.Regulation;

/// <summary>
/// The last verified bundle of each regulator on disk (<c>regulation/</c> in the node's directory) and, apart from it, how far this node had come: marks in
/// the ledger's own file, which only rise. Whoever deletes or restores the files, or <c>state.db</c>, finds the marks standing: an older bundle is refused then.
/// One writer at a time (the register's lock).
/// </summary>
internal sealed class BundleShelf(NodeOptions options, AuditLedger ledger)
{
    private readonly string _directory = Path.Combine(options.Directory, "regulation");

    /// <summary>What was on disk, unverified, or null.</summary>
    public ReadOnlyMemory<byte>? Read(string regulator)
    {
        var file = new FileInfo(FileOf(regulator));
        try
        {
            return file.Exists && file.Length <= RegulationBundle.MaxBytes ? File.ReadAllBytes(file.FullName) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // fetched again
        }
    }

    /// <summary>How far this node had come, or null when it never held anything of this regulator.</summary>
    public RegulationMark? MarkOf(string regulator)
    {
        if (ledger.GetMark(Name(regulator, "version")) is not { } version)
            return null;
        var orders = ledger.GetMark(Name(regulator, "orders"));
        var stamp = ledger.GetMark(Name(regulator, "stamp"));
        return new RegulationMark(
            regulator, (int)version.Value, version.Note, orders?.Value ?? 0, orders?.Note ?? string.Empty, DateTimeOffset.FromUnixTimeMilliseconds(stamp?.Value ?? 0));
    }

    /// <summary>Marks first, then the bundle: a crash in between costs a fetch, never a step back.</summary>
    public Result<Unit> Keep(RegulationState state)
    {
        var (did, mark) = (state.Pin.Did, state.Mark);
        if (ledger.RaiseMark(Name(did, "version"), mark.Version, mark.RuleSetHash) is { IsOk: false } version)
            return version.Error;
        if (ledger.RaiseMark(Name(did, "orders"), mark.OrdersSequence, mark.OrdersHash) is { IsOk: false } orders)
            return orders.Error;
        if (ledger.RaiseMark(Name(did, "stamp"), mark.StampTime.ToUnixTimeMilliseconds(), string.Empty) is { IsOk: false } stamp)
            return stamp.Error;
        try
        {
            const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Directory.CreateDirectory(_directory, Private);
            var file = FileOf(did);
            using (var stream = new FileStream(file + ".new", FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(state.Bundle.ToJson());
                stream.Flush(flushToDisk: true);
            }
            File.Move(file + ".new", file, overwrite: true);
            return Unit.Value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HostErrors.DirectoryNotWritable.Of("regulation");
        }
    }

    private string FileOf(string regulator) => Path.Combine(_directory, Digest.Sha256Hex(Encoding.UTF8.GetBytes(regulator))[..32] + ".json");

    private static string Name(string regulator, string what) => string.Create(CultureInfo.InvariantCulture, $"regulation/{regulator}/{what}");
}
