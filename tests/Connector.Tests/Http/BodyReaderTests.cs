using System.Security.Cryptography;
using DataSpace.Hosting.Transport;

namespace DataSpace.Connector.Tests.Http;

public sealed class BodyReaderTests
{
    private const int Limit = 200_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(131_073)]
    [InlineData(Limit)]
    public async Task A_body_up_to_the_limit_is_read_as_it_comes(int length)
    {
        var body = RandomNumberGenerator.GetBytes(length);
        foreach (var piece in (int[])[1, 1_000, int.MaxValue])
            Assert.Equal(body, await BodyReader.ReadAsync(new Pieces(body, length < 100 || piece > 1 ? piece : 997), Limit, TestContext.Current.CancellationToken));
    }

    /// <summary>However much more would come, no more than a little beyond the limit is taken.</summary>
    [Fact]
    public async Task A_longer_one_is_none_and_is_not_read_to_its_end()
    {
        var endless = new Pieces(new byte[4 * 1024 * 1024], 10_000);
        Assert.Null(await BodyReader.ReadAsync(endless, Limit, TestContext.Current.CancellationToken));
        Assert.InRange(endless.Position, Limit, 2 * Limit);
    }

    /// <summary>A stream that gives at most so many bytes at once.</summary>
    private sealed class Pieces(byte[] content, int piece) : MemoryStream(content, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
