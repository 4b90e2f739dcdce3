using System.Runtime.InteropServices;
using Wasmtime;

namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>How a value of a bound C++ type crosses the border between host and module.</summary>
internal enum WireKind
{
    Void,
    Bool,
    Integer,
    Integer64,
    Float64,
    Text,
    Enumeration,

    /// <summary>A C++ object by value: the host receives a fresh copy and owns it.</summary>
    Object,

    /// <summary>A C++ object by pointer: the module keeps it, the host must not delete it.</summary>
    Pointer,

    /// <summary>A handle into the host's value table (<see cref="EmvalTable"/>).</summary>
    HostValue,

    /// <summary>Address and length of an array in the module's memory.</summary>
    View,
}

/// <summary>A type that the module registered at start.</summary>
/// <param name="Kind">Wire form.</param>
/// <param name="Name">C++ or JavaScript name; the class name for objects.</param>
/// <param name="ElementBytes">Element size of a memory view, otherwise 0.</param>
internal sealed record WireType(WireKind Kind, string Name, int ElementBytes = 0);

/// <summary>A callable C++ function: the invoker from the function table, its context argument and its signature (result first).</summary>
internal sealed record BoundFunction(Function Invoker, int Context, WireType[] Signature);

/// <summary>A C++ object that the host created or received by value, and has to delete.</summary>
internal readonly record struct CppObject(int Pointer, string Class);

/// <summary>The host's stand-in for a JavaScript typed array.</summary>
internal sealed class HostArray(string constructor, byte[] data)
{
    /// <summary>JavaScript constructor name, for example <c>Uint8Array</c>.</summary>
    public string Constructor => constructor;

    /// <summary>Raw little-endian content.</summary>
    public byte[] Data => data;

    /// <summary>Number of elements.</summary>
    public int Length => data.Length / ElementBytesOf(constructor);

    public static HostArray Of(byte[] bytes) => new("Uint8Array", bytes);

    public static HostArray Of(ReadOnlySpan<ulong> values) => new("BigUint64Array", MemoryMarshal.AsBytes(values).ToArray());

    public static HostArray Empty(string constructor, int length) => new(constructor, new byte[checked(length * ElementBytesOf(constructor))]);

    private static int ElementBytesOf(string constructor) => constructor switch
    {
        "Uint8Array" => 1,
        "Int32Array" => 4,
        "BigInt64Array" or "BigUint64Array" or "Float64Array" => 8,
        _ => throw new NotSupportedException("array type " + constructor),
    };
}

/// <summary>A global of the JavaScript world that the module asked for by name (only array constructors).</summary>
internal sealed record HostConstructor(string Name);

/// <summary>An array inside the module's memory, as passed to <c>set</c>.</summary>
internal sealed record MemoryView(int Address, int Count, int ElementBytes)
{
    public int ByteLength => checked(Count * ElementBytes);
}
