namespace DataSpace.Privacy.Intersection.Sums;

/// <summary>Payload bytes that a sum adds to a run, for whoever plans one.</summary>
/// <param name="KeyBytes">Public keys.</param>
/// <param name="MostValueBytes">Values of the largest set that the terms allow.</param>
/// <param name="ReplyBytes">Replies.</param>
public sealed record SumSizes(long KeyBytes, long MostValueBytes, long ReplyBytes)
{
    /// <summary>Sizes under these terms, which have value bounds.</summary>
    public static SumSizes Of(IntersectionTerms terms)
    {
        var moduli = SumPlan.SetsOf(terms).Length;
        return new SumSizes((long)moduli * SumPlan.KeyBytes, (long)moduli * SumPlan.Chunks(terms.MaxSenderItems) * SumPlan.ValueBytes, (long)moduli * SumPlan.ReplyBytes);
    }
}
