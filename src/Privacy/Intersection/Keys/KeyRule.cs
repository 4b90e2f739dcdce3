using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Intersection.Keys;

/// <summary>One part of a key.</summary>
/// <param name="Name">What the part means to both parties, such as <c>phone</c>; column names may differ.</param>
/// <param name="Steps">Names of steps, applied from left to right; see <see cref="KeySteps"/>.</param>
public sealed record KeyPart(string Name, IReadOnlyList<string> Steps);

/// <summary>
/// How two parties write one subject's key alike: declared as data, part of what a run is bound to. Made only by <see cref="Create"/>.
/// </summary>
public sealed class KeyRule
{
    /// <summary>Most parts of a composite key.</summary>
    public const int MostParts = 8;

    /// <summary>Most steps of a part.</summary>
    public const int MostSteps = 8;

    /// <summary>Longest part of a key in characters, before and after its steps.</summary>
    public const int MostChars = 256;

    private readonly Func<string, string?>[][] _steps;

    private KeyRule(IReadOnlyList<KeyPart> parts, Func<string, string?>[][] steps)
    {
        (Parts, _steps) = (parts, steps);
        Digest = Kernel.Crypto.Digest.Sha256Hex(CanonicalJson.OfTexts([["DataSpace PSI 1 key rule"], .. parts.Select(part => (IReadOnlyList<string>)[part.Name, .. part.Steps])]));
    }

    /// <summary>The parts in order.</summary>
    public IReadOnlyList<KeyPart> Parts { get; }

    /// <summary>SHA-256 over the canonical JSON of the parts, lower-case hex.</summary>
    public string Digest { get; }

    /// <summary>A rule from its declaration.</summary>
    /// <returns>DS-PRV-174 naming the part.</returns>
    public static Result<KeyRule> Create(IReadOnlyList<KeyPart> parts)
    {
        if (parts.Count is 0 or > MostParts)
            return IntersectionErrors.KeyRuleInvalid.Of("number of parts");
        var steps = new Func<string, string?>[parts.Count][];
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Name.Length is 0 or > 64 || parts.Take(i).Any(earlier => earlier.Name == parts[i].Name))
                return IntersectionErrors.KeyRuleInvalid.Of("name of part " + (i + 1));
            if (parts[i].Steps.Count > MostSteps)
                return IntersectionErrors.KeyRuleInvalid.Of("number of steps of part " + (i + 1));
            var found = parts[i].Steps.Select(KeySteps.Find).ToArray();
            if (Array.Exists(found, step => step is null))
                return IntersectionErrors.KeyRuleInvalid.Of("a step of part " + (i + 1));
            steps[i] = found!;
        }

        return new KeyRule([.. parts.Select(part => part with { Steps = [.. part.Steps] })], steps);
    }

    /// <summary>One part as it is compared; null when it is missing, too long or not valid under its steps.</summary>
    public string? Normalise(int part, string? value)
    {
        foreach (var step in _steps[part])
            value = value is null || value.Length > MostChars ? null : step(value);
        return string.IsNullOrEmpty(value) || value.Length > MostChars ? null : value;
    }

    /// <summary>SHA-256 over a tag and every part with its length in front; false when a part has no valid value.</summary>
    internal bool TryDigest(IReadOnlyList<string?> values, out ItemDigest digest)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Count, Parts.Count);
        digest = default;
        Span<byte> text = stackalloc byte[MostParts * (4 + (3 * MostChars))];
        var length = 0;
        for (var i = 0; i < values.Count; i++)
        {
            if (Normalise(i, values[i]) is not { } part)
                return false;
            var bytes = Encoding.UTF8.GetBytes(part, text[(length + 4)..]);
            BinaryPrimitives.WriteInt32LittleEndian(text[length..], bytes);
            length += 4 + bytes;
        }

        Span<ItemDigest> result = stackalloc ItemDigest[1];
        SHA256.HashData(text[..length], MemoryMarshal.AsBytes(result));
        digest = result[0];
        return true;
    }
}
