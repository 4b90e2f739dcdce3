using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using Xunit;

namespace DataSpace.Ledger.Tests.Notes;

/// <summary>ML-DSA-44 and SM2 lines of notes: against a note that other programs made, and against everything a forger may do to one.</summary>
public sealed class CountersignatureTests
{
    private const string Origin = "log.example";
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);
    private static readonly Ed25519Signer Log = new(SHA256.HashData("log"u8));
    private static readonly ISigner[] Additional = [new MlDsa44Signer(SHA256.HashData("ml"u8)), new Sm2Signer(SHA256.HashData("sm"u8))];
    private static readonly Checkpoint Head = Checkpoint.Sign(Origin, 300, MerkleHash.Leaf([1]), Log);

    public static TheoryData<int> Both => [0, 1];

    [Fact]
    public void A_note_that_other_programs_signed_verifies_line_by_line_and_our_messages_are_theirs()
    {
        var vector = Vectors.Json("tlog/countersigned.json");
        var note = SignedNote.Parse(Text(vector, "note")).Value;
        var log = VerifierKey.ParseLog(Text(vector, "logVkey")).Value;
        Assert.Equal(70_000, Checkpoint.Open(Text(vector, "note"), log).Value.Size);
        foreach (var (signer, time) in new[] { ("log", vector.GetProperty("time").GetInt64()), ("witness", vector.GetProperty("witnessTime").GetInt64()) })
        {
            foreach (var algorithm in new[] { "mlDsa44", "sm2" })
            {
                var key = VerifierKey.Parse(Text(vector.GetProperty(signer), algorithm + "Vkey")).Value;
                Assert.Equal(Text(vector.GetProperty(signer), algorithm + "Vkey"), key.ToString());
                Assert.Equal(time, note.CosignatureTime(key));
                Assert.Equal(Text(vector.GetProperty(signer), algorithm + "Message"), Convert.ToHexStringLower(CosignedMessage.Of(key, (ulong)time, note.Text)!));
                Assert.Equal(2, note.Verify(log, key).Value.Count);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Ours_verifies_beside_the_log_s_own_and_names_its_time(int which)
    {
        var key = Key(which);
        var note = Countersigned(which);
        Assert.Equal(At.ToUnixTimeSeconds(), note.CosignatureTime(key));
        Assert.Equal(2, note.Verify(VerifierKey.ForLog(Origin, Log.PublicKey), key).Value.Count);
        Assert.Equal(key.ToString(), VerifierKey.Parse(key.ToString()).Value.ToString());
        Assert.Equal(Head.Note, note.Bare(VerifierKey.ForLog(Origin, Log.PublicKey)));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_reader_that_does_not_know_the_key_takes_the_note_as_before(int which)
        => Assert.True(Checkpoint.Open(Head.Note + Line(Head, which), VerifierKey.ForLog(Origin, Log.PublicKey)).IsOk);

    [Theory]
    [MemberData(nameof(Both))]
    public void A_flipped_bit_of_the_line_and_another_time_are_found(int which)
    {
        var raw = Raw(Line(Head, which));
        var end = which == 0 ? 2420 : 64;
        foreach (var at in new[] { 4, 11, 12, 12 + end / 2, 11 + end }) // time, first, middle and last byte of the signature
        {
            var forged = (byte[])raw.Clone();
            forged[at] ^= 1;
            Refused(which, Head.Note + Write(Origin, forged));
        }
        Refused(which, Head.Note + Write(Origin, raw[..^1]));
        Refused(which, Head.Note + Write(Origin, [.. raw, 0]));
        Refused(which, Head.Note + Write(Origin, raw[..5]));
        Refused(which, Head.Note + Write(Origin, raw[..12]));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_line_from_another_log_another_size_or_another_root_is_none_of_this_checkpoint(int which)
    {
        foreach (var other in new[] { Checkpoint.Sign("other.example", 300, Head.RootHash, Log), Checkpoint.Sign(Origin, 301, Head.RootHash, Log), Checkpoint.Sign(Origin, 300, MerkleHash.Leaf([2]), Log) })
            Refused(which, Head.Note + SignedNote.Parse(other.Note).Value.Cosign(Origin, Additional[which], At));
    }

    [Fact]
    public void A_line_renamed_is_nobody_s_and_what_ML_DSA_signs_holds_the_name()
    {
        foreach (var which in new[] { 0, 1 })
        {
            var renamed = SignedNote.Parse(Head.Note + Line(Head, which).Replace("\u2014 " + Origin, "\u2014 w.example", StringComparison.Ordinal)).Value;
            Assert.Null(renamed.CosignatureTime(Key(which)));
            Assert.Null(renamed.CosignatureTime(VerifierKey.ForWitness("w.example", Additional[which].PublicKey)));
        }
        // With the key id of the other name too: ML-DSA-44 signed the name, the others rely on one key per name, as cosignature/v1 says.
        var as_w = VerifierKey.ForWitness("w.example", Additional[0].PublicKey);
        byte[] id = [(byte)(as_w.KeyId >> 24), (byte)(as_w.KeyId >> 16), (byte)(as_w.KeyId >> 8), (byte)as_w.KeyId];
        var note = SignedNote.Parse(Head.Note + Write("w.example", [.. id, .. Raw(Line(Head, 0))[4..]])).Value;
        Assert.Null(note.CosignatureTime(as_w));
        Assert.Equal("DS-LED-026", note.Verify(as_w).Error!.Code);
    }

    [Fact]
    public void An_SM2_number_of_zero_or_beyond_the_order_is_refused()
    {
        var raw = Raw(Line(Head, 1));
        foreach (var number in (byte[][])[new byte[32], [.. Enumerable.Repeat((byte)0xff, 32)]])
        {
            Refused(1, Head.Note + Write(Origin, [.. raw[..12], .. number, .. raw[44..]]));
            Refused(1, Head.Note + Write(Origin, [.. raw[..44], .. number]));
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Keys_of_a_wrong_length_type_id_or_point_are_refused(int which)
    {
        var key = Key(which);
        var text = key.ToString();
        var raw = Convert.FromBase64String(text.Split('+', 3)[2]);
        string Vkey(byte[] bytes) => $"{Origin}+{Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(Origin + "\n"), .. bytes])[..4])}+{Convert.ToBase64String(bytes)}";
        Assert.Equal(text, Vkey(raw));
        Assert.True(VerifierKey.Parse(Vkey(raw)).IsOk);
        byte[][] bad = [raw[..^1], [.. raw, 0], raw[..1], [5, .. raw[1..]], [0x04, .. raw[1..]], [0xff, .. "dataspace/sm3"u8, .. raw[^65..]], [0xfe, .. raw[1..]]];
        foreach (var bytes in bad)
            Assert.Equal("DS-LED-025", VerifierKey.Parse(Vkey(bytes)).Error!.Code);
        if (which == 1)
            Assert.Equal("DS-LED-025", VerifierKey.Parse(Vkey([.. raw[..^1], (byte)(raw[^1] ^ 1)])).Error!.Code); // not on the curve
        Assert.Equal("DS-LED-025", VerifierKey.Parse(text.Replace(Origin, "x.example", StringComparison.Ordinal)).Error!.Code);
        Assert.Equal("DS-LED-025", VerifierKey.Parse(new string('n', 3000) + text).Error!.Code);
        if (which == 0)
            Assert.Throws<ArgumentException>(() => VerifierKey.ForWitness(new string('\u00e9', 200), Additional[0].PublicKey)); // 400 bytes do not fit behind one byte of length
    }

    /// <summary>A log's checkpoint, its entries and proofs stand on Ed25519 alone: nobody can name another key as the log's own.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public void No_additional_key_opens_a_checkpoint_or_is_read_as_a_log_s_own(int which)
    {
        Assert.Equal("DS-LED-026", Checkpoint.Open(Head.Note + Line(Head, which), Key(which)).Error!.Code);
        Assert.Equal("DS-LED-025", VerifierKey.ParseLog(Key(which).ToString()).Error!.Code);
        Assert.Throws<ArgumentException>(() => VerifierKey.ForLog(Origin, Additional[which].PublicKey));
        Assert.Throws<ArgumentException>(() => Checkpoint.Sign(Origin, 1, MerkleHash.Leaf([1]), Additional[which]));
        var entry = new LedgerEntry
        {
            Kind = EntryKind.Denied,
            EventId = new byte[16],
            AgreementTag = new byte[32],
            PayloadRoot = new byte[32],
            SignerKeyIds = [Additional[which].PublicKey.KeyId],
            TimeMs = 1,
        };
        var signed = entry with { Signatures = [Additional[which].Sign(entry.SignedBytes())] };
        Assert.False(signed.IsSignedBy(Additional[which].PublicKey));
    }

    [Fact]
    public void ML_DSA_signs_checkpoints_only()
    {
        var note = SignedNote.Parse(SignedNote.Sign("some text\n", Origin, Log)).Value;
        Assert.Null(note.TryCosign(Origin, Additional[0], At));
        Assert.Throws<InvalidOperationException>(() => note.Cosign(Origin, Additional[0], At));
        Assert.NotNull(note.TryCosign(Origin, Additional[1], At));
        var longNamed = SignedNote.Parse(Checkpoint.Sign(new string('o', 256), 1, MerkleHash.Leaf([1]), Log).Note).Value;
        Assert.Null(longNamed.TryCosign(Origin, Additional[0], At));
    }

    private static void Refused(int which, string text)
    {
        var note = SignedNote.Parse(text).Value;
        Assert.Null(note.CosignatureTime(Key(which)));
        Assert.Equal("DS-LED-026", note.Verify(VerifierKey.ForLog(Origin, Log.PublicKey), Key(which)).Error!.Code);
    }

    private static VerifierKey Key(int which) => VerifierKey.ForWitness(Origin, Additional[which].PublicKey);

    private static SignedNote Countersigned(int which) => SignedNote.Parse(Head.Note + Line(Head, which)).Value;

    private static string Line(Checkpoint checkpoint, int which) => SignedNote.Parse(checkpoint.Note).Value.Cosign(Origin, Additional[which], At);

    private static byte[] Raw(string line) => Convert.FromBase64String(line.TrimEnd('\n').Split(' ')[2]);

    private static string Write(string name, byte[] raw) => $"\u2014 {name} {Convert.ToBase64String(raw)}\n";

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;
}
