using System.Globalization;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Policy;

namespace DataSpace.Connector.Datasets;

/// <summary>A result that a dataset was made from.</summary>
/// <param name="Said">What its provenance says.</param>
/// <param name="Grade">Its grade.</param>
/// <param name="Personal">Its flag.</param>
/// <param name="Contracts">The contracts' policies.</param>
internal sealed record InheritedResult(ResultProvenance Said, Grade Grade, PersonalInformation Personal, IReadOnlyList<CompiledPolicy> Contracts);

/// <summary>What a dataset inherits.</summary>
/// <param name="Results">Results that its owner names.</param>
/// <param name="Undeclared">Job whose exported result the file is, while no provenance of it is named; null otherwise.</param>
internal sealed record Inherited(IReadOnlyList<InheritedResult> Results, string? Undeclared)
{
    /// <summary>When the first of the results must be gone; null when none has to.</summary>
    public DateTimeOffset? Until => Results.Min(r => r.Said.DeleteByMs) is { } by ? DateTimeOffset.FromUnixTimeMilliseconds(by) : null;
}

/// <summary>May derived data be listed as its owner declares and offers it? It is classified no milder and offered no wider than what it was made from. Pure.</summary>
internal static class DerivedRules
{
    public static IEnumerable<ListingFinding> Judge(DataClassification declared, IReadOnlyList<PublishedOffer> offers, Inherited inherited, DateTimeOffset now)
    {
        if (inherited.Undeclared is { } job)
            yield return new(ClassificationErrors.DerivedUndeclared, $"result of job {job}: name its provenance file in \"derivedFrom\"");
        if (inherited.Until <= now)
            yield return new(ClassificationErrors.DerivedOverdue, "until " + inherited.Until.Value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        foreach (var result in inherited.Results)
        {
            if (declared.Grade < result.Grade)
                yield return new(ClassificationErrors.DerivedMilder, $"declared {declared.Grade.Name()}, inherited {result.Grade.Name()}");
            if (PersonalFlags.Strictest(declared.Personal, result.Personal) != declared.Personal)
                yield return new(ClassificationErrors.DerivedMilder, $"no column is {result.Personal.Name()}, which is inherited");
            if (result.Said.Regions.FirstOrDefault(r => !Region.IsWithin(r, declared.Region)) is { } outside)
                yield return new(ClassificationErrors.DerivedMilder, $"region {declared.Region} does not contain {outside}, which is inherited");
            foreach (var offer in offers)
            {
                var wider = result.Contracts.SelectMany(c => Inheritance.WiderTerms(offer.Compiled, c)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
                if (wider.Count > 0)
                    yield return new(ClassificationErrors.DerivedWider, $"offer '{offer.Id}': {string.Join(", ", wider)}");
            }
        }
    }
}
