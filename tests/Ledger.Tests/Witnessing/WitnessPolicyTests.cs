using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Witnessing;
using Xunit;

namespace DataSpace.Ledger.Tests.Witnessing;

/// <summary>Policy files: who must have cosigned.</summary>
public sealed class WitnessPolicyTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);
    private static readonly FakeLog Log = new("log.example", 3);
    private static readonly Dictionary<string, Ed25519Signer> Signers = "abcd".ToDictionary(c => c.ToString(), _ => Ed25519Signer.Generate());

    [Theory]
    [InlineData("group q all a b\nquorum q", "ab", true)]
    [InlineData("group q all a b\nquorum q", "a", false)]
    [InlineData("group q any a b\nquorum q", "b", true)]
    [InlineData("group q any a b\nquorum q", "cd", false)]
    [InlineData("group q 2 a b c\nquorum q", "ac", true)]
    [InlineData("group q 2 a b c\nquorum q", "a", false)]
    [InlineData("group peers any b c\ngroup q all a peers\nquorum q", "ac", true)]
    [InlineData("group peers any b c\ngroup q all a peers\nquorum q", "bc", false)]
    [InlineData("quorum a", "a", true)]
    [InlineData("quorum a", "b", false)]
    [InlineData("quorum none", "", true)]
    public void A_quorum_is_met_by_those_it_names(string rules, string cosigners, bool met)
    {
        var policy = WitnessPolicy.Parse(Witnesses() + rules + "\n").Value;
        Assert.Equal(met, policy.Evaluate(Cosigned(cosigners)).IsMet);
        Assert.Equal(rules != "quorum none", policy.DemandsQuorum);
        Assert.Equal(met, WitnessPolicy.Parse(policy.ToString()).Value.Evaluate(Cosigned(cosigners)).IsMet);
    }

    [Fact]
    public void Old_cosignatures_count_only_where_age_does_not_matter()
    {
        var policy = WitnessPolicy.Parse(Witnesses() + "quorum a\n").Value;
        Assert.True(policy.Evaluate(Cosigned("a"), At).IsMet);
        Assert.False(policy.Evaluate(Cosigned("a"), At.AddSeconds(1)).IsMet);
    }

    [Fact]
    public void Without_a_file_the_coordinator_and_one_other_must_have_cosigned()
    {
        VerifierKey Key(string name) => VerifierKey.ForWitness(name, Signers[name].PublicKey);
        var policy = WitnessPolicy.OfSpace(Key("a"), [Key("b"), Key("c")])!;
        Assert.True(policy.Evaluate(Cosigned("ac")).IsMet);
        Assert.False(policy.Evaluate(Cosigned("a")).IsMet); // the operator alone is not enough
        Assert.False(policy.Evaluate(Cosigned("bc")).IsMet);
        Assert.False(WitnessPolicy.OfSpace(Key("a"), [])!.Evaluate(Cosigned("abcd")).IsMet);
        Assert.True(WitnessPolicy.OfSpace(null, [Key("b")])!.Evaluate(Cosigned("b")).IsMet);
        Assert.Null(WitnessPolicy.OfSpace(null, []));
    }

    [Theory]
    [InlineData("")]
    [InlineData("quorum a\nquorum b")]
    [InlineData("quorum e")]
    [InlineData("group q all a e\nquorum q")]
    [InlineData("group q all a a\nquorum q")]
    [InlineData("group q 3 a b\nquorum q")]
    [InlineData("group q 0 a b\nquorum q")]
    [InlineData("group q -1 a b\nquorum q")]
    [InlineData("group q all q\nquorum q")]
    [InlineData("group a all b\nquorum a")]
    [InlineData("group none all b\nquorum none")]
    [InlineData("group q all\nquorum q")]
    [InlineData("trust a\nquorum a")]
    [InlineData("log nonsense\nquorum a")]
    [InlineData("witness a2 @a\nquorum a2")] // one key under two names would count twice
    [InlineData("witness e @log\nquorum e")] // a log's key is no witness's key
    public void Files_that_say_something_else_are_refused(string rules)
    {
        rules = rules.Replace("@a", VerifierKey.ForWitness("a", Signers["a"].PublicKey).ToString(), StringComparison.Ordinal).Replace("@log", Log.Key.ToString(), StringComparison.Ordinal);
        Assert.Equal("DS-WIT-008", WitnessPolicy.Parse(Witnesses() + rules + "\n").Error!.Code);
    }

    /// <summary>a, its ML-DSA-44 key pq and its SM2 key sm are one witness; b is another.</summary>
    [Theory]
    [InlineData("group q 2 a pq b\nquorum q", "a pq", false)] // one witness with two keys is not two
    [InlineData("group q 2 a pq b\nquorum q", "a pq sm", false)]
    [InlineData("group q 2 a pq b\nquorum q", "pq b", true)]
    [InlineData("group q any a pq sm\nquorum q", "sm", true)]
    [InlineData("group q all a pq sm\nquorum q", "a pq", false)] // who demands all of them gets all of them
    [InlineData("group q all a pq sm\nquorum q", "a pq sm", true)]
    [InlineData("quorum pq", "a", false)]
    [InlineData("quorum sm", "sm", true)]
    public void Keys_of_one_witness_count_once(string rules, string cosigners, bool met)
    {
        var policy = WitnessPolicy.Parse(ManyKeys() + rules + "\n").Value;
        Assert.Equal(met, policy.Evaluate(CosignedBy(cosigners)).IsMet);
        Assert.Equal(met, WitnessPolicy.Parse(policy.ToString()).Value.Evaluate(CosignedBy(cosigners)).IsMet);
    }

    [Theory]
    [InlineData("group q 2 a pq\nquorum q")] // there is only one
    [InlineData("group q 3 a pq b\nquorum q")]
    [InlineData("witness pq2 @pq\nquorum a")]
    [InlineData("log @a\nquorum a")] // a cosignature/v1 key is no log's
    public void A_group_has_no_more_members_than_parties(string rules)
    {
        rules = rules.Replace("@pq", VerifierKey.ForWitness("a", Additional["pq"].PublicKey).ToString(), StringComparison.Ordinal)
            .Replace("@a", VerifierKey.ForWitness("a", Signers["a"].PublicKey).ToString(), StringComparison.Ordinal);
        Assert.Equal("DS-WIT-008", WitnessPolicy.Parse(ManyKeys() + rules + "\n").Error!.Code);
    }

    [Fact]
    public void A_log_s_further_keys_are_demanded_beside_its_own()
    {
        var further = VerifierKey.ForWitness("log.example", Additional["pq"].PublicKey);
        var policy = WitnessPolicy.Parse($"log {Log.Key}\nlog {further}\nlog {VerifierKey.ForWitness("other.example", Additional["sm"].PublicKey)}\nquorum none\n").Value;
        Assert.Equal(further.ToString(), Assert.Single(policy.CountersignersOf("log.example")).ToString());
        Assert.Empty(policy.CountersignersOf("third.example"));
    }

    private static readonly Dictionary<string, ISigner> Additional = new() { ["pq"] = MlDsa44Signer.Generate(), ["sm"] = Sm2Signer.Generate() };

    private static string ManyKeys() => Witnesses() + string.Concat(Additional.Select(s => $"witness {s.Key} {VerifierKey.ForWitness("a", s.Value.PublicKey)}\n"));

    private static SignedNote CosignedBy(string names)
    {
        var note = SignedNote.Parse(Log.At(3).Note).Value;
        return SignedNote.Parse(Log.At(3).Note + string.Concat(names.Split(' ').Select(n => Additional.TryGetValue(n, out var signer) ? note.Cosign("a", signer, At) : note.Cosign(n, Signers[n], At)))).Value;
    }

    [Fact]
    public void The_checked_in_policies_are_read_as_they_say()
    {
        foreach (var vector in Vectors.Json("tlog/policies.json").EnumerateArray())
        {
            var policy = WitnessPolicy.Parse(string.Join('\n', vector.GetProperty("policy").EnumerateArray().Select(l => l.GetString())));
            Assert.Equal(vector.GetProperty("valid").GetBoolean(), policy.IsOk);
            foreach (var note in policy.IsOk ? vector.GetProperty("notes").EnumerateArray() : [])
                Assert.Equal(note.GetProperty("met").GetBoolean(), policy.Value.Evaluate(SignedNote.Parse(note.GetProperty("note").GetString()!).Value).IsMet);
        }
    }

    private static string Witnesses()
        => $"# a policy\n\nlog {Log.Key}\n" + string.Concat(Signers.Select(s => $"witness {s.Key} {VerifierKey.ForWitness(s.Key, s.Value.PublicKey)} https://{s.Key}.example/\n"));

    private static SignedNote Cosigned(string names)
    {
        var note = SignedNote.Parse(Log.At(3).Note).Value;
        return SignedNote.Parse(Log.At(3).Note + string.Concat(names.Select(n => note.Cosign(n.ToString(), Signers[n.ToString()], At)))).Value;
    }
}
