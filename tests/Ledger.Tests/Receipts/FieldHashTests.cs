using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using Xunit;

namespace DataSpace.Ledger.Tests.Receipts;

/// <summary>Salts and leaves are the same however they are computed, for any number of fields and any length of value.</summary>
public sealed class FieldHashTests
{
    [Fact]
    public void Salts_follow_from_the_key_by_either_way()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        for (var fields = 0; fields <= 40; fields++)
        {
            var (lanes, single) = (new byte[32 * fields], new byte[32 * fields]);
            FieldSalts.Fill(key, lanes, byLanes: true);
            FieldSalts.Fill(key, single, byLanes: false);
            Assert.Equal(single, lanes);
            for (var i = 0; i < fields; i++)
                Assert.Equal(HKDF.Expand(HashAlgorithmName.SHA256, key, 32, [.. "salt"u8, 0, 0, 0, (byte)i]), single[(32 * i)..(32 * i + 32)]);
        }
        var data = new byte[32];
        FieldSalts.DataKey(key, data);
        Assert.Equal(HKDF.Expand(HashAlgorithmName.SHA256, key, 32, "data"u8.ToArray()), data);
    }

    [Fact]
    public void Leaves_are_the_same_by_either_way()
    {
        for (var fields = 1; fields <= 40; fields += 3)
        {
            var labels = Enumerable.Range(0, fields).Select(i => new string('l', 1 + i * 2)).ToList();
            // Short ones, ones at the edge of what goes into a lane, and long ones between them.
            var values = Enumerable.Range(0, fields).Select(i => RandomNumberGenerator.GetBytes(i % 5 == 4 ? 100 + 31 * i : i * 7 % 190)).ToList();
            var (salts, lanes, single) = (RandomNumberGenerator.GetBytes(32 * fields), new byte[32 * fields], new byte[32 * fields]);
            foreach (var (target, byLanes) in new[] { (lanes, true), (single, false) })
            {
                var hashes = new FieldLeaves(new byte[FieldLeaves.RoomBytes], salts, target, byLanes);
                for (var i = 0; i < fields; i++)
                {
                    if (i % 2 == 0)
                        hashes.Add(labels[i], values[i]);
                    else
                        hashes.Add(Encoding.ASCII.GetBytes(labels[i]), values[i]);
                }
                hashes.Finish();
            }
            Assert.Equal(single, lanes);
            for (var i = 0; i < fields; i++)
                Assert.Equal(new OpenedField(labels[i], salts.AsMemory(32 * i, 32), values[i]).LeafHash(), single[(32 * i)..(32 * i + 32)]);
        }
    }

    [Fact]
    public void Random_pieces_are_never_handed_out_twice()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 1000; i++)
        {
            var piece = new byte[60];
            RandomPieces.Fill(piece);
            Assert.True(seen.Add(Convert.ToHexString(piece.AsSpan(0, 16))) && seen.Add(Convert.ToHexString(piece.AsSpan(44))));
        }
        var large = new byte[5000];
        RandomPieces.Fill(large);
        Assert.Contains(large[4096..], b => b != 0);
    }
}
