using System.Text.Json;
using DataSpace.Hosting;
using DataSpace.Hosting.Disclosing;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Coordinator;

/// <summary>The coordinator's configuration file.</summary>
/// <param name="Did">Participant id of the operator.</param>
/// <param name="DisplayName">For people, by language (<c>en</c>, <c>zh</c>).</param>
/// <param name="Regulators">Regulators whose list holds here; none: no negative list applies. Paths are relative to the file.</param>
/// <param name="RegulationPollMs">How often the regulator (else the coordinator) is asked for anything newer, at most 15,000.</param>
/// <param name="Witnesses">Participants that are asked to witness this node's log; null asks up to three members.</param>
/// <param name="WitnessPolicy">A tlog-policy file instead of <paramref name="Witnesses"/>.</param>
/// <param name="OperatorDids">Participants behind which the operator of the space stands: beside the coordinator they are no second witness.</param>
/// <param name="WitnessAskMs">How long a log that is not empty waits for a witness's word before its first entry, when none can be reached.</param>
/// <param name="KeyStoreDirectory">Directory of the keys of the log's payloads; null: beside the log. Relative to the file.</param>
/// <param name="MeteringRetentionDays">Days that metering fields are kept, at least the statutory ten years; null: those.</param>
/// <param name="Countersign">Algorithms (<c>ml-dsa-44</c>, <c>sm2</c>) that sign each published checkpoint beside Ed25519.</param>
/// <param name="WitnessCountersign">Algorithms by which this node, as a witness, cosigns beside Ed25519.</param>
/// <param name="Auditors">Who may ask for which entries of this node's log under which case.</param>
internal sealed record CoordinatorConfig(string Did, IReadOnlyDictionary<string, string> DisplayName, string? SpaceId = null,
    IReadOnlyList<RegulatorConfig>? Regulators = null, int RegulationPollMs = PinnedRegulators.DefaultPollMs,
    IReadOnlyList<string>? Witnesses = null, string? WitnessPolicy = null, IReadOnlyList<AuditorConfig>? Auditors = null,
    IReadOnlyList<string>? OperatorDids = null, int? WitnessAskMs = null, string? KeyStoreDirectory = null, int? MeteringRetentionDays = null,
    IReadOnlyList<string>? Countersign = null, IReadOnlyList<string>? WitnessCountersign = null)
{
    /// <summary>Reads and validates the file.</summary>
    public static Result<CoordinatorConfig> Load(string path)
    {
        try
        {
            var config = JsonSerializer.Deserialize<CoordinatorConfig>(File.ReadAllBytes(path), JobJson.Options);
            return config is null || !Kernel.Identity.ParticipantId.Parse(config.Did).IsOk || !config.DisplayName.ContainsKey("en")
                ? HostErrors.BadConfiguration.Of("did must be a did:web and displayName must have 'en'")
                : config;
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
