using DataSpace.EndToEnd.Support;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Crypto;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>
/// The other direction: a coordinator that hands the analyst a bundle that is not the truth. One good bundle of the real parties is altered in
/// every way; the analyst refuses each one, and says what is wrong.
/// </summary>
public sealed class HostileBundleTests(SharedSpace shared, GoodBundle good) : IClassFixture<GoodBundle>
{
    private JobBundle Good => good.Bundle;

    [Fact]
    public async Task The_unaltered_bundle_decodes()
    {
        var decoded = (await good.Side.DecodeAsync(good.Job, Good)).Value;
        Assert.Contains("730.398", decoded.Json, StringComparison.Ordinal);
        Assert.Equal(3, decoded.Receipts.Count);
        Assert.Empty(decoded.DataRefusals);
    }

    [Fact]
    public Task A_dropped_contribution_is_refused() => RefusedAsync(Good with { Contributions = [.. Good.Contributions.Take(2)] }, "DS-JOB-010", "2 contributions for 3 parties");

    [Fact]
    public Task A_doubled_contribution_is_refused()
        => RefusedAsync(Good with { Contributions = [Good.Contributions[0], Good.Contributions[0], Good.Contributions[2]] }, "DS-JOB-010", "signature");

    [Fact]
    public Task Contributions_in_each_others_places_are_refused() => RefusedAsync(Good with { Contributions = [.. Good.Contributions.Reverse()] }, "DS-JOB-010", "signature");

    [Fact]
    public Task A_flipped_byte_in_a_ciphertext_is_refused()
        => RefusedAsync(Alter(1, c => c with { Payload = Flip(c.Payload, 5000) }), "DS-JOB-010", "payload digest");

    [Fact]
    public Task A_flipped_byte_in_a_sealed_status_is_refused()
        => RefusedAsync(Alter(1, c => c with { Sealed = Flip(c.Sealed, 40) }), "DS-JOB-010", "sealed digest");

    [Fact]
    public Task An_altered_statement_is_refused()
        => RefusedAsync(Alter(1, c => c with { Statement = TestAnalyst.Tamper(c.Statement, "\"step\":\"contribute\"", "\"step\":\"contributX\"") }), "DS-JOB-010", "signature");

    [Fact]
    public Task Another_sum_is_refused() => RefusedAsync(Good with { Sum = Flip(Good.Sum, 5000) }, "DS-PRV-109");

    [Fact]
    public Task A_missing_sum_is_refused() => RefusedAsync(Good with { Sum = [] }, "DS-PRV-109");

    [Fact]
    public Task A_missing_grant_proof_is_refused() => RefusedAsync(AlterProof(2, e => e with { GrantProof = string.Empty }), "DS-JOB-010", "grant proof");

    [Fact]
    public Task The_grant_proof_of_another_owner_is_refused()
        => RefusedAsync(AlterProof(2, e => e with { GrantProof = Good.Contributions[0].GrantProof }), "DS-JOB-010", "grant proof");

    [Fact]
    public Task A_report_proof_in_the_place_of_the_grant_proof_is_refused()
        => RefusedAsync(AlterProof(2, e => e with { GrantProof = e.ReportProof }), "DS-JOB-010", "grant proof");

    [Fact]
    public Task A_missing_report_proof_is_refused() => RefusedAsync(AlterProof(2, e => e with { ReportProof = string.Empty }), "DS-JOB-010", "report proof");

    [Fact]
    public async Task The_grant_of_an_earlier_use_is_refused()
    {
        // Same owner, same contract, real proof: but of another job.
        var earlier = (await shared.Analyst.CarryOutAsync(shared.Analyst.Make())).Contributions[2];
        await RefusedAsync(AlterProof(2, e => e with { GrantProof = earlier.GrantProof }), "DS-JOB-010", "grant of another use");
        await RefusedAsync(AlterProof(2, e => e with { ReportProof = earlier.ReportProof }), "DS-JOB-010", "report of another grant");
        await RefusedAsync(AlterProof(2, _ => earlier), "DS-JOB-010", "statement of another job");
    }

    [Fact]
    public async Task A_missing_or_repeated_round_0_statement_is_refused()
    {
        await RefusedAsync(Good with { RoundZeros = [.. Good.RoundZeros.Take(2)] }, "DS-JOB-005");
        await RefusedAsync(Good with { RoundZeros = [Good.RoundZeros[0], Good.RoundZeros[0], Good.RoundZeros[2]] }, "DS-JOB-005");
    }

    [Fact]
    public async Task Another_roster_than_the_one_the_owners_saw_is_refused()
    {
        // Supplier B helps the coordinator to show the analyst another ephemeral key than it showed the others.
        var other = Collusion.Resign<RoundZeroStatement>(Good.RoundZeros[2], RoundZeroStatement.Typ, Colluder, s =>
        {
            using var key = X25519KeyPair.Generate();
            return s with { EphemeralKey = Convert.ToBase64String(key.PublicKey.Span) };
        });
        await RefusedAsync(Good with { RoundZeros = [Good.RoundZeros[0], Good.RoundZeros[1], other] }, "DS-JOB-010", "roster hash");
    }

    [Fact]
    public async Task A_statement_without_a_sound_classification_is_refused()
    {
        foreach (var change in (Func<RoundZeroStatement, RoundZeroStatement>[])
            [s => s with { Classification = null }, s => s with { Classification = s.Classification! with { SecurityLevel = "001" } }, s => s with { Classification = s.Classification! with { Grade = "public" } }])
        {
            var other = Collusion.Resign(Good.RoundZeros[2], RoundZeroStatement.Typ, Colluder, change);
            await RefusedAsync(Good with { RoundZeros = [Good.RoundZeros[0], Good.RoundZeros[1], other] }, "DS-JOB-005", "classification");
        }
    }

    [Fact]
    public async Task A_ciphertext_that_its_owner_signed_but_that_does_not_fit_the_masks_is_refused()
    {
        // Supplier B re-signs an altered payload, and the coordinator sums what it was given: every digest is right, the check slots are not.
        var payload = Good.Contributions[2].Contribution.Payload.ToArray();
        payload[^16] ^= 1;
        var altered = Alter(2, c => c with
        {
            Payload = payload,
            Statement = Collusion.Resign<ContributionStatement>(c.Statement, ContributionStatement.Typ, Colluder, s => s with { PayloadDigest = Digest.Sha256Hex(payload) }),
        });
        await RefusedAsync(altered, "DS-PRV-109");
        var shape = AggregationShapes.Of(good.Job.Order.Plan.Aggregate!, 3).Value;
        var sum = ContributionAdder.Sum(shape, [.. altered.Contributions.Select(c => c.Contribution.Payload)]).Value;
        await RefusedAsync(altered with { Sum = sum }, "DS-PRV-110");
    }

    private ISigner Colluder => shared.Space.SupplierB.Persona.Signer;

    private async Task RefusedAsync(JobBundle bundle, string code, string? detail = null)
    {
        var decoded = await good.Side.DecodeAsync(good.Job, bundle);
        Assert.False(decoded.IsOk, "The analyst accepted an altered bundle.");
        Assert.True(decoded.Error.Code == code && (detail is null || decoded.Error.Detail!.Contains(detail, StringComparison.Ordinal)), decoded.Error.ToString());
    }

    private JobBundle Alter(int position, Func<Contribution, Contribution> change) => AlterProof(position, e => e with { Contribution = change(e.Contribution) });

    private JobBundle AlterProof(int position, Func<ContributionEnvelope, ContributionEnvelope> change)
        => Good with { Contributions = [.. Good.Contributions.Select((e, i) => i == position ? change(e) : e)] };

    private static byte[] Flip(byte[] bytes, int at)
    {
        var altered = bytes.ToArray();
        altered[at % bytes.Length] ^= 1;
        return altered;
    }
}

/// <summary>One job of the real parties whose secrets the test holds.</summary>
public sealed class GoodBundle(SharedSpace shared) : IAsyncLifetime
{
    internal TestJob Job { get; private set; } = null!;

    internal JobBundle Bundle { get; private set; } = null!;

    internal AnalystSide Side { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Job = shared.Analyst.Make();
        Bundle = await shared.Analyst.CarryOutAsync(Job);
        Side = new AnalystSide(shared.Space, shared.Analyst);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
