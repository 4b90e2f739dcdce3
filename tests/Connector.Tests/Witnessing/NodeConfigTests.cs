using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Secrets;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Notes;

namespace DataSpace.Connector.Tests.Witnessing;

/// <summary>What a node's configuration may say about its log and its witnesses, and what would silently not be done.</summary>
public sealed class NodeConfigTests
{
    private const string Operator = "did:web:operator.example";

    [Fact]
    public void A_witness_with_a_url_is_refused_at_the_start_since_nobody_would_ask_it()
    {
        var file = Path.GetTempFileName();
        try
        {
            var key = VerifierKey.ForWitness("did:web:witness.example", Ed25519Signer.Generate().PublicKey);
            File.WriteAllText(file, $"witness w {key}\nquorum w\n");
            Assert.True(WitnessConfig.Create(null, file, false, "/", null, null).IsOk);
            File.WriteAllText(file, $"witness w {key} https://witness.example/\nquorum w\n");
            Assert.Equal("DS-HST-003", WitnessConfig.Create(null, file, false, "/", null, null).Error!.Code);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_operator_is_no_witness_of_its_own_and_the_wait_has_limits()
    {
        Assert.False(WitnessConfig.Create([Operator], null, false, "/", [Operator], null).IsOk);
        Assert.False(WitnessConfig.Create(null, null, false, "/", ["nobody"], null).IsOk);
        Assert.False(WitnessConfig.Create(null, null, false, "/", null, 99).IsOk);
        var config = WitnessConfig.Create(null, null, false, "/", [Operator], 200).Value;
        Assert.Equal((Operator, 0.2), (Assert.Single(config.OperatorDids), config.Ask.TotalSeconds));
    }

    [Fact]
    public void Metering_fields_are_kept_for_the_statutory_time_at_least()
    {
        Assert.Equal(3653, LedgerConfig.Create(null, null, "/").Value.MeteringRetentionDays);
        Assert.Equal(5000, LedgerConfig.Create(null, 5000, "/").Value.MeteringRetentionDays);
        Assert.False(LedgerConfig.Create(null, 3652, "/").IsOk);
        Assert.Equal("/etc/keys", LedgerConfig.Create("keys", null, "/etc").Value.KeyStoreDirectory);
        Assert.False(LedgerConfig.Create("", null, "/etc").IsOk);
    }

    [Fact]
    public void Checkpoints_are_signed_by_known_algorithms_each_once_and_their_keys_stay_the_same_in_files_of_their_own()
    {
        Assert.Empty(LedgerConfig.Create(null, null, "/").Value.Countersign);
        foreach (var bad in new[] { ["rsa"], ["sm2", "sm2"], ["SM2"], [null!], new[] { "ed25519" } })
        {
            Assert.Equal("DS-HST-003", LedgerConfig.Create(null, null, "/", bad).Error!.Code);
            Assert.Equal("DS-HST-003", LedgerConfig.Create(null, null, "/", null, bad).Error!.Code);
        }
        var config = LedgerConfig.Create(null, null, "/", ["sm2", "ml-dsa-44"], ["sm2"]).Value;
        var folder = Directory.CreateTempSubdirectory("keys-").FullName;
        try
        {
            var first = AdditionalKeys.LoadOrCreate(config, new FileSecretProvider(folder));
            var second = AdditionalKeys.LoadOrCreate(config, new FileSecretProvider(folder));
            Assert.Equal([PublicKey.Sm2, PublicKey.MlDsa44], first.Log.Select(k => k.PublicKey.Algorithm));
            Assert.Equal(first.Log.Concat(first.Witness).Select(k => k.PublicKey.KeyId), second.Log.Concat(second.Witness).Select(k => k.PublicKey.KeyId));
            Assert.NotEqual(first.Log[0].PublicKey.KeyId, first.Witness[0].PublicKey.KeyId);
            Assert.Equal(["countersign-ml-dsa-44", "countersign-sm2", "witness-sm2"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.All(Directory.GetFiles(folder), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
            foreach (var length in new[] { 31, 32 }) // cut off; zero, which is no SM2 key
            {
                File.WriteAllBytes(Path.Combine(folder, "countersign-sm2"), new byte[length]);
                Assert.Equal("DS-HST-003", Assert.Throws<SecretAccessException>(() => AdditionalKeys.LoadOrCreate(config, new FileSecretProvider(folder))).Error.Code);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
