using System.Reflection;
using DataSpace.Connector.Jobs;

namespace DataSpace.Connector.Tests.Jobs;

public sealed class PlanTextsTests
{
    [Fact]
    public void Every_text_of_a_plan_exists_in_both_languages()
    {
        var fields = typeof(PlanTexts).GetFields(BindingFlags.Public | BindingFlags.Static);
        Assert.NotEmpty(fields);
        foreach (var field in fields)
        {
            var text = Assert.IsType<Bilingual>(field.GetValue(null));
            Assert.True(text.En.All(char.IsAscii), text.En);
            Assert.Contains(text.Zh, c => c is >= '\u4e00' and <= '\u9fff');
        }
    }
}
