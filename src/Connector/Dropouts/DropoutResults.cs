using System.Text;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Dropouts;

/// <summary>The analyst's reading of how a job went on without some owners, as if the coordinator were hostile. Pure but for the clock.</summary>
internal static class DropoutResults
{
    /// <summary>Entries of the roster whose contributions the bundle has; all of it where no owner may be gone.</summary>
    public static Result<IReadOnlyList<RosterEntry>> Entries(JobPlan plan, JobBundle bundle)
    {
        if (!plan.HasDropout)
            return bundle.Survivors is null ? plan.Roster.ToList() : JobErrors.SurvivorsInvalid.Of("survivors of a job without dropouts");
        if (bundle.Survivors?.Survivors is not { } named)
            return JobErrors.SurvivorsInvalid.Of("no survivors");
        var entries = plan.Roster.Where(r => named.Contains(r.Participant, StringComparer.Ordinal)).ToList();
        return entries.Select(e => e.Participant).SequenceEqual(named, StringComparer.Ordinal) && entries.Count >= plan.Aggregate!.MinimumParties ? entries : JobErrors.SurvivorsInvalid.Of("survivors");
    }

    /// <summary>
    /// What unmasks the sum of these contributions: shares of all owners, the same set signed by more than two thirds of them, and as many shares told over it. The caller has verified the contributions.
    /// </summary>
    public static Result<Unmasking> Unmask(
        DropoutDocuments documents, SurvivorBundle bundle, IReadOnlyList<RoundZeroStatement> statements, IReadOnlyList<VerifiedContribution> contributions, X25519KeyPair replyKey)
    {
        var roster = documents.Order.Plan.Roster.Select(r => r.Participant).ToList();
        var rosterHash = Convert.FromHexString(documents.RosterHash);
        if (!documents.Terms.TryGet(out var terms, out var error)
            || !SurvivorSet.Create(terms, rosterHash, [.. contributions.Select(c => new Survivor(roster.IndexOf(c.Statement.Participant), Convert.FromHexString(c.Statement.PayloadDigest)))]).TryGet(out var set, out error)
            || !documents.Votes(bundle.Statements).TryGet(out var votes, out error)
            || !documents.Shares(bundle.Shares).TryGet(out var shares, out error))
            return error;
        if (votes.Where(v => set.Contains(v.Index) && v.SetDigest.Span.SequenceEqual(set.Digest.Span)).Select(v => v.Index).Distinct().Count() < terms.Threshold)
            return DropoutErrors.TooFewSignatures.Of();
        var told = new List<ToldShares>();
        foreach (var one in bundle.Told)
        {
            if (!documents.Told(one, set.Digest.Span).TryGet(out var signed, out error)
                || !Hpke.Open(replyKey, Egress.ToldInfoOf(documents.JobHash), Encoding.UTF8.GetBytes(roster[signed.Place]), signed.Box).TryGet(out var message, out error))
                return error;
            told.Add(new ToldShares(signed.Place, message));
        }

        return Unmasking.Create(terms, set, rosterHash, [.. statements.Select(s => Convert.FromBase64String(s.EphemeralKey))], shares, told);
    }

    /// <summary>Says that the result is over fewer owners than were asked, or null.</summary>
    public static DsError? Notice(JobPlan plan, IReadOnlyList<RosterEntry> entries, Func<string, string> nameOf)
        => entries.Count == plan.Roster.Count ? null
            : JobErrors.OwnersLeftOut.Of($"{entries.Count} of {plan.Roster.Count}; without {string.Join(", ", plan.Roster.Except(entries).Select(r => nameOf(r.Participant)))}");
}
