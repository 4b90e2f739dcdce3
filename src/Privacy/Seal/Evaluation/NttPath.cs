namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>Which instructions transforms and products use. All give the same numbers.</summary>
internal enum NttPath
{
    Scalar,
    Vector256,
    Vector512,
}

/// <summary>What this processor can do.</summary>
internal static class NttPaths
{
    /// <summary>The widest path with a fused multiply-add.</summary>
    public static NttPath Best { get; } = DoubleLanes8.IsSupported ? NttPath.Vector512 : DoubleLanes4.IsSupported ? NttPath.Vector256 : NttPath.Scalar;

    /// <summary>Every path that runs here.</summary>
    public static IReadOnlyList<NttPath> Supported { get; } = [.. Enum.GetValues<NttPath>().Where(path => path <= Best)];
}
