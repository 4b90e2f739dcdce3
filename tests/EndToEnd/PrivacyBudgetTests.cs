using DataSpace.Connector;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>
/// The privacy budget at the owner's gate: what repetition, spelling and parallel asking gain (nothing), and who pays for what. A real ledger file, no network.
/// </summary>
public sealed class PrivacyBudgetTests
{
    private const long Epsilon = 100_000;

    /// <summary>The same question in another spelling.</summary>
    private static AggregateQuery Respelt(AggregateQuery q, int round) => q with
    {
        Groups = round % 2 == 0 ? [.. q.Groups.Reverse()] : [.. q.Groups.Select(g => (round % 3 == 0 ? "+" : "0") + g)],
        Measures = round % 5 == 0 ? [.. q.Measures.Reverse()] : [q.Measures[0] with { Max = "100.00", Statistics = ["mean", "sum"] }, q.Measures[1]],
        Where = round % 7 == 0 ? [.. q.Where.Reverse(), q.Where[0]] : [new PredicateQuery("y", "gt", ["01"]), new PredicateQuery("x", "lt", ["+90.500"])],
    };

    [Fact]
    public async Task A_thousand_repeats_in_any_spelling_are_one_query_paid_once()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract(budget: Epsilon); // room for exactly one
        var digests = new HashSet<string>();
        for (var round = 0; round < 1000; round++)
        {
            var admitted = await owner.AdmitAsync(contract, PrivateOwner.Query(q => Respelt(q, round)));
            Assert.True(admitted.IsOk, admitted.IsOk ? "" : $"{round}: {admitted.Error}");
            digests.Add(admitted.Value.Noise!.Digest);
        }
        Assert.Single(digests); // and with it the noise, see NoiseSecretTests
        Assert.Equal(Epsilon, owner.Spent(contract));
        Assert.Equal(1000, contract.Policy.Terms[0].Obligations.Debits.Where(d => d.Key.StartsWith("uses/", StringComparison.Ordinal))
            .Sum(d => owner.Ledger.GetBudget(Connector.Uses.Budgets.IdOf(contract, d, []))!.Spent)); // uses are counted all the same
    }

    [Fact]
    public async Task Bins_and_matrices_pay_like_other_questions_and_other_edges_pay_again()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract();
        Func<AggregateQuery, AggregateQuery> Bins(params string[] edges) => q => q with { Measures = [], Bins = new BinQuery("x", edges) };
        Func<AggregateQuery, AggregateQuery>[] asked =
        [
            Bins("1", "2"), Bins("1.0", "+2"), q => Bins("1", "2")(q) with { Groups = [.. q.Groups.Reverse()] }, q => q with { Measures = [], Bins = new BinQuery("x", ["1", "2"], ["0.5"]) }, // one and the same
            Bins("1", "3"),
            q => Bins("1", "2")(q) with { GroupColumn = "", Groups = [] },
            q => q with { MinGroupSize = 4, Matrix = [AggregateQuery.Covariance], Measures = [.. q.Measures.Select(m => m with { Statistics = [AggregateQuery.Covariance] })] },
            q => q with { MinGroupSize = 4, Matrix = [AggregateQuery.Correlation], Measures = [.. q.Measures.Reverse().Select(m => m with { Statistics = [AggregateQuery.Covariance] })] },
        ];
        var paid = new List<long>();
        foreach (var change in asked)
        {
            var admitted = await owner.AdmitAsync(contract, PrivateOwner.Query(change));
            Assert.True(admitted.IsOk, admitted.IsOk ? "" : admitted.Error.ToString());
            paid.Add(owner.Spent(contract));
        }
        Assert.Equal([1, 1, 1, 1, 2, 3, 4, 4], paid.Select(p => p / Epsilon));
        Assert.Equal(PolicyErrors.EpsilonMissing, (await owner.AdmitAsync(contract, PrivateOwner.Query(q => Bins("1")(q) with { Noise = null }))).Error?.Kind);
    }

    [Fact]
    public async Task A_log_that_continues_a_lost_one_has_no_epsilon_until_its_owner_says_so()
    {
        await using var owner = await PrivateOwner.StartAsync();
        Assert.True(owner.Ledger.RaiseMark(LogSuccession.ContinuedMark, 1, "old").IsOk);
        var contract = owner.Contract();
        Assert.Equal(PolicyErrors.UsesExhausted, (await owner.AdmitAsync(contract, PrivateOwner.Query())).Error?.Kind);
        // Uses alone are not privacy: nobody knows what was spent of it in the lost log.
        var debit = contract.Policy.Terms[0].Obligations.Debits.First(d => d.Key.StartsWith("uses/", StringComparison.Ordinal));
        var uses = owner.Ledger.GetBudget(Connector.Uses.Budgets.IdOf(contract, debit, []))!;
        Assert.True((await owner.Ledger.RegrantBudgetAsync(new BudgetRegrantedPayload
        {
            BudgetId = uses.BudgetId,
            ContractId = uses.ContractId,
            OldLimit = uses.Limit,
            NewLimit = uses.Limit + 5,
            Reason = "r",
            Actor = "a",
        }, TestContext.Current.CancellationToken)).IsOk);
        Assert.Equal(PolicyErrors.PrivacyBudgetExhausted, (await owner.AdmitAsync(contract, PrivateOwner.Query())).Error?.Kind);
        Assert.Equal(0, owner.Spent(contract));
        Assert.True((await owner.Regrants.GrantAgainAsync(contract, "restored", TestContext.Current.CancellationToken)).IsOk);
        Assert.True((await owner.AdmitAsync(contract, PrivateOwner.Query())).IsOk);
        Assert.Equal(Epsilon, owner.Spent(contract));
    }

    [Fact]
    public async Task A_thousand_variants_exhaust_the_budget_and_no_more()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract(budget: 10 * Epsilon);
        var (granted, refused) = (0, 0);
        for (var variant = 0; variant < 1000; variant++)
        {
            var admitted = await owner.AdmitAsync(contract, PrivateOwner.Query(q => variant % 2 == 0
                ? q with { Where = [new PredicateQuery("x", "lt", [(0.01m * variant).ToString(System.Globalization.CultureInfo.InvariantCulture)])] }
                : q with { Groups = [.. q.Groups, (100 + variant).ToString(System.Globalization.CultureInfo.InvariantCulture)] }));
            if (admitted.IsOk)
                granted++;
            else if (admitted.Error?.Kind == PolicyErrors.PrivacyBudgetExhausted)
                refused++;
        }
        Assert.Equal((10, 990), (granted, refused));
        Assert.Equal(10 * Epsilon, owner.Spent(contract));
    }

    [Fact]
    public async Task Fifty_at_once_never_overspend()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract(budget: 10 * Epsilon);
        var uses = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => owner.UseAsync(contract, PrivateOwner.Query(q => q with { Where = [new PredicateQuery("x", "lt", [$"{i}"])] }))));
        var outcomes = await Task.WhenAll(uses.Select(u => Task.Run(() => owner.Gate.AdmitAsync(u, CancellationToken.None))));
        Assert.Equal(10, outcomes.Count(o => o.IsOk));
        Assert.All(outcomes.Where(o => !o.IsOk), o => Assert.Equal(PolicyErrors.PrivacyBudgetExhausted, o.Error?.Kind));
        Assert.Equal(10 * Epsilon, owner.Spent(contract));
    }

    [Fact]
    public async Task Fifty_equal_ones_at_once_are_paid_once()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract(budget: 10 * Epsilon);
        var uses = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => owner.UseAsync(contract, PrivateOwner.Query(q => Respelt(q, i)))));
        var outcomes = await Task.WhenAll(uses.Select(u => Task.Run(() => owner.Gate.AdmitAsync(u, CancellationToken.None))));
        Assert.All(outcomes, o => Assert.True(o.IsOk, o.IsOk ? "" : o.Error.ToString()));
        Assert.Equal(Epsilon, owner.Spent(contract));
    }

    [Fact]
    public async Task One_budget_holds_over_contracts_and_over_all_consumers_of_a_group()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var first = owner.Contract(budget: 2 * Epsilon);
        var second = owner.Contract(budget: 3 * Epsilon, contributions: 2);
        var sister = owner.Contract(PrivateOwner.Sister, budget: 3 * Epsilon);
        var stranger = owner.Contract(PrivateOwner.Stranger, budget: 3 * Epsilon);
        AggregateQuery New(int i) => PrivateOwner.Query(q => q with { Where = [new PredicateQuery("x", "lt", [$"{i}"])] });
        Assert.True((await owner.AdmitAsync(first, New(1))).IsOk);
        Assert.True((await owner.AdmitAsync(sister, New(2))).IsOk);
        Assert.Equal(PolicyErrors.PrivacyBudgetExhausted, (await owner.AdmitAsync(first, New(3))).Error!.Kind); // its own limit is 2
        Assert.True((await owner.AdmitAsync(second, New(3))).IsOk);
        Assert.Equal(PolicyErrors.PrivacyBudgetExhausted, (await owner.AdmitAsync(sister, New(4))).Error!.Kind);
        Assert.True((await owner.AdmitAsync(sister, New(1))).IsOk); // paid for by the other of the group
        Assert.Equal(3 * Epsilon, owner.Spent(sister));
        Assert.True((await owner.AdmitAsync(stranger, New(1))).IsOk);
        Assert.Equal(Epsilon, owner.Spent(stranger));
    }

    [Fact]
    public async Task An_exhausted_budget_refuses_new_queries_before_round_1_and_lets_paid_ones_repeat()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract(budget: Epsilon);
        var paid = PrivateOwner.Query();
        Assert.True((await owner.AdmitAsync(contract, paid)).IsOk);
        var repeat = await owner.UseAsync(contract, paid) with { Roster = [] };
        Assert.True(owner.Gate.Preview(repeat).IsOk);
        var other = await owner.UseAsync(contract, PrivateOwner.Query(q => q with { Where = [] })) with { Roster = [] };
        Assert.Equal(PolicyErrors.PrivacyBudgetExhausted, owner.Gate.Preview(other).Error!.Kind);
        Assert.True((await owner.AdmitAsync(contract, paid)).IsOk);
    }

    /// <summary>Two questions at once, room for one: were both let into round 1, each could be granted by one owner and refused by another, and both would have paid for nothing.</summary>
    [Fact]
    public async Task What_round_0_promises_is_promised_once()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract(budget: Epsilon + 1);
        async Task<(Connector.Uses.UseRequest Use, PolicyDecision Decision)> OpenAsync(AggregateQuery query)
        {
            var use = await owner.UseAsync(contract, query) with { Roster = [] };
            return (use, owner.Gate.Preview(use).Value);
        }
        AggregateQuery New(int i) => PrivateOwner.Query(q => q with { Where = [new PredicateQuery("x", "lt", [$"{i}"])] });
        var (first, second, equal) = (await OpenAsync(New(1)), await OpenAsync(New(2)), await OpenAsync(Respelt(New(1), 0) with { Where = New(1).Where, Measures = New(1).Measures }));
        Assert.True(owner.Gate.Promise(first.Use, first.Decision).IsOk);
        Assert.Equal(PolicyErrors.PrivacyBudgetExhausted, owner.Gate.Promise(second.Use, second.Decision).Error!.Kind);
        Assert.Equal(PolicyErrors.PrivacyBudgetExhausted, owner.Gate.Preview(second.Use).Error!.Kind);
        Assert.True(owner.Gate.Preview(first.Use).IsOk);
        Assert.True(owner.Gate.Promise(equal.Use, equal.Decision).IsOk); // is charged once with the first
        Assert.Equal(0, owner.Spent(contract));

        // The job ended without being charged: the rest is free again, and no promise stands in the way of a paid repetition.
        owner.Gate.Forget(first.Use.JobHash);
        owner.Gate.Forget(equal.Use.JobHash);
        Assert.True(owner.Gate.Promise(second.Use, second.Decision).IsOk);
        Assert.True((await owner.AdmitAsync(contract, New(2))).IsOk);
        owner.Gate.Forget(second.Use.JobHash);
        Assert.True(owner.Gate.Preview(await owner.UseAsync(contract, New(2)) with { Roster = [] }).IsOk);
        Assert.Equal(Epsilon, owner.Spent(contract));
    }

    [Fact]
    public async Task Whatever_changes_a_figure_or_anybodys_noise_is_paid_anew()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract(budget: 100 * Epsilon, contributions: 2);
        var query = PrivateOwner.Query();
        var uses = new[]
        {
            await owner.UseAsync(contract, query), await owner.UseAsync(contract, query, version: "v2"), await owner.UseAsync(contract, query, partnerVersion: "p2"),
            await owner.UseAsync(contract, query, partnerNoise: new string('1', 32)), await owner.UseAsync(contract, PrivateOwner.Query(epsilon: Epsilon + 1)),
            await owner.UseAsync(contract, PrivateOwner.Query(honest: 2)), await owner.UseAsync(contract, PrivateOwner.Query(q => q with { Noise = q.Noise! with { ContributionBound = 2 } })),
            await owner.UseAsync(contract, PrivateOwner.Query(q => q with { MinGroupSize = 4 })), await owner.UseAsync(contract, PrivateOwner.Query(q => q with { Measures = [q.Measures[0]] })),
        };
        var digests = new HashSet<string>();
        foreach (var use in uses)
            digests.Add((await owner.Gate.AdmitAsync(use, CancellationToken.None)).Value.Noise!.Digest);
        Assert.Equal(uses.Length, digests.Count);
        Assert.Equal((uses.Length * Epsilon) + 1, owner.Spent(contract));
    }

    /// <summary>Divided noise hides this owner behind the others', who may see two consumers where this owner sees one.</summary>
    [Fact]
    public async Task Divided_noise_is_paid_by_each_consumer_of_a_group()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var (one, two) = (owner.Contract(budget: 9 * Epsilon), owner.Contract(PrivateOwner.Sister, budget: 9 * Epsilon));
        Assert.True((await owner.AdmitAsync(one, PrivateOwner.Query(honest: 2))).IsOk);
        Assert.True((await owner.AdmitAsync(two, PrivateOwner.Query(honest: 2))).IsOk);
        Assert.Equal(2 * Epsilon, owner.Spent(one));
    }

    [Fact]
    public async Task Exact_figures_and_weak_noise_are_refused_and_cost_nothing()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract(perUse: Epsilon);
        Assert.Equal(PolicyErrors.EpsilonMissing, (await owner.AdmitAsync(contract, PrivateOwner.Query(q => q with { Noise = null }))).Error!.Kind);
        Assert.Equal(PolicyErrors.EpsilonTooLarge, (await owner.AdmitAsync(contract, PrivateOwner.Query(epsilon: Epsilon + 1))).Error!.Kind);
        Assert.Equal(ConnectorErrors.PlanExceedsContract, (await owner.AdmitAsync(contract, PrivateOwner.Query(q => q with { Noise = q.Noise! with { ContributionBound = 2 } }))).Error!.Kind);
        Assert.Equal(0, owner.Spent(contract));
    }

    [Fact]
    public async Task Noise_divided_among_more_than_the_contract_vouches_for_is_refused()
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract(); // one independent co-provider: two in all
        Assert.Equal(2, Connector.Uses.PlanCheck.HonestParties(contract));
        Assert.True((await owner.AdmitAsync(contract, PrivateOwner.Query(honest: 2))).IsOk);
        var refused = await owner.AdmitAsync(contract, PrivateOwner.Query(honest: 3));
        Assert.False(refused.IsOk); // more than there are: the shape refuses
        Assert.Equal(Privacy.PrivacyErrors.NoiseTermsInvalid, refused.Error.Kind);
    }

    /// <summary>
    /// Noise that costs nothing is as weak as the consumer likes, and would pass by the history as if it had been paid for: figures with a billion micro-epsilon are exact.
    /// </summary>
    [Theory]
    [InlineData(1_000_000_000, 1)]
    [InlineData(1_000_000_000, 20)]
    [InlineData(100_000, 2)]
    public async Task A_contract_without_a_privacy_budget_is_exact_and_refuses_noise_that_nobody_charges(long epsilon, int contributions)
    {
        await using var owner = await PrivateOwner.StartAsync();
        var contract = owner.Contract(isPrivate: false);
        Assert.True((await owner.AdmitAsync(contract, PrivateOwner.Query(q => q with { Noise = null }))).IsOk);
        var size = owner.Ledger.Latest.Size;
        var noisy = await owner.UseAsync(contract, PrivateOwner.Query(q => q with { Noise = new NoiseQuery(epsilon, contributions, 1) }));
        Assert.Equal("DS-PRV-133", owner.Gate.Preview(noisy).Error!.Code);
        Assert.Equal("DS-PRV-133", (await owner.Gate.AdmitAsync(noisy, CancellationToken.None)).Error!.Code);
        Assert.Equal(size, owner.Ledger.Latest.Size);
        Assert.Equal(0, owner.Spent(contract));
    }
}
