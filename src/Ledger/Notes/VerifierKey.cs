using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Notes;

/// <summary>
/// A named key that verifies signed notes, written <c>name+hex8(keyId)+base64(type‖key)</c>. C2SP signed-note, "Verifier keys"; types of tlog-cosignature, and one of
/// ours for SM2 (<c>contracts/note-signatures.md</c>).
/// </summary>
/// <param name="Name">Key name; for a log this is its origin.</param>
/// <param name="KeyId">First four bytes, big-endian, of SHA-256 over name, newline, type and key.</param>
/// <param name="Type">First byte of the signature type: <see cref="Ed25519"/>, <see cref="Cosignature"/>, <see cref="MlDsa44Cosignature"/> or <see cref="Unassigned"/>.</param>
/// <param name="Key">The key, of the algorithm that the type says.</param>
public sealed record VerifierKey(string Name, uint KeyId, byte Type, PublicKey Key)
{
    /// <summary>Type of a log's own signature.</summary>
    public const byte Ed25519 = 0x01;

    /// <summary>Type of a witness' timestamped cosignature (cosignature/v1).</summary>
    public const byte Cosignature = 0x04;

    /// <summary>Type of a timestamped ML-DSA-44 cosignature (subtree/v1), of a witness or of the log itself.</summary>
    public const byte MlDsa44Cosignature = 0x06;

    /// <summary>First byte of types without a number; an identifier follows. The only one known here is <see cref="Sm2Identifier"/>.</summary>
    public const byte Unassigned = 0xff;

    /// <summary>Identifier of the timestamped SM2 cosignature over the message of cosignature/v1.</summary>
    public const string Sm2Identifier = "dataspace/sm2-cosignature/v1\n";

    private const int MaxLength = 2048 + 256; // a name and an ML-DSA-44 key in base64
    private static readonly byte[] Sm2Type = [Unassigned, .. Encoding.ASCII.GetBytes(Sm2Identifier)];

    /// <summary>True for keys of timestamped cosignatures, whoever makes them: a witness, or a log beside its own Ed25519 signature.</summary>
    public bool IsCosigner => Type != Ed25519;

    /// <summary>True for the kinds of keys that may sign a checkpoint beside Ed25519.</summary>
    public bool IsAdditional => Type is MlDsa44Cosignature or Unassigned;

    /// <summary>The key of a log. Ed25519 only: it also signs the log's entries.</summary>
    public static VerifierKey ForLog(string name, PublicKey key)
        => key.IsEd25519 ? Create(name, Ed25519, key) : throw new ArgumentException("A log's own key is Ed25519.", nameof(key));

    /// <summary>The key of a witness, or of a log's additional signature; the type follows from the algorithm.</summary>
    public static VerifierKey ForWitness(string name, PublicKey key) => Create(name, key.Algorithm switch
    {
        PublicKey.Ed25519 => Cosignature,
        PublicKey.MlDsa44 => MlDsa44Cosignature,
        _ => Unassigned,
    }, key);

    /// <summary>True when <paramref name="name"/> may name a key: not empty, no white space, no control character, no plus sign.</summary>
    public static bool IsValidName(string name)
        => name.Length is > 0 and <= 256 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+' || char.IsSurrogate(c));

    /// <summary>Reads the key of a log: Ed25519, nothing else.</summary>
    public static Result<VerifierKey> ParseLog(string text)
        => Parse(text).TryGet(out var key, out var error)
            ? key.Type == Ed25519 ? key : LedgerErrors.NoteMalformed.Of("not the Ed25519 key of a log")
            : error;

    /// <summary>Reads the text form of any known type; refuses unknown ones, keys of a wrong form and a key id that does not fit. For a log's key: <see cref="ParseLog"/>.</summary>
    public static Result<VerifierKey> Parse(string text)
    {
        if (text.Length > MaxLength)
            return LedgerErrors.NoteMalformed.Of("verifier key too long");
        var parts = text.Split('+', 3);
        if (parts.Length != 3 || !IsValidName(parts[0]) || parts[1].Length != 8
            || !uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var keyId)
            || NoteText.FromBase64(parts[2]) is not { Length: > 1 } raw)
            return LedgerErrors.NoteMalformed.Of("not a verifier key");
        var (algorithm, typeLength) = raw[0] switch
        {
            Ed25519 or Cosignature => (PublicKey.Ed25519, 1),
            MlDsa44Cosignature => (PublicKey.MlDsa44, 1),
            Unassigned when raw.AsSpan().StartsWith(Sm2Type) => (PublicKey.Sm2, Sm2Type.Length),
            _ => ("", 0),
        };
        if (algorithm.Length == 0)
            return LedgerErrors.NoteMalformed.Of("verifier key of an unknown type");
        if (PublicKey.TryCreate(algorithm, raw.AsMemory(typeLength)) is not { } key || !Fits(raw[0], parts[0]))
            return LedgerErrors.NoteMalformed.Of("not a verifier key");
        var verifier = Create(parts[0], raw[0], key);
        return verifier.KeyId == keyId && verifier.ToString() == text ? verifier : LedgerErrors.NoteMalformed.Of("verifier key with a wrong key id");
    }

    /// <summary>The text form.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name}+{KeyId:x8}+{Convert.ToBase64String([.. TypeBytes(Type), .. Key.Raw.Span])}");

    private static VerifierKey Create(string name, byte type, PublicKey key)
    {
        if (!IsValidName(name) || !Fits(type, name))
            throw new ArgumentException("Not a key name.", nameof(name));
        byte[] hashed = [.. Encoding.UTF8.GetBytes(name), (byte)'\n', .. TypeBytes(type), .. key.Raw.Span];
        return new VerifierKey(name, BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(hashed)), type, key);
    }

    private static byte[] TypeBytes(byte type) => type == Unassigned ? Sm2Type : [type];

    // What ML-DSA signs holds the name behind one byte of length.
    private static bool Fits(byte type, string name) => type != MlDsa44Cosignature || Encoding.UTF8.GetByteCount(name) <= byte.MaxValue;
}
