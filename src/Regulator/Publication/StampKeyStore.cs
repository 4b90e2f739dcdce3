using System.Security.Cryptography;
using DataSpace.Hosting.Secrets;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Regulator.Publication;

/// <summary>
/// The online key, which rule sets entrust with stamps and orders, and the next one while a rotation is under way. Files of mode 0600 beside the node's own keys; root keys are never
/// here. Changed under the desk's lock alone.
/// </summary>
internal sealed class StampKeyStore
{
    private const string FileName = "stamp-ed25519";
    private const string NextFileName = "stamp-ed25519-next";
    private readonly string _directory;
    private volatile Ed25519Signer _signer;
    private volatile Ed25519Signer? _next;

    private StampKeyStore(string directory)
    {
        _directory = directory;
        _signer = ReadOrMake(FileName);
        _next = File.Exists(Path.Combine(directory, NextFileName)) ? ReadOrMake(NextFileName) : null;
    }

    /// <summary>The key in use.</summary>
    public Ed25519Signer Signer => _signer;

    /// <summary>The key that the next rule set may entrust, or null.</summary>
    public Ed25519Signer? Next => _next;

    /// <summary>Loads the key, or makes it on first start. Throws <see cref="SecretAccessException"/> when a file is unusable.</summary>
    public static StampKeyStore Load(string nodeDirectory) => new(Path.Combine(nodeDirectory, "keys"));

    /// <summary>The key of this id, the one in use or the next one; null when this host has no such key.</summary>
    public Ed25519Signer? Find(string keyId) => _signer.PublicKey.KeyId == keyId ? _signer : _next?.PublicKey.KeyId == keyId ? _next : null;

    /// <summary>The next key, made and durably kept when there is none. It signs nothing before a rule set entrusts it.</summary>
    public Result<Ed25519Signer> Prepare()
    {
        try
        {
            return _next ??= ReadOrMake(NextFileName);
        }
        catch (SecretAccessException e)
        {
            return e.Error;
        }
    }

    /// <summary>The next key takes the place of the one in use, whose file is gone then. Repeatable; called once a rule set that entrusts it is durable.</summary>
    public void Promote(string keyId)
    {
        if (_next is not { } next || next.PublicKey.KeyId != keyId)
            return;
        File.Move(Path.Combine(_directory, NextFileName), Path.Combine(_directory, FileName), overwrite: true);
        (_signer, _next) = (next, null);
    }

    private Ed25519Signer ReadOrMake(string name)
    {
        var seed = new FileSecretProvider(_directory).GetOrCreate(name, static () => RandomNumberGenerator.GetBytes(32));
        var signer = new Ed25519Signer(seed);
        CryptographicOperations.ZeroMemory(seed);
        return signer;
    }
}
