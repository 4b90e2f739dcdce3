using System.Buffers.Text;
using Xunit;

namespace DataSpace.Cli.Tests;

public sealed class LedgerCommandTests
{
    [Fact]
    public async Task A_whole_ledger_verifies_and_without_a_witness_it_says_what_that_does_not_show()
    {
        using var ledger = await SmallLedger.CreateAsync(3);
        var run = (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory)).Exits(0);
        Assert.Contains("Verified.", run.Output, StringComparison.Ordinal);
        Assert.Contains("--witness", run.Output, StringComparison.Ordinal);
        var json = (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory, "--vkey", ledger.Vkey, "--json")).Exits(0).Json;
        Assert.True(json.GetProperty("ok").GetBoolean());
        Assert.Equal(9, json.GetProperty("size").GetInt64());
        Assert.Equal(9, json.GetProperty("payloadsChecked").GetInt64());
        Assert.Equal(3, json.GetProperty("counts").GetProperty("Grant").GetInt64());
    }

    [Fact]
    public async Task One_flipped_byte_anywhere_in_the_published_files_is_found()
    {
        using var ledger = await SmallLedger.CreateAsync(2);
        foreach (var file in Directory.EnumerateFiles(ledger.Directory, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).Contains(".db", StringComparison.Ordinal)).ToList())
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            if (bytes.Length == 0)
                continue;
            var flipped = bytes.ToArray();
            flipped[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, flipped, TestContext.Current.CancellationToken);
            var run = (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory)).Exits(1);
            Assert.Contains("NOT verified", run.Output, StringComparison.Ordinal);
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        }
        (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory)).Exits(0);
    }

    [Fact]
    public async Task A_flipped_entry_is_named_also_in_Chinese()
    {
        using var ledger = await SmallLedger.CreateAsync(2);
        var bundle = ledger.NewestBundle();
        var bytes = await File.ReadAllBytesAsync(bundle, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(bundle, bytes, TestContext.Current.CancellationToken);
        var run = (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory, "--lang", "zh")).Exits(1);
        Assert.Contains("entry 5", run.Output, StringComparison.Ordinal);
        Assert.Contains("验证未通过", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rolled_back_ledger_verifies_alone_but_not_against_a_witness()
    {
        using var ledger = await SmallLedger.CreateAsync(2);
        using var backup = new TempFolder();
        foreach (var file in Directory.EnumerateFiles(ledger.Directory, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(backup.Path, Path.GetRelativePath(ledger.Directory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        await ledger.AppendAsync(first: 2, uses: 1);
        var witness = Path.Combine(ledger.Directory, "checkpoint");

        (await CliProcess.RunAsync("ledger", "verify", "--dir", backup.Path)).Exits(0);
        var run = (await CliProcess.RunAsync("ledger", "verify", "--dir", backup.Path, "--witness", witness)).Exits(1);
        Assert.Contains("rolled back", run.Output, StringComparison.Ordinal);
        (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory, "--witness", witness)).Exits(0);
    }

    [Fact]
    public async Task Another_key_than_the_expected_one_is_refused()
    {
        using var ledger = await SmallLedger.CreateAsync(1);
        using var other = await SmallLedger.CreateAsync(1);
        var foreign = new Kernel.Crypto.Ed25519Signer(System.Security.Cryptography.SHA256.HashData("stranger"u8));
        var vkey = DataSpace.Ledger.Notes.VerifierKey.ForLog("provider.example/log/1", foreign.PublicKey).ToString();
        (await CliProcess.RunAsync("ledger", "verify", "--dir", other.Directory, "--vkey", vkey)).Exits(1);
        (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory, "--vkey", ledger.Vkey)).Exits(0);
    }

    [Fact]
    public async Task Verify_says_which_algorithms_signed_and_a_bad_line_by_a_known_key_fails_it()
    {
        using var ledger = await SmallLedger.CreateAsync(1);
        await ledger.CountersignAsync();
        var further = (await File.ReadAllLinesAsync(Path.Combine(ledger.Directory, "vkeys"), TestContext.Current.CancellationToken)).ToList();
        Assert.Contains("ML-DSA-44 (key of the directory), SM2 (key of the directory)", (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory)).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("签名    Ed25519（目录自带公钥）, ML-DSA-44（目录自带公钥）", (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory, "--lang", "zh")).Exits(0).Output, StringComparison.Ordinal);

        using var folder = new TempFolder();
        var policy = Path.Combine(folder.Path, "policy");
        var witness = new Kernel.Crypto.MlDsa44Signer(new byte[32]);
        var note = await File.ReadAllTextAsync(Path.Combine(ledger.Directory, "checkpoint"), TestContext.Current.CancellationToken);
        var line = DataSpace.Ledger.Notes.SignedNote.Parse(note).Value.Cosign("w.example", witness, DateTimeOffset.FromUnixTimeSeconds(1_790_000_000));
        var cosigned = Path.Combine(ledger.Directory, "cosigned");
        await File.WriteAllTextAsync(cosigned, note + line, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(policy, $"log {ledger.Vkey}\nlog {further[0]}\nlog {further[1]}\nwitness w {DataSpace.Ledger.Notes.VerifierKey.ForWitness("w.example", witness.PublicKey)}\nquorum w\n", TestContext.Current.CancellationToken);
        string[] verify = ["ledger", "verify", "--dir", ledger.Directory, "--vkey", ledger.Vkey, "--policy", policy];
        var json = (await CliProcess.RunAsync([.. verify, "--json"])).Exits(0).Json;
        Assert.Equal(["Ed25519 True", "ML-DSA-44 True", "SM2 True"], json.GetProperty("signatures").EnumerateArray().Select(s => $"{s.GetProperty("algorithm")} {s.GetProperty("keyGiven")}"));
        Assert.Equal("ML-DSA-44", json.GetProperty("quorum").GetProperty("algorithms").GetProperty("w").GetString());
        Assert.Contains("cosigned by w (ML-DSA-44)", (await CliProcess.RunAsync(verify)).Exits(0).Output, StringComparison.Ordinal);

        // A cosignature by a known witness that fails: the quorum is not merely missed.
        await File.WriteAllTextAsync(cosigned, note + Flipped(line), TestContext.Current.CancellationToken);
        Assert.Equal("DS-LED-026", (await CliProcess.RunAsync([.. verify, "--json"])).Exits(1).Json.GetProperty("quorum").GetProperty("code").GetString());
        await File.WriteAllTextAsync(cosigned, note + line, TestContext.Current.CancellationToken);

        var lines = note.TrimEnd('\n').Split('\n');
        foreach (var (changed, says) in new[] { (string.Join('\n', [.. lines[..^1], Flipped(lines[^1])]), "its SM2 signature"), (string.Join('\n', [.. lines[..^2], lines[^1], ""]), "without the ML-DSA-44 signature") })
        {
            await File.WriteAllTextAsync(Path.Combine(ledger.Directory, "checkpoint"), changed, TestContext.Current.CancellationToken);
            Assert.Contains("DS-LED-026", (await CliProcess.RunAsync(verify)).Exits(1).Output, StringComparison.Ordinal);
            var problem = Assert.Single((await CliProcess.RunAsync([.. verify, "--json"])).Exits(1).Json.GetProperty("problems").EnumerateArray());
            Assert.Contains(says, problem.GetProperty("what").GetString(), StringComparison.Ordinal);
        }

        static string Flipped(string line)
        {
            var parts = line.TrimEnd('\n').Split(' ');
            var raw = Convert.FromBase64String(parts[2]);
            raw[^1] ^= 1;
            return $"{parts[0]} {parts[1]} {Convert.ToBase64String(raw)}\n";
        }
    }

    [Fact]
    public async Task Show_opens_the_entries_of_a_range()
    {
        using var ledger = await SmallLedger.CreateAsync(2);
        var json = (await CliProcess.RunAsync("ledger", "show", "--dir", ledger.Directory, "--from", "3", "--to", "4", "--json")).Exits(0).Json;
        var entries = json.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(["Grant", "Report"], entries.Select(e => e.GetProperty("kind").GetString()));
        Assert.Equal("research", entries[0].GetProperty("fields").GetProperty("purpose").GetString());
        var run = (await CliProcess.RunAsync("ledger", "show", "--dir", ledger.Directory)).Exits(0);
        Assert.Contains("contractId: contract-1", run.Output, StringComparison.Ordinal);
        Assert.Contains("6 of 6", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bill_counts_receipted_uses_only_and_is_the_same_every_time()
    {
        using var ledger = await SmallLedger.CreateAsync(3);
        var consumer = $"{SmallLedger.Consumer}={Base64Url.EncodeToString(ledger.ConsumerKey.PublicKey.Raw.Span)}";
        string[] arguments = ["ledger", "bill", "--dir", ledger.Directory, "--consumer", consumer, "--json"];
        var first = (await CliProcess.RunAsync(arguments)).Exits(0);
        Assert.Equal(600, first.Json.GetProperty("bill").GetProperty("totals")[0].GetProperty("amountMinor").GetInt64());
        Assert.NotEqual(0, first.Json.GetProperty("ledger").GetProperty("doesNotProve").GetArrayLength()); // beside the bill, whose bytes are others' too
        Assert.Equal(first.Output, (await CliProcess.RunAsync(arguments)).Exits(0).Output);

        // Without the payer's key no receipt counts, and the bill says why.
        var blind = (await CliProcess.RunAsync("ledger", "bill", "--dir", ledger.Directory)).Exits(0);
        Assert.Contains("signed by no known key", blind.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Total", blind.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_are_searched_and_what_was_erased_is_said_to_be()
    {
        using var ledger = await SmallLedger.CreateAsync(2);
        var found = (await CliProcess.RunAsync("ledger", "search", "--dir", ledger.Directory, "--participant", SmallLedger.Consumer, "--kind", "grant", "--json")).Exits(0).Json;
        Assert.Equal(2, found.GetProperty("matches").GetInt64());
        Assert.NotEqual(0, found.GetProperty("ledger").GetProperty("proves").GetArrayLength());
        var contract = found.GetProperty("entries")[0].GetProperty("contract").GetString()!;
        Assert.Equal(2, (await CliProcess.RunAsync("ledger", "search", "--dir", ledger.Directory, "--contract", contract, "--result", "released", "--limit", "1", "--json")).Exits(0).Json.GetProperty("matches").GetInt64());
        (await CliProcess.RunAsync("ledger", "search", "--dir", ledger.Directory, "--policy", "none", "--until", "2020-01")).Exits(1);
        var table = (await CliProcess.RunAsync("ledger", "search", "--dir", ledger.Directory, "--result", "released", "--lang", "zh")).Exits(0);
        Assert.Contains("结果", table.Output, StringComparison.Ordinal);

        await ledger.EraseAsync(0);
        var verified = (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory, "--json")).Exits(0).Json;
        Assert.Equal((1, 0, 0), (verified.GetProperty("payloadsErased").GetInt64(), verified.GetProperty("payloadsAbsent").GetInt64(), verified.GetProperty("erased")[0].GetProperty("index").GetInt64()));
        Assert.Contains("PIPL 47", (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory)).Exits(0).Output, StringComparison.Ordinal);
        Assert.Contains("(erased)", (await CliProcess.RunAsync("ledger", "show", "--dir", ledger.Directory, "--from", "0", "--to", "0")).Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kept_disclosure_is_verified_offline_and_a_changed_one_is_not()
    {
        using var ledger = await SmallLedger.CreateAsync(1);
        var file = Path.Combine(ledger.Directory, "answer.json");
        await File.WriteAllTextAsync(file, await ledger.DiscloseAsync("case-1", 0, 2), TestContext.Current.CancellationToken);
        var kept = (await CliProcess.RunAsync("ledger", "disclosed", file, "--vkey", ledger.Vkey, "--json")).Exits(0).Json;
        Assert.Equal(2, kept.GetProperty("entries").GetArrayLength());
        Assert.Equal("research", kept.GetProperty("entries")[0].GetProperty("fields").GetProperty("purpose").GetString());
        (await CliProcess.RunAsync("ledger", "disclosed", file, "--vkey", "another+00000000+AAAA")).Exits(1);
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("\"to\":2", "\"to\":3", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var refused = (await CliProcess.RunAsync("ledger", "disclosed", file, "--json")).Exits(1);
        Assert.Equal("DS-LED-042", refused.Json.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_payload_changed_in_the_vault_is_not_billed()
    {
        using var ledger = await SmallLedger.CreateAsync(1);
        var vault = Path.Combine(ledger.Directory, "vault.db");
        await using (var db = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={vault};Pooling=False"))
        {
            await db.OpenAsync(TestContext.Current.CancellationToken);
            await using var update = db.CreateCommand();
            update.CommandText = "UPDATE payload SET sealed = randomblob(length(sealed)) WHERE idx = 0";
            Assert.Equal(1, await update.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }
        (await CliProcess.RunAsync("ledger", "verify", "--dir", ledger.Directory)).Exits(1);
        var run = (await CliProcess.RunAsync("ledger", "bill", "--dir", ledger.Directory, "--json")).Exits(1);
        Assert.StartsWith("DS-MTR-", run.Json.GetProperty("error").GetProperty("code").GetString(), StringComparison.Ordinal);
    }
}
