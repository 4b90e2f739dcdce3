using System.Text;

namespace DataSpace.Ledger.Receipts;

/// <summary>
/// An entry read where it lies, without a copy: for whoever reads a million of them. Takes exactly the bytes that <see cref="LedgerEntry.Encode"/> writes, in one reading:
/// keys in their order, shortest heads, definite lengths, nothing behind.
/// </summary>
internal readonly struct EntryView
{
    internal const byte MapOfEight = 0xa8;
    internal const byte KeyOfSignatures = 8;
    private const byte MapOfSeven = 0xa7;
    private const int EventIdBytes = 16;
    private const int HashBytes = 32;
    private const int MaxSigners = 4;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly int _eventAt, _signersAt, _signedBytes, _signaturesAt, _signers;

    private EntryView(ReadOnlyMemory<byte> bytes, EntryKind kind, long timeMs, int eventAt, int signersAt, int signedBytes, int signaturesAt, int signers)
        => (_bytes, Kind, TimeMs, _eventAt, _signersAt, _signedBytes, _signaturesAt, _signers) = (bytes, kind, timeMs, eventAt, signersAt, signedBytes, signaturesAt, signers);

    public EntryKind Kind { get; }

    public long TimeMs { get; }

    public ReadOnlyMemory<byte> EventId => _bytes.Slice(_eventAt, EventIdBytes);

    public ReadOnlyMemory<byte> AgreementTag => _bytes.Slice(_eventAt + EventIdBytes + 3, HashBytes);

    public ReadOnlyMemory<byte> PayloadRoot => _bytes.Slice(_eventAt + EventIdBytes + 3 + HashBytes + 3, HashBytes);

    /// <summary>Bytes that <see cref="CopySigned"/> needs.</summary>
    public int SignedLength => LedgerEntry.Domain.Length + _signedBytes;

    /// <summary>The entry; null when it is not one in its only encoding, or too long.</summary>
    public static EntryView? Read(ReadOnlyMemory<byte> bytes)
    {
        var rest = bytes.Span;
        if (bytes.Length > LedgerEntry.MaxBytes || !Take(ref rest, [MapOfEight, 1, LedgerEntry.Version, 2]) || !CborScan.TryHead(ref rest, CborScan.Number, out var kind)
            || kind > int.MaxValue || !Enum.IsDefined((EntryKind)kind) || !Take(ref rest, [3, 0x40 + EventIdBytes]))
            return null;
        var eventAt = bytes.Length - rest.Length;
        if (!Skip(ref rest, EventIdBytes) || !Take(ref rest, [4, 0x58, HashBytes]) || !Skip(ref rest, HashBytes) || !Take(ref rest, [5, 0x58, HashBytes]) || !Skip(ref rest, HashBytes)
            || !Take(ref rest, [6]) || !CborScan.TryHead(ref rest, CborScan.Array, out var signers) || signers is < 1 or > MaxSigners)
            return null;
        var signersAt = bytes.Length - rest.Length;
        for (var i = 0; i < signers; i++)
        {
            if (!CborScan.TryString(ref rest, CborScan.Text, out _))
                return null;
        }
        if (!Take(ref rest, [7]) || !CborScan.TryHead(ref rest, CborScan.Number, out var time))
            return null;
        var signedBytes = bytes.Length - rest.Length;
        if (!Take(ref rest, [KeyOfSignatures]) || !CborScan.TryHead(ref rest, CborScan.Array, out var signatures) || signatures != signers)
            return null;
        var signaturesAt = bytes.Length - rest.Length;
        for (var i = 0; i < signers; i++)
        {
            if (!CborScan.TryString(ref rest, CborScan.Bytes, out _))
                return null;
        }
        return rest.IsEmpty ? new EntryView(bytes, (EntryKind)kind, time, eventAt, signersAt, signedBytes, signaturesAt, (int)signers) : null;
    }

    /// <summary>What was signed: a domain line, and the entry as a map without the signatures.</summary>
    public void CopySigned(Span<byte> target)
    {
        LedgerEntry.Domain.CopyTo(target);
        _bytes.Span[.._signedBytes].CopyTo(target[LedgerEntry.Domain.Length..]);
        target[LedgerEntry.Domain.Length] = MapOfSeven;
    }

    /// <summary>The signature of the first signer with this key id, in ASCII; empty when there is none.</summary>
    public ReadOnlySpan<byte> SignatureOf(ReadOnlySpan<byte> keyId)
    {
        var signers = _bytes.Span[_signersAt..];
        var signatures = _bytes.Span[_signaturesAt..];
        for (var i = 0; i < _signers; i++)
        {
            CborScan.TryString(ref signers, CborScan.Text, out var signer);
            CborScan.TryString(ref signatures, CborScan.Bytes, out var signature);
            if (signer.SequenceEqual(keyId))
                return signature;
        }
        return default;
    }

    /// <summary>A copy that stands by itself.</summary>
    public LedgerEntry ToEntry()
    {
        var signers = _bytes.Span[_signersAt..];
        var signatures = _bytes.Span[_signaturesAt..];
        var (ids, signed) = (new List<string>(_signers), new List<ReadOnlyMemory<byte>>(_signers));
        for (var i = 0; i < _signers; i++)
        {
            CborScan.TryString(ref signers, CborScan.Text, out var signer);
            CborScan.TryString(ref signatures, CborScan.Bytes, out var signature);
            ids.Add(Encoding.UTF8.GetString(signer));
            signed.Add(signature.ToArray());
        }
        return new LedgerEntry
        {
            Kind = Kind,
            EventId = EventId.ToArray(),
            AgreementTag = AgreementTag.ToArray(),
            PayloadRoot = PayloadRoot.ToArray(),
            SignerKeyIds = ids,
            TimeMs = TimeMs,
            Signatures = signed,
        };
    }

    private static bool Take(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected))
            return false;
        rest = rest[expected.Length..];
        return true;
    }

    private static bool Skip(ref ReadOnlySpan<byte> rest, int count)
    {
        if (rest.Length < count)
            return false;
        rest = rest[count..];
        return true;
    }
}
