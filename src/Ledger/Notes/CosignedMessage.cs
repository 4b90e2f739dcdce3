using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace DataSpace.Ledger.Notes;

/// <summary>What a timestamped cosignature signs. C2SP tlog-cosignature; for SM2 <c>contracts/note-signatures.md</c>.</summary>
internal static class CosignedMessage
{
    /// <summary>Bytes before the signature proper: the time.</summary>
    public const int TimeBytes = 8;

    private static readonly byte[] SubtreeLabel = Encoding.ASCII.GetBytes("subtree/v1\n\0");

    /// <summary>
    /// The message for a key, or null when this text has none: ML-DSA-44 signs checkpoints only, by their origin, size and root, with the cosigner's name. It says
    /// nothing about extension lines.
    /// </summary>
    public static byte[]? Of(VerifierKey key, ulong seconds, string text)
        => key.Type == VerifierKey.MlDsa44Cosignature ? Subtree(key.Name, seconds, text)
            : Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{text}"));

    private static byte[]? Subtree(string cosigner, ulong seconds, string text)
    {
        if (!Checkpoint.ParseText(text).TryGet(out var head, out _))
            return null;
        var (name, origin) = (Encoding.UTF8.GetBytes(cosigner), Encoding.UTF8.GetBytes(head.Origin));
        return origin.Length > byte.MaxValue ? null
            : [.. SubtreeLabel, (byte)name.Length, .. name, .. BigEndian(seconds), (byte)origin.Length, .. origin, .. BigEndian(0), .. BigEndian((ulong)head.Size), .. head.RootHash.Span];
    }

    private static byte[] BigEndian(ulong value)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
