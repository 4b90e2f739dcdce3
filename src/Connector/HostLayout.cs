using System.Buffers.Binary;
using DataSpace.Hosting;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Native;

namespace DataSpace.Connector;

/// <summary>Where the connector's companions lie on this host.</summary>
internal static class HostLayout
{
    private const int FirstSlotUid = 61001;
    private const int SlotsPerNode = 4;
    private const int Nodes = 1000;

    /// <summary>
    /// The sandbox worker: DATASPACE_WORKER, else beside this program, else where a build in the source tree publishes it. Null lets the sandbox say that it
    /// is missing.
    /// </summary>
    public static string? WorkerDirectory(NodeSurroundings surroundings)
    {
        string?[] places =
        [
            surroundings.Variable("DATASPACE_WORKER"),
            Path.Combine(AppContext.BaseDirectory, "sandbox-worker"),
            Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "publish", "DataSpace.SandboxWorker", "release_linux-x64")),
        ];
        return Array.Find(places, p => p is not null && File.Exists(Path.Combine(p, "sandbox-worker")));
    }

    /// <summary>The bubblewrap program: DATASPACE_BWRAP, else null, which searches the system's directories.</summary>
    public static string? BubblewrapPath(NodeSurroundings surroundings) => surroundings.Variable("DATASPACE_BWRAP") is { Length: > 0 } path ? path : null;

    /// <summary>Compiled SEAL modules: per user, shared by the nodes of this user, private. Follows XDG_CACHE_HOME.</summary>
    public static string SealCacheDirectory(NodeSurroundings surroundings) => Path.Combine(
        surroundings.Variable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "dataspace", "seal");

    /// <summary>
    /// SEAL: the operator's own native library where DATASPACE_SEALC names one by its absolute path (DS-PRV-190 to 193 when it cannot be used: nothing else takes its place), else WebAssembly.
    /// </summary>
    public static Result<ISealEngine> Seal(NodeSurroundings surroundings)
    {
        if (surroundings.Variable("DATASPACE_SEALC") is not { Length: > 0 } path)
            return new WasmSealEngine(new WasmSealOptions { CacheDirectory = SealCacheDirectory(surroundings) });
        return NativeSealEngine.Load(path).TryGet(out var engine, out var error) ? engine : error;
    }

    /// <summary>User ids for sandbox slots of a privileged connector: several connectors on one host should not share them.</summary>
    public static int SlotUidBase(string did)
        => FirstSlotUid + (SlotsPerNode * (int)(BinaryPrimitives.ReadUInt32BigEndian(Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(did))) % Nodes));
}
