using System.Security.Cryptography;
using DataSpace.Hosting.Secrets;
using DataSpace.Kernel.Crypto;

namespace DataSpace.Hosting.Identity;

/// <summary>
/// Keys that sign checkpoints beside the node's Ed25519 key. The log and the witness have keys of their own, for they sign under different names; each is a secret
/// of its own, made when it is first configured and kept when it is no longer.
/// </summary>
/// <param name="Log">For this node's own published checkpoints.</param>
/// <param name="Witness">For cosignatures of other logs.</param>
public sealed record AdditionalKeys(IReadOnlyList<ISigner> Log, IReadOnlyList<ISigner> Witness)
{
    private const string MlDsa44 = "ml-dsa-44";
    private const string Sm2 = "sm2";

    /// <summary>Longest DID under which they sign: what ML-DSA-44 signs holds the name behind one byte of length.</summary>
    public const int MaxDidChars = 240;

    /// <summary>The names of a configuration, for people.</summary>
    public const string Known = MlDsa44 + ", " + Sm2;

    /// <summary>True for an algorithm that a configuration may name.</summary>
    public static bool IsKnown(string? algorithm) => algorithm is MlDsa44 or Sm2;

    /// <summary>Loads the keys that are configured, generating what is missing. Throws <see cref="SecretAccessException"/> when the store is unusable or holds no key.</summary>
    public static AdditionalKeys LoadOrCreate(LedgerConfig config, ISecretProvider secrets)
        => new([.. config.Countersign.Select(a => Load("countersign-", a, secrets))], [.. config.WitnessCountersign.Select(a => Load("witness-", a, secrets))]);

    private static ISigner Load(string prefix, string algorithm, ISecretProvider secrets)
    {
        var name = prefix + algorithm;
        var secret = secrets.GetOrCreate(name, algorithm == MlDsa44 ? static () => RandomNumberGenerator.GetBytes(MlDsa44Signer.SeedBytes) : Sm2Signer.GeneratePrivateKey);
        try
        {
            return algorithm == MlDsa44 ? new MlDsa44Signer(secret) : new Sm2Signer(secret);
        }
        catch (ArgumentException)
        {
            throw new SecretAccessException(HostErrors.BadConfiguration.Of($"secret file '{name}' holds no {algorithm} key"));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
