using System.Text.Json;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using Xunit;

namespace DataSpace.Ledger.Tests.Notes;

public sealed class NoteVectorTests
{
    [Fact]
    public void Signed_notes_of_C2SP_and_Go_verify_and_their_bad_keys_are_refused()
    {
        foreach (var vector in Vectors.Tlog.GetProperty("signed_note").EnumerateArray())
        {
            var note = SignedNote.Parse(Text(vector, "note")).Value;
            Assert.Single(note.Verify(Key(vector, "vkey")).Value);
            if (vector.TryGetProperty("vkey2", out _))
                Assert.Equal(2, note.Verify(Key(vector, "vkey"), Key(vector, "vkey2")).Value.Count);
            if (!vector.TryGetProperty("must_fail_vkeys", out var bad))
                continue;
            foreach (var key in bad.EnumerateArray())
                Assert.Equal("DS-LED-025", VerifierKey.Parse(key.GetString()!).Error!.Code);
        }
    }

    [Fact]
    public void Signing_with_the_published_test_key_gives_the_published_checkpoint()
    {
        var vector = Vectors.Tlog.GetProperty("consistency_checkpoints");
        var key = Key(vector, "vkey");
        var five = Checkpoint.Open(Text(vector, "cp5"), key).Value;
        var eight = Checkpoint.Open(Text(vector, "cp8"), key).Value;
        var proof = vector.GetProperty("proof_5_to_8_hex").EnumerateArray()
            .Select(hex => (ReadOnlyMemory<byte>)Convert.FromHexString(hex.GetString()!)).ToList();
        Assert.True(ProofVerifier.Consistency(five.Size, eight.Size, five.RootHash.Span, eight.RootHash.Span, proof));
        var seed = Convert.FromBase64String(Text(vector, "skey").Split('+', 5)[4])[1..];
        var signer = new Kernel.Crypto.Ed25519Signer(seed);
        Assert.Equal(eight.Note, Checkpoint.Sign("monkeys", 8, eight.RootHash, signer).Note);
    }

    [Fact]
    public void Cosignatures_carry_their_time_and_bind_the_text()
    {
        foreach (var vector in Vectors.Tlog.GetProperty("cosignature_v1").EnumerateArray())
        {
            var key = Key(vector, "vkey");
            var text = Text(vector, "note");
            var note = SignedNote.Parse(text).Value;
            Assert.Equal(vector.GetProperty("timestamp").GetInt64(), note.CosignatureTime(key));
            Assert.Single(note.Verify(key).Value);
            var other = SignedNote.Parse(text.Replace("\n300\n", "\n301\n", StringComparison.Ordinal)).Value;
            Assert.Null(other.CosignatureTime(key));
            Assert.Equal("DS-LED-026", other.Verify(key).Error!.Code);
        }
    }

    [Fact]
    public void Our_cosignature_is_one_that_we_verify()
    {
        var log = Kernel.Crypto.Ed25519Signer.Generate();
        var witness = Kernel.Crypto.Ed25519Signer.Generate();
        var checkpoint = Checkpoint.Sign("log.example", 3, MerkleHash.Leaf([1]), log);
        var note = SignedNote.Parse(checkpoint.Note).Value;
        var cosigned = SignedNote.Parse(checkpoint.Note + note.Cosign("w.example", witness, DateTimeOffset.FromUnixTimeSeconds(1_790_000_000))).Value;
        Assert.Equal(1_790_000_000, cosigned.CosignatureTime(VerifierKey.ForWitness("w.example", witness.PublicKey)));
        Assert.Equal(2, cosigned.Verify(VerifierKey.ForLog("log.example", log.PublicKey), VerifierKey.ForWitness("w.example", witness.PublicKey)).Value.Count);
    }

    [Theory]
    [InlineData("no signature\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\n- name AAAAAAA=\n")]
    [InlineData("text\n\n\u2014 name AAAAAA==\n")]
    [InlineData("text\n\n\u2014 na+me AAAAAAA=\n")]
    [InlineData("text\n\n\u2014 name AAAAAAB=\n")]
    [InlineData("te\u0001xt\n\n\u2014 name AAAAAAA=\n")]
    public void Malformed_notes_are_refused(string note) => Assert.Equal("DS-LED-025", SignedNote.Parse(note).Error!.Code);

    [Theory]
    [InlineData("o\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("o\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("o\n9223372036854775808\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("o\n1\nAAAA\n")]
    [InlineData("\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n")]
    public void Malformed_checkpoints_are_refused(string text) => Assert.Equal("DS-LED-025", Checkpoint.ParseText(text).Error!.Code);

    [Fact]
    public void A_checkpoint_of_another_origin_under_our_key_is_refused()
    {
        var signer = Kernel.Crypto.Ed25519Signer.Generate();
        var note = SignedNote.Sign($"other\n1\n{Convert.ToBase64String(MerkleHash.Leaf([1]))}\n", "log.example", signer);
        Assert.Equal("DS-LED-026", Checkpoint.Open(note, VerifierKey.ForLog("log.example", signer.PublicKey)).Error!.Code);
    }

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    private static VerifierKey Key(JsonElement vector, string name) => VerifierKey.Parse(Text(vector, name)).Value;
}
