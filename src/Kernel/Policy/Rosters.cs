namespace DataSpace.Kernel.Policy;

/// <summary>Judges the other providers of a job. No allocation.</summary>
internal static class Rosters
{
    /// <summary>
    /// Permission: every co-provider is accepted with its key (<see cref="CheckMode.In"/>), or none is among the refused. Prohibition: one of them is named,
    /// or one is not among the named.
    /// </summary>
    public static bool Accepted(Check check, IReadOnlyList<CoProvider> roster, bool anyItem)
    {
        var inside = 0;
        for (var i = 0; i < roster.Count; i++)
        {
            // Who is refused or prohibited is a participant; another key of the same one does not escape that.
            if (check.Mode == CheckMode.In && !anyItem ? ContainsWithKey(check, roster[i]) : check.Set.Contains(roster[i].Did))
                inside++;
        }
        return (check.Mode == CheckMode.In, anyItem) switch
        {
            (true, false) => inside == roster.Count,
            (false, false) => inside == 0,
            (true, true) => inside > 0,
            (false, true) => inside < roster.Count,
        };
    }

    /// <summary>Looks up <c>did#keyId</c> without building the text on the heap.</summary>
    private static bool ContainsWithKey(Check check, CoProvider member)
    {
        var length = member.Did.Length + 1 + member.KeyId.Length;
        if (length > 1024)
            return false;
        Span<char> text = stackalloc char[length];
        member.Did.CopyTo(text);
        text[member.Did.Length] = '#';
        member.KeyId.CopyTo(text[(member.Did.Length + 1)..]);
        return check.Set.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text);
    }

    /// <summary>Distinct co-providers that are neither the deciding owner, nor the consumer, nor of the consumer's group.</summary>
    public static int Independent(PolicyRequest request)
    {
        var count = 0;
        var roster = request.CoProviders;
        for (var i = 0; i < roster.Count; i++)
        {
            var did = roster[i].Did;
            var counts = did != request.Consumer && did != request.Provider && !Contains(request.ConsumerGroup, did);
            for (var j = 0; counts && j < i; j++)
                counts = roster[j].Did != did; // one participant with two keys is one participant
            if (counts)
                count++;
        }
        return count;
    }

    private static bool Contains(IReadOnlyList<string> list, string value)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] == value)
                return true;
        }
        return false;
    }
}
