namespace DataSpace.Hosting;

/// <summary>What a node takes from whoever runs it: variables, two streams, the request to end. Several nodes may live in one process.</summary>
/// <param name="Variable">Environment variables by name.</param>
/// <param name="Output">The <c>ready</c> line.</param>
/// <param name="Error">Why a node did not start.</param>
/// <param name="Stop">Ends the node as SIGTERM does.</param>
public sealed record NodeSurroundings(Func<string, string?> Variable, TextWriter Output, TextWriter Error, CancellationToken Stop)
{
    /// <summary>Those of this process.</summary>
    public static NodeSurroundings OfThisProcess { get; } = new(Environment.GetEnvironmentVariable, Console.Out, Console.Error, CancellationToken.None);
}
