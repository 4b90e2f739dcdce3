using System.Security.Cryptography;
using DataSpace.Privacy.Noise;

namespace DataSpace.Privacy.Tests.Noise;

public class SourceTests
{
    /// <summary>The AES-256 key and the first counter blocks, computed block by block with the platform's own CTR building stone.</summary>
    [Fact]
    public void The_stream_is_AES_in_counter_mode()
    {
        var key = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        using var source = new KeyedNoiseSource(key);
        var stream = new byte[3000];
        source.Fill(stream.AsSpan(0, 7));
        source.Fill(stream.AsSpan(7, 2000));
        source.Fill(stream.AsSpan(2007));
        using var aes = Aes.Create();
        aes.SetKey(key);
        var expected = Enumerable.Range(0, 188).SelectMany(block =>
        {
            var counter = new byte[16];
            (counter[14], counter[15]) = ((byte)(block >> 8), (byte)block);
            return aes.EncryptEcb(counter, PaddingMode.None);
        }).Take(stream.Length);
        Assert.Equal(expected, stream);
    }

    [Fact]
    public void A_key_has_32_bytes() => Assert.Throws<ArgumentOutOfRangeException>(() => new KeyedNoiseSource(new byte[16]));
}
