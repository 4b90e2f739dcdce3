using System.Globalization;
using DataSpace.Kernel.Crypto;

namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>
/// What an owner's conversation with the analyst is bound to. The job's hash covers plan, roster, nonce and the analyst's key; which keys the owners drew for it the analyst does not know yet, so
/// the masks alone are bound to the roster's hash.
/// </summary>
/// <param name="JobHash">Hex SHA-256 of the signed order.</param>
/// <param name="Owner">The owner that talks.</param>
/// <param name="Analyst">Who it talks with.</param>
/// <param name="DesignDigest">Digest of the design.</param>
public sealed record HorizontalRun(string JobHash, string Owner, string Analyst, ReadOnlyMemory<byte> DesignDigest)
{
    /// <summary>Name and version of the protocol.</summary>
    public const string Protocol = "secure-newton/1";

    /// <summary>Owner → analyst: a fresh key that weights are sealed to, and the roster's hash.</summary>
    internal const byte HelloStep = 1;

    /// <summary>Analyst → owner: the weights of a round, doubles, little-endian, sealed.</summary>
    internal const byte WeightsStep = 2;

    /// <summary>Owner → analyst: its masked sums, sealed.</summary>
    internal const byte SumsStep = 3;

    /// <summary>Bytes of the first message: an X25519 key, a digest.</summary>
    internal const int HelloBytes = X25519KeyPair.KeyBytes + 32;

    /// <summary>SHA-256 of all of it.</summary>
    public ReadOnlyMemory<byte> Context
        => Digest.Sha256(CanonicalJson.OfTexts(["DataSpace " + Protocol + " run", JobHash, Owner, Analyst, Convert.ToHexStringLower(DesignDigest.Span)]));

    /// <summary>HPKE info of sealed sums.</summary>
    internal byte[] SumsInfo => Info("sums");

    /// <summary>HPKE info of sealed weights.</summary>
    internal byte[] WeightsInfo => Info("weights");

    private byte[] Info(string what) => System.Text.Encoding.ASCII.GetBytes($"dataspace/{Protocol} {what} {Convert.ToHexStringLower(Context.Span)}");

    /// <summary>Associated data of a round's box: one round's does not open as another's.</summary>
    internal static byte[] RoundData(int round) => System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"round {round}"));
}
