namespace DataSpace.Hosting.Jobs;

/// <summary>
/// How long a job's runner waits before it asks again while others compute. Each look costs signatures and requests at both ends, which the computation then lacks: shortly at first, an
/// eighth longer with every look that found nothing new, so that a job's end is noticed within a tenth of the time it took.
/// </summary>
public static class Patience
{
    private const int Growth = 8;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(400);

    /// <summary>The next pause.</summary>
    /// <param name="quiet">Looks in a row that found nothing new.</param>
    public static TimeSpan After(int quiet)
    {
        var pause = First + (First * Math.Min(quiet, 1000) / Growth);
        return pause < Longest ? pause : Longest;
    }
}
