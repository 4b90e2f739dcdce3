using Wasmtime;

namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>SEAL refused an operation with a C++ exception. The instance survives. Carries no text: SEAL's wording never leaves the host.</summary>
internal sealed class SealRefusedException() : Exception("SEAL refused the operation");

/// <summary>
/// One instance of the SEAL module in its own store: calls constructors, methods and destructors of its classes.
/// Not thread-safe; owned by one <see cref="SealInstance"/> and used under that owner's lock.
/// </summary>
internal sealed class EmbindHost : IDisposable
{
    private const ulong AmpleFuel = ulong.MaxValue / 2;
    private readonly Store _store;
    private readonly EmbindRegistry _registry = new();
    private readonly EmvalTable _values = new();
    private readonly CppExceptionBridge _exceptions;
    private readonly EmbindMemory _memory;
    private readonly Table _functions;
    private readonly Func<int> _saveStack;
    private readonly Action<int> _restoreStack;
    private readonly Func<int, int> _thrownObject;
    private readonly Action<int> _releaseException;

    /// <param name="engine">Engine of the module.</param>
    /// <param name="module">SEAL.</param>
    /// <param name="fillRandom">Source of randomness.</param>
    /// <param name="countsFuel">The engine was made to count fuel, which no node does: see <see cref="SealFuel"/>.</param>
    public EmbindHost(Engine engine, Module module, FillRandom fillRandom, bool countsFuel = false)
    {
        _store = new Store(engine);
        if (countsFuel)
            _store.Fuel = AmpleFuel;
        using var linker = new Linker(engine);
        var imports = new EmbindImports(_registry, _values, fillRandom);
        imports.Define(linker, module);
        _exceptions = new CppExceptionBridge(engine, _store, linker);
        var instance = linker.Instantiate(_store, module);
        _exceptions.Connect(instance);
        _memory = new EmbindMemory(
            instance.GetMemory("R") ?? throw Missing("memory"),
            instance.GetFunction<int, int>("T") ?? throw Missing("malloc"),
            instance.GetAction<int>("U") ?? throw Missing("free"));
        _functions = instance.GetTable("W") ?? throw Missing("function table");
        _saveStack = instance.GetFunction<int>("$") ?? throw Missing("stack pointer");
        _restoreStack = instance.GetAction<int>("Z") ?? throw Missing("stack restore");
        _thrownObject = instance.GetFunction<int, int>("da") ?? throw Missing("thrown object");
        _releaseException = instance.GetAction<int>("aa") ?? throw Missing("exception release");
        imports.Attach(_memory);
        (instance.GetAction("S") ?? throw Missing("start"))();
    }

    /// <summary>Size of the linear memory; it only ever grows.</summary>
    public long HeapBytes => _memory.Length;

    /// <summary>Instructions so far, where they are counted.</summary>
    public ulong FuelUsed => AmpleFuel - _store.Fuel;

    /// <summary>Host values that C++ still holds.</summary>
    public int LiveHandles => _values.Live;

    /// <summary>Set after a trap: memory may be inconsistent, so the instance must be thrown away.</summary>
    public bool IsBroken { get; private set; }

    public static string ConstructorName(int arguments) => "new/" + arguments;

    public static string StaticName(string name) => "static " + name;

    public int Enumerator(string enumeration, string name) => _registry.Enumerator(enumeration, name);

    /// <summary>Constructs an object that the caller owns.</summary>
    public CppObject New(string className, params object[] arguments)
        => (CppObject)Invoke(_registry.Function(className, ConstructorName(arguments.Length), _functions), null, arguments)!;

    /// <summary>Calls a method. An object returned by value comes back as an owned <see cref="CppObject"/>, a pointer as a borrowed one.</summary>
    public object? Call(CppObject self, string method, params object[] arguments)
        => Invoke(_registry.Function(self.Class, method, _functions), self.Pointer, arguments);

    public object? CallStatic(string className, string method, params object[] arguments)
        => Invoke(_registry.Function(className, StaticName(method), _functions), null, arguments);

    /// <summary>Runs the C++ destructor and frees the object.</summary>
    public void Delete(CppObject target)
    {
        if (IsBroken)
            return;
        var destructor = _functions.GetElement((uint)_registry.Destructor(target.Class)) as Function ?? throw Missing("destructor");
        destructor.Invoke(target.Pointer);
    }

    /// <summary>Overwrites the heap and releases the store.</summary>
    public void Dispose()
    {
        _memory.Wipe();
        _store.Dispose();
    }

    private object? Invoke(BoundFunction function, int? self, object[] arguments)
    {
        var first = self is null ? 1 : 2;
        var wire = new ValueBox[first + arguments.Length];
        wire[0] = function.Context;
        if (self is { } pointer)
            wire[1] = pointer;
        // In a signature the result stands first and, for methods, `this` second: arguments line up with the wire from index `first`.
        // Constructors and statics have no `this`, so there they start at 1.
        for (var i = 0; i < arguments.Length; i++)
            wire[first + i] = ToWire(function.Signature[first + i], arguments[i]);

        _exceptions.Reset();
        var stack = _saveStack();
        try
        {
            return FromWire(function.Signature[0], function.Invoker.Invoke(wire));
        }
        catch (WasmtimeException)
        {
            var exception = _exceptions.Take();
            if (exception == 0)
            {
                IsBroken = true;
                throw;
            }

            _restoreStack(stack);
            _releaseException(_thrownObject(exception));
            throw new SealRefusedException();
        }
    }

    private ValueBox ToWire(WireType type, object value) => (type.Kind, value) switch
    {
        (WireKind.HostValue, _) => _values.Add(value),
        (WireKind.Integer64, ulong number) => unchecked((long)number),
        (WireKind.Integer64, long number) => number,
        (WireKind.Float64, double number) => number,
        (WireKind.Bool, bool flag) => flag ? 1 : 0,
        (_, CppObject target) => target.Pointer,
        (_, int number) => number,
        _ => throw new ArgumentException("argument does not fit its C++ type"),
    };

    private object? FromWire(WireType type, object? result)
    {
        switch (type.Kind)
        {
            case WireKind.HostValue:
                return _values.Take((int)result!);
            case WireKind.Bool:
                return (int)result! != 0;
            case WireKind.Object or WireKind.Pointer:
                return new CppObject((int)result!, type.Name);
            default:
                return result;
        }
    }

    private static InvalidOperationException Missing(string what) => new("the SEAL module has no " + what);
}
