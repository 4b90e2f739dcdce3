using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DataSpace.EndToEnd.Support;
using DataSpace.Protocol.Jobs;
using Microsoft.Data.Sqlite;

namespace DataSpace.EndToEnd;

/// <summary>Everything that the coordinator stored, searched for every owner's raw values in every form they could have taken.</summary>
public sealed class BlindCoordinatorTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public async Task Nothing_that_the_coordinator_stored_holds_a_raw_value_or_a_firms_name()
    {
        var patterns = Space.Owners.SelectMany(Patterns).ToList();
        Assert.True(patterns.Count > 1000);
        // The search itself works: in the owner's own file it finds the values, and in a haystack their binary forms.
        Assert.Contains(patterns, p => Occurs(File.ReadAllBytes(Path.Combine(Layout.Sample, "supplier-a", "investments.csv")), p.Bytes));
        Assert.All(patterns.Take(50), p => Assert.True(Occurs([.. new byte[1000], .. p.Bytes, 1, 2, 3], p.Bytes)));

        await foreach (var (name, bytes) in StoredAsync())
        {
            // A database file is full of zeros followed by a few bytes, which is what a small integer looks like: those are searched for in the messages.
            foreach (var (text, pattern) in patterns.Where(p => !Path.IsPathRooted(name) || !p.Text.Contains("(scaled", StringComparison.Ordinal)))
                Assert.False(Occurs(bytes, pattern), $"{text} stands in {name}");
        }
    }

    [Fact]
    public async Task The_coordinator_holds_no_secret_of_the_job()
    {
        foreach (var owner in Space.Everyone.Where(p => p != Space.Coordinator))
        {
            var seed = File.ReadAllBytes(Path.Combine(owner.Directory, "keys", "signing-ed25519"));
            await foreach (var (name, bytes) in StoredAsync())
                Assert.False(Occurs(bytes, seed) || Occurs(bytes, Encoding.ASCII.GetBytes(Convert.ToBase64String(seed))), $"a key of {owner.Name} stands in {name}");
        }
    }

    /// <summary>Files as they are, and the messages inside them decoded from base64.</summary>
    private async IAsyncEnumerable<(string Name, byte[] Bytes)> StoredAsync()
    {
        using var store = new SqliteConnection($"Data Source={Path.Combine(Space.Coordinator.Directory, "state.db")};Mode=ReadOnly;Pooling=False");
        store.Open();
        using (var count = store.CreateCommand())
        {
            // From now on nobody is the last to close the store, which would remove its log under the search.
            count.CommandText = "SELECT count(*) FROM Parties";
            Assert.True((long)count.ExecuteScalar()! > 0);
        }
        foreach (var file in Directory.EnumerateFiles(Space.Coordinator.Directory, "*", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/keys/", StringComparison.Ordinal) && !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            if (await LiveFile.ReadAsync(file) is { } bytes)
                yield return (file, bytes);
        }
        using var command = store.CreateCommand();
        command.CommandText = "SELECT Bytes, Name FROM Blobs WHERE Name LIKE 'contribution of %' LIMIT 12";
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var envelope = JsonSerializer.Deserialize<ContributionEnvelope>((byte[])rows[0], JobJson.Options)!;
            foreach (var (what, bytes) in new[] { ("payload", envelope.Contribution.Payload), ("sealed", envelope.Contribution.Sealed), ("grant", Convert.FromBase64String(envelope.GrantProof)), ("report", Convert.FromBase64String(envelope.ReportProof)) })
                yield return ($"{what}, {rows.GetString(1)}", bytes);
        }
    }

    /// <summary>Every value as text (where long enough not to be chance), double and scaled integer in both byte orders; every firm's name.</summary>
    private static IEnumerable<(string Text, byte[] Bytes)> Patterns(Party owner)
    {
        foreach (var fields in File.ReadLines(Path.Combine(Layout.Sample, owner.Name, "investments.csv")).Skip(1).Select(l => l.Split(',')))
        {
            // Three letters occur by chance in a megabyte of base64; the longer names do not.
            if (fields[3].Length >= 6)
                yield return (fields[3], Encoding.UTF8.GetBytes(fields[3]));
            yield return (fields[3] + " (UTF-16)", Encoding.Unicode.GetBytes(fields[3]));
            foreach (var text in fields.Take(3))
            {
                // Three digits and a point are never part of a time; shorter numbers are.
                if (text.IndexOf('.', StringComparison.Ordinal) >= 3)
                    yield return (text, Encoding.ASCII.GetBytes(text));
                var number = decimal.Parse(text, CultureInfo.InvariantCulture);
                if (number == decimal.Truncate(number))
                    continue; // small whole numbers occur in any file
                yield return (text + " (double)", BitConverter.GetBytes((double)number));
                var big = new byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(big, (double)number);
                yield return (text + " (double, big endian)", big);
                if (number < 100)
                    continue;
                yield return (text + " (scaled)", BitConverter.GetBytes((long)(number * 1000)));
                var scaled = new byte[8];
                BinaryPrimitives.WriteInt64BigEndian(scaled, (long)(number * 1000));
                yield return (text + " (scaled, big endian)", scaled);
            }
        }
    }

    private static bool Occurs(ReadOnlySpan<byte> haystack, ReadOnlySpan<byte> needle) => haystack.IndexOf(needle) >= 0;
}
