using System.Buffers.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>A regulator as a node's owner trusts it: by root keys, not by address. Immutable.</summary>
public sealed class RegulatorPin
{
    /// <summary>Most root keys of one regulator.</summary>
    public const int MaxRootKeys = 16;

    /// <summary>Fewest people who sign: what one alone could publish, one alone could be made to publish.</summary>
    public const int MinThreshold = 2;

    /// <summary>How many different people have to sign, unless the configuration says otherwise.</summary>
    public const int DefaultThreshold = MinThreshold;

    private readonly PublicKey[] _rootKeys;

    private RegulatorPin(string did, string name, PublicKey[] rootKeys, int threshold)
        => (Did, Name, _rootKeys, Threshold) = (did, name, rootKeys, threshold);

    /// <summary>DID of the regulator.</summary>
    public string Did { get; }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>Least number of distinct root keys under a rule set.</summary>
    public int Threshold { get; }

    /// <summary>The root keys.</summary>
    public IReadOnlyList<PublicKey> RootKeys => _rootKeys;

    /// <summary>A pin from configuration. <paramref name="rootKeys"/> are raw Ed25519 keys in base64url.</summary>
    public static Result<RegulatorPin> Create(string did, string name, IReadOnlyList<string> rootKeys, int threshold = DefaultThreshold)
    {
        if (!ParticipantId.Parse(did).IsOk)
            return NegativeListErrors.BadPin.Of("did");
        if (rootKeys.Count is 0 or > MaxRootKeys)
            return NegativeListErrors.BadPin.Of("number of rootKeys");
        var keys = new List<PublicKey>(rootKeys.Count);
        foreach (var text in rootKeys)
        {
            if (ReadKey(text) is not { } key)
                return NegativeListErrors.BadPin.Of("a root key is not 32 bytes in base64url");
            if (keys.Exists(key.SameAs))
                return NegativeListErrors.BadPin.Of("a root key stands twice");
            keys.Add(key);
        }
        return threshold < MinThreshold || threshold > keys.Count ? NegativeListErrors.BadPin.Of("threshold") : new RegulatorPin(did, name, [.. keys], threshold);
    }

    /// <summary>The root key of this id, or null.</summary>
    public PublicKey? Find(string keyId) => Array.Find(_rootKeys, k => k.KeyId == keyId);

    /// <summary>A key in the spelling of configuration and rule sets, or null.</summary>
    internal static PublicKey? ReadKey(string? text)
        => text is { Length: 43 } && Jws.Decode(text) is { Length: 32 } raw ? PublicKey.FromEd25519(raw) : null;

    /// <summary>The spelling that <see cref="Create"/> and <see cref="StampKey"/> read.</summary>
    public static string Spell(PublicKey key) => Base64Url.EncodeToString(key.Raw.Span);
}
