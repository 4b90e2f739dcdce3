using System.Text.Json;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Regression.Horizontal;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regressions;

/// <summary>Makes the analyst's part of horizontal models.</summary>
internal sealed class HorizontalParts(NodeIdentity self) : IAnalystPartFactory
{
    public string Kind => JobKinds.Regress;

    public Result<IAnalystPart> Create(JobRow job, JobOrder order, Func<string, PublicKey> keyOf)
    {
        if (!HorizontalDesigns.Of(order.Plan).TryGet(out var design, out var error))
            return error;
        if (job.Secrets.Length == 0 || JsonSerializer.Deserialize<JobSecrets>(job.Secrets, JobJson.Options)?.Reply is not { } reply)
            return JobErrors.Abandoned.Of("the job's key is gone");
        return new HorizontalPart(new HorizontalAnalyst(
            design, job.JobHash, self.Did, self.Signer, X25519KeyPair.Import(Convert.FromBase64String(reply)), [.. order.Plan.Roster.Select(r => new OwnerLeg(r.Participant, keyOf(r.Participant)))]), design);
    }
}

/// <summary>The analyst's part of one horizontal model.</summary>
internal sealed class HorizontalPart(HorizontalAnalyst analyst, HorizontalDesign design) : IAnalystPart
{
    public HorizontalAnalyst Analyst => analyst;

    public HorizontalDesign Design => design;

    public (int Done, int Of)? Rounds => (analyst.RoundsTaken, design.Rounds);

    public long MostBytesSaid => HorizontalAnalyst.MostBytesSaid(design);

    public IAnalystConversation With(string owner) => analyst.With(owner);

    public void Dispose() => analyst.Dispose();
}
