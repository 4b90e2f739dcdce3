using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Aggregation.Hidden;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.HiddenGroups;

/// <summary>Beside the groups that could be read: a group takes two slots, one of each table.</summary>
/// <param name="Slots">Slots of both tables.</param>
/// <param name="SuppressedSlots">Of these, those of groups that some owner may not show.</param>
/// <param name="CollidedSlots">Of these, those in which several groups could not be told apart.</param>
internal sealed record HiddenGroupCounts(int Slots, int SuppressedSlots, int CollidedSlots);

/// <summary>The analyst's table of groups that nobody listed: like any other, with the codes that the slots told.</summary>
internal static class HiddenGroupResults
{
    public static Result<object?> Read(AggregateQuery query, AggregationShape shape, ReadOnlyMemory<byte> rosterHash, AggregationResult result, bool clamped)
    {
        if (!GroupTable.Read(shape, rosterHash, result).TryGet(out var read, out var error))
            return error;
        var ordered = read.Groups.OrderBy(g => long.TryParse(g.Code, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue).ThenBy(g => g.Code, StringComparer.Ordinal).ToList();
        var table = ResultTable.Measures(query with { Groups = [.. ordered.Select(g => g.Code)] }, shape, new AggregationResult([.. ordered.Select(g => g.Cell)]));
        var missing = new List<SuppressedGroup>();
        if (read.SuppressedSlots > 0)
            missing.Add(new SuppressedGroup(Of(read.SuppressedSlots, read.Slots), JobErrors.GroupSuppressed.Code));
        if (read.CollidedSlots > 0)
            missing.Add(new SuppressedGroup(Of(read.CollidedSlots, read.Slots), HiddenGroupErrors.Collided.Code));
        return table with { Suppressed = missing, Clamped = clamped, HiddenGroups = new HiddenGroupCounts(read.Slots, read.SuppressedSlots, read.CollidedSlots) };
    }

    /// <summary>Slots have no names.</summary>
    private static string Of(int slots, int all) => string.Create(CultureInfo.InvariantCulture, $"{slots}/{all}");
}
