using Wasmtime;

namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>Everything the module registers while it starts: types, enumerations, classes with constructors, methods and destructors.</summary>
internal sealed class EmbindRegistry
{
    private readonly Dictionary<int, WireType> _types = [];
    private readonly Dictionary<string, Dictionary<string, int>> _enumerations = [];
    private readonly Dictionary<int, string> _classNames = [];
    private readonly Dictionary<string, ClassBinding> _classes = [];

    /// <summary>Registered classes, for diagnosis.</summary>
    public int ClassCount => _classes.Count;

    public void AddType(int id, WireType type) => _types[id] = type;

    public void AddEnumeration(int id, string name)
    {
        _types[id] = new WireType(WireKind.Enumeration, name);
        _enumerations[name] = [];
    }

    public void AddEnumerator(int id, string name, int value) => _enumerations[_types[id].Name][name] = value;

    public void AddClass(int valueId, int pointerId, int constPointerId, string name, int destructor)
    {
        _types[valueId] = new WireType(WireKind.Object, name);
        _types[pointerId] = new WireType(WireKind.Pointer, name);
        _types[constPointerId] = new WireType(WireKind.Pointer, name);
        _classNames[valueId] = name;
        _classes[name] = new ClassBinding(destructor);
    }

    /// <summary>Types may be registered after the functions that use them, so a function is resolved at its first call.</summary>
    public void AddFunction(int classId, string name, int[] signature, int invoker, int context)
        => _classes[_classNames[classId]].Functions[name] = new Declaration(signature, invoker, context);

    public WireType Type(int id) => _types[id];

    public int Enumerator(string enumeration, string name) => _enumerations[enumeration][name];

    public int Destructor(string className) => _classes[className].Destructor;

    public BoundFunction Function(string className, string name, Table functions)
    {
        var declaration = _classes[className].Functions[name];
        return declaration.Resolved ??= new BoundFunction(
            functions.GetElement((uint)declaration.Invoker) as Function ?? throw new InvalidOperationException("no invoker in the function table"),
            declaration.Context,
            [.. declaration.Signature.Select(id => _types.TryGetValue(id, out var type) ? type : new WireType(WireKind.Pointer, "?"))]);
    }

    private sealed record ClassBinding(int Destructor)
    {
        public Dictionary<string, Declaration> Functions { get; } = [];
    }

    private sealed class Declaration(int[] signature, int invoker, int context)
    {
        public int[] Signature => signature;

        public int Invoker => invoker;

        public int Context => context;

        public BoundFunction? Resolved { get; set; }
    }
}
