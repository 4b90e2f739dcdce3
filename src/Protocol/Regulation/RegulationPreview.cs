using System.Text.Json;

namespace DataSpace.Protocol.Regulation;

/// <summary>Regulator → node: what would this rule set touch at your place? It needs no signatures: it is not published yet.</summary>
/// <param name="RuleSet">The rule set as JSON.</param>
public sealed record RegulationPreviewRequest(JsonElement RuleSet);

/// <summary>Node → regulator.</summary>
/// <param name="Node">DID of the node.</param>
/// <param name="Version">Version of the rule set asked about.</param>
/// <param name="RuleSetHash">Its hash, lower-case hex.</param>
/// <param name="Datasets">How many listings the node has.</param>
/// <param name="Contracts">How many contracts in force.</param>
/// <param name="Jobs">How many running jobs.</param>
/// <param name="WouldSuspend">Which of them would stop.</param>
public sealed record RegulationPreviewAnswer(
    string Node, long Version, string RuleSetHash, int Datasets, int Contracts, int Jobs, IReadOnlyList<RegulationEffect> WouldSuspend)
{
    /// <summary>Most items that an answer lists.</summary>
    public const int MaxItems = 1_000;
}
