using System.Globalization;
using System.Text;

namespace DataSpace.Sandbox.Tests.Support;

/// <summary>
/// 60 persons in Alfa and Beta, three rows each; Solo is one person with 100 rows, Pair two persons; one person is 77 years old.
/// The minimum group is 5.
/// </summary>
public sealed class PeopleFixture : IDisposable
{
    public const string Secret = "secret-note-of-one-person";

    private readonly TempData _data = new();

    public PeopleFixture()
    {
        var csv = new StringBuilder("id,city,age,income,bonus,note\n");
        for (var i = 0; i < 60; i++)
        {
            for (var row = 0; row < 3; row++)
                csv.Append(CultureInfo.InvariantCulture, $"p{i},{(i % 2 == 0 ? "Alfa" : "Beta")},{(i == 7 ? 77 : 20 + (i % 40))},{1000 + i}.25,{i},{Secret}\n");
        }

        for (var row = 0; row < 100; row++)
            csv.Append(CultureInfo.InvariantCulture, $"solo,Solo,40,{5000 + row}.5,1,{Secret}\n");
        csv.Append("q1,Pair,30,10.5,1,x\nq2,Pair,31,11.5,1,y\n");
        Source = new DatasetSource("people", _data.File("people.csv", csv.ToString()), DatasetFormat.Csv, Columns, "id");
    }

    public static ColumnSchema[] Columns { get; } =
    [
        new("id", ColumnType.Text, IsIdentifier: true), new("city", ColumnType.Text), new("age", ColumnType.Integer),
        new("income", ColumnType.Decimal), new("bonus", ColumnType.Decimal), new("note", ColumnType.Text),
    ];

    public static OutputRules Rules { get; } = new()
    {
        AllowedColumns = new HashSet<string> { "age", "income", "id" },
        GroupKeys = new HashSet<string> { "city" },
        MinGroupSize = 5,
    };

    public DatasetSource Source { get; }

    public string Path => Source.Path;

    public void Dispose() => _data.Dispose();
}
