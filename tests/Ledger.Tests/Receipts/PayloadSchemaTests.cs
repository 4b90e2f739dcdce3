using System.Text.RegularExpressions;
using DataSpace.Ledger.Receipts;
using Xunit;

namespace DataSpace.Ledger.Tests.Receipts;

/// <summary>The published schema of payloads names exactly the fields that are written, in their order.</summary>
public sealed partial class PayloadSchemaTests
{
    private static readonly string Schema = File.ReadAllText(Path.Combine(Vectors.Root, "contracts", "schemas", "ledger-payloads.cddl"));

    [Fact]
    public void Every_kind_has_the_labels_of_the_schema_in_its_order()
    {
        var rules = Rule().Matches(Comment().Replace(Schema, "")).ToDictionary(m => m.Groups[1].Value, m => Label().Matches(m.Groups[2].Value).ToList());
        Assert.Equal(Enum.GetNames<EntryKind>().Order(StringComparer.Ordinal), rules.Keys.Order(StringComparer.Ordinal));
        foreach (var payload in EntryVectorTests.Payloads)
        {
            var labels = rules[payload.Kind.ToString()];
            var written = payload.ToFields().Select(f => Named(labels, f.Label)).Distinct().ToList();
            // Zero or more fields may be none.
            var expected = labels.Where(l => !l.Groups["many"].Success || written.Contains(l.Groups["label"].Value)).Select(l => l.Groups["label"].Value);
            Assert.Equal((payload.Kind, string.Join(' ', expected)), (payload.Kind, string.Join(' ', written)));
        }
    }

    private static string Named(List<Match> labels, string written)
    {
        var all = labels.Select(l => l.Groups["label"].Value).ToList();
        return all.Contains(written) ? written
            : all.Where(l => l.EndsWith("/*", StringComparison.Ordinal) && written.StartsWith(l[..^1], StringComparison.Ordinal)).MaxBy(l => l.Length) ?? "not in the schema: " + written;
    }

    [GeneratedRegex(";[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^([A-Z][A-Za-z]*) = \{(.*?)\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Rule();

    [GeneratedRegex("""(?<many>\*\s*)?"?(?<label>[A-Za-z][A-Za-z/]*(?:/\*)?)"?\s*(?::|=>)""")]
    private static partial Regex Label();
}
