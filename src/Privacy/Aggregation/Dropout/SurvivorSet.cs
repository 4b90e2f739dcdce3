using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Aggregation.Dropout;

/// <summary>One owner whose contribution counts.</summary>
/// <param name="Index">Place in the roster.</param>
/// <param name="ContributionDigest">SHA-256 of its contribution as it signed it, 32 bytes.</param>
public sealed record Survivor(int Index, ReadOnlyMemory<byte> ContributionDigest);

/// <summary>
/// Whose contributions are added up, and which: what every survivor signs before anybody tells a share. A set over the same owners with another contribution is another set.
/// </summary>
public sealed class SurvivorSet
{
    private static readonly byte[] Tag = Encoding.ASCII.GetBytes("DataSpace secure-aggregation/1 survivors\n");

    private SurvivorSet(IReadOnlyList<Survivor> survivors, byte[] digest) => (Survivors, Digest) = (survivors, digest);

    /// <summary>In the order of the roster.</summary>
    public IReadOnlyList<Survivor> Survivors { get; }

    /// <summary>SHA-256 over roster hash, threshold and set; 32 bytes.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    /// <summary>True when this owner's contribution counts.</summary>
    public bool Contains(int index) => Survivors.Any(s => s.Index == index);

    /// <summary>A set that fits the plan: sorted, nobody twice, enough of them.</summary>
    public static Result<SurvivorSet> Create(DropoutTerms terms, ReadOnlyMemory<byte> rosterHash, IReadOnlyList<Survivor> survivors)
    {
        if (survivors.Count < terms.Minimum || survivors.Count > terms.Parties)
            return DropoutErrors.SurvivorsInvalid.Of($"{survivors.Count} of {terms.Parties}, minimum {terms.Minimum}");
        if (rosterHash.Length != 32 || survivors.Any(s => s.Index < 0 || s.Index >= terms.Parties || s.ContributionDigest.Length != 32)
            || survivors.Zip(survivors.Skip(1)).Any(p => p.First.Index >= p.Second.Index))
            return DropoutErrors.SurvivorsInvalid.Of("order or length");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[4];
        hash.AppendData(Tag);
        hash.AppendData(rosterHash.Span);
        foreach (var value in (ReadOnlySpan<int>)[terms.Parties, terms.Minimum, survivors.Count])
        {
            BinaryPrimitives.WriteInt32BigEndian(number, value);
            hash.AppendData(number);
        }

        foreach (var survivor in survivors)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, survivor.Index);
            hash.AppendData(number);
            hash.AppendData(survivor.ContributionDigest.Span);
        }

        return new SurvivorSet([.. survivors], hash.GetHashAndReset());
    }
}
