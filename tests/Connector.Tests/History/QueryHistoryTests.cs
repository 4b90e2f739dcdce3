using System.Text;
using DataSpace.Connector.History;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DataSpace.Connector.Tests.History;

public sealed class QueryHistoryTests : IDisposable
{
    private const int K = 5;
    private const string Consumer = "did:web:analyst.example";
    private static readonly DatasetSource Source = new("people", "/none", DatasetFormat.Csv, [new("id", ColumnType.Text)], "id");
    private readonly string _directory = Directory.CreateTempSubdirectory("dataspace-history-").FullName;
    private readonly FakeAnchor _anchor = new();
    private readonly byte[] _secret = Encoding.ASCII.GetBytes(new string('s', 32));
    private QueryHistory _history;

    public QueryHistoryTests() => _history = Open();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _history.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task N_minus_one_is_withheld_across_contracts_versions_and_a_restart()
    {
        Assert.Empty(await AskAsync("v1", "all", Range(0, 100)));
        Assert.Equal([0], await AskAsync("v1", "all but one", Range(0, 99)));
        Assert.Equal([0], await AskAsync("v2", "all", Range(0, 101))); // one person joined since
        Restart();
        Assert.Equal([0], await AskAsync("v1", "all but another", Range(1, 100)));
        Assert.Equal([0], await AskAsync("v3", "all", Range(0, 99)));
        Assert.Empty(await AskAsync("v3", "half", Range(0, 50)));
    }

    [Fact]
    public async Task Members_of_a_consumer_group_are_one_and_others_are_not()
    {
        const string Other = "did:web:other.example";
        Assert.Empty(await AskAsync("v1", "all", Range(0, 100)));
        Assert.Empty(await AskAsync("v1", "but one", Range(0, 99), consumer: Other));
        Assert.Equal([0], await AskAsync("v1", "but two", Range(0, 98), consumer: Other, group: [Consumer, Other]));
        // Grouped only now: what each was told before counts for both.
        Assert.Equal([0], await AskAsync("v1", "but four", Range(0, 96), consumer: Consumer, group: [Consumer, Other]));
    }

    [Fact]
    public async Task Another_dataset_has_a_history_and_ids_of_its_own()
    {
        Assert.Empty(await AskAsync("v1", "all", Range(0, 100)));
        Assert.Empty(await AskAsync("v1", "but one", Range(0, 99), dataset: "firms"));
    }

    [Fact]
    public async Task The_same_question_on_the_same_version_needs_no_subjects_and_gets_the_same_answer()
    {
        await AskAsync("v1", "total", Range(0, 100));
        string[][] cells = [Range(0, 99), Range(200, 300), Range(300, 400)];
        var first = await AskCellsAsync("v1", "three", cells);
        Assert.Equal([0, 1], first); // the near one, and the smallest other
        Restart();
        var control = _history.Control(Context("v1"));
        Assert.Null(control.Open("three", []));
        Assert.Equal(first, (await control.JudgeAsync([CellState.Fit, CellState.Fit, CellState.Fit], Token)).Value.Withheld.Order());
        Assert.NotNull(_history.Control(Context("v2")).Open("three", []));
        Assert.Equal(2, (await _history.AnswersAsync("people", [Consumer], Token)).Value);
    }

    [Fact]
    public async Task A_deleted_file_stops_exact_answers_for_good()
    {
        Assert.Empty(await AskAsync("v1", "all", Range(0, 100)));
        _history.Dispose();
        Delete();
        _history = Open();
        Assert.Equal("DS-HIS-002", (await RefusalAsync())!.Code);
        // Also where the mark is gone but grants are known, and after another restart.
        _history.Dispose();
        Delete();
        (_anchor.Answers, _anchor.HasUses) = (0, true);
        _history = Open();
        Assert.Equal("DS-HIS-001", (await RefusalAsync())!.Code);
        Restart();
        Assert.Equal("DS-HIS-001", (await RefusalAsync())!.Code);
        Assert.Equal("DS-HIS-001", (await AskForAsync("v1", "all", Range(0, 99))).Error!.Code);
    }

    [Fact]
    public async Task A_record_that_began_before_the_first_use_of_another_kind_is_complete()
    {
        Assert.Null((await _history.StatusAsync(Token)).Value.Problem); // as every use of a kind without a record does, before its Grant
        _anchor.HasUses = true;
        Restart();
        Assert.Null(await RefusalAsync());
        Assert.Empty(await AskAsync("v1", "all", Range(0, 100)));
    }

    [Fact]
    public async Task An_owner_accepts_a_loss_only_when_there_is_one_and_only_with_a_record_of_it()
    {
        Assert.Empty(await AskAsync("v1", "all", Range(0, 100)));
        var logged = 0;
        Task<DsError?> Log()
        {
            logged++;
            return Task.FromResult<DsError?>(null);
        }
        Assert.Equal("DS-HIS-006", (await _history.BeginAsync(Log, Token)).Error!.Code);
        Assert.Equal(0, logged);
        Assert.Empty(await AskAsync("v1", "others", Range(200, 300)));
        _history.Dispose();
        Delete();
        _history = Open();
        Assert.Equal("DS-HIS-002", (await _history.StatusAsync(Token)).Value.Problem!.Code);
        Assert.Equal(2, (await _history.StatusAsync(Token)).Value.Unknown);
        Assert.Equal("DS-LED-001", (await _history.BeginAsync(() => Task.FromResult<DsError?>(new ErrorKind("DS-LED-001", 500, "", "", "", "").Of()), Token)).Error!.Code);
        Assert.Equal("DS-HIS-002", (await RefusalAsync())!.Code); // not recorded, not in force
        Assert.Null((await _history.BeginAsync(Log, Token)).Value.Problem);
        Assert.Equal(1, logged);
        Restart();
        // Exact answers are given again; what was forgotten is compared with nothing, what comes from here on is.
        Assert.Empty(await AskAsync("v1", "all but one", Range(0, 99)));
        Assert.Equal([0], await AskAsync("v1", "all but two", Range(0, 98)));
        Assert.Equal(3, (await _history.StatusAsync(Token)).Value.Answers);
        // And the next loss is noticed like the first.
        _history.Dispose();
        Delete();
        _history = Open();
        Assert.Equal("DS-HIS-002", (await RefusalAsync())!.Code);
    }

    [Fact]
    public async Task A_file_from_a_backup_is_noticed()
    {
        await AskAsync("v1", "all", Range(0, 100));
        _history.Dispose();
        var backup = Path.Combine(_directory, "backup");
        File.Copy(Path.Combine(_directory, HistoryStore.FileName), backup);
        _history = Open();
        await AskAsync("v1", "others", Range(200, 300));
        _history.Dispose();
        Delete();
        File.Copy(backup, Path.Combine(_directory, HistoryStore.FileName));
        _history = Open();
        Assert.Equal("DS-HIS-002", (await RefusalAsync())!.Code);
        Assert.Equal("DS-HIS-002", (await AskForAsync("v1", "others but one", Range(200, 299))).Error!.Code);
    }

    [Fact]
    public async Task Another_secret_and_a_damaged_file_are_refused()
    {
        await AskAsync("v1", "all", Range(0, 100));
        _secret[0]++;
        Restart();
        Assert.Equal("DS-HIS-004", (await RefusalAsync())!.Code);
        _secret[0]--;
        Restart();
        Assert.Null(await RefusalAsync());
        _history.Dispose();
        await File.WriteAllTextAsync(Path.Combine(_directory, HistoryStore.FileName), new string('x', 5000), Token);
        _history = Open();
        Assert.Equal("DS-HIS-004", (await RefusalAsync())!.Code);
    }

    [Fact]
    public async Task What_is_released_is_recorded_before_the_verdict_and_the_mark_follows()
    {
        _anchor.IsBroken = true;
        Assert.False((await AskForAsync("v1", "all", Range(0, 100))).IsOk);
        _anchor.IsBroken = false;
        Restart();
        // The first answer did not leave; that it might have is what counts.
        Assert.Equal([0], await AskAsync("v1", "but one", Range(0, 99)));
    }

    [Fact]
    public async Task A_full_history_refuses_in_advance_and_at_the_end_and_forgets_nothing()
    {
        for (var i = 0; i < 2; i++)
            await AskCellsAsync("v1", $"many {i}", [.. Enumerable.Range(0, 4900).Select(j => Range((i * 100_000) + (j * 10), (i * 100_000) + (j * 10) + 10))]);
        Assert.Null(await RefusalAsync(cells: 190));
        Assert.Equal("DS-HIS-003", (await RefusalAsync(cells: 250))!.Code);
        Assert.Null(await _history.RefusalAsync("people", ["did:web:new.example"], 250, Token));
        Assert.Equal("DS-HIS-003", (await AskCellsForAsync("v1", "more", [.. Enumerable.Range(0, 300).Select(j => Range(500_000 + (j * 10), 500_010 + (j * 10)))])).Error!.Code);
        Assert.Equal([0], await AskAsync("v1", "near", Range(0, 9)));
    }

    [Fact]
    public async Task Fifty_at_once_let_only_one_of_near_answers_out()
    {
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => AskAsync("v1", $"but {i}", [.. Range(0, 100).Where((_, j) => j != i)]))));
        Assert.Single(verdicts, v => v.Count == 0);
    }

    [Fact]
    public async Task Values_that_a_subject_lacks_are_compared_column_by_column()
    {
        Assert.Empty(await AskAsync("v1", "all", Range(0, 100), missing: i => 0));
        // Ten more persons, nine of whom have no income: their sum differs by one person.
        Assert.Equal([0], await AskAsync("v1", "ten more", Range(0, 110), missing: i => i > 100 ? 1UL : 0));
        Assert.Empty(await AskAsync("v1", "ten other", [.. Range(0, 100), .. Range(200, 210)], missing: i => 0));
    }

    [Fact]
    public async Task Equal_rows_of_a_dataset_without_subjects_are_several()
    {
        var rows = Enumerable.Repeat("same", 20).ToArray();
        var source = Source with { SubjectColumn = null };
        Assert.Empty(await AskAsync("v1", "twenty", rows, source: source));
        Assert.Equal([0], await AskAsync("v2", "nineteen", rows[..19], source: source));
        Assert.Empty(await AskAsync("v2", "ten", rows[..10], source: source));
    }

    [Fact]
    public async Task Nothing_in_the_file_shows_a_subject()
    {
        await AskAsync("v1", "all", [.. Enumerable.Range(0, 20).Select(i => $"person-with-a-name-{i}")]);
        _history.Dispose();
        foreach (var file in Directory.EnumerateFiles(_directory))
            Assert.DoesNotContain("person-with-a-name", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Token)), StringComparison.Ordinal);
        _history = Open();
    }

    private static string[] Range(int from, int to) => [.. Enumerable.Range(from, to - from).Select(i => "p" + i)];

    private QueryHistory Open() => new(_directory, _secret, _anchor, new FakeTimeProvider(), NullLogger<QueryHistory>.Instance);

    private void Restart()
    {
        _history.Dispose();
        _history = Open();
    }

    private void Delete()
    {
        foreach (var file in Directory.EnumerateFiles(_directory, HistoryStore.FileName + "*"))
            File.Delete(file);
    }

    private static AnswerContext Context(string version, string dataset = "people", string consumer = Consumer, string[]? group = null, DatasetSource? source = null)
        => new(dataset, version, source ?? Source, consumer, group ?? [consumer], K);

    private Task<DsError?> RefusalAsync(int cells = 1) => _history.RefusalAsync("people", [Consumer], cells, Token);

    private async Task<IReadOnlyList<int>> AskCellsAsync(string version, string scope, string[][] cells)
        => [.. (await AskCellsForAsync(version, scope, cells)).Value.Withheld.Order()];

    private async Task<Result<AnswerVerdict>> AskCellsForAsync(string version, string scope, string[][] cells)
    {
        var control = _history.Control(Context(version));
        if (control.Open(scope, []) is { } sink)
        {
            foreach (var (cell, i) in cells.Select((cell, i) => (cell, i)))
            {
                foreach (var subject in cell)
                    sink.Add(i, 0, isNull: false, Encoding.UTF8.GetBytes(subject));
            }
        }
        return await control.JudgeAsync([.. cells.Select(_ => CellState.Fit)], Token);
    }

    private async Task<IReadOnlyList<int>> AskAsync(
        string version, string scope, string[] subjects, string dataset = "people", string consumer = Consumer, string[]? group = null, DatasetSource? source = null, Func<int, ulong>? missing = null)
        => [.. (await AskForAsync(version, scope, subjects, dataset, consumer, group, source, missing)).Value.Withheld.Order()];

    private async Task<Result<AnswerVerdict>> AskForAsync(
        string version, string scope, string[] subjects, string dataset = "people", string consumer = Consumer, string[]? group = null, DatasetSource? source = null, Func<int, ulong>? missing = null)
    {
        var control = _history.Control(Context(version, dataset, consumer, group, source));
        if (control.Open(scope, missing is null ? [] : ["income"]) is { } sink)
        {
            foreach (var (subject, i) in subjects.Select((subject, i) => (subject, i)))
                sink.Add(0, missing?.Invoke(i) ?? 0, isNull: false, Encoding.UTF8.GetBytes(subject));
        }
        return await control.JudgeAsync([CellState.Fit], Token);
    }

    private sealed class FakeAnchor : IHistoryAnchor
    {
        public bool HasUses { get; set; }

        public long Answers { get; set; }

        public bool IsBroken { get; set; }

        public Result<Unit> Raise(long answers)
        {
            if (IsBroken)
                return HistoryErrors.Unusable.Of();
            Answers = Math.Max(Answers, answers);
            return Unit.Value;
        }
    }
}
