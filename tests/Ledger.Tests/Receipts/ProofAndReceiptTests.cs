using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using Xunit;

namespace DataSpace.Ledger.Tests.Receipts;

public sealed class ProofAndReceiptTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_grant_proof_convinces_with_the_right_keys_only_and_no_changed_byte_passes()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        await ledger.AppendAsync(LedgerFixture.Denied(), Cancel);
        var payload = LedgerFixture.Grant("a");
        await ledger.GrantAsync(payload, [], Cancel);
        await ledger.AppendAsync(LedgerFixture.Denied(), Cancel);
        var proof = ledger.ProveGrant(payload.UseId).Value;
        var bytes = proof.Encode();
        Assert.True(GrantProof.Decode(bytes).Value.Verify(fixture.Signer.PublicKey, ledger.VerifierKey).IsOk);
        var stranger = Ed25519Signer.Generate().PublicKey;
        Assert.Equal("DS-LED-028", proof.Verify(stranger, ledger.VerifierKey).Error!.Code);
        Assert.Equal("DS-LED-026", proof.Verify(fixture.Signer.PublicKey, VerifierKey.ForLog(LedgerFixture.Origin, stranger).ToString()).Error!.Code);
        for (var at = 0; at < bytes.Length; at++)
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= (byte)(1 << (at % 8));
            Assert.False(GrantProof.Decode(changed).TryGet(out var forged, out _)
                && forged.Verify(fixture.Signer.PublicKey, ledger.VerifierKey).IsOk, $"byte {at}");
        }
        Assert.Equal("DS-LED-029", GrantProof.Decode(new byte[EntryProof.MaxBytes + 1]).Error!.Code);
    }

    [Fact]
    public async Task A_denial_cannot_be_shown_as_a_grant_nor_one_grants_fields_for_another()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        await ledger.AppendAsync(LedgerFixture.Denied(), Cancel);
        var (a, b) = (LedgerFixture.Grant("a"), LedgerFixture.Grant("b"));
        await ledger.GrantAsync(a, [], Cancel);
        await ledger.GrantAsync(b, [], Cancel);
        var denial = new GrantProof(ledger.ProveEntry(0).Value);
        Assert.Equal("DS-LED-030", denial.Verify(fixture.Signer.PublicKey, ledger.VerifierKey).Error!.Code);
        var (proofA, proofB) = (ledger.ProveGrant(a.UseId).Value.Inner, ledger.ProveGrant(b.UseId).Value.Inner);
        Assert.Equal("DS-LED-031", new GrantProof(proofA with { Leaves = proofB.Leaves }).Verify(fixture.Signer.PublicKey, ledger.VerifierKey).Error!.Code);
        Assert.Equal("DS-LED-030", new GrantProof(proofA with { Proof = proofB.Proof }).Verify(fixture.Signer.PublicKey, ledger.VerifierKey).Error!.Code);
    }

    [Fact]
    public async Task A_report_can_be_shown_without_its_exact_measurements()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        var handle = (await ledger.GrantAsync(LedgerFixture.Grant("a"), [], Cancel)).Value.Handle;
        await ledger.ReportAsync(handle, LedgerFixture.Report(handle, [1]), new byte[] { 1 }, Cancel);
        var proof = ledger.ProveEntry(1, label => !label.StartsWith(ReportPayload.OwnerOnlyPrefix, StringComparison.Ordinal)).Value;
        var read = EntryProof.Decode(proof.Encode()).Value.Verify(fixture.Signer.PublicKey, ledger.VerifierKey, EntryKind.Report).Value;
        Assert.Equal(["grantHash", "units/bytesOut", "units/resultCells", "units/uses", "imageDigest", "outputDigest", "outcome"], read.Fields.Select(f => f.Label));
        Assert.Equal(3, proof.Leaves.Count(leaf => leaf.Field is null));
    }

    [Fact]
    public void A_receipt_needs_both_signatures_over_exactly_its_content()
    {
        var (consumer, provider, stranger) = (Ed25519Signer.Generate(), Ed25519Signer.Generate(), Ed25519Signer.Generate());
        var half = ReceiptPayload.SignAsConsumer(LedgerFixture.Digest("g"), LedgerFixture.Digest("r"), LedgerFixture.Digest("x"), LedgerFixture.JobHash, "did:web:c.example", consumer);
        Assert.Equal("DS-LED-034", half.Countersign(stranger.PublicKey, provider).Error!.Code);
        Assert.Equal("DS-LED-034", half.Verify(consumer.PublicKey, provider.PublicKey)!.Code);
        var receipt = half.Countersign(consumer.PublicKey, provider).Value;
        Assert.Null(receipt.Verify(consumer.PublicKey, provider.PublicKey));
        Assert.NotNull(receipt.Verify(consumer.PublicKey, stranger.PublicKey));
        foreach (var forged in new[]
        {
            receipt with { ResultDigest = LedgerFixture.Digest("other") }, receipt with { GrantHash = LedgerFixture.Digest("other") },
            receipt with { ReportHash = LedgerFixture.Digest("other") }, receipt with { JobHash = LedgerFixture.Digest("other") },
            receipt with { Consumer = "did:web:other.example" },
        })
            Assert.NotNull(forged.Verify(consumer.PublicKey, provider.PublicKey));
        var read = ReceiptPayload.FromFields(receipt.ToFields()).Value;
        Assert.Null(read.Verify(consumer.PublicKey, provider.PublicKey));
        Assert.Equal(receipt.Commitment, read.Commitment);
        Assert.NotEqual(receipt.Commitment, half.Commitment);
    }

    [Fact]
    public async Task Entries_of_one_agreement_cannot_be_linked_without_its_key()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        for (var i = 0; i < 4; i++)
            await ledger.AppendAsync(LedgerFixture.Denied("same"), Cancel);
        var entries = ledger.Read(0, 4).Select(record => record.Entry).ToList();
        Assert.Equal(4, entries.Select(e => Convert.ToHexString(e.AgreementTag.Span)).Distinct().Count());
        Assert.Equal(4, entries.Select(e => Convert.ToHexString(e.PayloadRoot.Span)).Distinct().Count());
        Assert.All(entries, e => Assert.True(ledger.BelongsTo(e, "contract-1")));
        Assert.All(entries, e => Assert.False(ledger.BelongsTo(e, "contract-2")));
    }

    [Fact]
    public void Sealed_payloads_open_only_unchanged()
    {
        var text = Gen.String[Gen.Char.AlphaNumeric, 0, 40];
        Gen.Select(text, text, Gen.Int).Sample((step, code, at) =>
        {
            var fields = new DeniedPayload { JobHash = LedgerFixture.JobHash, Step = step, Code = code, ContractId = "c" }.ToFields();
            var payload = SealedPayload.Create(fields);
            var opened = SealedPayload.Open(payload.Key, payload.Ciphertext, payload.Root).Value;
            Assert.Equal(fields.Select(f => f.Label), opened.Select(f => f.Label));
            Assert.NotEqual(payload.Root, SealedPayload.Create(fields).Root);
            var changed = (byte[])payload.Ciphertext.Clone();
            changed[(int)((uint)at % changed.Length)] ^= 1;
            Assert.Equal("DS-LED-031", SealedPayload.Open(payload.Key, changed, payload.Root).Error!.Code);
            Assert.Equal("DS-LED-031", SealedPayload.Open(RandomNumberGenerator.GetBytes(32), payload.Ciphertext, payload.Root).Error!.Code);
        }, iter: 200);
    }

    [Fact]
    public void Salts_and_data_key_are_HKDF_of_the_entrys_key_and_keys_and_nonces_are_fresh()
    {
        var fields = Enumerable.Range(0, 40).Select(i => new PayloadField($"field-{i}", new byte[i % 3 == 0 ? 2_000 : i + 1])).ToList();
        fields = [.. fields.Select(f => f with { Value = Cbor(f.Value.Span) })];
        foreach (var count in new[] { 1, 2, 3, 32, 33, 40 })
        {
            var payload = SealedPayload.Create(fields[..count]);
            var opened = SealedPayload.Open(payload.Key, payload.Ciphertext, payload.Root).Value;
            for (var i = 0; i < count; i++)
                Assert.Equal(HKDF.Expand(HashAlgorithmName.SHA256, payload.Key, 32, [.. "salt"u8, 0, 0, 0, (byte)i]), opened[i].Salt.ToArray());
            Assert.Equal(payload.Root, MerkleHash.Root([.. opened.Select(f =>
                MerkleHash.Leaf([(byte)f.Label.Length, .. Encoding.ASCII.GetBytes(f.Label), .. f.Salt.Span, .. f.Value.Span]))]));
            var plain = new byte[payload.Ciphertext.Length - 28];
            using var aes = new AesGcm(HKDF.Expand(HashAlgorithmName.SHA256, payload.Key, 32, "data"u8.ToArray()), 16);
            aes.Decrypt(payload.Ciphertext.AsSpan(0, 12), payload.Ciphertext.AsSpan(12, plain.Length), payload.Ciphertext.AsSpan(12 + plain.Length), plain, payload.Root);
        }
        var several = Enumerable.Range(0, 20).Select(_ => SealedPayload.Create(fields[..1])).ToList();
        Assert.Equal(20, several.Select(p => Convert.ToHexString(p.Key)).Distinct().Count());
        Assert.Equal(20, several.Select(p => Convert.ToHexString(p.Ciphertext.AsSpan(0, 12))).Distinct().Count());

        static byte[] Cbor(ReadOnlySpan<byte> value)
        {
            var writer = new CborWriter(CborConformanceMode.Canonical);
            writer.WriteByteString(value);
            return writer.Encode();
        }
    }

    [Fact]
    public async Task Many_callers_entries_all_open_with_their_own_fields_keys_and_event_ids()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        var appended = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
            (Step: $"step-{i}", Entry: (await ledger.AppendAsync(LedgerFixture.Denied($"step-{i}"), Cancel)).Value))));
        var records = ledger.Read(0, 400).ToList();
        foreach (var (step, entry) in appended)
        {
            var record = records[(int)entry.Index];
            Assert.Equal(step, DeniedPayload.FromFields(record.PayloadFields).Value.Step);
            Assert.True(record.Entry.IsSignedBy(ledger.PublicKey));
            Assert.Equal(entry.Bytes.ToArray(), record.Bytes.ToArray());
        }
        Assert.Equal(400, records.Select(r => Convert.ToHexString(r.Entry.EventId.Span)).Distinct().Count());
        Assert.Equal(400, records.Select(r => Convert.ToHexString(r.Entry.PayloadRoot.Span)).Distinct().Count());
    }

    [Fact]
    public void Entries_have_one_encoding()
    {
        Gen.Select(Gen.Byte.Array[16], Gen.Byte.Array[32], Gen.Long[0, long.MaxValue]).Sample((id, root, time) =>
        {
            var signer = new Ed25519Signer(root);
            var bytes = new LedgerEntry
            {
                Kind = EntryKind.Denied,
                EventId = id,
                AgreementTag = root,
                PayloadRoot = root,
                SignerKeyIds = [signer.PublicKey.KeyId],
                TimeMs = time,
            }.SignAndEncode(signer);
            var read = LedgerEntry.Decode(bytes).Value;
            Assert.Equal(bytes, read.Encode());
            Assert.True(read.IsSignedBy(signer.PublicKey));
        }, iter: 200);
    }

    [Fact]
    public void Random_bytes_never_make_a_parser_throw()
    {
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            _ = LedgerEntry.Decode(bytes).IsOk;
            _ = EntryProof.Decode(bytes).IsOk;
            _ = SignedNote.Parse(bytes.AsSpan()).IsOk;
            var text = System.Text.Encoding.Latin1.GetString(bytes);
            _ = TlogProof.Parse(text).IsOk;
            _ = TlogProof.Parse("c2sp.org/tlog-proof@v1\nindex 1\n" + text).IsOk;
            _ = VerifierKey.Parse("a+00000000+" + text).IsOk;
            _ = Checkpoint.ParseText(text).IsOk;
            return Tiles.EntryBundleIsTotal(bytes);
        }, iter: 3_000);
    }

    private static class Tiles
    {
        public static bool EntryBundleIsTotal(byte[] bytes)
            => DataSpace.Ledger.Tiles.EntryBundle.Decode(bytes) is null or { Count: <= 256 };
    }
}
