using System.Text.Json;
using DataSpace.Hosting;
using DataSpace.Hosting.Disclosing;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Regulator;

/// <summary>The regulator's configuration file.</summary>
/// <param name="Did">Participant id of the regulator.</param>
/// <param name="DisplayName">For people, by language (<c>en</c>, <c>zh</c>).</param>
/// <param name="RootKeys">Public root keys, base64url; the private halves are never on this host.</param>
/// <param name="Threshold">How many different people sign a rule set.</param>
/// <param name="LooseningThreshold">How many different people sign a lift or a clearance, at least two; null: as many as sign a rule set.</param>
/// <param name="Witnesses">Registered nodes that are asked to witness this log; null asks up to three and a coordinator among them.</param>
/// <param name="WitnessPolicy">A tlog-policy file instead of <paramref name="Witnesses"/>.</param>
/// <param name="OperatorDids">Participants behind which the operator of the space stands: beside the coordinator they are no second witness.</param>
/// <param name="WitnessAskMs">How long a log that is not empty waits for a witness's word before its first entry, when none can be reached.</param>
/// <param name="KeyStoreDirectory">Directory of the keys of the log's payloads; null: beside the log. Relative to the file.</param>
/// <param name="MeteringRetentionDays">Days that metering fields are kept, at least the statutory ten years; null: those.</param>
/// <param name="Countersign">Algorithms (<c>ml-dsa-44</c>, <c>sm2</c>) that sign each published checkpoint beside Ed25519.</param>
/// <param name="WitnessCountersign">Algorithms by which this node, as a witness, cosigns beside Ed25519.</param>
/// <param name="Auditors">Who may ask for which entries of this node's log under which case.</param>
internal sealed record RegulatorConfig(
    string Did, IReadOnlyDictionary<string, string> DisplayName, IReadOnlyList<string> RootKeys, int Threshold = RegulatorPin.DefaultThreshold,
    int? LooseningThreshold = null, IReadOnlyList<string>? Witnesses = null, string? WitnessPolicy = null, IReadOnlyList<AuditorConfig>? Auditors = null,
    IReadOnlyList<string>? OperatorDids = null, int? WitnessAskMs = null, string? KeyStoreDirectory = null, int? MeteringRetentionDays = null,
    IReadOnlyList<string>? Countersign = null, IReadOnlyList<string>? WitnessCountersign = null)
{
    /// <summary>The regulator as nodes pin it; what they would refuse is refused here first.</summary>
    public RegulatorPin Pin { get; private init; } = null!;

    /// <summary>How many people sign what loosens.</summary>
    public int Loosening => LooseningThreshold ?? Threshold;

    /// <summary>Reads and validates the file.</summary>
    public static Result<RegulatorConfig> Load(string path)
    {
        try
        {
            var config = JsonSerializer.Deserialize<RegulatorConfig>(File.ReadAllBytes(path), JobJson.Options);
            if (config is null || !config.DisplayName.TryGetValue("en", out var name) || string.IsNullOrWhiteSpace(name))
                return HostErrors.BadConfiguration.Of("displayName must have 'en'");
            if (config.LooseningThreshold is { } loosening && (loosening < RegulatorPin.MinThreshold || loosening > config.RootKeys.Count))
                return HostErrors.BadConfiguration.Of($"looseningThreshold is {RegulatorPin.MinThreshold} to the number of rootKeys");
            return RegulatorPin.Create(config.Did, name, config.RootKeys, config.Threshold).TryGet(out var pin, out var error)
                ? config with { Pin = pin }
                : HostErrors.BadConfiguration.Of(error.Detail);
        }
        catch (JsonException e)
        {
            return HostErrors.BadConfiguration.Of($"{Path.GetFileName(path)} at {e.Path}, line {e.LineNumber + 1}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HostErrors.BadConfiguration.Of($"{Path.GetFileName(path)} cannot be read");
        }
    }
}
