using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Lookup;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>The plan of a look-up: everything but the keywords, which are looked at here and stay.</summary>
internal sealed partial class JobPlanner
{
    private static Result<LookupQuery> Lookup(JobSpec spec, IReadOnlyList<RosterEntry> roster)
    {
        if (spec is not { Lookup: { Key.Count: > 0, Columns.Count: > 0, Keywords.Count: > 0 } asked, Sql: null, GroupBy: null, Measures: null, Where: null, EpsilonMicro: null } || roster.Count != 1)
            return JobErrors.BadSpec.Of("lookup: a key, columns and keywords, one input, and nothing of other kinds");
        if (asked.Key.Any(k => k?.Name is null) || asked.Columns.Any(c => c is null) || spec.Inputs[0].Features is not null)
            return JobErrors.BadSpec.Of("lookup: key parts and columns have names");
        if (asked.Parts() is not { } keywords)
            return JobErrors.BadSpec.Of("lookup: a keyword is a text, or a list with one text per part of the key");
        var questions = asked.Questions ?? keywords.Count;
        if (questions < keywords.Count || questions > LookupQuery.MostQuestions)
            return JobErrors.BadSpec.Of($"lookup: 1 to {LookupQuery.MostQuestions} questions, no fewer than keywords");
        if (asked.RecordBytes is < LookupShape.MinRecordBytes or > LookupShape.MaxRecordBytes)
            return JobErrors.BadSpec.Of($"lookup: recordBytes is {LookupShape.MinRecordBytes} to {LookupShape.MaxRecordBytes}");
        var key = asked.Key.Select(k => new KeyPartQuery(k.Name, k.Steps ?? [])).ToList();
        if (!KeyRule.Create([.. key.Select(k => new KeyPart(k.Name, k.Steps))]).TryGet(out var rule, out var error))
            return error;
        var columns = spec.Inputs[0].Key ?? [.. key.Select(k => k.Name)];
        if (columns.Count != key.Count)
            return JobErrors.BadSpec.Of("inputs: one key column per part");
        for (var i = 0; i < keywords.Count; i++)
        {
            // Its number, never the keyword.
            if (Enumerable.Range(0, key.Count).Any(p => rule.Normalise(p, keywords[i][p]) is null))
                return LookupErrors.KeywordInvalid.Of((i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        return new LookupQuery(key, columns, asked.Columns, questions, asked.RecordBytes);
    }
}
