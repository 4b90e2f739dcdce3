using System.Globalization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Regression.Vertical.Scoring;
using DataSpace.Privacy.Tests.Aggregation;
using DataSpace.Privacy.Tests.Intersection;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>
/// Owners whose rows meet by their keys: of 80 subjects those below 70 are at the first, those from 70 - common on at the second, in reverse. Their signing keys are the tests'.
/// </summary>
internal static class AlignedPairs
{
    private const int Subjects = 80, AtFirst = 70;

    public static readonly Ed25519Signer First = Ed25519Signer.Generate(), Second = Ed25519Signer.Generate();

    public static IntersectionContext Alignment { get; } = new("job", "contract", new string('0', 64), "did:web:a.example", "did:web:b.example", "v1", "v7", TwoParties.Rule.Digest, TwoParties.NewTerms(minimum: 30));

    /// <summary>Subjects that both have.</summary>
    public static Range Common(int common) => (AtFirst - common)..AtFirst;

    /// <summary>One owner's part of a model over one column.</summary>
    /// <param name="terms">As this owner understands them.</param>
    /// <param name="common">Subjects that both have.</param>
    /// <param name="column">This owner's value of every subject.</param>
    /// <param name="labels">At the first owner, of every subject; null at the other.</param>
    /// <param name="slots">Slots of a text.</param>
    /// <param name="read">Told how many rows are read.</param>
    public static AlignedRegression Model(AlignedModel terms, int common, double[] column, double[]? labels, int slots = 200, Action<int>? read = null)
    {
        var isFirst = labels is not null;
        var keys = Keys(isFirst, common);
        return AlignedRegression.Create(Run(isFirst, VerticalRun.Protocol), terms, isFirst, TwoParties.Set(keys), Rows, moduli => ClearSlots.Of(slots, moduli)).Value;

        Result<AlignedRows> Rows(IReadOnlyList<int> rows)
        {
            read?.Invoke(rows.Count);
            var subjects = rows.Select(row => SubjectOf(keys[row])).ToArray();
            return new AlignedRows([[.. subjects.Select(s => column[s])]], labels is null ? null : [.. subjects.Select(s => labels[s])]);
        }
    }

    /// <summary>One owner's part of scores.</summary>
    /// <param name="terms">As this owner understands them.</param>
    /// <param name="isFirst">The owner that asks.</param>
    /// <param name="common">Subjects that both have.</param>
    /// <param name="partOf">This owner's part of a subject's score.</param>
    /// <param name="read">Told when parts are asked for.</param>
    public static AlignedScoring Scores(AlignedScores terms, bool isFirst, int common, Func<int, double> partOf, Action? read = null)
    {
        var keys = Keys(isFirst, common);
        return AlignedScoring.Create(Run(isFirst, AlignedScores.Name), terms, isFirst, TwoParties.Set(keys), rows =>
        {
            read?.Invoke();
            return [.. rows.Select(row => partOf(SubjectOf(keys[row])))];
        }, moduli => ClearSlots.Of(1024, moduli)).Value;
    }

    private static VerticalRun Run(bool isFirst, string protocol)
        => new(Scenario.Grant, new ConversationTerms(protocol, Alignment.Digest, isFirst ? First : Second, (isFirst ? Second : First).PublicKey));

    private static string[] Keys(bool isFirst, int common)
        => isFirst ? [.. Enumerable.Range(0, AtFirst).Select(i => $"s{i}")] : [.. Enumerable.Range(AtFirst - common, common + Subjects - AtFirst).Reverse().Select(i => $"s{i}")];

    private static int SubjectOf(string key) => int.Parse(key.AsSpan(1), CultureInfo.InvariantCulture);
}
