using System.Security.Cryptography;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Aggregation.Dropout;

/// <summary>
/// Wire forms. <b>Shares</b>: magic <c>DSSH</c>, version 1, sender, two zero bytes, roster hash, commitment to the seed of the self-mask, then one sealed box of 80 bytes per owner in roster order (zeros at the
/// sender's own place). <b>Told</b>: magic <c>DSTS</c>, version 1, sender, two zero bytes, roster hash, digest of the survivor set, then one share of 32 bytes per owner in roster order: of the seed of a
/// survivor, of the mask key of an owner that is gone. Lengths follow from the number of owners.
/// </summary>
internal static class DropoutMessages
{
    public const int SecretBytes = 32;
    public const int BoxBytes = (2 * SecretBytes) + 16;
    public const int HeaderBytes = 8 + 32 + 32;

    private const int SenderAt = 5, RosterAt = 8, DigestAt = 40;

    private static ReadOnlySpan<byte> SharesMagic => "DSSH\u0001"u8;

    private static ReadOnlySpan<byte> ToldMagic => "DSTS\u0001"u8;

    public static byte[] NewShares(int parties, int sender, ReadOnlySpan<byte> rosterHash, ReadOnlySpan<byte> commitment)
        => Begin(SharesMagic, sender, rosterHash, commitment, parties * BoxBytes);

    public static byte[] NewTold(int parties, int sender, ReadOnlySpan<byte> rosterHash, ReadOnlySpan<byte> setDigest)
        => Begin(ToldMagic, sender, rosterHash, setDigest, parties * SecretBytes);

    /// <summary>Header, sender, roster and exact length of a message of shares.</summary>
    public static DsError? SharesProblem(ReadOnlySpan<byte> message, int parties, int sender, ReadOnlySpan<byte> rosterHash)
        => IsOf(SharesMagic, message, HeaderBytes + (parties * BoxBytes), sender, rosterHash) ? null : DropoutErrors.SharesInvalid.Of($"owner {sender}");

    /// <summary>The same of what an owner told, over this set of survivors.</summary>
    public static DsError? ToldProblem(ReadOnlySpan<byte> message, int parties, int sender, ReadOnlySpan<byte> rosterHash, ReadOnlySpan<byte> setDigest)
        => IsOf(ToldMagic, message, HeaderBytes + (parties * SecretBytes), sender, rosterHash) && message.Slice(DigestAt, 32).SequenceEqual(setDigest)
            ? null : DropoutErrors.UnmaskingFailed.Of($"owner {sender}");

    public static ReadOnlySpan<byte> Commitment(ReadOnlySpan<byte> shares) => shares.Slice(DigestAt, 32);

    public static Span<byte> Box(Span<byte> shares, int receiver) => shares.Slice(HeaderBytes + (receiver * BoxBytes), BoxBytes);

    public static Span<byte> Share(Span<byte> told, int of) => told.Slice(HeaderBytes + (of * SecretBytes), SecretBytes);

    private static byte[] Begin(ReadOnlySpan<byte> magic, int sender, ReadOnlySpan<byte> rosterHash, ReadOnlySpan<byte> digest, int bodyBytes)
    {
        var message = new byte[HeaderBytes + bodyBytes];
        magic.CopyTo(message);
        message[SenderAt] = (byte)sender;
        rosterHash.CopyTo(message.AsSpan(RosterAt));
        digest.CopyTo(message.AsSpan(DigestAt));
        return message;
    }

    private static bool IsOf(ReadOnlySpan<byte> magic, ReadOnlySpan<byte> message, int length, int sender, ReadOnlySpan<byte> rosterHash)
        => message.Length == length && message[..magic.Length].SequenceEqual(magic) && message[SenderAt] == sender && message[6] == 0 && message[7] == 0
            && message.Slice(RosterAt, 32).SequenceEqual(rosterHash);
}
