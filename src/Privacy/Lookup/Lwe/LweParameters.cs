namespace DataSpace.Privacy.Lookup.Lwe;

/// <summary>
/// Regev encryption as in SimplePIR (Henzinger, Hong, Corrigan-Gibbs, Meiklejohn, Vaikuntanathan, USENIX Security 2023): a query is A·s + e + Δ·unit vector modulo q. Why these numbers:
/// <c>src/decisions/2026-11-29-hidden-lookup.md</c>.
/// </summary>
internal static class LweParameters
{
    /// <summary>n: length of the secret, uniform modulo q = 2^32, fresh for every query.</summary>
    public const int Dimension = 1024;

    /// <summary>Standard deviation of the noise, a discrete Gaussian.</summary>
    public const double Sigma = 11;

    /// <summary>Cells are bytes: p = 256, Δ = q/p = 2^24.</summary>
    public const int DeltaBits = 24;

    /// <summary>Answers travel as their upper 16 bits, rounded: that adds at most 2^15 to a noise that may reach 2^23.</summary>
    public const int DroppedBits = 16;

    /// <summary>Bytes of one row of the matrix A, and of one row of the hint.</summary>
    public const int RowBytes = Dimension * sizeof(uint);
}
