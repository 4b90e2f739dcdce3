using System.Runtime.CompilerServices;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Privacy.Regression.Vertical.Scoring;

/// <summary>What both parties of a scoring do alike: every row has as many slots as the grid has levels, side by side, rows in the order of the digests of their keys; rows that there are not have slots too.</summary>
internal abstract class ScoreSide : VerticalSide
{
    protected ScoreSide(bool isFirst, int rows, ScoreRule rule, RingSlots slots)
        : base(isFirst, slots)
    {
        Rule = rule;
        RowsPerText = Math.Max(1, slots.Slots / rule.Levels);
        Texts = (rows + RowsPerText - 1) / RowsPerText;
    }

    /// <inheritdoc />
    public override VerticalStep ResultStep => VerticalStep.Answers;

    protected ScoreRule Rule { get; }

    protected int RowsPerText { get; }

    /// <summary>Ciphertexts of each message; it follows from the plan alone.</summary>
    protected int Texts { get; }
}

/// <summary>
/// The owner that asks.
/// <para><b>It sends</b> for each row, under its own fresh key, a 1 in the slot of the level on which its own part of the score lies, and 0 in the others: the peer learns nothing from it.</para>
/// <para><b>It learns</b> for each row values that are uniform but for their sum, and the sum is the answer for that row. A row's answer tells about the peer's part what the rule lets it: who knows its own part knows in
/// which range the peer's lies.</para>
/// <para><b>Assumption</b>: it follows the protocol. Whoever encrypts something else than a single 1 reads a linear combination of the answers of all levels modulo t, at most 40 bits a row; and since the peer's
/// part counts in whole steps of the grid, all of these together tell no more than that part, rounded to a step.</para>
/// </summary>
internal sealed class ScoreAsker : ScoreSide
{
    private readonly int?[] _levels;
    private readonly int[] _chosen;

    public ScoreAsker(int rows, ScoreRule rule, double[] parts, RingSlots slots)
        : base(isFirst: true, rows, rule, slots)
    {
        _levels = Array.ConvertAll(parts, rule.LevelOf);
        // A part off the grid asks like any other, for the nearest level; what comes back is no score of that row.
        _chosen = Array.ConvertAll(parts, part => Math.Clamp(rule.StepsOf(part), rule.First, rule.Last) - rule.First);
    }

    /// <summary>Answers per row, null where its part is off the grid; empty until the script is over.</summary>
    public IReadOnlyList<int?> Found { get; private set; } = [];

    protected override IEnumerable<Result<Turn>> Turns()
    {
        yield return SayLevels();
        yield return Turn.Hear(VerticalStep.Answers, Slots.Answers(Texts));
        if (Read().Error is { } error)
            yield return error;
    }

    private Result<Turn> SayLevels()
        => Slots.Encrypt(_ => [.. Enumerable.Range(0, Texts).Select(Chosen)]).TryGet(out var said, out var error) ? Turn.Say(VerticalStep.Levels, [.. Slots.PublicKeys, .. said]) : error;

    private ulong[] Chosen(int text)
    {
        var slots = new ulong[Slots.Slots];
        for (var i = 0; i < RowsPerText && (text * RowsPerText) + i < _chosen.Length; i++)
            slots[(i * Rule.Levels) + _chosen[(text * RowsPerText) + i]] = 1;
        return slots;
    }

    private Result<Unit> Read()
    {
        if (!Slots.Open(Heard).TryGet(out var opened, out var error))
            return error;
        var (modulus, answers) = (Slots.Ring.Moduli[0], Rule.Answers);
        var found = new int?[_levels.Length];
        for (var row = 0; row < found.Length; row++)
        {
            var sum = TileLayout.SumOfSlots(opened[0][row / RowsPerText].AsSpan(row % RowsPerText * Rule.Levels, Rule.Levels), modulus);
            if (sum >= (ulong)answers)
                return ScoreErrors.AnswerInvalid.Of();
            found[row] = _levels[row] is null ? null : (int)sum;
        }

        Found = found;
        return Unit.Value;
    }
}

/// <summary>
/// The owner that answers.
/// <para><b>It sends</b> the asker's texts times its own table (per row the answer for each level of the asker's part), with masks that are uniform but add up to zero over a row's slots, re-randomised and flooded by
/// 60 bits: the asker learns one sum per row. Places without a row are answered like rows.</para>
/// <para><b>It learns</b> nothing: ciphertexts under the asker's key, as many as the plan says.</para>
/// </summary>
internal sealed class ScoreAnswerer : ScoreSide
{
    private const int Batch = 8; // loaded at once
    private const int MostKnown = 1 << 16;
    private readonly int[] _parts;
    private readonly Dictionary<int, ulong> _known = [];

    public ScoreAnswerer(int rows, ScoreRule rule, double[] parts, RingSlots slots)
        : base(isFirst: false, rows, rule, slots)
        => _parts = Array.ConvertAll(parts, rule.StepsOf);

    protected override IEnumerable<Result<Turn>> Turns()
    {
        yield return Turn.Hear(VerticalStep.Levels, Slots.Keys, Slots.Texts(Texts));
        yield return SayAnswers();
    }

    private Result<Turn> SayAnswers()
    {
        if (Slots.Accept(Heard[0]).Error is { } refused)
            return refused;
        var said = new List<ReadOnlyMemory<byte>>();
        using var stream = MaskStream.Fresh();
        for (var from = 0; from < Texts; from += Batch)
        {
            var (first, count) = (from, Math.Min(Batch, Texts - from));
            if (!Slots.Load([.. Heard.Skip(1 + first).Take(count)]).TryGet(out var texts, out var error))
                return error;
            var tables = Slots.Prepare(_ => [.. Enumerable.Range(first, count).Select(Table)]);
            var masks = Enumerable.Range(0, count).Select(_ => ZeroSums(stream)).ToArray();
            if (!Slots.Answer([masks], (which, i) => [(texts[which][i], tables[which][i])]).TryGet(out var answers, out error))
                return error;
            said.AddRange(answers);
        }

        return Turn.Say(VerticalStep.Answers, said);
    }

    private ulong[] Table(int text)
    {
        var slots = new ulong[Slots.Slots];
        for (var i = 0; i < RowsPerText && (text * RowsPerText) + i < _parts.Length; i++)
        {
            for (var level = 0; level < Rule.Levels; level++)
                slots[(i * Rule.Levels) + level] = AnswerOf(Rule.First + level + _parts[(text * RowsPerText) + i]);
        }

        return slots;
    }

    /// <summary>Rows ask for the same few thousand scores again and again.</summary>
    private ulong AnswerOf(int steps)
    {
        if (!_known.TryGetValue(steps, out var answer))
        {
            answer = (ulong)Rule.AnswerOf(steps);
            if (_known.Count < MostKnown)
                _known.Add(steps, answer);
        }

        return answer;
    }

    /// <summary>Uniform values that add up to zero within a row: whatever the answers are, what is decrypted has the same distribution but for its sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong[] ZeroSums(MaskStream stream)
    {
        var (masks, modulus) = (new ulong[Slots.Slots], Slots.Ring.Moduli[0]);
        stream.Fill(masks, modulus);
        for (var row = 0; row < RowsPerText; row++)
        {
            var own = masks.AsSpan(row * Rule.Levels, Rule.Levels);
            var rest = TileLayout.SumOfSlots(own[..^1], modulus);
            own[^1] = rest == 0 ? 0 : modulus - rest;
        }

        return masks;
    }
}
