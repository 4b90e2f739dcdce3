using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>A rule set as it was read: its content, its JSON for relaying, its hash.</summary>
/// <param name="Content">The rule set.</param>
/// <param name="Json">The value as it came; relays hand on exactly this.</param>
/// <param name="Hash">Lower-case hex SHA-256 of its canonical JSON.</param>
public sealed record RuleSetDocument(RuleSet Content, JsonElement Json, string Hash);

/// <summary>Reads rule sets under limits, and says everything that is wrong with one. Does not judge signatures or time.</summary>
public static class RuleSetReader
{
    /// <summary>Largest rule set, in bytes of JSON.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>Most rules.</summary>
    public const int MaxRules = 10_000;

    /// <summary>Deepest nesting.</summary>
    public const int MaxDepth = 8;

    /// <summary>Most values in one list of a rule.</summary>
    public const int MaxValues = 1_000;

    /// <summary>Most values in all lists of a rule set.</summary>
    public const int MaxValuesInAll = 200_000;

    /// <summary>Longest validity.</summary>
    public static readonly TimeSpan MaxValidity = TimeSpan.FromDays(400);

    private const int MaxProblems = 200;

    /// <summary>Reads JSON text.</summary>
    public static Result<RuleSetDocument> Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return NegativeListErrors.TooLarge.Of($"more than {MaxBytes / 1024 / 1024} MB");
        return CanonicalJson.Parse(json, MaxBytes, MaxDepth).TryGet(out var element, out var error)
            ? Read(element)
            : NegativeListErrors.Malformed.Of(error.Detail);
    }

    /// <summary>Reads a parsed value.</summary>
    public static Result<RuleSetDocument> Read(JsonElement element)
    {
        if (!Shape(element).TryGet(out var content, out var error))
            return error;
        if (Problems(content) is [var first, ..])
            return first;
        return CanonicalJson.FromElement(element, MaxBytes).TryGet(out var canonical, out error)
            ? new RuleSetDocument(content, element, Digest.Sha256Hex(canonical))
            : NegativeListErrors.Malformed.Of(error.Detail);
    }

    /// <summary>The document of a rule set made here.</summary>
    public static Result<RuleSetDocument> Of(RuleSet content) => Read(JsonSerializer.SerializeToUtf8Bytes(content, KernelJson.Options));

    /// <summary>Everything that is wrong with the content, each named by rule and member; empty when it is sound. At most 200 findings.</summary>
    public static IReadOnlyList<DsError> Problems(RuleSet set)
    {
        var found = new List<DsError>();
        if (!ParticipantId.Parse(set.Regulator).IsOk)
            found.Add(NegativeListErrors.RuleInvalid.Of("regulator is no did:web"));
        if (set.Version < 1)
            found.Add(NegativeListErrors.RuleInvalid.Of("version begins at 1"));
        if (set.ValidUntil <= set.ValidFrom || set.ValidUntil - set.ValidFrom > MaxValidity)
            found.Add(NegativeListErrors.RuleInvalid.Of($"validUntil must come after validFrom, by at most {MaxValidity.TotalDays:0} days"));
        if (RegulatorPin.ReadKey(set.StampKey.PublicKey) is not { } key || key.KeyId != set.StampKey.KeyId)
            found.Add(NegativeListErrors.RuleInvalid.Of("stampKey: publicKey is 32 bytes in base64url, keyId its id"));
        if (set.Rules.Count > MaxRules)
            found.Add(NegativeListErrors.TooLarge.Of($"{set.Rules.Count} rules, more than {MaxRules}"));
        if (set.WhitelistIndustries is { } industries)
            RuleChecks.List(found, "whitelistIndustries", industries, "");
        if (set.Mode == RuleSetMode.Negative && set.WhitelistIndustries is not null)
            found.Add(NegativeListErrors.RuleInvalid.Of("whitelistIndustries needs mode whitelist"));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var values = 0;
        foreach (var rule in set.Rules)
        {
            if (found.Count >= MaxProblems)
                break;
            if (rule is null)
            {
                found.Add(NegativeListErrors.Malformed.Of("a rule is null"));
                continue;
            }
            values += RuleChecks.Rule(found, rule);
            if (!ids.Add(rule.Id))
                found.Add(NegativeListErrors.DuplicateId.Of($"rule {RuleChecks.Name(rule.Id)}"));
        }
        if (values > MaxValuesInAll)
            found.Add(NegativeListErrors.TooLarge.Of($"{values} values in all lists, more than {MaxValuesInAll}"));
        return found;
    }

    private static Result<RuleSet> Shape(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("rules", out var rules) || rules.ValueKind != JsonValueKind.Array)
            return NegativeListErrors.Malformed.Of("an object with rules is expected");
        // Counted before anything is built from it.
        if (rules.GetArrayLength() > MaxRules)
            return NegativeListErrors.TooLarge.Of($"{rules.GetArrayLength()} rules, more than {MaxRules}");
        try
        {
            return element.Deserialize<RuleSet>(KernelJson.Options) is { } set ? set : NegativeListErrors.Malformed.Of("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return NegativeListErrors.Malformed.Of(e is JsonException { Path: { Length: <= 80 } path } ? $"at {path}" : null);
        }
    }
}
