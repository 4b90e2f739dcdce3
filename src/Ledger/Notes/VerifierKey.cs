using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Notes;

/// <summary>
/// A named key that verifies signed notes, written <c>name+hex8(keyId)+base64(type‖key)</c>. C2SP signed-note, "Verifier keys".
/// </summary>
/// <param name="Name">Key name; for a log this is its origin.</param>
/// <param name="KeyId">First four bytes, big-endian, of SHA-256 over name, newline, type and key.</param>
/// <param name="Type">Signature type: <see cref="Ed25519"/> or <see cref="Cosignature"/>.</param>
/// <param name="Key">The Ed25519 key.</param>
public sealed record VerifierKey(string Name, uint KeyId, byte Type, PublicKey Key)
{
    /// <summary>Type of a log's own signature.</summary>
    public const byte Ed25519 = 0x01;

    /// <summary>Type of a witness' timestamped cosignature (cosignature/v1).</summary>
    public const byte Cosignature = 0x04;

    private const int MaxLength = 512;

    /// <summary>The key of a log.</summary>
    public static VerifierKey ForLog(string name, PublicKey key) => Create(name, Ed25519, key);

    /// <summary>The key of a witness.</summary>
    public static VerifierKey ForWitness(string name, PublicKey key) => Create(name, Cosignature, key);

    /// <summary>True when <paramref name="name"/> may name a key: not empty, no white space, no control character, no plus sign.</summary>
    public static bool IsValidName(string name)
        => name.Length is > 0 and <= 256 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+' || char.IsSurrogate(c));

    /// <summary>Reads the text form; refuses unknown types and a key id that does not fit.</summary>
    public static Result<VerifierKey> Parse(string text)
    {
        if (text.Length > MaxLength)
            return LedgerErrors.NoteMalformed.Of("verifier key too long");
        var parts = text.Split('+', 3);
        if (parts.Length != 3 || !IsValidName(parts[0]) || parts[1].Length != 8
            || !uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var keyId)
            || NoteText.FromBase64(parts[2]) is not { Length: 33 } raw)
            return LedgerErrors.NoteMalformed.Of("not a verifier key");
        if (raw[0] is not (Ed25519 or Cosignature))
            return LedgerErrors.NoteMalformed.Of("verifier key of an unknown type");
        var key = Create(parts[0], raw[0], PublicKey.FromEd25519(raw.AsMemory(1)));
        return key.KeyId == keyId && key.ToString() == text ? key : LedgerErrors.NoteMalformed.Of("verifier key with a wrong key id");
    }

    /// <summary>The text form.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name}+{KeyId:x8}+{Convert.ToBase64String([Type, .. Key.Raw.Span])}");

    private static VerifierKey Create(string name, byte type, PublicKey key)
    {
        if (!IsValidName(name))
            throw new ArgumentException("Not a key name.", nameof(name));
        byte[] hashed = [.. Encoding.UTF8.GetBytes(name), (byte)'\n', type, .. key.Raw.Span];
        return new VerifierKey(name, BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(hashed)), type, key);
    }
}
