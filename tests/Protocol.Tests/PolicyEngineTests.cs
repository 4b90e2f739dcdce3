using System.Text.Json;
using DataSpace.Kernel.Policy;
using DataSpace.Protocol.Messages;
using Xunit;

namespace DataSpace.Protocol.Tests;

/// <summary>What travels in messages, and what the sample ships, is what the policy engine enforces.</summary>
public sealed class PolicyEngineTests
{
    private const string Leader = "did:web:chain-leader.example%3A8443";
    private const string Supplier = "did:web:supplier-a.example%3A8443";
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly CoProvider[] Others =
        [new(Leader, "ed25519-0011223344556677"), new("did:web:supplier-b.example%3A8443", "ed25519-0011223344556677")];

    [Fact]
    public void Every_golden_policy_compiles_and_offer_and_agreement_have_the_same_rules()
    {
        var offer = Vectors.Message<ContractRequestMessage>("contract-request-opening").Offer;
        var agreement = Vectors.Message<ContractAgreementMessage>("contract-agreement").Agreement;
        var listed = Vectors.Message<Dataset>("dataset").Policies[0];
        var rules = new[] { offer.Policy, agreement.Policy, listed.Policy }.Select(policy => PolicyCompiler.Compile(policy).Value.RulesHash);
        Assert.Single(rules.Distinct());
        Assert.True(agreement.Honours(offer));
    }

    [Theory]
    [InlineData("joint-statistics", 20)]
    [InlineData("trial-one-use", 1)]
    public void The_sample_contract_compiles_to_the_terms_of_its_readme(string name, long uses)
    {
        var terms = PolicyCompiler.Compile(SampleTests.Template(name)).Value.Terms.Single();
        Assert.Equal(uses, terms.Obligations.Debits.Single().Limit);
        Assert.Equal((3, null, 200L), (terms.Obligations.MinimumGroupSize, terms.Obligations.DominancePercent, terms.Obligations.Price!.Value.Minor));
        Assert.Equal(["supply-chain-planning"], terms.Purposes!);
        Assert.Equal(["year"], terms.Obligations.AllowedGroupKeys);
        Assert.Equal(["invest", "value", "year"], terms.Obligations.AllowedColumns.Order());
        Assert.Equal((3, 1), (terms.CoProviders.Count, terms.IndependentCoProviders));
        Assert.Equal(new ClampBound("invest", 3, 0, 2_000_000), terms.Obligations.Clamps[0]);
    }

    [Fact]
    public void Under_the_concluded_sample_contract_the_joint_statistic_is_allowed_and_the_others_are_refused()
    {
        var offer = Offer.FromTemplate(SampleTests.Template("joint-statistics"), "urn:offer").Value.WithTarget("investments");
        var agreement = Agreement.Conclude(offer, "urn:agreement", Supplier, Leader, Now);
        var request = new PolicyRequest
        {
            Policy = PolicyCompiler.Compile(agreement.Policy).Value,
            Action = PolicyActions.Use,
            Actor = Leader,
            Consumer = Leader,
            Provider = Supplier,
            DatasetId = "investments",
            ContractId = "urn:agreement",
            Now = Now,
            Purpose = "supply-chain-planning",
            Computation = "aggregate",
            Columns = ["year", "invest"],
            GroupKeys = ["year"],
            CoProviders = Others,
        };
        var decide = new PolicyDecisionPoint();

        Assert.True(decide.Decide(request).IsAllowed);
        Assert.Equal(PolicyErrors.GroupKeyNotAllowed.Code, decide.Decide(request with { GroupKeys = ["invest"] }).Reason?.Code);
        var perFirm = decide.Decide(request with { Columns = ["firm", "invest"], GroupKeys = ["firm"] });
        Assert.Equal([PolicyErrors.ColumnNotAllowed.Code, PolicyErrors.GroupKeyNotAllowed.Code], perFirm.FailedRules.Select(rule => rule.Code));
        Assert.Equal(PolicyErrors.ColumnNotAllowed.Code, decide.Decide(request with { Columns = ["year", "invest", "capital"] }).Reason?.Code);
        Assert.Equal(PolicyErrors.PurposeNotAllowed.Code, decide.Decide(request with { Purpose = "advertising" }).Reason?.Code);
        Assert.Equal(PolicyErrors.UsesExhausted.Code, decide.Decide(request with { SpentOf = _ => 20 }).Reason?.Code);
        Assert.Equal(PolicyErrors.TooFewIndependent.Code, decide.Decide(request with { CoProviders = Others[..1] }).Reason?.Code);
        Assert.Equal(PolicyErrors.CoProviderNotAccepted.Code, decide.Decide(request with { CoProviders = [.. Others, new CoProvider("did:web:invented.example", "k")] }).Reason?.Code);
    }
}
