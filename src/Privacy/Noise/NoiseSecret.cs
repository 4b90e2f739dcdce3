using System.Security.Cryptography;
using System.Text;

namespace DataSpace.Privacy.Noise;

/// <summary>
/// A node's secret from which all its noise follows. A use's noise is a function of this secret and of the digest of the canonical query, so a canonically
/// equal query gets the same noise again, for as long as the secret lives: repeating a query averages nothing away, and there is no store of noise to lose.
/// Losing the secret (or engine and sampler changing) changes <see cref="Id"/>, which is part of every digest: then the query is a new one and pays anew.
/// Safe for concurrent use. The caller keeps the bytes secret: whoever has them can subtract the noise.
/// </summary>
public sealed class NoiseSecret
{
    /// <summary>Length in bytes.</summary>
    public const int Bytes = 32;

    /// <summary>Changes whenever a sampler would turn the same bytes into other noise.</summary>
    private const string Version = "DataSpace noise/1\n";

    private readonly byte[] _secret;

    /// <param name="secret">32 secret bytes; copied.</param>
    public NoiseSecret(ReadOnlySpan<byte> secret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, Bytes);
        _secret = secret.ToArray();
    }

    /// <summary>
    /// Public name of this secret together with what computes the figures, 32 hex digits: two uses with one name get the same noise on the same exact figures. One-way.
    /// </summary>
    /// <param name="engine">Names the program that computes the exact figures; another one may round differently.</param>
    public string Id(string engine)
        => Convert.ToHexStringLower(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(Version + "id\n" + engine)).AsSpan(0, 16));

    /// <summary>The noise of one use.</summary>
    /// <param name="queryDigest">SHA-256 over everything that the exact figures and the scale of the noise depend on.</param>
    /// <param name="groups">Canonical names of the groups, in the job's order: noise belongs to a name, not to a position.</param>
    public NoiseShare For(ReadOnlySpan<byte> queryDigest, IReadOnlyList<string> groups)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(queryDigest.Length, SHA256.HashSizeInBytes);
        var info = new byte[Version.Length + "use\n".Length + queryDigest.Length];
        Encoding.ASCII.GetBytes(Version + "use\n", info);
        queryDigest.CopyTo(info.AsSpan(info.Length - queryDigest.Length));
        return new NoiseShare(HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, KeyedNoiseSource.KeyBytes, salt: [], info), groups);
    }
}

/// <summary>One provider's noise for one use: a function of group and figure, the same however often it is asked.</summary>
public sealed class NoiseShare
{
    private readonly byte[] _key;
    private readonly IReadOnlyList<string> _groups;

    internal NoiseShare(byte[] key, IReadOnlyList<string> groups) => (_key, _groups) = (key, groups);

    internal int Groups => _groups.Count;

    /// <summary>Noise for the figures of one group, in the plan's order.</summary>
    internal Int128[] Of(NoisePlan plan, int group)
    {
        var noise = new Int128[plan.Figures.Count];
        for (var i = 0; i < noise.Length; i++)
        {
            var figure = plan.Figures[i];
            var key = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{figure.Label}\0{_groups[group]}"));
            using var source = new KeyedNoiseSource(key);
            CryptographicOperations.ZeroMemory(key);
            noise[i] = PolyaShare.Sample(new ExactDraws(source), figure.Scale, plan.Terms.HonestParties);
        }
        return noise;
    }
}
