using System.Globalization;
using DataSpace.Kernel.Crypto;

namespace DataSpace.Privacy.Regression.Vertical.Scoring;

/// <summary>
/// How a score is told: as one of a public list of answers, each a class or a rounded number. A score is the sum of two owners' parts, and each part counts in whole steps of a public grid: what is told is the answer
/// for a score that is at most one step from the exact one. Nothing here depends on data.
/// </summary>
/// <param name="IsProbability">Whether answers are about the sigmoid of the score (logistic models), or about the score itself.</param>
/// <param name="Step">Width of the grid.</param>
/// <param name="First">Lowest level of the asking owner's part, in steps.</param>
/// <param name="Levels">Number of levels, a power of two.</param>
/// <param name="Digits">Decimal places of a rounded number; null where there are thresholds. A rounded score is moved to the grid's ends where it is beyond them.</param>
/// <param name="Thresholds">Rising; the class is how many of them the score (or probability) reaches. Null where there are digits.</param>
public sealed record ScoreRule(bool IsProbability, decimal Step, int First, int Levels, int? Digits, IReadOnlyList<decimal>? Thresholds)
{
    /// <summary>Fewest and most levels.</summary>
    public const int FewestLevels = 16, MostLevels = 4096;

    /// <summary>Most different answers.</summary>
    public const int MostAnswers = 4096;

    /// <summary>Most thresholds.</summary>
    public const int MostThresholds = 63;

    private const int MostDigits = 6;
    private const int MostProbabilityDigits = 3;
    private const int MostSteps = 1 << 24; // of a part: with what is beyond, nothing that a rule tells apart changes

    /// <summary>Highest level, in steps.</summary>
    public int Last => First + Levels - 1;

    /// <summary>Number of different answers.</summary>
    public int Answers => Thresholds is { } thresholds ? thresholds.Count + 1 : IsProbability ? Units(1) + 1 : Units(Last * Step) - Units(First * Step) + 1;

    /// <summary>The first problem, or null.</summary>
    public string? Problem
        => Step is < 0.000001m or > 1_000_000m ? "step: 0.000001 to 1000000"
            : Levels is < FewestLevels or > MostLevels || !int.IsPow2(Levels) ? $"levels: a power of two, {FewestLevels} to {MostLevels}"
            : First is < -(1 << 20) or > 1 << 20 ? "the grid is too far from zero"
            : Digits is null == Thresholds is null ? "either digits or thresholds"
            : Thresholds is { } thresholds ? ThresholdProblem(thresholds)
            : IsProbability ? Digits is < 1 or > MostProbabilityDigits ? $"digits of a probability: 1 to {MostProbabilityDigits}" : null
            : Digits is < 0 or > MostDigits ? $"digits: 0 to {MostDigits}"
            : Step > Unit(Digits!.Value) ? "the step is wider than what scores are rounded to"
            : Math.Max(Math.Abs(First), Math.Abs(Last)) * Step / Unit(Digits!.Value) > 1 << 30 || Answers > MostAnswers ? $"more than {MostAnswers} different answers" : null;

    /// <summary>What two jobs have in common that tell the same of a row: SHA-256, lower-case hex.</summary>
    public string Fingerprint => Digest.Sha256Hex(CanonicalJson.OfTexts([Texts]));

    internal string[] Texts =>
    [
        IsProbability ? "probability" : "score", Text(Step), First.ToString(CultureInfo.InvariantCulture), Levels.ToString(CultureInfo.InvariantCulture),
        Digits?.ToString(CultureInfo.InvariantCulture) ?? "-", string.Join(' ', (Thresholds ?? []).Select(Text)),
    ];

    /// <summary>A part in whole steps.</summary>
    public int StepsOf(double part) => (int)Math.Clamp(Math.Round(part / (double)Step), -MostSteps, MostSteps);

    /// <summary>The level of the asking owner's part, from 0; null where it is off the grid.</summary>
    public int? LevelOf(double part) => StepsOf(part) - First is >= 0 and var level && level < Levels ? level : null;

    /// <summary>The answer for a score of so many steps, from 0.</summary>
    public int AnswerOf(int steps)
    {
        if (IsProbability)
        {
            var probability = 1 / (1 + Math.Exp(-steps * (double)Step));
            return Thresholds?.Count(t => probability >= (double)t) ?? Units((decimal)probability);
        }

        return Thresholds?.Count(t => steps * Step >= t) ?? Units(Math.Clamp(steps, First, Last) * Step) - Units(First * Step);
    }

    /// <summary>An answer as people read it: the class, or the rounded number.</summary>
    public string TextOf(int answer)
        => Thresholds is not null ? answer.ToString(CultureInfo.InvariantCulture)
            : ((answer + (IsProbability ? 0 : Units(First * Step))) * Unit(Digits!.Value)).ToString("F" + Digits.Value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private string? ThresholdProblem(IReadOnlyList<decimal> thresholds)
        => thresholds.Count is 0 or > MostThresholds || thresholds.Zip(thresholds.Skip(1)).Any(p => p.First >= p.Second) ? $"thresholds: 1 to {MostThresholds}, rising"
            : IsProbability && thresholds.Any(t => t is <= 0 or >= 1) ? "thresholds of a probability are between 0 and 1" : null;

    private int Units(decimal value) => (int)Math.Round(value / Unit(Digits!.Value), MidpointRounding.AwayFromZero);

    private static decimal Unit(int digits)
    {
        var unit = 1m;
        for (var i = 0; i < digits; i++)
            unit /= 10;
        return unit;
    }

    private static string Text(decimal value) => (value / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);
}
