using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

public sealed class AuditLedgerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_use_runs_from_grant_to_report_and_its_proof_convinces_a_stranger()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.True(ledger.DefineBudget("uses", 20, "contract-1").IsOk);
        var payload = LedgerFixture.Grant("step-1");
        var granted = (await ledger.GrantAsync(payload, [new("uses", 1)], Cancel)).Value;
        var output = new byte[] { 1, 2, 3 };
        var report = await ledger.ReportAsync(granted.Handle, LedgerFixture.Report(granted.Handle, output), output, Cancel);
        Assert.True(report.IsOk, report.Error?.ToString());

        var use = ledger.FindUse(payload.UseId)!;
        Assert.Equal(output, use.Output!.Value.ToArray());
        Assert.Equal(1, use.ReportIndex);
        Assert.Equal(1, ledger.GetBudget("uses")!.Spent);

        var bytes = ledger.ProveGrant(payload.UseId).Value.Encode();
        var proof = GrantProof.Decode(bytes).Value;
        var opened = proof.Verify(fixture.Signer.PublicKey, ledger.VerifierKey);
        Assert.True(opened.IsOk, opened.Error?.ToString());
        Assert.Equal(payload.Limits, opened.Value.Limits);
        Assert.Equal(payload with { Limits = opened.Value.Limits }, opened.Value);
        Assert.Equal(granted.Handle.GrantHash.ToArray(), proof.GrantHash.ToArray());

        await ledger.WaitPublishedAsync(2, Cancel);
        fixture.AssertVerifies();
    }

    [Fact]
    public async Task A_thousand_entries_verify_after_reopening_and_every_earlier_checkpoint_is_consistent()
    {
        using var fixture = new LedgerFixture();
        var checkpoints = new List<Checkpoint>();
        await using (var ledger = fixture.Open())
        {
            for (var round = 0; round < 20; round++)
            {
                var tasks = Enumerable.Range(0, 30 + round).Select(i => ledger.AppendAsync(LedgerFixture.Denied($"{round}-{i}"), Cancel));
                foreach (var result in await Task.WhenAll(tasks))
                    Assert.True(result.IsOk, result.Error?.ToString());
                checkpoints.Add(ledger.Latest);
            }
        }
        fixture.AssertVerifies(checkpoints[3].Note);
        await using var again = fixture.Open();
        foreach (var checkpoint in checkpoints)
        {
            var proof = again.ProveConsistency(checkpoint.Size, again.Latest.Size);
            Assert.True(ProofVerifier.Consistency(
                checkpoint.Size, again.Latest.Size, checkpoint.RootHash.Span, again.Latest.RootHash.Span, proof));
            Assert.True(again.CheckNotRolledBack(checkpoint.Note).IsOk);
        }
        var key = VerifierKey.Parse(again.VerifierKey).Value;
        foreach (var record in again.Read(0, again.Latest.Size))
            Assert.True(again.Prove(record.Index).Verify(record.LeafHash.Span, key).IsOk);
    }
}
