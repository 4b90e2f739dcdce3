namespace DataSpace.Sandbox.Process;

/// <summary>
/// The layers of the wall, all on. Only tests switch one off, to show that a probe which is blocked does get through without its layer;
/// nothing public reaches this type.
/// </summary>
internal sealed record SandboxLayers
{
    public static readonly SandboxLayers All = new();

    public bool Seccomp { get; init; } = true;
    public bool NetworkNamespace { get; init; } = true;
    public bool ProcessNamespace { get; init; } = true;
    public bool MinimalView { get; init; } = true;
    public bool ReadOnlyInput { get; init; } = true;
    public bool ReadOnlyRoot { get; init; } = true;
    public bool ClearEnvironment { get; init; } = true;
    public bool Limits { get; init; } = true;

    /// <summary>The control group of the run, where this host allows one.</summary>
    public bool ControlGroup { get; init; } = true;
}
