using System.Globalization;
using System.Text.Json;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Many;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Intersections;

/// <summary>The analyst's side: the owners must have closed the same conversations, and one of them tells a number that the plan allows. Pure.</summary>
internal static class IntersectionResults
{
    /// <summary>Name of the one column.</summary>
    public const string Column = "intersection";

    private const string SumOf = "sum_";
    private const string MeanOf = "mean_";
    private const int MeanDecimals = 2;
    private const int MeanScale = 100;

    public static Result<object?> Read(JobPlan plan, IntersectQuery query, IReadOnlyList<VerifiedContribution> contributions, IReadOnlyList<SealedReply> replies, IReadOnlyList<string?[]>? own)
    {
        // Each owner signed its own: whoever altered a message on the way would have made them differ.
        if (!AreClosingsOfOneRun(query, contributions))
            return JobErrors.ContributionInvalid.Of("the owners did not close the same conversation");
        string? told = null, total = null;
        foreach (var (entry, reply) in plan.Roster.Zip(replies))
        {
            if ((entry.Participant == query.Receiver || query.Value is not null) != reply.Table is not null)
                return JobErrors.ContributionInvalid.Of("the answer is not the receiver's");
            (told, total) = entry.Participant == query.Receiver ? (reply.Table, total) : (told, reply.Table);
        }
        using var json = JsonDocument.Parse(told!);
        if (!json.RootElement.TryGetProperty("count", out var property) || !property.TryGetInt32(out var count) || count < query.Minimum || count % query.Minimum != 0)
            return JobErrors.ContributionInvalid.Of("no number that the plan allows");
        if (query.Result == IntersectQuery.Ids)
        {
            // Found by this node's own part in the job; what the reply says is only how many.
            if (own is null)
                return JobErrors.Abandoned.Of("restarted before the result was read");
            return own.Count - (own.Count % query.Minimum) == count
                ? new ResultTable([.. query.Key.Select(k => new ResultColumn(k.Name, k.Name))], [.. own.OrderBy(r => r[0], StringComparer.Ordinal)], [], false)
                : JobErrors.ContributionInvalid.Of("another number than this node found");
        }
        return query.Value is { } value ? Sum(plan, query, value, count, total!)
            : new ResultTable([new ResultColumn(Column, Column)], [[count.ToString(CultureInfo.InvariantCulture)]], [], false);
    }

    /// <summary>Number and sum as they were told, and of these two alone the mean.</summary>
    private static Result<object?> Sum(JobPlan plan, IntersectQuery query, ValueQuery value, int count, string total)
    {
        var terms = IntersectionCheck.TermsOf(plan);
        using var json = JsonDocument.Parse(total);
        if (!json.RootElement.TryGetProperty("sum", out var property) || property.ValueKind != JsonValueKind.String
            || !Int128.TryParse(property.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sum) || sum % IntersectionSender.SumGrainOf(terms) != 0
            || Int128.Abs(sum) > ((Int128)IntersectionTerms.MostItems + query.Minimum) * terms.Values!.Magnitude)
            return JobErrors.ContributionInvalid.Of("no sum that the plan allows");
        List<(string Name, string Text)> figures = [(Column, count.ToString(CultureInfo.InvariantCulture)), (SumOf + value.Column, ValueText.Unscaled(sum, value.Decimals))];
        if (query.Result == IntersectQuery.Mean)
        {
            // Two decimals more than the values have, half away from zero.
            var hundredfold = sum * MeanScale;
            var half = Int128.Sign(sum) * (count / 2);
            figures.Add((MeanOf + value.Column, ValueText.Unscaled((hundredfold + half) / count, value.Decimals + MeanDecimals)));
        }
        return new ResultTable([.. figures.Select(f => new ResultColumn(f.Name, f.Name))], [[.. figures.Select(f => f.Text)]], [], false);
    }

    /// <summary>Of two owners: the same closing. Of more: the receiver's names those of all others, <see cref="ManyClosing"/>.</summary>
    private static bool AreClosingsOfOneRun(IntersectQuery query, IReadOnlyList<VerifiedContribution> contributions)
        => contributions.Count == 2
            ? contributions.All(c => c.Payload.Length == IntersectionParty.ClosingBytes && c.Payload.AsSpan().SequenceEqual(contributions[0].Payload))
            : ManyClosing.AreOfOneRun(contributions.First(c => c.Statement.Participant == query.Receiver).Payload, [.. contributions.Where(c => c.Statement.Participant != query.Receiver).Select(c => (ReadOnlyMemory<byte>)c.Payload)]);
}
