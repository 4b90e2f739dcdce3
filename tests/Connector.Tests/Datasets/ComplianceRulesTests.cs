using DataSpace.Connector.Datasets;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Classification.Detectors;
using static DataSpace.Connector.Tests.Datasets.Fixtures;

namespace DataSpace.Connector.Tests.Datasets;

/// <summary>Each rule with a dataset that just keeps it and one that just breaks it.</summary>
public sealed class ComplianceRulesTests
{
    private static DatasetConfig Flagged(string column, string flag, string grade = "general-3")
        => Dataset(Plain(grade, personal: true), c => c.Name == column ? c with { Personal = flag } : c);

    [Fact]
    public void A_clean_dataset_has_no_findings()
    {
        var dataset = Dataset(Plain("general-1"));
        Assert.Empty(Codes(dataset, Sample(dataset), Offer(["year", "invest"], "year", 2, "off")));
    }

    [Theory]
    [InlineData(PersonalDataClass.Phone, 300, 1000, "DS-CLS-013")]
    [InlineData(PersonalDataClass.Phone, 299, 1000, "")] // chance
    [InlineData(PersonalDataClass.Phone, 1, 2, "DS-CLS-013")] // one in free text
    [InlineData(PersonalDataClass.BankCard, 60, 1000, "")]
    [InlineData(PersonalDataClass.BankCard, 5, 5, "DS-CLS-013")]
    [InlineData(PersonalDataClass.IdCard, 1, 1000, "DS-CLS-013")]
    [InlineData(PersonalDataClass.Email, 1, 1, "DS-CLS-013")]
    [InlineData(PersonalDataClass.Plate, 1, 1, "DS-CLS-013")]
    [InlineData(PersonalDataClass.OrganisationId, 900, 900, "DS-CLS-014")]
    public void Undeclared_data_in_a_column_is_found(PersonalDataClass type, long matches, long candidates, string codes)
    {
        var dataset = Dataset(Plain("general-4"));
        Assert.Equal(codes, Codes(dataset, Sample(dataset, ("note", type, matches, candidates))));
    }

    [Fact]
    public void The_finding_names_column_class_and_share_and_nothing_else()
    {
        var dataset = Dataset(Plain("general-4"));
        var finding = Assert.Single(ComplianceRules.Judge(dataset, DatasetClassification.Of(dataset, null).Value, Sample(dataset, ("note", PersonalDataClass.Phone, 124, 124)), []).Findings);
        Assert.Equal(("note", "phone", 124), (finding.Column, finding.Class, finding.SharePermille));
        Assert.Contains("12.4%", finding.Detail, StringComparison.Ordinal);
    }

    /// <summary>What is asked by is in no record; what is in a record is about one subject, and no minimum stands before it.</summary>
    [Fact]
    public void A_look_up_opens_no_personal_column_but_may_be_asked_by_one()
    {
        var dataset = Flagged("note", "personal") with { Lookup = new LookupConfig(new Dictionary<string, IReadOnlyList<string>> { ["firm"] = ["trim"], ["note"] = ["trim"] }, 10, 64) };
        Assert.Empty(Codes(dataset, Sample(dataset), Offer(["firm", "note", "invest"], null, "off", "off", "lookup")));
        Assert.Equal("DS-CLS-012", Codes(dataset with { Lookup = dataset.Lookup with { Keys = new Dictionary<string, IReadOnlyList<string>> { ["firm"] = ["trim"] } } }, Sample(dataset), Offer(["firm", "note", "invest"], null, "off", "off", "lookup")));
        // The same key in figures of groups is a column like any other.
        Assert.Equal("DS-CLS-012", Codes(dataset, Sample(dataset), Offer(["firm", "note", "invest"], "invest", 2)));
        var important = dataset with { Classification = Plain("important", personal: true, region: "CN-310000") };
        Assert.Contains("DS-CLS-011", Codes(important, Sample(important), Offer(["firm", "invest"], null, "off", "off", "lookup")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flag_must_be_strict_enough_for_the_class()
    {
        var found = ("note", PersonalDataClass.IdCard, 500L, 500L);
        Assert.Equal("DS-CLS-013", Codes(Flagged("note", "personal"), Sample(Flagged("note", "personal"), found)));
        Assert.Empty(Codes(Flagged("note", "sensitive"), Sample(Flagged("note", "sensitive"), found)));
    }

    [Fact]
    public void A_class_that_the_owner_reviewed_does_not_count_and_no_other_does_so()
    {
        var dataset = Dataset(Plain(), c => c.Name == "note" ? c with { Reviewed = ["phone"] } : c);
        Assert.Empty(Codes(dataset, Sample(dataset, ("note", PersonalDataClass.Phone, 900, 900))));
        Assert.Equal("DS-CLS-013 DS-CLS-017", Codes(dataset, Sample(dataset, ("note", PersonalDataClass.IdCard, 900, 900))));
        Assert.Equal("DS-CLS-013", Codes(dataset, Sample(dataset, ("firm", PersonalDataClass.Phone, 900, 900))));
    }

    [Theory]
    [InlineData("text", "DS-CLS-013")]
    [InlineData("decimal", "")] // an amount is no phone number, whatever its name
    public void A_name_alone_is_enough(string type, string codes)
    {
        var dataset = Dataset(Plain("general-4"), c => c.Name == "note" ? c with { Name = "手机号", Type = type } : c);
        Assert.Equal(codes, Codes(dataset, Sample(dataset)));
    }

    [Fact]
    public void An_organisations_number_is_an_identifier()
    {
        var dataset = Dataset(Plain(), c => c.Name == "note" ? c with { Identifier = true } : c);
        Assert.Empty(Codes(dataset, Sample(dataset, ("note", PersonalDataClass.OrganisationId, 900, 900), ("firm", PersonalDataClass.OrganisationId, 900, 900))));
    }

    [Theory]
    [InlineData("intersect", true, "")] // compared, never released
    [InlineData("intersect", false, "DS-CLS-012")] // not declared for it
    [InlineData("sql", true, "DS-CLS-012")]
    public void Numbers_of_persons_are_opened_for_comparing_alone(string computation, bool declared, string codes)
    {
        var dataset = Dataset(Plain(personal: true), c => c.Name == "note" ? c with { Identifier = true, Personal = "personal" } : c);
        if (declared)
            dataset = dataset with { Intersection = new IntersectionConfig(new Dictionary<string, IReadOnlyList<string>> { ["note"] = ["phone:86"] }) };
        Assert.Equal(codes, Codes(dataset, Sample(dataset, ("note", PersonalDataClass.Phone, 900, 900)), Offer(["note", "year"], "year", 5, computation: computation)));
    }

    [Fact]
    public void Core_data_is_never_listed()
        => Assert.Equal("DS-CLS-010", Codes(Dataset(Plain("core")), Sample(Dataset(Plain("core"))), Offer(["year"], "year", 100)));

    [Theory]
    [InlineData("CN-310000", 10, "60", "")]
    [InlineData("CN-310000", 9, "60", "DS-CLS-011")]
    [InlineData("CN-310000", 10, "off", "DS-CLS-011")]
    [InlineData(null, 10, "60", "DS-CLS-004")]
    public void Important_data_needs_its_protections(string? region, int k, string dominance, string codes)
    {
        var dataset = Dataset(Plain("important", region: region));
        Assert.Equal(codes, Codes(dataset, Sample(dataset), Offer(["year", "invest"], "year", k, dominance)));
    }

    [Theory]
    [InlineData("invest", "personal", 5, "")]
    [InlineData("invest", "personal", 4, "DS-CLS-012")]
    [InlineData("invest", "sensitive", 10, "")]
    [InlineData("invest", "sensitive", 9, "DS-CLS-012")]
    [InlineData("year", "personal", 10, "")] // as group key
    [InlineData("year", "personal", 9, "DS-CLS-012")]
    [InlineData("year", "sensitive", 100, "DS-CLS-012")]
    [InlineData("note", "sensitive", 2, "")] // not offered
    public void A_personal_column_is_opened_only_as_far_as_its_flag_allows(string column, string flag, int k, string codes)
        => Assert.Equal(codes, Codes(Flagged(column, flag), Sample(Flagged(column, flag)), Offer(["year", "invest"], "year", k)));

    [Fact]
    public void A_column_with_numbers_of_persons_is_never_opened()
    {
        var dataset = Flagged("note", "sensitive");
        Assert.Equal("DS-CLS-012", Codes(dataset, Sample(dataset, ("note", PersonalDataClass.Phone, 5, 5)), Offer(["year", "note"], "year", 1_000)));
    }

    [Fact]
    public void A_subject_is_no_group_key()
        => Assert.Equal("DS-CLS-012", Codes(Dataset(Plain()), Sample(Dataset(Plain())), Offer(["firm", "year"], "firm", 1_000)));

    [Theory]
    [InlineData("general-1", "personal", 10, "DS-CLS-017")]
    [InlineData("general-2", "personal", 10, "")]
    [InlineData("general-2", "sensitive", 10, "DS-CLS-017")]
    [InlineData("general-2", "personal", 100_000, "DS-CLS-017")]
    [InlineData("general-3", "personal", 100_000, "")]
    [InlineData("general-4", "sensitive", 1_000_000, "DS-CLS-017")]
    public void The_grade_fits_the_persons(string grade, string flag, long subjects, string codes)
    {
        var dataset = Flagged("note", flag, grade);
        Assert.Equal(codes, Codes(dataset, Sample(dataset) with { Subjects = subjects, Rows = subjects }));
    }

    [Theory]
    [InlineData(1_000, 100, "")]
    [InlineData(5_000, 900, "")] // same powers of ten
    [InlineData(999, 100, "DS-CLS-016")]
    [InlineData(1_000, 99, "DS-CLS-016")]
    public void A_declared_scale_is_not_below_the_counted_one(long rows, long subjects, string codes)
    {
        var dataset = Dataset(Plain(scale: new DataScale(rows, subjects)));
        Assert.Equal(codes, Codes(dataset, Sample(dataset)));
    }
}
