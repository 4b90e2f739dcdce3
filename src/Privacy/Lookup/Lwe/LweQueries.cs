using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Lookup.Lwe;

/// <summary>
/// The client's side of one conversation: a query for each column, each under a secret of its own that is used once and wiped. Owned by one thread.
/// </summary>
internal sealed class LweQueries : IDisposable
{
    private readonly uint[][] _secrets;
    private readonly uint[][] _queries;

    private LweQueries(uint[][] secrets, uint[][] queries) => (_secrets, _queries) = (secrets, queries);

    /// <summary>Queries for these columns of a database of <paramref name="columns"/> columns.</summary>
    public static LweQueries Create(ReadOnlySpan<byte> seed, int columns, IReadOnlyList<int> wanted)
    {
        var secrets = new uint[wanted.Count][];
        var queries = new uint[wanted.Count][];
        for (var i = 0; i < wanted.Count; i++)
        {
            secrets[i] = GC.AllocateUninitializedArray<uint>(LweParameters.Dimension, pinned: true);
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(secrets[i].AsSpan()));
            queries[i] = new uint[columns];
            LweNoise.Fill(queries[i]);
        }

        using var matrix = new LweMatrix(seed);
        var rows = new uint[LweMatrix.BlockRows * LweParameters.Dimension];
        for (var first = 0; first < columns; first += LweMatrix.BlockRows)
        {
            matrix.Rows(first, rows);
            for (var row = 0; row < LweMatrix.BlockRows; row++)
            {
                for (var i = 0; i < secrets.Length; i++)
                    queries[i][first + row] += LweKernels.Dot(rows.AsSpan(row * LweParameters.Dimension, LweParameters.Dimension), secrets[i]);
            }
        }

        for (var i = 0; i < wanted.Count; i++)
            queries[i][wanted[i]] += 1u << LweParameters.DeltaBits;
        return new LweQueries(secrets, queries);
    }

    /// <summary>Query number <paramref name="index"/>, four bytes per column, little-endian.</summary>
    public ReadOnlySpan<byte> Query(int index) => MemoryMarshal.AsBytes(_queries[index].AsSpan());

    /// <summary>The column that an answer holds, a byte per row.</summary>
    public byte[] Open(int index, ReadOnlySpan<uint> hint, ReadOnlySpan<ushort> answer)
    {
        var column = new byte[answer.Length];
        for (var row = 0; row < column.Length; row++)
        {
            var noisy = ((uint)answer[row] << LweParameters.DroppedBits) - LweKernels.Dot(hint.Slice(row * LweParameters.Dimension, LweParameters.Dimension), _secrets[index]);
            column[row] = (byte)((noisy + (1u << (LweParameters.DeltaBits - 1))) >> LweParameters.DeltaBits);
        }

        return column;
    }

    /// <summary>Wipes the secrets.</summary>
    public void Dispose()
    {
        foreach (var secret in _secrets)
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(secret.AsSpan()));
    }
}
