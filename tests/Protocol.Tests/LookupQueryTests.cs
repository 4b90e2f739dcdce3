using DataSpace.Protocol.Jobs;
using Xunit;

namespace DataSpace.Protocol.Tests;

/// <summary>The form of a look-up in an order, and that no keyword has a place in it.</summary>
public sealed class LookupQueryTests
{
    private static readonly LookupQuery Good = new([new KeyPartQuery("name", ["trim"])], ["firm"], ["invest"], 1, 64);

    [Fact]
    public void Orders_of_another_form_are_refused()
    {
        Assert.Null(Good.Problem);
        foreach (var bad in (LookupQuery[])[Good with { Questions = 17 }, Good with { Questions = 0 }, Good with { RecordBytes = 4097 }, Good with { RecordBytes = 15 }, Good with { Columns = [] },
            Good with { Columns = ["invest", "invest"] }, Good with { Columns = ["firm"] }, Good with { KeyColumns = [] }, Good with { Key = [] }, Good with { Key = [new KeyPartQuery(new string('x', 129), [])] }])
            Assert.Same(JobErrors.BadOrder, bad.Problem?.Kind);
        Assert.True((Good with { Columns = [null!] }).HasNull);
        Assert.True((Good with { Key = [new KeyPartQuery("name", [null!])] }).HasNull);
        Assert.False(Good.HasNull);
    }

    [Fact]
    public void A_plan_has_a_number_of_questions_and_no_place_for_keywords()
        => Assert.Equal(["Columns", "Key", "KeyColumns", "Questions", "RecordBytes"], typeof(LookupQuery).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal));
}
