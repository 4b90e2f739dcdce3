using DataSpace.Connector.Uses;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>Which computation a granted use is: one line per kind of plan.</summary>
internal sealed class UseKinds(
    UseComputation computation, Intersections.IntersectionRunner intersections, Regressions.HorizontalRunner horizontals, Regressions.VerticalRunner verticals, Lookups.LookupRunner lookups, Scores.ScoreRunner scores)
{
    /// <summary>Does the work that the plan asks for. Its refusals depend on data.</summary>
    public Task<Result<UseWork>> RunAsync(UseRow row, UseRequest use, AdmittedUse admitted, EgressContext context, CancellationToken cancellation) => use.Order.Plan switch
    {
        { Aggregate: { } query } => computation.AggregateAsync(row, use, query, admitted, context, cancellation),
        { Intersect: not null } => intersections.RunAsync(row, use, admitted, context, cancellation),
        { Regress.Mode: RegressQuery.Vertical } => verticals.RunAsync(row, use, admitted, context, cancellation),
        { Lookup: not null } => lookups.RunAsync(row, use, admitted, context, cancellation),
        { Score: not null } => scores.RunAsync(row, use, admitted, context, cancellation),
        { Regress: not null } => horizontals.RunAsync(row, use, admitted, context, cancellation),
        _ => computation.TableAsync(use, admitted.Decision, context, cancellation),
    };
}
