using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>Reads the constraints of one policy. Its rules repeat each other's, and equal ones are one object (<see cref="PolicyReader"/>): each is read once, and they share their check.</summary>
internal sealed class TermReader
{
    private readonly Dictionary<OdrlComparison, Result<Term>> _read = new(ReferenceEqualityComparer.Instance);

    /// <summary>As <see cref="PolicyVocabulary.Read"/>.</summary>
    public Result<Term> Read(OdrlComparison comparison)
        => _read.TryGetValue(comparison, out var known) ? known : _read[comparison] = PolicyVocabulary.Read(comparison);
}
