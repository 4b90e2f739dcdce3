using System.Globalization;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator.Table;

/// <summary>Turns rows into rules and says everything that is wrong, each by row and column.</summary>
internal sealed class RuleTable
{
    private const int MaxProblems = 200;
    private static readonly char[] Separators = [';', '；', '\n', '\r', '、'];

    private static readonly Dictionary<string, RuleRoute> Routes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["prohibited"] = RuleRoute.Prohibited,
        ["禁止"] = RuleRoute.Prohibited,
        ["securityAssessment"] = RuleRoute.SecurityAssessment,
        ["安全评估"] = RuleRoute.SecurityAssessment,
        ["standardContract"] = RuleRoute.StandardContract,
        ["标准合同"] = RuleRoute.StandardContract,
        ["certification"] = RuleRoute.Certification,
        ["认证"] = RuleRoute.Certification,
        ["allowed"] = RuleRoute.Allowed,
        ["允许"] = RuleRoute.Allowed,
    };

    private readonly TableRows _table;
    private readonly Ui _ui;
    private readonly Dictionary<RuleColumn, int> _columns = [];
    private readonly List<string> _problems = [];

    private RuleTable(TableRows table, Ui ui) => (_table, _ui) = (table, ui);

    /// <summary>The rules, or every problem.</summary>
    /// <param name="table">What was read.</param>
    /// <param name="frame">A rule set without rules, to judge each rule in.</param>
    /// <param name="ui">Language of the problems.</param>
    public static (IReadOnlyList<Rule> Rules, IReadOnlyList<string> Problems) Read(TableRows table, RuleSet frame, Ui ui)
    {
        var reading = new RuleTable(table, ui);
        reading.ReadHeading();
        if (reading._problems.Count > 0)
            return ([], reading._problems);
        var rules = reading.ReadRows(frame);
        return (rules, reading._problems);
    }

    private void ReadHeading()
    {
        var heading = _table.Heading;
        for (var i = 0; i < heading.Cells.Count; i++)
        {
            var cell = heading.Cells[i];
            if (cell.Length == 0)
                continue;
            if (RuleColumns.Of(cell) is not { } column)
                _problems.Add(_ui.T(RegulatorTexts.HeaderUnknown, heading.Number, LetterOf(i), Short(cell)));
            else if (!_columns.TryAdd(column, i))
                _problems.Add(_ui.T(RegulatorTexts.HeaderTwice, heading.Number, LetterOf(i), Short(cell)));
        }
        foreach (var required in RuleColumns.Required.Where(c => !_columns.ContainsKey(c)))
            _problems.Add(_ui.T(RegulatorTexts.HeaderMissing, RuleColumns.Heading(required)));
    }

    private List<Rule> ReadRows(RuleSet frame)
    {
        var rules = new List<Rule>();
        var firstRowOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var problem in _table.Problems)
            _problems.Add(_ui.T(RegulatorTexts.Cell, problem.Row, LetterOf(problem.Column), _ui.T(problem.What)));
        if (_table.Rows.Count == 0)
            _problems.Add(_ui.T(RegulatorTexts.NoRows));
        if (_table.Rows.Count > RuleSetReader.MaxRules)
            _problems.Add(_ui.T(RegulatorTexts.TooManyRows, RuleSetReader.MaxRules));
        foreach (var row in _table.Rows.TakeWhile(_ => _problems.Count < MaxProblems))
        {
            var before = _problems.Count;
            var rule = ReadRow(row);
            if (rule.Id.Length > 0 && !firstRowOf.TryAdd(rule.Id, row.Number))
                Add(row, RuleColumn.Id, RegulatorTexts.IdTwice, Short(rule.Id), firstRowOf[rule.Id]);
            // The same judgement as at every node, one rule at a time so that its row is known; only when the cells themselves were understood.
            if (_problems.Count == before)
            {
                foreach (var finding in RuleSetReader.Problems(frame with { Rules = [rule] }))
                    _problems.Add(_ui.T(RegulatorTexts.RowOnly, row.Number, $"{finding.Code} {_ui.T(finding.Kind.Title, finding.Kind.TitleZh)}: {finding.Detail}"));
            }
            rules.Add(rule);
        }
        return rules;
    }

    private Rule ReadRow(TableRow row)
    {
        foreach (var required in RuleColumns.Required.Where(c => Cell(row, c).Length == 0))
            Add(row, required, RegulatorTexts.IsEmpty);
        var (records, subjects) = (Number(row, RuleColumn.VolumeRecords), Number(row, RuleColumn.VolumeSubjects));
        var match = new RuleMatch(
            List(row, RuleColumn.Industry), List(row, RuleColumn.Scenario), List(row, RuleColumn.Field), List(row, RuleColumn.Pattern, PatternOf),
            GradeOf(row, RuleColumn.GradeAtLeast), GradeOf(row, RuleColumn.GradeAtMost), List(row, RuleColumn.Purpose), List(row, RuleColumn.Participant),
            List(row, RuleColumn.DestinationRegion, v => v is "境外" or "Abroad" ? RegionScope.Abroad : v),
            records is null && subjects is null ? null : new VolumePerYear(records, subjects));
        return new Rule(Cell(row, RuleColumn.Id), Cell(row, RuleColumn.Basis), Cell(row, RuleColumn.TitleEn), Cell(row, RuleColumn.TitleZh), match, RouteOf(row));
    }

    private RuleRoute RouteOf(TableRow row)
    {
        var text = Cell(row, RuleColumn.Route);
        if (Routes.TryGetValue(text, out var route))
            return route;
        if (text.Length > 0)
            Add(row, RuleColumn.Route, RegulatorTexts.NotARoute, Short(text));
        return RuleRoute.Prohibited;
    }

    private int? GradeOf(TableRow row, RuleColumn column)
    {
        var text = Cell(row, column);
        if (text.Length == 0)
            return null;
        foreach (var grade in Grades.All)
        {
            if (string.Equals(text, grade.Name(), StringComparison.OrdinalIgnoreCase) || text == grade.NameZh() || text == ((int)grade).ToString(CultureInfo.InvariantCulture))
                return (int)grade;
        }
        Add(row, column, RegulatorTexts.NotAGrade, Short(text));
        return null;
    }

    private long? Number(TableRow row, RuleColumn column)
    {
        var text = Cell(row, column).Replace(",", "", StringComparison.Ordinal);
        if (text.Length == 0)
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1)
            return number;
        Add(row, column, RegulatorTexts.NotANumber, Short(text));
        return null;
    }

    private List<string>? List(TableRow row, RuleColumn column, Func<string, string>? spell = null)
    {
        var values = Cell(row, column).Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return values.Length == 0 ? null : [.. values.Select(v => spell?.Invoke(v) ?? v).Distinct(StringComparer.Ordinal)];
    }

    private static string PatternOf(string text)
    {
        foreach (var known in PersonalData.All)
        {
            if (text == known.NameZh() || string.Equals(text, known.Name(), StringComparison.OrdinalIgnoreCase))
                return known.Name();
        }
        return text;
    }

    private string Cell(TableRow row, RuleColumn column) => _columns.TryGetValue(column, out var index) && index < row.Cells.Count ? row.Cells[index] : "";

    private void Add(TableRow row, RuleColumn column, Phrase what, params object?[] arguments)
        => _problems.Add(_ui.T(RegulatorTexts.Cell, row.Number, $"{(_columns.TryGetValue(column, out var index) ? LetterOf(index) : "-")} ({RuleColumns.Heading(column)})", _ui.T(what, arguments)));

    /// <summary>What a message may repeat of a cell.</summary>
    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "...";

    private static string LetterOf(int column) => column < 26 ? ((char)('A' + column)).ToString() : $"{(char)('A' + (column / 26) - 1)}{(char)('A' + (column % 26))}";
}
