using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Witnessing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace DataSpace.Ledger.Tests.Audit;

/// <summary>A provider and a consumer, each with ledger and witness store in a directory of its own, and some uses between them.</summary>
internal sealed class TwoParties : IDisposable
{
    public const string Contract = "contract-1";
    private readonly string _root = Directory.CreateTempSubdirectory("audit-test-").FullName;

    public TwoParties()
    {
        Provider = new Party(Path.Combine(_root, "provider"), "provider.example/ledger", new(SHA256.HashData("provider"u8)));
        Consumer = new Party(Path.Combine(_root, "consumer"), "consumer.example/ledger", new(SHA256.HashData("consumer"u8)));
    }

    public Party Provider { get; }

    public Party Consumer { get; }

    public static FakeTimeProvider Clock { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_790_000_000));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string File(string name) => Path.Combine(_root, name);

    /// <summary>Uses with receipts in both logs, then one that only the provider has the receipt of, then one without; each keeps the other's checkpoint.</summary>
    public static async Task<TwoParties> WithUsesAsync(int matched, int oneSided = 0, int unreceipted = 0)
    {
        var parties = new TwoParties();
        await using (var provider = parties.Provider.Open())
        await using (var consumer = parties.Consumer.Open())
        {
            for (var i = 0; i < matched + oneSided + unreceipted; i++)
            {
                var grant = LedgerFixture.Grant($"step-{i}", Contract);
                var granted = (await provider.GrantAsync(grant, [], Cancel)).Value;
                var output = Encoding.UTF8.GetBytes($"output {i}");
                var report = (await provider.ReportAsync(granted.Handle, LedgerFixture.Report(granted.Handle, output), output, Cancel)).Value;
                if (i >= matched + oneSided)
                    continue;
                var receipt = ReceiptPayload.SignAsConsumer(Convert.ToHexStringLower(granted.Handle.GrantHash.Span), report.LeafHashHex, LedgerFixture.Digest("result"), LedgerFixture.JobHash,
                    "did:web:consumer.example", parties.Consumer.Signer).Countersign(parties.Consumer.Signer.PublicKey, parties.Provider.Signer).Value;
                Assert.True((await provider.AppendAsync(new EntryDraft(receipt, Contract), Cancel)).IsOk);
                if (i < matched)
                    Assert.True((await consumer.AppendAsync(new EntryDraft(receipt, Contract), Cancel)).IsOk);
            }
            await provider.WaitPublishedAsync(provider.Latest.Size, Cancel);
            await consumer.WaitPublishedAsync(consumer.Latest.Size, Cancel);
        }
        parties.Provider.Hears(parties.Consumer);
        parties.Consumer.Hears(parties.Provider);
        return parties;
    }

    public string Export(string name = "all.dsaudit", DisclosedPayloads payloads = DisclosedPayloads.Metering, string? policy = null, params Party[] of)
    {
        var file = File(name);
        var written = AuditExport.Write(file, new AuditExportOptions { Directories = [.. (of.Length == 0 ? [Provider, Consumer] : of).Select(p => p.Ledger)], Payloads = payloads, Policy = policy }, Clock);
        Assert.True(written.IsOk, written.Error?.ToString());
        return file;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}

/// <summary>One of them.</summary>
internal sealed record Party(string Node, string Origin, Ed25519Signer Signer)
{
    public string Ledger => Path.Combine(Node, "ledger");

    public VerifierKey Key => VerifierKey.ForLog(Origin, Signer.PublicKey);

    public Checkpoint Published => Checkpoint.Open(File.ReadAllText(Path.Combine(Ledger, "checkpoint")), Key).Value;

    public AuditLedger Open()
    {
        var opened = AuditLedger.Open(new LedgerOptions { Directory = Ledger, Origin = Origin }, Signer, TwoParties.Clock);
        Assert.True(opened.IsOk, opened.Error?.ToString());
        return opened.Value;
    }

    public void Hears(Party other)
    {
        using var store = WitnessStore.Open(Node);
        Assert.True(store.Keep(store.Seen(other.Origin), other.Published));
    }
}

/// <summary>What a forger does to a bundle: takes it apart, changes files, and puts it together with digests that fit.</summary>
internal sealed class BundleForger
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public BundleForger(string bundle)
    {
        using var archive = BundleArchive.Open(bundle).Value;
        foreach (var name in archive.NamesIn(""))
            _files[name] = archive.Read(name, int.MaxValue)!;
        Manifest = AuditManifest.Parse(archive.Read(BundleLayout.Manifest, int.MaxValue)!).Value;
    }

    public AuditManifest Manifest { get; set; }

    public IDictionary<string, byte[]> Files => _files;

    public string Text(string name) => Encoding.UTF8.GetString(_files[name]);

    public string Write(string file)
    {
        var manifest = Manifest.Encode();
        var digests = Encoding.ASCII.GetBytes(BundleLayout.DigestLine(SHA256.HashData(manifest), BundleLayout.Manifest) + string.Concat(_files.Select(f => BundleLayout.DigestLine(SHA256.HashData(f.Value), f.Key))));
        WriteTar(file, [(BundleLayout.Header(BundleLayout.Manifest, manifest.Length), manifest), (BundleLayout.Header(BundleLayout.Digests, digests.Length), digests),
            .. _files.Select(f => (BundleLayout.Header(f.Key, f.Value.Length), f.Value))]);
        return file;
    }

    public static void WriteTar(string file, IEnumerable<(byte[] Header, byte[] Content)> files)
    {
        using var tar = File.Create(file);
        foreach (var (header, content) in files)
        {
            tar.Write(header);
            tar.Write(content);
            tar.Write(new byte[BundleLayout.PaddingOf(content.Length)]);
        }
        tar.Write(new byte[BundleLayout.EndBytes]);
    }
}
