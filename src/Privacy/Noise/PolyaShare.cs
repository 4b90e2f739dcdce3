namespace DataSpace.Privacy.Noise;

/// <summary>
/// One of <c>n</c> parties' shares of discrete Laplace noise: the difference of two Pólya (negative binomial) numbers of order 1/n. The geometric law is
/// infinitely divisible, so n shares add up to exactly discrete Laplace of the full scale, and every further share only adds noise (Goryczka, Xiong, "A
/// comprehensive comparison of multiparty secure additions with differential privacy", TDSC 2017, §4; Shi et al. NDSS 2011).
/// </summary>
/// <remarks>
/// Exactness. A Pólya number of order r with p = exp(−γ) is compound Poisson: Σ_j j·N_j with independent N_j of mean (r/j)·exp(−γj), since
/// Σ_j (r/j)·p^j·(z^j − 1) is the logarithm of ((1−p)/(1−pz))^r. The points j are drawn by thinning: in the block 2^i ≤ j &lt; 2^(i+1) Poisson(r) candidates,
/// uniform, each kept with probability (2^i/j)·exp(−γj); from J = 2^I ≥ 1/γ on Poisson(r) candidates at j = J(1+q)+u, q geometric with ½, u uniform below J,
/// kept with (J/j)·(2/e)^(1+q)·exp(−(γj−(1+q))). All of these are exact events (<see cref="ExactDraws"/>), and there are log2(1/γ) blocks.
/// </remarks>
internal static class PolyaShare
{
    /// <summary>Most parties among whom noise is divided.</summary>
    public const int MostParties = 1024;

    /// <summary>A share for <paramref name="parties"/> honest parties; with one it is the whole noise.</summary>
    public static Int128 Sample(ExactDraws draws, NoiseScale scale, int parties)
    {
        if (parties == 1)
            return DiscreteLaplace.Sample(draws, scale);
        return (Int128)OneSided(draws, scale, parties) - (Int128)OneSided(draws, scale, parties);
    }

    /// <summary>
    /// Negative binomial of order <c>1/parties</c>: never larger, in law, than the geometric number of <see cref="DiscreteLaplace.Geometric"/>, so
    /// that one's tail bounds it too.
    /// </summary>
    public static UInt128 OneSided(ExactDraws draws, NoiseScale scale, int parties)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parties, MostParties);
        UInt128 total = 0;
        UInt128 block = 1;
        for (; block * scale.S < scale.T; block <<= 1)
        {
            for (var left = draws.PoissonFraction(parties); left > 0; left--)
            {
                var j = block + draws.Below(block);
                if (draws.Bernoulli(block, j) && draws.BernoulliExp(j * scale.S, scale.T))
                    total = checked(total + j);
            }
        }
        for (var left = draws.PoissonFraction(parties); left > 0; left--)
            total = checked(total + Tail(draws, scale, block));
        return total;
    }

    /// <summary>One candidate from <paramref name="start"/> on; 0 when it is not kept.</summary>
    private static UInt128 Tail(ExactDraws draws, NoiseScale scale, UInt128 start)
    {
        UInt128 steps = 1;
        while (draws.Coin())
            steps++;
        for (UInt128 step = 0; step < steps; step++)
        {
            if (!draws.TwoOverE())
                return 0;
        }
        var j = checked((start * steps) + draws.Below(start));
        // start·s ≥ t, so the exponent beyond the (1+q) factors of 1/e is not negative.
        return draws.Bernoulli(start, j) && draws.BernoulliExp(checked((j * scale.S) - (steps * scale.T)), scale.T) ? j : 0;
    }
}
