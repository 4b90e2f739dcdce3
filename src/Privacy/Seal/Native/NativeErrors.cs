using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal.Native;

/// <summary>The error catalogue of an operator's own SEAL library (DS-PRV-190 to 199). Each is found when a node starts.</summary>
public static class NativeErrors
{
    /// <summary>There is no such library, or others may write to it.</summary>
    public static readonly ErrorKind LibraryMissing = new(
        "DS-PRV-190", 500, "The operator's SEAL library is missing, or others may write to it", "运营方的 SEAL 本地库不存在，或其他用户可写",
        "Set DATASPACE_SEALC to the absolute path of a libsealc that only its owner may write to, or remove the setting.",
        "请将 DATASPACE_SEALC 设为仅所有者可写的 libsealc 的绝对路径，或删除该设置。");

    /// <summary>The file cannot be loaded, or lacks functions of SEAL's C interface.</summary>
    public static readonly ErrorKind LibraryForm = new(
        "DS-PRV-191", 500, "The operator's library is not SEAL's C interface", "运营方的本地库不是 SEAL 的 C 接口",
        "Build libsealc from SEAL 4.1 with SEAL_BUILD_SEAL_C=ON for this processor.",
        "请以 SEAL_BUILD_SEAL_C=ON 为本机处理器构建 SEAL 4.1 的 libsealc。");

    /// <summary>The library is another version of SEAL.</summary>
    public static readonly ErrorKind LibraryVersion = new(
        "DS-PRV-192", 500, "The operator's SEAL library has another version", "运营方的 SEAL 本地库版本不符",
        "Use a libsealc of SEAL 4.1: what others write is not read by it.",
        "请使用 SEAL 4.1 的 libsealc：其他版本的序列化格式互不兼容。");

    /// <summary>The library makes other parameters, or other forms, of what this software pins.</summary>
    public static readonly ErrorKind LibraryParameters = new(
        "DS-PRV-193", 500, "The operator's SEAL library makes other parameters or forms", "运营方的 SEAL 本地库的参数或格式不符",
        "Build it with SEAL's default options, BLAKE2Xb among them.",
        "请使用 SEAL 的默认选项（包括 BLAKE2Xb）构建。");
}
