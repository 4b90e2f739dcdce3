using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Classification.Detectors;
using Xunit;

namespace DataSpace.Kernel.Tests.Classification;

public class GradeTests
{
    [Fact]
    public void A_grade_survives_its_word_and_never_falls_through_its_security_level()
    {
        foreach (var grade in Grades.All)
        {
            Assert.Equal(grade, Grades.Parse(grade.Name()).Value);
            Assert.True(Grades.OfSecurityLevel(grade.SecurityLevel()).Value >= grade);
        }
        for (var level = 1; level <= 5; level++)
            Assert.Equal(level, Grades.OfSecurityLevel(level).Value.SecurityLevel());
        // Order of grades is order of levels.
        Assert.Equal(Grades.All.Select(g => g.SecurityLevel()), Grades.All.Select(g => g.SecurityLevel()).Order());
        Assert.Equal("005", Grade.Core.SecurityCode());
    }

    [Theory]
    [InlineData("Core")]
    [InlineData("general-5")]
    [InlineData("unclassified")]
    [InlineData(null)]
    public void An_unknown_grade_is_refused(string? text) => Assert.Equal("DS-CLS-001", Grades.Parse(text).Error!.Code);

    [Fact]
    public void A_level_outside_the_table_is_refused()
        => Assert.All((int[])[0, 6, -1], level => Assert.Equal("DS-CLS-001", Grades.OfSecurityLevel(level).Error!.Code));

    [Theory]
    [InlineData("C", "C")]
    [InlineData("C31", "C")]
    [InlineData("C311", "C")]
    [InlineData("J6620", "J")]
    [InlineData("B0200", "B0000")]
    [InlineData("B0610", "B")] // a class of coal mining, not a topic
    public void Industries_and_topics(string code, string sector) => Assert.Equal(sector, IndustryCategory.Parse(code).Value.Sector);

    [Theory]
    [InlineData("C05")] // agriculture's division in manufacturing's section
    [InlineData("C3")]
    [InlineData("U10")]
    [InlineData("c31")]
    [InlineData("C31110")]
    [InlineData("D0600")]
    [InlineData("-")]
    [InlineData("")]
    [InlineData(null)]
    public void An_unknown_industry_is_refused(string? code) => Assert.Equal("DS-CLS-002", IndustryCategory.Parse(code).Error!.Code);

    [Fact]
    public void A_section_contains_its_divisions_and_no_topics()
    {
        static IndustryCategory Of(string code) => IndustryCategory.Parse(code).Value;
        Assert.True(Of("C").Contains(Of("C311")));
        Assert.False(Of("C311").Contains(Of("C31")));
        Assert.True(Of("B0000").Contains(Of("B0200")));
        Assert.False(Of("B").Contains(Of("B0200")));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(9, 1)]
    [InlineData(10, 10)]
    [InlineData(99_999, 10_000)]
    [InlineData(100_000, 100_000)]
    [InlineData(long.MaxValue, 1_000_000_000_000_000_000)]
    public void Outside_a_scale_is_a_power_of_ten(long exact, long coarse)
    {
        Assert.Equal(coarse, new DataScale(exact, 0).Coarse().Rows);
        Assert.True(new DataScale(coarse, 0).AtMost().Rows >= exact);
    }

    [Fact]
    public void A_statement_is_read_back_and_a_contradictory_one_is_not()
    {
        var statement = new DataClassification(IndustryCategory.Parse("J66").Value, Grade.General3, "CN-310000",
            new Dictionary<string, PersonalInformation> { ["phone"] = PersonalInformation.Personal, ["id"] = PersonalInformation.Sensitive }, new DataScale(123_456, 4_567)).ToStatement();
        Assert.Equal(new ClassificationStatement("J66", "general-3", "003", "sensitive", "CN-310000", new DataScale(100_000, 1_000)), statement);
        var input = statement.ToInput("did:web:a.example", "d").Value;
        Assert.Equal((Grade.General3, PersonalInformation.Sensitive, 9_999), (input.Grade, input.Personal, input.Scale.Subjects));
        Assert.False((statement with { SecurityLevel = "001" }).ToInput("a", "d").IsOk);
        Assert.False((statement with { Grade = "public" }).ToInput("a", "d").IsOk);
        Assert.False((statement with { Region = "Shanghai" }).ToInput("a", "d").IsOk);
        Assert.False((statement with { Scale = new DataScale(-1, 0) }).ToInput("a", "d").IsOk);
    }

    [Theory]
    [InlineData("客户身份证号码", PersonalDataClass.IdCard)]
    [InlineData("手机号", PersonalDataClass.Phone)]
    [InlineData("姓名", PersonalDataClass.PersonName)]
    [InlineData("家庭住址", PersonalDataClass.Address)]
    [InlineData("车牌", PersonalDataClass.Plate)]
    [InlineData("customerPhone_no", PersonalDataClass.Phone)]
    [InlineData("ID_CARD", PersonalDataClass.IdCard)]
    [InlineData("BankCard", PersonalDataClass.BankCard)]
    [InlineData("contact_name", PersonalDataClass.PersonName)]
    [InlineData("ip_address", PersonalDataClass.Device)]
    [InlineData("e-mail", PersonalDataClass.Email)]
    public void Names_of_columns_that_speak_of_persons(string name, PersonalDataClass type) => Assert.Equal(type, ColumnNames.ClassOf(name));

    [Theory]
    [InlineData("firm")]
    [InlineData("company_name")]
    [InlineData("产品名称")]
    [InlineData("year")]
    [InlineData("telemetry")]
    [InlineData("valid")]
    [InlineData("template")]
    [InlineData("")]
    public void Names_of_columns_that_do_not(string name) => Assert.Null(ColumnNames.ClassOf(name));

    [Fact]
    public void Every_class_has_one_word_each_and_is_read_back()
    {
        Assert.Equal(Enum.GetValues<PersonalDataClass>(), PersonalData.All);
        foreach (var type in PersonalData.All)
            Assert.Equal(type, PersonalData.Parse(type.Name()));
        Assert.Equal(PersonalData.All.Count, PersonalData.All.Select(t => t.NameZh()).Distinct().Count());
        Assert.Null(PersonalData.Parse("nothing"));
    }
}
