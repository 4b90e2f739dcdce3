using System.Text.Json;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// Duties that refer to duties (ODRL 2.2 Information Model, §2.6.3 and §2.6.4: <c>duty</c>, <c>consequence</c>, <c>remedy</c>, by <c>uid</c> or <c>@id</c>). The profile has no such
/// references, and the reader refuses them by name; a circle of them is found first, in time linear in the policy, because whoever wrote it must know that no node could ever finish it.
/// </summary>
internal static class DutyReferences
{
    private const int MaxNodes = 20_000;
    private static readonly string[] Links = ["duty", "consequence", "remedy"];
    private static readonly string[] Names = ["uid", "@id"];

    /// <summary>The name of a rule on a circle, or null. Reads anything; depth was bounded by the caller.</summary>
    public static string? FindCycle(JsonElement policy)
    {
        var graph = new Graph();
        if (policy.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in policy.EnumerateObject().Where(m => Strip(m.Name) is "permission" or "prohibition" or "obligation"))
                graph.Add(member.Value, from: -1);
        }
        return graph.FindCycle();
    }

    private static string Strip(string term) => term.StartsWith("odrl:", StringComparison.Ordinal) ? term[5..] : term;

    private sealed class Graph
    {
        private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
        private readonly List<string> _names = [];
        private readonly List<List<int>> _edges = [];

        /// <summary>Rules, or references to them, that <paramref name="from"/> leads to.</summary>
        public void Add(JsonElement rules, int from)
        {
            foreach (var rule in rules.ValueKind == JsonValueKind.Array ? rules.EnumerateArray() : Enumerable.Repeat(rules, 1))
            {
                if (_edges.Count >= MaxNodes)
                    return; // the reader refuses so many rules
                if (rule.ValueKind == JsonValueKind.String)
                {
                    Link(from, NodeOf(rule.GetString()!));
                }
                else if (rule.ValueKind == JsonValueKind.Object)
                {
                    var name = rule.EnumerateObject().Where(m => Names.Contains(Strip(m.Name)) && m.Value.ValueKind == JsonValueKind.String).Select(m => m.Value.GetString()).FirstOrDefault();
                    var node = NodeOf(name);
                    Link(from, node);
                    foreach (var member in rule.EnumerateObject().Where(m => Links.Contains(Strip(m.Name))))
                        Add(member.Value, node);
                }
            }
        }

        /// <summary>Removes what nothing leads to, again and again; what is left goes round.</summary>
        public string? FindCycle()
        {
            var into = new int[_edges.Count];
            foreach (var to in _edges.SelectMany(e => e))
                into[to]++;
            var free = new Queue<int>(Enumerable.Range(0, into.Length).Where(i => into[i] == 0));
            var left = into.Length;
            while (free.TryDequeue(out var node))
            {
                left--;
                foreach (var to in _edges[node].Where(to => --into[to] == 0))
                    free.Enqueue(to);
            }
            return left == 0 ? null : _names[Array.FindIndex(into, i => i > 0)];
        }

        private void Link(int from, int to)
        {
            if (from >= 0)
                _edges[from].Add(to);
        }

        private int NodeOf(string? name)
        {
            if (name is not null && _byName.TryGetValue(name, out var known))
                return known;
            _edges.Add([]);
            _names.Add(name ?? "a rule without a name");
            if (name is not null)
                _byName[name] = _edges.Count - 1;
            return _edges.Count - 1;
        }
    }
}
