using System.Text;
using Wasmtime;

namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>Fills a buffer with cryptographically strong random bytes, or throws; a throw aborts the operation that asked.</summary>
internal delegate void FillRandom(Span<byte> target);

/// <summary>
/// The module's imports (import module <c>a</c>; single-letter names as its build minified them): registration, host values, memory growth,
/// randomness and a small inert part of WASI. State belongs to one store and is used under its owner's lock.
/// </summary>
internal sealed class EmbindImports(EmbindRegistry registry, EmvalTable values, FillRandom fillRandom)
{
    private const string ImportModule = "a";
    private const int WasiBadDescriptor = 8;
    private readonly List<Func<int, int, int, int, double>> _invokers = [];
    private EmbindMemory? _memory;

    /// <summary>Name of the import that throws C++ exceptions; it must be WebAssembly, see <see cref="CppExceptionBridge"/>.</summary>
    public const string ThrowImport = "v";

    private EmbindMemory Memory => _memory ?? throw new InvalidOperationException("module not started");

    /// <summary>Connects the instance's memory; before this no import may run.</summary>
    public void Attach(EmbindMemory memory) => _memory = memory;

    /// <summary>Defines every function import of <paramref name="module"/> except the thrower.</summary>
    public void Define(Linker linker, Module module)
    {
        var table = Table();
        foreach (var import in module.Imports.OfType<FunctionImport>().Where(import => import.Name != ThrowImport))
        {
            var target = table[import.Name];
            var result = import.Results.Count > 0 ? import.Results[0] : (ValueKind?)null;
            linker.DefineFunction(
                ImportModule,
                import.Name,
                (Caller _, ReadOnlySpan<ValueBox> arguments, Span<ValueBox> results) =>
                {
                    var value = target(arguments.ToArray());
                    if (result is { } kind)
                        results[0] = kind == ValueKind.Float64 ? (ValueBox)value : (ValueBox)(int)(long)value;
                },
                [.. import.Parameters],
                [.. import.Results]);
        }
    }

    private Dictionary<string, Func<ValueBox[], double>> Table()
    {
        var table = new Dictionary<string, Func<ValueBox[], double>>();
        AddRegistration(table);
        AddHostValues(table);
        AddSystem(table);
        return table;
    }

    private void AddRegistration(Dictionary<string, Func<ValueBox[], double>> table)
    {
        void Primitive(string import, WireKind kind) => table[import] = a => Do(() => registry.AddType(I(a, 0), new WireType(kind, Text(a, 1))));
        Primitive("O", WireKind.Void);
        Primitive("N", WireKind.Bool);
        Primitive("n", WireKind.Integer);
        Primitive("x", WireKind.Integer64);
        Primitive("w", WireKind.Float64);
        Primitive("M", WireKind.Text);
        table["L"] = table["Q"] = a => Do(() => registry.AddType(I(a, 0), new WireType(WireKind.HostValue, "val")));
        table["j"] = a => Do(() => registry.AddType(I(a, 0), new WireType(WireKind.View, "view", ViewElementBytes(I(a, 1)))));
        table["t"] = a => Do(() => registry.AddEnumeration(I(a, 0), Text(a, 1)));
        table["m"] = a => Do(() => registry.AddEnumerator(I(a, 0), Text(a, 1), I(a, 2)));
        table["h"] = a => Do(() => registry.AddClass(I(a, 0), I(a, 1), I(a, 2), Text(a, 10), I(a, 12)));
        table["i"] = a => Do(() => registry.AddFunction(I(a, 0), EmbindHost.ConstructorName(I(a, 1) - 1), Signature(a, 1, 2), I(a, 4), I(a, 5)));
        table["a"] = a => Do(() => registry.AddFunction(I(a, 0), BareName(Text(a, 1)), Signature(a, 2, 3), I(a, 5), I(a, 6)));
        table["k"] = a => Do(() => registry.AddFunction(I(a, 0), EmbindHost.StaticName(BareName(Text(a, 1))), Signature(a, 2, 3), I(a, 5), I(a, 6)));

        // Wide strings, free functions and properties exist in the module; nothing here uses them.
        table["s"] = table["u"] = table["p"] = table["y"] = _ => 0;
    }

    private void AddHostValues(Dictionary<string, Func<ValueBox[], double>> table)
    {
        table["b"] = a => Do(() => values.Release(I(a, 0)));
        table["o"] = a => Do(() => values.Retain(I(a, 0)));
        table["g"] = a => values.Add(Text(a, 0));
        table["l"] = a => values.Add(new HostConstructor(Text(a, 0)));
        table["P"] = _ => values.Add(new List<object>());
        table["f"] = a => values.Add(Property(values[I(a, 0)], values[I(a, 1)]));
        table["q"] = a => Do(() => CopyIn((MemoryView)values[I(a, 0)]!, (HostArray)values[I(a, 1)]!));
        table["e"] = a => CreateInvoker(I(a, 0), I(a, 1), I(a, 2));
        table["d"] = a => _invokers[I(a, 0)](I(a, 1), I(a, 2), I(a, 3), I(a, 4));
        table["c"] = a => Do(() => RunDestructors(I(a, 0)));
    }

    private void AddSystem(Dictionary<string, Func<ValueBox[], double>> table)
    {
        table["D"] = a => Do(() => fillRandom(Memory.Span(I(a, 0), I(a, 1))));
        table["H"] = a => Memory.GrowTo((uint)I(a, 0)) ? 1 : 0;
        table["C"] = _ => throw new InvalidOperationException("module aborted");
        table["r"] = _ => throw new InvalidOperationException("module assertion failed");
        table["z"] = _ => throw new InvalidOperationException("module exited");
        table["A"] = table["B"] = table["E"] = table["F"] = _ => 0;
        table["G"] = a => Do(() =>
        {
            Memory.Write(I(a, 0), 0); // no environment variables
            Memory.Write(I(a, 1), 0);
        });
        table["I"] = table["J"] = table["K"] = _ => WasiBadDescriptor; // no files, no standard streams
    }

    private static double Do(Action action)
    {
        action();
        return 0;
    }

    private static int I(ValueBox[] arguments, int index) => arguments[index].AsInt32();

    private string Text(ValueBox[] arguments, int index) => Memory.Text(I(arguments, index));

    private int[] Signature(ValueBox[] arguments, int countIndex, int addressIndex)
        => Memory.Integers(I(arguments, addressIndex), I(arguments, countIndex));

    private static string BareName(string declared) => declared.Split('(')[0].Trim();

    private static int ViewElementBytes(int index) => index switch { 0 or 1 => 1, 2 or 3 => 2, 4 or 5 or 6 => 4, _ => 8 };

    private static object Property(object? target, object? key) => (target, key) switch
    {
        (HostArray array, "constructor") => new HostConstructor(array.Constructor),
        (HostArray array, "length") => (double)array.Length,
        (HostConstructor constructor, "name") => constructor.Name,
        _ => throw new NotSupportedException("unknown property"),
    };

    private void CopyIn(MemoryView view, HostArray source)
    {
        if (view.ByteLength != source.Data.Length)
            throw new InvalidOperationException("array and memory view differ in length");
        source.Data.CopyTo(Memory.Span(view.Address, view.ByteLength));
    }

    private void RunDestructors(int handle)
    {
        foreach (var address in (List<int>)values[handle]!)
            Memory.Free(address);
        values.Release(handle);
    }

    /// <summary>A caller that C++ uses to construct, cast or call a method of a host value. Arguments lie in 8-byte cells.</summary>
    private int CreateInvoker(int count, int typesAddress, int kind)
    {
        var types = Array.ConvertAll(Memory.Integers(typesAddress, count), registry.Type);
        _invokers.Add((handle, method, destructors, address) =>
        {
            var arguments = new object?[count - 1];
            for (var i = 0; i < arguments.Length; i++)
                arguments[i] = ReadArgument(types[i + 1], address + (8 * i));
            return WriteResult(types[0], Perform(kind, handle, method, arguments), destructors);
        });
        return _invokers.Count - 1;
    }

    private object? Perform(int kind, int handle, int method, object?[] arguments)
    {
        const int callMethod = 1, construct = 2, cast = 3;
        switch (kind)
        {
            case callMethod when values[handle] is HostArray target && Memory.Text(method) == "set" && arguments[0] is MemoryView view:
                Memory.Span(view.Address, view.ByteLength).CopyTo(target.Data);
                return null;
            case construct when values[handle] is HostConstructor constructor:
                return HostArray.Empty(constructor.Name, Convert.ToInt32(arguments[0], System.Globalization.CultureInfo.InvariantCulture));
            case cast:
                return arguments[0];
            default:
                throw new NotSupportedException("unknown host call");
        }
    }

    private object? ReadArgument(WireType type, int address) => type.Kind switch
    {
        WireKind.View => new MemoryView(Memory.Read(address + 4), Memory.Read(address), type.ElementBytes),
        WireKind.HostValue => values.Take(Memory.Read(address)), // C++ gives its reference away
        WireKind.Float64 => Memory.ReadDouble(address),
        WireKind.Object or WireKind.Pointer => new CppObject(Memory.Read(address), type.Name),
        _ => Memory.Read(address),
    };

    private double WriteResult(WireType type, object? value, int destructors)
    {
        switch (type.Kind)
        {
            case WireKind.Void:
                return 0;
            case WireKind.HostValue:
                return values.Add(value);
            case WireKind.Text:
                var text = Encoding.UTF8.GetBytes((string)value!);
                var address = Memory.Allocate(text.Length + 5); // length, bytes, terminator
                Memory.Write(address, text.Length);
                text.CopyTo(Memory.Span(address + 4, text.Length));
                Memory.Span(address + 4 + text.Length, 1)[0] = 0;
                Memory.Write(destructors, values.Add(new List<int> { address }));
                return (uint)address;
            default:
                return Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
