using DataSpace.Connector.Agreements;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>An input with the contract it is used under.</summary>
/// <param name="Entry">Its entry in the roster.</param>
/// <param name="Agreement">The contract.</param>
/// <param name="SpentOf">What is known here of the contract's counters.</param>
internal sealed record BoundInput(RosterEntry Entry, BoundAgreement Agreement, Func<BudgetDebit, long> SpentOf)
{
    /// <summary>How many contracts there are for this dataset, when the spec named none of several; else 1.</summary>
    public int OutOf { get; init; } = 1;

    /// <summary>Of several, the chosen one admits the plan.</summary>
    public bool IsFit { get; init; } = true;
}

/// <summary>Which contract an input is used under, where the spec names none: the newest of those that admit the plan and have uses left, as far as that is known here.</summary>
internal sealed partial class JobPlanner
{
    private async Task<Result<IReadOnlyList<BoundInput>>> BindAsync(JobSpec spec, CancellationToken cancellation)
    {
        var known = await agreements.ListAsync(cancellation);
        var candidates = new List<IReadOnlyList<BoundInput>>();
        foreach (var input in spec.Inputs)
        {
            if (!(await CandidatesAsync(input, known, cancellation)).TryGet(out var some, out var error))
                return error;
            candidates.Add(some);
        }
        candidates.Sort((a, b) => string.CompareOrdinal(a[0].Entry.Participant, b[0].Entry.Participant));
        if (candidates.Zip(candidates.Skip(1)).Any(p => p.First[0].Entry.Participant == p.Second[0].Entry.Participant))
            return JobErrors.BadSpec.Of("inputs: one dataset per participant");
        // Of the other owners a contract sees names and keys; the newest contract with each says which.
        IReadOnlyList<RosterEntry> newest = [.. candidates.Select(c => c[0].Entry)];
        var chosen = new List<BoundInput>();
        foreach (var some in candidates)
            chosen.Add(some.Count == 1 ? some[0] : await ChooseAsync(spec, some, newest, cancellation));
        return chosen;
    }

    /// <summary>Contracts for an input, newest first: the one that the spec names, or all.</summary>
    private async Task<Result<IReadOnlyList<BoundInput>>> CandidatesAsync(SpecInput input, IReadOnlyList<BoundAgreement> known, CancellationToken cancellation)
    {
        if (Resolve(input.Participant) is not { } did)
            return ConnectorErrors.ParticipantUnknown.Of(input.Participant);
        var found = new List<BoundInput>();
        foreach (var agreement in known.Where(a => a.Row.Role == AgreementBook.Consumer && a.Row.Provider == did && a.Row.DatasetId == input.Dataset
            && (input.Agreement is null || a.Row.AgreementId == input.Agreement)).Reverse())
        {
            var entry = new RosterEntry(did, agreement.Row.ProviderKeyId, input.Dataset, agreement.Row.AgreementId, agreement.Row.AgreementHash);
            found.Add(new BoundInput(entry, agreement, await uses.SpentOfAsync(agreement, cancellation)));
        }
        return found.Count > 0 ? found : JobErrors.NoAgreement.Of($"{input.Participant}/{input.Dataset}");
    }

    private async Task<BoundInput> ChooseAsync(JobSpec spec, IReadOnlyList<BoundInput> candidates, IReadOnlyList<RosterEntry> newest, CancellationToken cancellation)
    {
        foreach (var candidate in candidates)
        {
            IReadOnlyList<RosterEntry> roster = [.. newest.Select(r => r.Participant == candidate.Entry.Participant ? candidate.Entry : r)];
            if (Draft(spec, [candidate], roster).TryGet(out var plan, out _) && Judge(plan, candidate).Refusal is null
                && (await outlook.ForeseeAsync([candidate.Entry], [candidate.Agreement], cancellation)).Count == 0)
                return candidate with { OutOf = candidates.Count };
        }
        return candidates[0] with { OutOf = candidates.Count, IsFit = false };
    }
}
