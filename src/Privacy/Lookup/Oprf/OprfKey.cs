using System.Security.Cryptography;

namespace DataSpace.Privacy.Lookup.Oprf;

/// <summary>The owner's secret of one version of a database, held at one address and wiped when disposed; and the element that commits to it.</summary>
internal sealed class OprfKey : IDisposable
{
    private readonly byte[] _secret = GC.AllocateArray<byte>(Ristretto255.ScalarBytes, pinned: true);
    private readonly byte[] _public = new byte[Ristretto255.ElementBytes];

    private OprfKey()
    {
    }

    /// <summary>secret·G, 32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey => _public;

    internal ReadOnlySpan<byte> Secret => _secret;

    /// <summary>A fresh key.</summary>
    public static OprfKey Create()
    {
        var key = new OprfKey();
        Ristretto255.Draw(key._secret);
        Ristretto255.TryMultiplyGenerator(key._secret, key._public);
        return key;
    }

    /// <summary>A kept key; null when it is none.</summary>
    public static OprfKey? Import(ReadOnlySpan<byte> secret)
    {
        if (!Ristretto255.IsScalar(secret))
            return null;
        var key = new OprfKey();
        secret.CopyTo(key._secret);
        return Ristretto255.TryMultiplyGenerator(key._secret, key._public) ? key : null;
    }

    /// <inheritdoc />
    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}
