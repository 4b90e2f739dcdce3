using DataSpace.Connector.Datasets;
using DataSpace.Kernel.Classification;
using static DataSpace.Connector.Tests.Datasets.Fixtures;

namespace DataSpace.Connector.Tests.Datasets;

public sealed class DatasetClassificationTests
{
    [Fact]
    public void A_minimal_old_configuration_is_complete()
    {
        var read = DatasetClassification.Of(Dataset(Plain()), null).Value;
        Assert.Equal(("C31", Grade.General2, "CN", PersonalInformation.None), (read.Industry.Code, read.Grade, read.Region, read.Personal));
        Assert.Equal("CN-310000", DatasetClassification.Of(Dataset(Plain()), "CN-310000").Value.Region);
        Assert.Equal("CN-440300", DatasetClassification.Of(Dataset(Plain(region: "CN-440300")), "CN-310000").Value.Region);
    }

    [Fact]
    public void Without_a_classification_the_answer_says_what_to_write()
    {
        var error = DatasetClassification.Of(Dataset(null), null).Error!;
        Assert.Equal("DS-CLS-004", error.Code);
        Assert.Contains("\"classification\": {", error.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null, "DS-CLS-004")] // personal, but no column says so
    [InlineData(false, "personal", "DS-CLS-004")] // a column says so, the dataset does not
    [InlineData(true, "sensitive", null)]
    [InlineData(false, "none", null)]
    [InlineData(true, "very", "DS-CLS-003")]
    public void The_dataset_and_its_columns_agree(bool personal, string? flag, string? code)
        => Assert.Equal(code, DatasetClassification.Of(Dataset(Plain(personal: personal), c => c.Name == "note" ? c with { Personal = flag } : c), null).Error?.Code);

    [Theory]
    [InlineData("Z99", "general-2", "DS-CLS-002")]
    [InlineData("C31", "public", "DS-CLS-001")]
    [InlineData("B0200", "general-1", null)]
    public void Words_are_known(string industry, string grade, string? code)
        => Assert.Equal(code, DatasetClassification.Of(Dataset(new ClassificationConfig(industry, grade, false)), null).Error?.Code);

    [Fact]
    public void Nonsense_is_named()
    {
        Assert.Equal("DS-CLS-004", DatasetClassification.Of(Dataset(Plain(region: "Shanghai")), null).Error!.Code);
        Assert.Equal("DS-CLS-004", DatasetClassification.Of(Dataset(Plain(scale: new DataScale(-1, 0))), null).Error!.Code);
        var reviewed = DatasetClassification.Of(Dataset(Plain(), c => c with { Reviewed = ["everything"] }), null).Error!;
        Assert.Contains("everything", reviewed.Detail, StringComparison.Ordinal);
    }
}
