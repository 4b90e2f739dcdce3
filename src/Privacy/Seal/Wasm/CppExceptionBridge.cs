using Wasmtime;

namespace DataSpace.Privacy.Seal.Wasm;

/// <summary>
/// Lets C++ <c>throw</c> work. SEAL catches some of its own exceptions, so the throw has to be a WebAssembly exception with the instance's own
/// tag, which only exists after instantiation: a trampoline module supplies the import and calls through a table slot, which is filled afterwards
/// with a thrower that imports the tag. The trampoline remembers the last exception, so that the host can tell a C++ error from a trap.
/// </summary>
internal sealed class CppExceptionBridge
{
    private const string Trampoline = """
        (module
          (type $thrower (func (param i32)))
          (table (export "slot") 1 funcref)
          (global $last (export "last") (mut i32) (i32.const 0))
          (func (export "throw") (param $exception i32)
            (global.set $last (local.get $exception))
            (call_indirect (type $thrower) (local.get $exception) (i32.const 0))))
        """;

    private const string Thrower = """
        (module
          (import "seal" "ca" (tag $cpp (param i32)))
          (func (export "throw") (param $exception i32) (throw $cpp (local.get $exception))))
        """;

    private readonly Engine _engine;
    private readonly Store _store;
    private readonly Instance _trampoline;
    private readonly Global _last;

    public CppExceptionBridge(Engine engine, Store store, Linker linker)
    {
        (_engine, _store) = (engine, store);
        using var module = Module.FromText(engine, "trampoline", Trampoline);
        _trampoline = linker.Instantiate(store, module);
        _last = _trampoline.GetGlobal("last") ?? throw new InvalidOperationException("trampoline without its global");
        linker.Define("a", EmbindImports.ThrowImport, _trampoline.GetFunction("throw") ?? throw new InvalidOperationException("trampoline without its function"));
    }

    /// <summary>Fills the table slot once the instance, and with it the exception tag, exists.</summary>
    public void Connect(Instance seal)
    {
        using var module = Module.FromText(_engine, "thrower", Thrower);
        using var linker = new Linker(_engine);
        linker.DefineInstance(_store, "seal", seal);
        _trampoline.GetTable("slot")!.SetElement(0, linker.Instantiate(_store, module).GetFunction("throw"));
    }

    /// <summary>Forgets exceptions that C++ threw and caught by itself.</summary>
    public void Reset() => _last.SetValue(0);

    /// <summary>Pointer to the exception that left C++ since <see cref="Reset"/>, or 0 when something else went wrong.</summary>
    public int Take()
    {
        var pointer = (int)_last.GetValue()!;
        _last.SetValue(0);
        return pointer;
    }
}
