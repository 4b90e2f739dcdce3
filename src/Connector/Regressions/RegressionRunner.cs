using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regressions;

/// <summary>An owner's part of a model: which protocol, by the plan's mode.</summary>
internal sealed class RegressionRunner(HorizontalRunner horizontal, VerticalRunner vertical)
{
    public Task<Result<UseWork>> RunAsync(UseRow row, UseRequest use, AdmittedUse admitted, EgressContext context, CancellationToken cancellation)
        => use.Order.Plan.Regress!.Mode switch
        {
            RegressQuery.Horizontal => horizontal.RunAsync(row, use, admitted, context, cancellation),
            _ => vertical.RunAsync(row, use, admitted, context, cancellation),
        };
}
