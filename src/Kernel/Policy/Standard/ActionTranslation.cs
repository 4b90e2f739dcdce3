using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Crypto;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// Actions both ways. A code has its ODRL action (<see cref="StandardCodes.Actions"/>); an ODRL action without code travels as <c>{"expansionItem":{"term":…}}</c>; an
/// extension of others travels as <c>std:expansionItem JSON</c>, which no engine takes for something it could enforce.
/// </summary>
internal static class ActionTranslation
{
    private const string Wrapped = StandardCodes.Prefix + StandardCodes.Expansion + " ";

    /// <summary>The profile's <c>use</c>.</summary>
    public static readonly ContractAction Use = new(StandardCodes.Expansion, """{"term":"use"}""");

    /// <summary>How <c>use</c> is written: its two parts, which every system of the standard knows, and its own name.</summary>
    public static readonly IReadOnlyList<ContractAction> UseActions = [new("compute", null), new("delivery", null), Use];

    public static ContractAction ToStandard(string odrl)
    {
        if (StandardCodes.ActionCode(odrl) is { } code)
            return new ContractAction(code, null);
        if (odrl.StartsWith(Wrapped, StringComparison.Ordinal) && CanonicalText.Parse(odrl[Wrapped.Length..]) is not null)
        {
            var wrapped = new ContractAction(StandardCodes.Expansion, odrl[Wrapped.Length..]);
            if (ToOdrl(wrapped) == odrl)
                return wrapped;
        }
        return new ContractAction(StandardCodes.Expansion, CanonicalText.Of(new { term = odrl }));
    }

    public static string ToOdrl(ContractAction action)
    {
        if (action.Expansion is not { } expansion)
            return StandardCodes.OdrlAction(action.Code)!;
        return CanonicalText.Parse(expansion) is { ValueKind: JsonValueKind.Object } json && json.GetPropertyCount() == 1
            && json.TryGetProperty("term", out var term) && term.ValueKind == JsonValueKind.String && ToStandard(term.GetString()!) == action
            ? term.GetString()! : Wrapped + expansion;
    }
}

/// <summary>JSON that stands inside a text.</summary>
internal static class CanonicalText
{
    /// <summary>Canonical JSON as text.</summary>
    public static string Of<T>(T value) => Encoding.UTF8.GetString(CanonicalJson.Of(value));

    /// <summary>The value, when the text is exactly its canonical form; else null.</summary>
    public static JsonElement? Parse(string text)
        => CanonicalJson.Parse(Encoding.UTF8.GetBytes(text), PolicyReader.MaxBytes, DigitalContractReader.MaxDepth).TryGet(out var json, out _)
            && CanonicalJson.FromElement(json).TryGet(out var bytes, out _) && Encoding.UTF8.GetString(bytes) == text ? json : null;
}
