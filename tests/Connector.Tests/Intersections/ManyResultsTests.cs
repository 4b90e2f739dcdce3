using System.Security.Cryptography;
using DataSpace.Connector.Intersections;
using DataSpace.Hosting.Jobs;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Tests.Intersections;

/// <summary>The analyst takes a number of three owners only where the leader's closing names what both others closed, and only a number that the plan allows.</summary>
public sealed class ManyResultsTests
{
    private static readonly string[] Owners = ["did:web:a.example", "did:web:b.example", "did:web:c.example"];
    private static readonly IntersectQuery Query = new(IntersectQuery.Cardinality, Owners[1], [new KeyPartQuery("k", [])], [["k"], ["k"], ["k"]], 5, [100, 100, 100]);
    private static readonly JobPlan Plan = new(1, JobKinds.Intersect, "t", "p", "s", [.. Owners.Select(o => new RosterEntry(o, "k", "d", "a", new string('0', 64)))], 1000, Intersect: Query);

    [Fact]
    public void Closings_of_one_run_and_the_leaders_number()
    {
        Assert.True(Read(Closings(), "{\"count\":10}", 1).IsOk);
        Assert.Equal(JobErrors.ContributionInvalid, Read(Closings(), "{\"count\":10}", 0).Error?.Kind); // somebody else's number
        foreach (var told in (string[])["{\"count\":11}", "{\"count\":0}", "{\"count\":-5}", "{}"])
            Assert.Equal(JobErrors.ContributionInvalid, Read(Closings(), told, 1).Error?.Kind);
    }

    [Theory]
    [InlineData(0, 3)] // the last message of a conversation
    [InlineData(0, 40)] // the leader's commitment as a party saw it
    [InlineData(2, 90)] // a party's own
    [InlineData(1, 2)] // the leader's commitment
    [InlineData(1, 95)] // what it says of a conversation
    public void Whoever_saw_another_run_makes_the_result_void(int owner, int at)
    {
        var closings = Closings();
        closings[owner][at] ^= 1;
        Assert.Equal(JobErrors.ContributionInvalid, Read(closings, "{\"count\":10}", 1).Error?.Kind);
    }

    [Fact]
    public void Closings_of_another_length_or_in_another_order_are_refused()
    {
        var closings = Closings();
        Assert.Equal(JobErrors.ContributionInvalid, Read([closings[0][..32], closings[1], closings[2]], "{\"count\":10}", 1).Error?.Kind);
        Assert.Equal(JobErrors.ContributionInvalid, Read([closings[0], closings[1][..64], closings[2]], "{\"count\":10}", 1).Error?.Kind);
        Assert.Equal(JobErrors.ContributionInvalid, Read([closings[2], closings[1], closings[0]], "{\"count\":10}", 1).Error?.Kind);
        Assert.Equal(JobErrors.ContributionInvalid, Read([closings[1], closings[1], closings[1]], "{\"count\":10}", 1).Error?.Kind);
    }

    private static byte[][] Closings()
    {
        var commitment = RandomNumberGenerator.GetBytes(32);
        byte[] a = [.. RandomNumberGenerator.GetBytes(32), .. commitment, .. RandomNumberGenerator.GetBytes(32)], c = [.. RandomNumberGenerator.GetBytes(32), .. commitment, .. RandomNumberGenerator.GetBytes(32)];
        return [a, [.. commitment, .. SHA256.HashData(a), .. SHA256.HashData(c)], c];
    }

    private static Kernel.Results.Result<object?> Read(byte[][] closings, string told, int by)
        => IntersectionResults.Read(
            Plan, Query, [.. closings.Select((c, i) => new VerifiedContribution(new ContributionStatement("j", "r", Owners[i], "contribute", "u", "g", "p", "s"), c, [], null!, null!, null!))],
            [.. Owners.Select((_, i) => new SealedReply(true, 0, null, i == by ? told : null))], null);
}
