using System.Security.Cryptography;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Lookup;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Tests.Lookup;

/// <summary>Right answers, the file of a database, and what each party sees.</summary>
public sealed class LookupTests
{
    [Fact]
    public void Finds_and_misses_come_back_in_the_order_of_the_keywords()
    {
        using var parties = new LookupParties([" USER-299 ", "nobody", "user-7", "user-299"], questions: 6);
        Assert.Null(parties.Converse());
        Assert.True(parties.Owner.IsComplete && parties.Client.IsComplete);
        Assert.Equal(parties.Owner.Close().Value.Payload.ToArray(), parties.Client.Close().Value.ToArray());
        var answers = parties.Client.Finish().Value;
        Assert.Equal([true, false, true, true], answers.Select(a => a.IsFound));
        Assert.Equal(["name 299", "B"], answers[0].Values!);
        Assert.Null(answers[1].Values);
        Assert.Equal(["name 7", "B"], answers[2].Values!);
        Assert.Equal(["name 299", "B"], answers[3].Values!);
    }

    [Fact]
    public void Every_record_of_a_database_is_found()
    {
        foreach (var first in (int[])[0, 100, 284])
        {
            using var parties = new LookupParties([.. Enumerable.Range(first, 16).Select(i => FormattableString.Invariant($"user-{i}"))], questions: 16);
            Assert.Null(parties.Converse());
            var answers = parties.Client.Finish().Value;
            Assert.All(answers.Index(), a => Assert.Equal(FormattableString.Invariant($"name {first + a.Index}"), a.Item.Values![0]));
            Assert.All(answers.Index(), a => Assert.Equal((first + a.Index) % 3 == 0 ? null : "B", a.Item.Values![1]));
        }
    }

    [Fact]
    public void The_hint_travels_once()
    {
        using var first = new LookupParties(["user-1"]);
        Assert.Null(first.Converse());
        var hint = first.Client.Hint!.Value.ToArray();
        Assert.Equal(first.Client.Parameters!.Shape.HintBytes, hint.Length);
        var pieces = first.Said.Count(m => LookupParties.StepOf(m.Message) == LookupStep.Hint);
        Assert.Equal(LookupSizes.HintPieces(first.Client.Parameters.Shape), pieces);

        using var second = new LookupParties(["user-2"], hint: hint);
        Assert.Null(second.Converse());
        Assert.DoesNotContain(second.Said, m => LookupParties.StepOf(m.Message) == LookupStep.Hint);
        Assert.Equal("name 2", second.Client.Finish().Value[0].Values![0]);

        // A kept hint that was altered is not used: the owner is asked for it again.
        hint[^1] ^= 1;
        using var third = new LookupParties(["user-3"], hint: hint);
        Assert.Null(third.Converse());
        Assert.Contains(third.Said, m => LookupParties.StepOf(m.Message) == LookupStep.Hint);
        Assert.Equal("name 3", third.Client.Finish().Value[0].Values![0]);
    }

    [Fact]
    public void Sizes_and_number_of_messages_depend_on_the_terms_alone()
    {
        List<(bool, int)>? shape = null;
        foreach (var keywords in (string[][])[["user-1"], ["nobody"], ["user-1", "user-1", "user-2", "x"], ["a", "b", "c"]])
        {
            using var parties = new LookupParties(keywords);
            Assert.Null(parties.Converse());
            List<(bool, int)> seen = [.. parties.Said.Select(m => (m.FromOwner, m.Message.Length))];
            shape ??= seen;
            Assert.Equal(shape, seen);
            Assert.True(parties.Said.Where(m => m.FromOwner).Sum(m => (long)m.Message.Length) <= LookupOwner.MostBytesSaid(LookupParties.Database, 4));
            Assert.True(parties.Said.Where(m => !m.FromOwner).Sum(m => (long)m.Message.Length) <= LookupClient.MostBytesSaid(4));
        }
    }

    [Fact]
    public void What_the_owner_hears_does_not_repeat_and_does_not_depend_on_the_keyword()
    {
        var seen = new HashSet<string>();
        var counts = new long[2][];
        for (var which = 0; which < 2; which++)
        {
            counts[which] = new long[256];
            for (var run = 0; run < 3; run++)
            {
                // The same keyword in all questions of all runs.
                using var parties = new LookupParties([.. Enumerable.Repeat(which == 0 ? "user-5" : "nobody", 4)]);
                Assert.Null(parties.Converse());
                foreach (var (_, message) in parties.Said.Where(m => !m.FromOwner))
                {
                    var payload = LookupParties.Payload(message);
                    if (LookupParties.StepOf(message) == LookupStep.Ask)
                    {
                        for (var i = 0; i < 4; i++)
                            Assert.True(seen.Add(Convert.ToHexString(payload.Slice(32 * i, 32))));
                        continue;
                    }

                    Assert.True(seen.Add(Convert.ToHexString(SHA256.HashData(payload))));
                    foreach (var value in payload)
                        counts[which][value]++;
                }
            }
        }

        // Two-sample chi-square over the bytes of all queries.
        var (first, second) = ((double)counts[0].Sum(), (double)counts[1].Sum());
        var chi = Enumerable.Range(0, 256).Sum(b => Math.Pow((counts[0][b] * Math.Sqrt(second / first)) - (counts[1][b] * Math.Sqrt(first / second)), 2) / (counts[0][b] + counts[1][b]));
        Assert.InRange(chi, 255 - (6 * Math.Sqrt(510)), 255 + (6 * Math.Sqrt(510)));
    }

    [Fact]
    public void Rows_of_one_key_give_one_record_whatever_their_order()
    {
        foreach (var isReversed in (bool[])[false, true])
        {
            var builder = new LookupDatabaseBuilder(LookupParties.Rule, LookupParties.RecordBytes, 10);
            string[] names = isReversed ? ["zoe", "amy"] : ["amy", "zoe"];
            foreach (var name in names)
                Assert.True(builder.Add(["Twice "], [name, null]));
            Assert.True(builder.Add([null], ["nobody", null]));
            Assert.Equal((3, 1, 1), (builder.Rows, builder.RowsWithoutKey, builder.Records));
            using var database = builder.Build(LookupParties.Version, TestContext.Current.CancellationToken).Value;
            using var parties = new LookupParties(["twice"], database: database);
            Assert.Null(parties.Converse());
            Assert.Equal(["amy", null], parties.Client.Finish().Value[0].Values!);
        }
    }

    [Fact]
    public void A_record_that_does_not_fit_and_too_many_records_are_refused_by_code()
    {
        var builder = new LookupDatabaseBuilder(LookupParties.Rule, LookupParties.RecordBytes, 2);
        Assert.True(builder.Add(["a"], [new string('x', LookupParties.RecordBytes - 2 - 4)]));
        Assert.False(builder.Add(["b"], [new string('x', LookupParties.RecordBytes - 2 - 3)]));
        Assert.Same(LookupErrors.RecordTooLong, builder.Build(LookupParties.Version, TestContext.Current.CancellationToken).Error!.Kind);

        builder = new LookupDatabaseBuilder(LookupParties.Rule, LookupParties.RecordBytes, 2);
        Assert.True(builder.Add(["a"], ["1"]));
        Assert.True(builder.Add(["b"], ["1"]));
        Assert.True(builder.Add(["a"], ["2"]));
        Assert.False(builder.Add(["c"], ["1"]));
        Assert.Same(LookupErrors.TooManyRecords, builder.Build(LookupParties.Version, TestContext.Current.CancellationToken).Error!.Kind);
    }

    [Fact]
    public void A_database_in_its_file_is_the_same_and_nobody_elses()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var (identity, other) = (SHA256.HashData("v1"u8), SHA256.HashData("v2"u8));
        try
        {
            Assert.Same(LookupErrors.DatabaseDamaged, LookupDatabase.Load(path, identity, LookupParties.RecordBytes).Error!.Kind);
            LookupParties.Database.Save(path, identity);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            using (var loaded = LookupDatabase.Load(path, identity, LookupParties.RecordBytes).Value)
            {
                Assert.Equal(LookupParties.Database.Parameters.Digest.ToArray(), loaded.Parameters.Digest.ToArray());
                using var parties = new LookupParties(["user-11"], database: loaded);
                Assert.Null(parties.Converse());
                Assert.Equal("name 11", parties.Client.Finish().Value[0].Values![0]);
            }

            Assert.Same(LookupErrors.DatabaseDamaged, LookupDatabase.Load(path, other, LookupParties.RecordBytes).Error!.Kind); // of another version: built again, with another key
            Assert.Same(LookupErrors.DatabaseDamaged, LookupDatabase.Load(path, identity, LookupParties.RecordBytes + 1).Error!.Kind);
            var bytes = File.ReadAllBytes(path);
            foreach (var at in (int[])[0, 20, 45, 80, 300, bytes.Length / 2, bytes.Length - 1])
            {
                bytes[at] ^= 1;
                File.WriteAllBytes(path, bytes);
                bytes[at] ^= 1;
                Assert.Same(LookupErrors.DatabaseDamaged, LookupDatabase.Load(path, identity, LookupParties.RecordBytes).Error!.Kind);
            }

            File.WriteAllBytes(path, bytes[..^100]);
            Assert.Same(LookupErrors.DatabaseDamaged, LookupDatabase.Load(path, identity, LookupParties.RecordBytes).Error!.Kind);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Terms_and_keywords_that_are_not_valid_are_refused_by_code()
    {
        static string? Code(LookupContext context, params string?[] keywords)
            => LookupClient.Create(context, [.. keywords.Select(k => (IReadOnlyList<string?>)[k])], _ => null, LookupParties.ClientSigner, LookupParties.OwnerSigner.PublicKey).Error?.Code;

        Assert.Null(Code(LookupParties.NewContext(2), "a", "b"));
        Assert.Equal("DS-PRV-204", Code(LookupParties.NewContext(2), "a", "b", "c"));
        Assert.Equal("DS-PRV-204", Code(LookupParties.NewContext(2)));
        Assert.Equal("DS-PRV-204", Code(LookupParties.NewContext(17), "a"));
        Assert.Equal("DS-PRV-204", Code(LookupParties.NewContext(0), "a"));
        var invalid = LookupClient.Create(LookupParties.NewContext(3), [["a"], [" "], ["c"]], _ => null, LookupParties.ClientSigner, LookupParties.OwnerSigner.PublicKey).Error!;
        Assert.Equal(("DS-PRV-205", "2"), (invalid.Code, invalid.Detail)); // its number, never the keyword
        Assert.Equal("DS-PRV-202", LookupOwner.Create(Aggregation.Scenario.Grant, LookupParties.NewContext(2) with { RecordBytes = 64 }, LookupParties.Database, LookupParties.Version, LookupParties.OwnerSigner, LookupParties.ClientSigner.PublicKey).Error!.Code);
    }

    [Fact]
    public void A_conversation_that_is_not_over_tells_nothing()
    {
        using var parties = new LookupParties(["user-1"]);
        Assert.Same(ConversationErrors.Incomplete, parties.Client.Finish().Error!.Kind);
        Assert.Same(ConversationErrors.Incomplete, parties.Owner.Close().Error!.Kind);
        Assert.Null(parties.Converse());
        Assert.True(parties.Client.Finish().Value[0].IsFound);
        Assert.True(parties.Client.Finish().Value[0].IsFound); // asked again, the same
        Assert.Same(ConversationErrors.RunClosed, parties.Client.Next().Error!.Kind);
        Assert.Equal(Ristretto255.ElementBytes, LookupParties.Database.Key.PublicKey.Length);
    }
}
