using System.Formats.Cbor;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>
/// The public part of an entry: who signed that which commitment was made when. Deterministic CBOR (RFC 8949, section 4.2.1),
/// at most <see cref="MaxBytes"/>; schema in <c>contracts/schemas/ledger-entry.cddl</c>.
/// </summary>
public sealed record LedgerEntry
{
    /// <summary>Longest entry, in bytes.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Version of the form.</summary>
    public const int Version = 1;

    internal static readonly byte[] Domain = Encoding.ASCII.GetBytes("dataspace/ledger-entry/v1\n");

    /// <summary>What is recorded.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>Random 128 bits; a retry carries the same.</summary>
    public required ReadOnlyMemory<byte> EventId { get; init; }

    /// <summary>HMAC-SHA256 of the event id under the agreement's key: only who holds that key can tell which agreement it is.</summary>
    public required ReadOnlyMemory<byte> AgreementTag { get; init; }

    /// <summary>RFC 6962 root over the salted fields.</summary>
    public required ReadOnlyMemory<byte> PayloadRoot { get; init; }

    /// <summary>Ids of the signing keys, in the order of the signatures.</summary>
    public required IReadOnlyList<string> SignerKeyIds { get; init; }

    /// <summary>Milliseconds since 1970, never smaller than that of the entry before.</summary>
    public required long TimeMs { get; init; }

    /// <summary>Signatures over the entry without them.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Signatures { get; init; } = [];

    /// <summary>The bytes that go into the log.</summary>
    public byte[] Encode() => AddSignatures(EncodeUnsigned(), Signatures);

    /// <summary>Signs and encodes in one step; the entry's key ids must name exactly this signer.</summary>
    public byte[] SignAndEncode(ISigner signer)
    {
        if (SignerKeyIds is not [var keyId] || keyId != signer.PublicKey.KeyId)
            throw new InvalidOperationException("The entry names another signer.");
        var unsigned = EncodeUnsigned();
        return AddSignatures(unsigned, [signer.Sign([.. Domain, .. unsigned])]);
    }

    /// <summary>True when the signature of <paramref name="key"/> is there and valid.</summary>
    public bool IsSignedBy(PublicKey key)
    {
        for (var i = 0; i < SignerKeyIds.Count && i < Signatures.Count; i++)
        {
            if (SignerKeyIds[i] == key.KeyId && key.IsEd25519 && key.Verify(SignedBytes(), Signatures[i].Span))
                return true;
        }
        return false;
    }

    /// <summary>Reads an entry; refuses any bytes that <see cref="Encode()"/> would not write.</summary>
    public static Result<LedgerEntry> Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
            return LedgerErrors.EntryTooLarge.Of();
        return EntryView.Read(bytes) is { } view ? view.ToEntry() : LedgerErrors.EntryMalformed.Of();
    }

    /// <summary>What is signed: a domain line and the deterministic map without the signatures.</summary>
    internal byte[] SignedBytes() => [.. Domain, .. EncodeUnsigned()];

    // The same bytes as one map of eight pairs would give: only the head differs, and the signatures come last.
    private static byte[] AddSignatures(ReadOnlySpan<byte> unsigned, IReadOnlyList<ReadOnlyMemory<byte>> signatures)
    {
        var writer = CborScratch.Writer();
        writer.WriteStartArray(signatures.Count);
        foreach (var signature in signatures)
            writer.WriteByteString(signature.Span);
        writer.WriteEndArray();
        var entry = new byte[unsigned.Length + 1 + writer.BytesWritten];
        unsigned.CopyTo(entry);
        (entry[0], entry[unsigned.Length]) = (EntryView.MapOfEight, EntryView.KeyOfSignatures);
        writer.Encode(entry.AsSpan(unsigned.Length + 1));
        return entry;
    }

    private byte[] EncodeUnsigned()
    {
        var writer = CborScratch.Writer();
        writer.WriteStartMap(7);
        writer.WriteInt32(1);
        writer.WriteInt32(Version);
        writer.WriteInt32(2);
        writer.WriteInt32((int)Kind);
        writer.WriteInt32(3);
        writer.WriteByteString(EventId.Span);
        writer.WriteInt32(4);
        writer.WriteByteString(AgreementTag.Span);
        writer.WriteInt32(5);
        writer.WriteByteString(PayloadRoot.Span);
        writer.WriteInt32(6);
        writer.WriteStartArray(SignerKeyIds.Count);
        foreach (var keyId in SignerKeyIds)
            writer.WriteTextString(keyId);
        writer.WriteEndArray();
        writer.WriteInt32(7);
        writer.WriteInt64(TimeMs);
        writer.WriteEndMap();
        return writer.Encode();
    }
}
