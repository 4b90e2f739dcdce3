using System.Buffers;

namespace DataSpace.Hosting.Transport;

/// <summary>Reads bodies of requests and answers. Room is borrowed and grows with what arrives, never with what was announced: an announcement costs its sender nothing.</summary>
internal static class BodyReader
{
    private const int FirstRoom = 64 * 1024;

    /// <summary>The whole body; null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static async Task<byte[]?> ReadAsync(Stream body, int limit, CancellationToken cancellation)
    {
        var room = ArrayPool<byte>.Shared.Rent(FirstRoom);
        try
        {
            var length = 0;
            int read;
            while ((read = await body.ReadAsync(room.AsMemory(length), cancellation)) > 0)
            {
                length += read;
                if (length > limit)
                    return null;
                if (length == room.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(2 * length);
                    room.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(room);
                    room = larger;
                }
            }
            return room.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }
}
