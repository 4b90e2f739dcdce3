using System.Buffers.Binary;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Notes;

/// <summary>One signature line of a note.</summary>
/// <param name="Name">Key name.</param>
/// <param name="KeyId">Key id.</param>
/// <param name="Signature">What follows the key id: 64 bytes for Ed25519, 72 for a cosignature by Ed25519 or SM2, 2428 by ML-DSA-44.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature);

/// <summary>
/// A text with signatures by named keys. C2SP signed-note. Not yet trusted after <see cref="Parse(string)"/>; ask <see cref="Verify"/>.
/// </summary>
public sealed class SignedNote
{
    /// <summary>Longest note that is read, in UTF-8 bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Most signature lines that are read.</summary>
    public const int MaxSignatures = 64;

    private const string LinePrefix = "\u2014 ";

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures) => (Text, Signatures) = (text, signatures);

    /// <summary>The signed text with its final newline.</summary>
    public string Text { get; }

    /// <summary>Signature lines in order.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Reads the bytes of a note; they must be valid UTF-8.</summary>
    public static Result<SignedNote> Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            return LedgerErrors.NoteMalformed.Of("note too long");
        try
        {
            return Parse(NoteText.StrictUtf8.GetString(utf8));
        }
        catch (DecoderFallbackException)
        {
            return LedgerErrors.NoteMalformed.Of("note is not UTF-8");
        }
    }

    /// <summary>Splits text and signatures at the last empty line.</summary>
    public static Result<SignedNote> Parse(string note)
    {
        if (note.Length > MaxBytes || note.Any(c => char.IsControl(c) && c != '\n'))
            return LedgerErrors.NoteMalformed.Of("note too long or with control characters");
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !note.EndsWith('\n') || split + 2 >= note.Length)
            return LedgerErrors.NoteMalformed.Of("note without signature lines");
        var lines = note[(split + 2)..^1].Split('\n');
        if (lines.Length > MaxSignatures)
            return LedgerErrors.NoteMalformed.Of("note with too many signatures");
        var signatures = new List<NoteSignature>(lines.Length);
        foreach (var line in lines)
        {
            if (ParseLine(line) is not { } signature)
                return LedgerErrors.NoteMalformed.Of("malformed signature line");
            signatures.Add(signature);
        }
        return new SignedNote(note[..(split + 1)], signatures);
    }

    /// <summary>
    /// Keys out of <paramref name="known"/> that signed this note. Signatures by unknown keys are ignored; a signature that
    /// names a known key and fails refuses the whole note, and so does a note without any known signature.
    /// </summary>
    public Result<IReadOnlyList<VerifierKey>> Verify(params IReadOnlyList<VerifierKey> known)
    {
        var signers = new List<VerifierKey>();
        foreach (var signature in Signatures)
        {
            var key = known.FirstOrDefault(k => k.Name == signature.Name && k.KeyId == signature.KeyId);
            if (key is null)
                continue;
            if (!IsValid(key, signature.Signature.Span))
                return LedgerErrors.NoteSignature.Of("a signature by a known key does not verify");
            signers.Add(key);
        }
        return signers.Count == 0 ? LedgerErrors.NoteSignature.Of("no signature by a known key") : signers;
    }

    /// <summary>Seconds since 1970 at which <paramref name="witness"/> cosigned, or null when it did not or its cosignature fails.</summary>
    public long? CosignatureTime(VerifierKey witness)
    {
        var signature = Signatures.FirstOrDefault(s => s.Name == witness.Name && s.KeyId == witness.KeyId);
        return signature is not null && witness.IsCosigner && IsValid(witness, signature.Signature.Span)
            ? (long)BinaryPrimitives.ReadUInt64BigEndian(signature.Signature.Span)
            : null;
    }

    /// <summary>A note over <paramref name="text"/> (ending in a newline) with one Ed25519 signature.</summary>
    public static string Sign(string text, string keyName, ISigner signer)
    {
        if (!text.EndsWith('\n'))
            throw new ArgumentException("A note's text ends in a newline.", nameof(text));
        var key = VerifierKey.ForLog(keyName, signer.PublicKey);
        return text + "\n" + Line(key, signer.Sign(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>
    /// A timestamped cosignature line over the text of this note, to be appended to it: cosignature/v1 for an Ed25519 or SM2 key, subtree/v1 for ML-DSA-44, which
    /// signs checkpoints only.
    /// </summary>
    public string Cosign(string witnessName, ISigner signer, DateTimeOffset at)
        => TryCosign(witnessName, signer, at) ?? throw new InvalidOperationException("The note is no checkpoint that this key can sign.");

    /// <summary>The same, or null for ML-DSA-44 when the note is no checkpoint or its origin is longer than 255 bytes.</summary>
    public string? TryCosign(string witnessName, ISigner signer, DateTimeOffset at)
    {
        var (key, seconds) = (VerifierKey.ForWitness(witnessName, signer.PublicKey), (ulong)at.ToUnixTimeSeconds());
        if (CosignedMessage.Of(key, seconds, Text) is not { } message)
            return null;
        var time = new byte[CosignedMessage.TimeBytes];
        BinaryPrimitives.WriteUInt64BigEndian(time, seconds);
        return Line(key, [.. time, .. signer.Sign(message)]);
    }

    /// <summary>The note with the first signature line of one key alone; the key must have signed it.</summary>
    public string Bare(VerifierKey key) => $"{Text}\n{LineOf(key)}";

    /// <summary>The first signature line of a key that signed this note.</summary>
    public string LineOf(VerifierKey key) => Line(key, Signatures.First(s => s.Name == key.Name && s.KeyId == key.KeyId).Signature.ToArray());

    private bool IsValid(VerifierKey key, ReadOnlySpan<byte> signature)
    {
        if (key.Type == VerifierKey.Ed25519)
            return key.Key.Verify(Encoding.UTF8.GetBytes(Text), signature);
        if (signature.Length <= CosignedMessage.TimeBytes) // the key knows the length of its signatures
            return false;
        var seconds = BinaryPrimitives.ReadUInt64BigEndian(signature);
        return seconds <= long.MaxValue && CosignedMessage.Of(key, seconds, Text) is { } message && key.Key.Verify(message, signature[CosignedMessage.TimeBytes..]);
    }

    private static string Line(VerifierKey key, byte[] signature)
    {
        var raw = new byte[4 + signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(raw, key.KeyId);
        signature.CopyTo(raw, 4);
        return $"{LinePrefix}{key.Name} {Convert.ToBase64String(raw)}\n";
    }

    private static NoteSignature? ParseLine(string line)
    {
        if (!line.StartsWith(LinePrefix, StringComparison.Ordinal))
            return null;
        var parts = line[LinePrefix.Length..].Split(' ');
        return parts.Length == 2 && VerifierKey.IsValidName(parts[0]) && NoteText.FromBase64(parts[1]) is { Length: > 4 } raw
            ? new NoteSignature(parts[0], BinaryPrimitives.ReadUInt32BigEndian(raw), raw.AsMemory(4))
            : null;
    }
}
