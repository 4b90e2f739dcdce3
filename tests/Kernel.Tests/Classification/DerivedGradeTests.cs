using CsCheck;
using DataSpace.Kernel.Classification;
using Xunit;

namespace DataSpace.Kernel.Tests.Classification;

public class DerivedGradeTests
{
    private static readonly Gen<GradedInput> Input =
        from owner in Gen.OneOf("did:web:a.example", "did:web:b.example", "did:web:c.example")
        from dataset in Gen.OneOf("x", "y")
        from industry in Gen.OneOf("C31", "C13", "J66", "B0200")
        from grade in Gen.OneOf([.. Grades.All])
        from personal in Gen.Enum<PersonalInformation>()
        from region in Gen.OneOf("CN", "CN-310000")
        from power in Gen.Int[0, 7]
        select new GradedInput(owner, dataset, IndustryCategory.Parse(industry).Value, grade, personal, region,
            new DataScale((long)Math.Pow(10, power), (long)Math.Pow(10, power)));

    private static readonly Gen<GradedOperation> Operation = Gen.OneOf(Gen.Const(GradedOperation.Rows), Gen.Long[0, 30].Select(GradedOperation.Aggregate));

    [Fact]
    public void Never_below_any_input_and_the_flag_only_by_the_named_rule() => Gen.Select(Input.Array[1, 6], Operation).Sample((inputs, operation) =>
    {
        var derived = DerivedGrade.Of(inputs, operation);
        Assert.All(inputs, i => Assert.True(derived.Grade >= i.Grade));
        var strictest = inputs.Max(i => i.Personal);
        if (derived.Rules.Contains(GradingRule.LargeGroups))
            Assert.True(derived.Personal == strictest - 1 && operation is { IsAggregate: true, MinimumGroup: >= DerivedGrade.LargeGroup });
        else
            Assert.Equal(strictest, derived.Personal);
        // Raising is named too, and nothing becomes core that was not.
        if (derived.Grade > inputs.Max(i => i.Grade))
            Assert.True(derived.Rules.Any(r => r is GradingRule.Combination or GradingRule.ManySubjects) && derived.Grade <= Grade.Important);
    });

    [Fact]
    public void Order_and_repetition_do_not_matter() => Gen.Select(Input.Array[1, 5], Operation, Gen.Int[0, 1000]).Sample((inputs, operation, seed) =>
    {
        var once = Spell(DerivedGrade.Of(inputs, operation));
        var shuffled = inputs.Concat(inputs).ToArray();
        new Random(seed).Shuffle(shuffled);
        Assert.Equal(once, Spell(DerivedGrade.Of(shuffled, operation)));
    });

    [Fact]
    public void More_data_never_grades_milder() => Gen.Select(Input.Array[1, 5], Input, Operation).Sample((inputs, more, operation) =>
    {
        var less = DerivedGrade.Of(inputs, operation);
        var all = DerivedGrade.Of([.. inputs, more], operation);
        Assert.True(all.Grade >= less.Grade && all.Personal >= less.Personal);
        Assert.Subset(all.Industries.ToHashSet(), less.Industries.ToHashSet());
        Assert.Subset(all.Regions.ToHashSet(), less.Regions.ToHashSet());
    });

    [Fact]
    public void A_stricter_input_never_grades_milder() => Gen.Select(Input.Array[1, 5], Gen.Enum<PersonalInformation>(), Gen.OneOf([.. Grades.All]), Operation)
        .Sample((inputs, personal, grade, operation) =>
        {
            var before = DerivedGrade.Of(inputs, operation);
            var stricter = inputs[0] with { Grade = Grades.Strictest(grade, inputs[0].Grade), Personal = PersonalFlags.Strictest(personal, inputs[0].Personal) };
            var after = DerivedGrade.Of([stricter, .. inputs[1..]], operation);
            Assert.True(after.Grade >= before.Grade && after.Personal >= before.Personal);
        });

    [Fact]
    public void Two_owners_raise_by_one_step_and_one_owner_does_not()
    {
        var a = Of("did:web:a.example", Grade.General2);
        var b = Of("did:web:b.example", Grade.General1);
        Assert.Equal(Grade.General2, DerivedGrade.Of([a, a], GradedOperation.Rows).Grade);
        Assert.Equal(Grade.General3, DerivedGrade.Of([a, b], GradedOperation.Rows).Grade);
        Assert.Equal([GradingRule.Combination], DerivedGrade.Of([a, b], GradedOperation.Rows).Rules);
    }

    [Theory]
    [InlineData(99_999, PersonalInformation.Personal, Grade.General2)]
    [InlineData(100_000, PersonalInformation.Personal, Grade.General3)]
    [InlineData(999_999, PersonalInformation.Personal, Grade.General3)]
    [InlineData(1_000_000, PersonalInformation.Personal, Grade.General4)]
    [InlineData(1_000_000, PersonalInformation.None, Grade.General2)]
    public void Many_persons_raise(long subjects, PersonalInformation personal, Grade expected)
        => Assert.Equal(expected, DerivedGrade.Of([Of("did:web:a.example", Grade.General2, personal, subjects)], GradedOperation.Rows).Grade);

    [Theory]
    [InlineData(9, PersonalInformation.Personal, PersonalInformation.Personal)]
    [InlineData(10, PersonalInformation.Personal, PersonalInformation.None)]
    [InlineData(10, PersonalInformation.Sensitive, PersonalInformation.Personal)]
    [InlineData(10, PersonalInformation.None, PersonalInformation.None)]
    public void Large_groups_lower_the_flag_by_one_step_and_not_the_grade(long k, PersonalInformation before, PersonalInformation after)
    {
        var derived = DerivedGrade.Of([Of("did:web:a.example", Grade.General4, before)], GradedOperation.Aggregate(k));
        Assert.Equal((Grade.General4, after), (derived.Grade, derived.Personal));
    }

    [Theory]
    [InlineData(Grade.Important, Grade.Important)]
    [InlineData(Grade.General4, Grade.Important)]
    [InlineData(Grade.Core, Grade.Core)]
    public void Raising_ends_at_important(Grade declared, Grade expected)
        => Assert.Equal(expected, DerivedGrade.Of(
            [Of("did:web:a.example", declared, PersonalInformation.Sensitive, 5_000_000), Of("did:web:b.example", Grade.General1)], GradedOperation.Aggregate(100)).Grade);

    private static GradedInput Of(string owner, Grade grade, PersonalInformation personal = PersonalInformation.None, long subjects = 10)
        => new(owner, "d", IndustryCategory.Parse("C31").Value, grade, personal, "CN", new DataScale(subjects, subjects));

    private static string Spell(DerivedClassification d)
        => $"{d.Grade} {d.Personal} {string.Join(',', d.Industries)} {string.Join(',', d.Regions)} {d.Scale} {string.Join(',', d.Rules)}";
}
