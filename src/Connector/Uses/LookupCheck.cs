using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>Does the plan of a look-up stay inside what this owner declared and agreed to? Pure.</summary>
internal static class LookupCheck
{
    /// <summary>How keywords are written, from the signed plan.</summary>
    public static Result<KeyRule> RuleOf(LookupQuery query) => KeyRule.Create([.. query.Key.Select(k => new KeyPart(k.Name, k.Steps))]);

    /// <summary>
    /// Keys as the owner declares them, by steps that nobody else chooses; records of columns that exist and identify nobody; of the size that the owner declares, since one chosen by the
    /// consumer would ask how long records are.
    /// </summary>
    public static DsError? SchemaProblem(UseRequest use, LookupQuery query)
    {
        var dataset = use.Dataset.Config;
        if (dataset is not { Lookup: { } declared, LookupKeys: { } keys })
            return ConnectorErrors.LookupNotDeclared.Of(use.Entry.DatasetId);
        foreach (var (part, column) in query.Key.Zip(query.KeyColumns))
        {
            if (!keys.TryGetValue(column, out var steps))
                return ConnectorErrors.LookupNotDeclared.Of(column);
            if (!steps.SequenceEqual(part.Steps, StringComparer.Ordinal))
                return ConnectorErrors.LookupNotDeclared.Of($"{column} is compared by: {string.Join(", ", steps)}");
        }
        if (query.RecordBytes != declared.RecordBytes)
            return ConnectorErrors.LookupNotDeclared.Of($"a record has {declared.RecordBytes} bytes");
        foreach (var name in query.Columns)
        {
            if (use.Dataset.Source.Columns.FirstOrDefault(c => c.Name == name) is not { } column)
                return Sandbox.SandboxErrors.UnknownColumn.Of(name);
            if (column.IsIdentifier)
                return Sandbox.SandboxErrors.ColumnNotAllowed.Of($"{name} identifies subjects");
        }
        return RuleOf(query).Error;
    }

    /// <summary>The first reason why the decided terms do not cover the plan, or null.</summary>
    public static DsError? Problem(UseRequest use, UseObligations terms)
    {
        if (terms.Privacy is not null)
            return ConnectorErrors.LookupWithoutNoise.Of();
        // The compiler of contracts refuses this already; a contract that an older version has bound gets no records either.
        if (terms.MinimumGroupSize > 1 || terms.DominancePercent is not null)
            return PolicyErrors.NotAboutRecords.Of();
        // A bound that is not enforced is no bound.
        return use.Order.Plan.Lookup is { } query && terms.Clamps.FirstOrDefault(c => query.Columns.Contains(c.Column, StringComparer.Ordinal)) is { } clamp
            ? ConnectorErrors.PlanExceedsContract.Of($"the contract bounds '{clamp.Column}', which look-ups do not") : null;
    }
}
