using System.Runtime.InteropServices;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal.Wasm;

namespace DataSpace.Privacy.Seal.Native;

/// <summary>
/// SEAL's C interface (<c>native/src/seal/c</c> of SEAL 4.1) in a shared library: its functions by name, all found before any is called. Every argument is a word, as the processors' calling conventions have it for
/// pointers, numbers and truth values alike. Never unloaded: C++ keeps pools behind it. Thread-safe.
/// </summary>
internal sealed unsafe class SealLibrary
{
    private const byte Major = 4, Minor = 1;

    /// <summary>Every function that is called.</summary>
    internal static readonly string[] Names =
    [
        "Version_Major", "Version_Minor", "EncParams_Create1", "EncParams_SetPolyModulusDegree", "EncParams_SetCoeffModulus", "EncParams_SetPlainModulus2", "EncParams_Destroy", "Modulus_Create1", "Modulus_Destroy",
        "SEALContext_Create", "SEALContext_ParametersSet", "SEALContext_KeyParmsId", "SEALContext_FirstParmsId", "SEALContext_Destroy", "BatchEncoder_Create", "BatchEncoder_Encode1", "BatchEncoder_Decode1",
        "BatchEncoder_Destroy", "KeyGenerator_Create1", "KeyGenerator_SecretKey", "KeyGenerator_CreatePublicKey", "KeyGenerator_Destroy", "SecretKey_Create1", "SecretKey_SaveSize", "SecretKey_Save", "SecretKey_Load",
        "SecretKey_Destroy", "PublicKey_Create1", "PublicKey_SaveSize", "PublicKey_Save", "PublicKey_Load", "PublicKey_Destroy", "Plaintext_Create1", "Plaintext_Destroy", "Ciphertext_Create1", "Ciphertext_SaveSize",
        "Ciphertext_Save", "Ciphertext_Load", "Ciphertext_Destroy", "Encryptor_Create", "Encryptor_Encrypt", "Encryptor_EncryptSymmetric", "Encryptor_Destroy", "Decryptor_Create", "Decryptor_Decrypt", "Decryptor_Destroy",
    ];

    private readonly Dictionary<string, nint> _functions;

    private SealLibrary(Dictionary<string, nint> functions) => _functions = functions;

    /// <summary>Loads a library by its absolute path.</summary>
    /// <returns>DS-PRV-190 to 192.</returns>
    public static Result<SealLibrary> Load(string path)
    {
        if (!Path.IsPathFullyQualified(path) || !File.Exists(path) || IsOpenToOthers(path))
            return NativeErrors.LibraryMissing.Of();
        if (!NativeLibrary.TryLoad(path, out var handle))
            return NativeErrors.LibraryForm.Of();
        var functions = new Dictionary<string, nint>(StringComparer.Ordinal);
        foreach (var name in Names)
        {
            if (!NativeLibrary.TryGetExport(handle, name, out var function))
                return NativeErrors.LibraryForm.Of();
            functions.Add(name, function);
        }

        var library = new SealLibrary(functions);
        byte major = 0, minor = 0;
        library.Call("Version_Major", (nint)(&major));
        library.Call("Version_Minor", (nint)(&minor));
        return (major, minor) == (Major, Minor) ? library : NativeErrors.LibraryVersion.Of();
    }

    /// <summary>Calls a function; throws <see cref="SealRefusedException"/> when SEAL answers with anything but success.</summary>
    public void Call(string name, params ReadOnlySpan<nint> a)
    {
        var function = _functions[name];
        // HRESULT is a long on some platforms; its lower half says it all.
        var answer = a.Length switch
        {
            1 => ((delegate* unmanaged[Cdecl]<nint, int>)function)(a[0]),
            2 => ((delegate* unmanaged[Cdecl]<nint, nint, int>)function)(a[0], a[1]),
            3 => ((delegate* unmanaged[Cdecl]<nint, nint, nint, int>)function)(a[0], a[1], a[2]),
            4 => ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, int>)function)(a[0], a[1], a[2], a[3]),
            5 => ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int>)function)(a[0], a[1], a[2], a[3], a[4]),
            _ => throw new ArgumentOutOfRangeException(nameof(a)),
        };
        if (answer != 0)
            throw new SealRefusedException();
    }

    /// <summary>An object that a function answers in its last argument.</summary>
    public nint Make(string name, params ReadOnlySpan<nint> arguments)
    {
        nint made = 0;
        Call(name, [.. arguments, (nint)(&made)]);
        return made;
    }

    // Whoever can write to the file runs code beside the keys.
    private static bool IsOpenToOthers(string path)
        => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0;
}
