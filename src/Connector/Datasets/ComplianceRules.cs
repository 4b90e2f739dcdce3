using System.Globalization;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Classification.Detectors;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Datasets;

/// <summary>
/// May this dataset be listed? Rules over what its owner declares, what a sample of its data holds, and what its offers open. Collects every finding. Pure.
/// </summary>
internal static class ComplianceRules
{
    /// <value>Least minimum group of an offer that opens a personal column: below it, a figure is about a household.</value>
    public const long PersonalMinimumGroup = 5;

    /// <value>Least minimum group for sensitive columns, for personal columns as group key, and for important data.</value>
    public const long StrictMinimumGroup = DerivedGrade.LargeGroup;

    /// <summary>Columns as found, and every reason against a listing.</summary>
    public static (IReadOnlyList<ListedColumn> Columns, IReadOnlyList<ListingFinding> Findings, Grade GradeFound) Judge(
        DatasetConfig dataset, DataClassification declared, SampleReport sample, IReadOnlyList<PublishedOffer> offers)
    {
        var findings = new List<ListingFinding>();
        if (declared.Grade == Grade.Core)
            findings.Add(new(ClassificationErrors.CoreNeverListed, "grade core"));
        var columns = dataset.Columns.Zip(sample.Columns).Select(c => Column(dataset, declared, c.First, c.Second, findings)).ToList();
        var identifying = columns.Where(c => c.Found.Any(f => IsDirect(f.Class))).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var offer in offers)
        {
            foreach (var permission in offer.Compiled.Terms)
            {
                var terms = permission.Obligations;
                var opened = new OpenedBy(offer.Id, terms.AllowedColumns, terms.AllowedGroupKeys, terms.MinimumGroupSize, terms.DominancePercent is not null);
                // Compared under keys that nobody else has, and released by no computation: such a column may hold numbers of persons.
                var isCompared = permission.Computations.All(c => Kernel.Policy.PolicyComputations.IsIntersection(c) || c == Kernel.Policy.PolicyComputations.Lookup
                    // A model takes no identifier among its columns; one whose rows meet by keys needs them in the same permission.
                    || (c is Kernel.Policy.PolicyComputations.Regress or Kernel.Policy.PolicyComputations.Score && permission.Computations.Contains(Kernel.Policy.PolicyComputations.IntersectIds)));
                bool IsKey(string column) => isCompared && (dataset.Intersection?.Keys.ContainsKey(column) == true || dataset.LookupKeys?.ContainsKey(column) == true);
                // Keys of look-ups are in no record: what their owner's contract opens of persons is the other columns alone.
                bool IsAsked(string column) => permission.Computations is [Kernel.Policy.PolicyComputations.Lookup] && dataset.LookupKeys?.ContainsKey(column) == true;
                findings.AddRange(dataset.Columns.Where(c => !IsAsked(c.Name)).Select(c => Opened(dataset, declared, c, opened, identifying.Contains(c.Name) && !IsKey(c.Name))).OfType<ListingFinding>());
                if (declared.Grade == Grade.Important && (opened.MinimumGroup < StrictMinimumGroup || !opened.HasDominance))
                    findings.Add(new(ClassificationErrors.OfferTooWeak, $"offer '{offer.Id}': important data needs a minimum group of {StrictMinimumGroup} and a dominance rule"));
            }
        }
        if (declared.Grade == Grade.Important && dataset.Classification?.Region is null)
            findings.Add(new(ClassificationErrors.Incomplete, "important data needs a region of its own: write \"region\": \"CN-310000\" in its classification"));
        var counted = new DataScale(sample.Rows, sample.Subjects).Coarse();
        if (dataset.Classification?.Scale is { } scale && (counted.Rows > scale.Coarse().Rows || counted.Subjects > scale.Coarse().Subjects))
            findings.Add(new(ClassificationErrors.ScaleUnderstated, string.Create(CultureInfo.InvariantCulture, $"at least {counted.Rows} rows and {counted.Subjects} subjects")));
        var least = LeastGrade(Found(columns, declared), sample.Subjects);
        if (least > declared.Grade)
            findings.Add(new(ClassificationErrors.GradeTooLow, $"declared {declared.Grade.Name()}, at least {least.Name()}"));
        return ([.. columns.Select(c => c with { Problems = [.. findings.Where(f => f.Column == c.Name).Select(f => f.Kind.Code).Distinct()] })], findings, least);
    }

    /// <summary>
    /// Personal information is at least general 2, sensitive at least general 3 (it is no public data); of very many persons one or two steps more, as
    /// <see cref="DerivedGrade"/> has it.
    /// </summary>
    public static Grade LeastGrade(PersonalInformation personal, long subjects)
    {
        if (personal == PersonalInformation.None)
            return Grade.General1;
        var grade = personal == PersonalInformation.Sensitive ? Grade.General3 : Grade.General2;
        grade += (subjects >= DerivedGrade.ManySubjects ? 1 : 0) + (subjects >= DerivedGrade.VeryManySubjects ? 1 : 0);
        return grade > Grade.Important ? Grade.Important : grade;
    }

    private static PersonalInformation Found(IEnumerable<ListedColumn> columns, DataClassification declared)
        => columns.SelectMany(c => c.Found).Select(f => PersonalData.Parse(f.Class)!.Value.Least()).Aggregate(declared.Personal, PersonalFlags.Strictest);

    private static ListedColumn Column(DatasetConfig dataset, DataClassification declared, ColumnConfig column, ColumnSample sample, List<ListingFinding> findings)
    {
        var flag = declared.Columns.GetValueOrDefault(column.Name, PersonalInformation.None);
        var identifier = column.Identifier || column.Name == dataset.SubjectColumn;
        var all = Classes(column, sample).ToList();
        var reviewed = all.Where(f => column.Reviewed?.Contains(f.Class, StringComparer.Ordinal) == true).Select(f => f.Class).ToList();
        var found = all.Where(f => !reviewed.Contains(f.Class, StringComparer.Ordinal)).ToList();
        foreach (var one in found)
        {
            var type = PersonalData.Parse(one.Class)!.Value;
            var share = one.SharePermille is { } permille ? Share(permille) : "its name says so";
            if (type.Least() > flag)
                findings.Add(new(ClassificationErrors.UndeclaredPersonalData, $"column '{column.Name}': {one.Class}, {share}; declared {flag.Name()}, at least {type.Least().Name()}", column.Name, one.Class, one.SharePermille));
            else if (type == PersonalDataClass.OrganisationId && !identifier)
                findings.Add(new(ClassificationErrors.UndeclaredIdentifier, $"column '{column.Name}': {one.Class}, {share}", column.Name, one.Class, one.SharePermille));
        }
        return new ListedColumn(column.Name, flag.Name(), identifier, found, reviewed, []);
    }

    private static IEnumerable<FoundClass> Classes(ColumnConfig column, ColumnSample sample)
    {
        var named = column.Type is "decimal" or "double" or "boolean" ? null : ColumnNames.ClassOf(column.Name);
        for (var i = 0; i < sample.Matches.Count; i++)
        {
            var type = (PersonalDataClass)i;
            if (!PersonalData.IsFound(type, sample.Matches[i], sample.Candidates[i]))
                continue;
            yield return new FoundClass(type.Name(), (int)Math.Max(1, sample.Matches[i] * 1000 / sample.Values));
            named = named == type ? null : named;
        }
        if (named is { } byName)
            yield return new FoundClass(byName.Name(), null);
    }

    /// <summary>What one permission of an offer opens.</summary>
    private sealed record OpenedBy(string Offer, IReadOnlyList<string> Columns, IReadOnlyList<string> Keys, long MinimumGroup, bool HasDominance);

    private static ListingFinding? Opened(DatasetConfig dataset, DataClassification declared, ColumnConfig column, OpenedBy by, bool identifying)
    {
        var isKey = by.Keys.Contains(column.Name, StringComparer.Ordinal);
        if (!isKey && !by.Columns.Contains(column.Name, StringComparer.Ordinal))
            return null;
        var flag = declared.Columns.GetValueOrDefault(column.Name, PersonalInformation.None);
        var problem = identifying ? "it holds numbers or names of persons"
            : isKey && (column.Identifier || column.Name == dataset.SubjectColumn) ? "an identifier is no group key"
            : isKey && flag == PersonalInformation.Sensitive ? "a sensitive column is no group key"
            : by.MinimumGroup < Needed(flag, isKey) ? string.Create(CultureInfo.InvariantCulture, $"{flag.Name()} needs a minimum group of {Needed(flag, isKey)}, the offer has {by.MinimumGroup}")
            : null;
        return problem is null ? null : new(ClassificationErrors.PersonalColumnOffered, $"offer '{by.Offer}', column '{column.Name}': {problem}", column.Name);
    }

    private static long Needed(PersonalInformation flag, bool isKey) => flag switch
    {
        PersonalInformation.None => 0,
        PersonalInformation.Personal when !isKey => PersonalMinimumGroup,
        _ => StrictMinimumGroup,
    };

    /// <summary>Classes that point at one person or firm by themselves.</summary>
    private static bool IsDirect(string name) => PersonalData.Parse(name) is PersonalDataClass.IdCard or PersonalDataClass.Phone or PersonalDataClass.BankCard
        or PersonalDataClass.Email or PersonalDataClass.Plate or PersonalDataClass.PersonName or PersonalDataClass.Passport or PersonalDataClass.Device;

    private static string Share(int permille) => string.Create(CultureInfo.InvariantCulture, $"{permille / 10m:0.#}% of the values looked at");
}
