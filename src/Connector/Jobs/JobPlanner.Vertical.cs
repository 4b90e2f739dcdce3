using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>The plan of a model over two owners with different columns of the same subjects.</summary>
internal sealed partial class JobPlanner
{
    private static Result<RegressQuery> VerticalModel(JobSpec spec, SpecRegress asked, string l2, IReadOnlyList<BoundInput> bound, IReadOnlyList<RosterEntry> roster)
        => JobErrors.BadSpec.Of("regress: vertical models cannot be run by this version");
}
