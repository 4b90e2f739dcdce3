using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Regression.Vertical.Scoring;

/// <summary>What both owners agree on before rows are scored.</summary>
/// <param name="Alignment">Of the first intersection, in which the owner that asks receives.</param>
/// <param name="Model">Digest of the job that trained the model, lower-case hex.</param>
/// <param name="Rows">Most rows that are scored; so many places every message has, however many rows are common.</param>
/// <param name="Rule">How scores are told.</param>
public sealed record AlignedScores(IntersectionContext Alignment, string Model, int Rows, ScoreRule Rule) : AlignedTerms(Alignment)
{
    /// <summary>Name and version of the protocol.</summary>
    public const string Name = "joint-scoring/1";

    /// <summary>Most places of one job: rows times levels, 256 ciphertexts.</summary>
    public const int MostPlaces = 1 << 21;

    /// <inheritdoc />
    public override string Protocol => Name;

    internal override int Moduli => 1;

    internal override int MostRowsUsed => Rows;

    private protected override IReadOnlyList<string> Particulars => [Model, Text(Rows), .. Rule.Texts];

    /// <summary>What is wrong with these terms, or null: DS-PRV-350.</summary>
    public static DsError? Problem(int rows, ScoreRule rule)
        => rule.Problem is { } problem ? ScoreErrors.TermsInvalid.Of(problem)
            : rows < 1 || (long)rows * rule.Levels > MostPlaces ? ScoreErrors.TermsInvalid.Of($"at most {MostPlaces / rule.Levels} rows with so many levels") : null;

    internal override DsError? ProblemOf(int rows) => Problem(Rows, Rule);

    internal override Result<VerticalSide> SideOf(bool isFirst, int rows, AlignedRows own, RingSlots slots, ReadOnlyMemory<byte> context)
        => !own.Columns[0].All(double.IsFinite) ? ScoreErrors.PartInvalid.Of()
            : isFirst ? new ScoreAsker(Rows, Rule, own.Columns[0], slots) : new ScoreAnswerer(Rows, Rule, own.Columns[0], slots);
}

/// <summary>What the owner that asks has at the end.</summary>
/// <param name="Rows">Scored rows of its own, by number in its set.</param>
/// <param name="Answers">For each the answer, or null where this owner's own part of the score is off the grid.</param>
public sealed record RowAnswers(IReadOnlyList<int> Rows, IReadOnlyList<int?> Answers);

/// <summary>
/// One owner's part in scoring rows that both have by a model of which each has its own weights. The first party asks and gets answers; the second computes with the first's ciphertexts and gets nothing but which rows
/// are common.
/// </summary>
public sealed class AlignedScoring : AlignedConversation
{
    private AlignedScoring(VerticalRun run, AlignedScores terms, bool isFirst, ItemSet items, Func<IReadOnlyList<int>, Result<AlignedRows>> partsOf, Func<int, Result<RingSlots>> slots, IConversation part)
        : base(run, terms, isFirst, items, partsOf, slots, part)
    {
    }

    /// <summary>The answers at the owner that asks, none at the other; or why there are none: DS-PRV-170 where too few rows are common.</summary>
    public Result<RowAnswers> Outcome { get; private set; } = VerticalErrors.Incomplete.Of();

    /// <summary>A run.</summary>
    /// <param name="run">Grant, signing keys; its context is what the plan's hash and roster bind.</param>
    /// <param name="terms">The same for both.</param>
    /// <param name="isFirst">The owner that asks.</param>
    /// <param name="items">Keys of this owner.</param>
    /// <param name="partsOf">This owner's part of the score of rows by number, constant included; called once, with the rows that are scored.</param>
    /// <param name="engine">Microsoft SEAL.</param>
    public static Result<AlignedScoring> Create(VerticalRun run, AlignedScores terms, bool isFirst, ItemSet items, Func<IReadOnlyList<int>, double[]> partsOf, ISealEngine engine)
        => Create(run, terms, isFirst, items, partsOf, moduli => SealSlots.Create(engine, moduli));

    internal static Result<AlignedScoring> Create(VerticalRun run, AlignedScores terms, bool isFirst, ItemSet items, Func<IReadOnlyList<int>, double[]> partsOf, Func<int, Result<RingSlots>> slots)
    {
        if (AlignedScores.Problem(terms.Rows, terms.Rule) is { } problem)
            return problem;
        return Intersect(run, terms.Alignment, isFirst, items).TryGet(out var part, out var error)
            ? new AlignedScoring(run, terms, isFirst, items, rows => new AlignedRows([partsOf(rows)], null), slots, part) : error;
    }

    private protected override void Conclude(VerticalSide side)
        => Outcome = side is ScoreAsker asker ? new RowAnswers(RowsUsed, asker.Found) : new RowAnswers([], []);

    private protected override void Withhold(DsError why) => Outcome = why;
}
