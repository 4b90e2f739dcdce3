using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Witnessing;

namespace DataSpace.Ledger.Audit;

/// <summary>What the owner of a log holds of other logs: <c>held.json</c>, in canonical JSON.</summary>
/// <param name="Checkpoints">The newest checkpoint that it cosigned or heard of each log, as signed.</param>
/// <param name="Equivocations">Proofs that a log has two histories (<see cref="EquivocationProof"/>).</param>
/// <param name="Omitted">How many more it holds that found no room.</param>
internal sealed record HeldNotes(IReadOnlyList<string> Checkpoints, IReadOnlyList<string> Equivocations, int Omitted)
{
    private const int MaxEach = 1000;
    private const int RoomBytes = BundleLayout.MaxHeldBytes * 3 / 4; // newlines and quotes are two characters in JSON

    public static HeldNotes None { get; } = new([], [], 0);

    /// <summary>Reads a node's witness store, without changing it; nothing where there is none.</summary>
    public static HeldNotes Read(string nodeDirectory)
    {
        var file = Path.Combine(nodeDirectory, WitnessStore.FileName);
        if (!File.Exists(file))
            return None;
        using var db = new Sqlite(file, readOnly: true);
        var (room, omitted) = (RoomBytes, 0);
        var forks = Take("SELECT proof FROM fork ORDER BY origin LIMIT 1001");
        var notes = Take("SELECT note FROM cosigned UNION SELECT note FROM seen ORDER BY 1 LIMIT 2001", 2 * MaxEach);
        return new HeldNotes(notes, forks, omitted);

        List<string> Take(string sql, int most = MaxEach)
        {
            var taken = new List<string>();
            using var rows = db.Read(sql);
            while (rows.Read())
            {
                var text = rows.GetString(0);
                var cost = text.Length + text.Count(c => c is '\n' or '"') + 3;
                if (taken.Count == most || cost > room)
                {
                    omitted++;
                    continue;
                }
                room -= cost;
                taken.Add(text);
            }
            return taken;
        }
    }

    /// <summary>The notes of a file, or null for bytes that <see cref="Encode"/> would not write.</summary>
    public static HeldNotes? Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<HeldNotes>(json, KernelJson.Options) is { } held && held.Checkpoints.Count <= 2 * MaxEach
                && held.Equivocations.Count <= MaxEach && held.Encode().AsSpan().SequenceEqual(json) ? held : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }

    public byte[] Encode() => CanonicalJson.Of(this);
}
