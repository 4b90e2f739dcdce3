using System.Globalization;

namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>
/// May this owner's sums be opened together with the others'? Each owner judges its own part alone, so that nobody depends on another's care. A reason is for the owner's log; the analyst learns that
/// somebody withholds, and nobody which.
/// <list type="bullet">
/// <item>at least the minimum of subjects, and ten for each weight;</item>
/// <item>in every category, and in every two categories together (the label's too, where it is 0 or 1), no subject or at least the minimum: the Hessian holds their sums;</item>
/// <item>where the contract has a dominance rule, no subject with more than that share of the labels' absolute total, nor of the weight of rows in any round;</item>
/// <item>in every round, weights spread over at least the minimum: (ΣW)²/ΣW² over subjects (Kish's effective number). Weights that isolate a few rows fail here.</item>
/// </list>
/// </summary>
internal static class OwnerRules
{
    /// <summary>Why these rows give no model at all, or null.</summary>
    public static string? Problem(OwnerRows rows, int? dominancePercent)
    {
        if (rows.SubjectCount < rows.Design.LeastSubjects)
            return string.Create(CultureInfo.InvariantCulture, $"{rows.SubjectCount} subjects, at least {rows.Design.LeastSubjects}");
        if (SmallCategory(rows) is { } small)
            return small;
        var labels = new double[rows.SubjectCount];
        var (centre, half) = rows.Design.Model == HorizontalModel.Linear ? rows.Design.ScaleOf(rows.Design.Label) : (0, 1);
        for (var row = 0; row < rows.Count; row++)
            labels[rows.Subjects[row]] += Math.Abs((rows.Labels[row] * half) + centre);
        return Dominated(labels, dominancePercent) ? "one subject dominates the label" : null;
    }

    /// <summary>Why this round is not answered, or null.</summary>
    /// <param name="weights">Weight of each subject in this round's Hessian.</param>
    /// <param name="minimum">Fewest that must count.</param>
    /// <param name="dominancePercent">Most of one, or null.</param>
    public static string? Problem(ReadOnlySpan<double> weights, int minimum, int? dominancePercent)
    {
        double sum = 0, squares = 0;
        foreach (var weight in weights)
            (sum, squares) = (sum + weight, squares + (weight * weight));
        // Equal weights of exactly the minimum must pass whatever the rounding.
        if (!(sum * sum >= (minimum - 1e-6) * squares) || squares == 0)
            return "a few subjects outweigh the others in this round";
        return Dominated(weights, dominancePercent) ? "one subject dominates this round" : null;
    }

    private static bool Dominated(ReadOnlySpan<double> shares, int? percent)
    {
        if (percent is not { } most)
            return false;
        double sum = 0, largest = 0;
        foreach (var share in shares)
            (sum, largest) = (sum + share, Math.Max(largest, share));
        return largest * 100 > sum * most;
    }

    private static string? SmallCategory(OwnerRows rows)
    {
        var variables = Variables(rows.Design);
        if (variables.Count == 0)
            return null;
        var levels = variables.Sum(v => v.Levels);
        // Subjects are sorted: a subject counts where it was not the last to be counted.
        var (count, last) = (new int[levels * levels], new int[levels * levels]);
        Array.Fill(last, -1);
        var present = new int[variables.Count];
        for (var row = 0; row < rows.Count; row++)
        {
            for (var v = 0; v < present.Length; v++)
                present[v] = variables[v].LevelOf(rows, row);
            for (var a = 0; a < present.Length; a++)
            {
                for (var b = a; b < present.Length; b++)
                {
                    var cell = (present[a] * levels) + present[b];
                    if (last[cell] != rows.Subjects[row])
                        (last[cell], count[cell]) = (rows.Subjects[row], count[cell] + 1);
                }
            }
        }
        return count.Any(c => c > 0 && c < rows.Design.Minimum) ? "too few subjects in a category, or in two together" : null;
    }

    private static List<Variable> Variables(HorizontalDesign design)
    {
        var (found, first, at) = (new List<Variable>(), 0, design.Intercept ? 1 : 0);
        foreach (var feature in design.Features)
        {
            if (feature.Codes is not null || feature.IsBinary)
            {
                found.Add(new Variable(first, feature.Width + 1, at, feature.Width, feature.Codes is null ? design.Scale(feature, feature.High) : 1));
                first += feature.Width + 1;
            }
            at += feature.Width;
        }
        if (design.Label.IsBinary)
            found.Add(new Variable(first, 2, -1, 1, design.Model == HorizontalModel.Linear ? design.Scale(design.Label, design.Label.High) : 1));
        return found;
    }

    /// <summary>A categorical column: which of its levels a row has, numbered over all of them.</summary>
    /// <param name="First">Number of its first level, which is "none of the list".</param>
    /// <param name="Levels">How many there are.</param>
    /// <param name="Column">Its first column, or −1 for the label.</param>
    /// <param name="Width">How many columns.</param>
    /// <param name="One">The number that means yes.</param>
    private sealed record Variable(int First, int Levels, int Column, int Width, double One)
    {
        public int LevelOf(OwnerRows rows, int row)
        {
            if (Column < 0)
                return First + (rows.Labels[row] == One ? 1 : 0);
            var at = rows.Row(row).Slice(Column, Width).IndexOf(One);
            return First + at + 1;
        }
    }
}
