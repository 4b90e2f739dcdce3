using System.Text.Json;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>
/// The attacker holds the coordinator's own key (and sometimes another member's) and talks to a real owner's connector. Every attempt is refused
/// with its code, spends nothing and leaves no grant.
/// </summary>
[Collection(CountedLog.Name)]
public sealed class HostileCoordinatorTests(CountedSpace shared)
{
    private readonly TestAnalyst _analyst = shared.Analyst;

    private Space Space => shared.Space;

    private Party Victim => Space.SupplierA;

    [Theory]
    [InlineData("planning\u202Egninnalp")] // reads the other way round
    [InlineData("تخطيط")]
    [InlineData("plan\U000E0041ning")] // a letter nobody sees, outside of the basic plane
    public async Task An_order_with_hidden_or_turned_text_is_refused(string text)
        => await NothingIsSpentAsync(async () =>
        {
            foreach (var change in (Func<JobOrder, JobOrder>[])[o => o with { Plan = o.Plan with { Title = text } }, o => o with { Plan = o.Plan with { CaseId = text } }, o => o with { Actor = text }])
                (await _analyst.OpenAsync(Victim, _analyst.Make(change).Envelope)).Refused("DS-JOB-001");
        });

    [Fact]
    public async Task Swapped_analyst_keys_are_refused()
    {
        var job = _analyst.Make();
        // Keys of the right form for the same plan, to which the coordinator would hold the secret half.
        var swapped = TestAnalyst.KeysOf(Space, shared.First.JobId);
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope with { AnalystKeys = swapped })).Refused("DS-JOB-003"));
    }

    [Fact]
    public async Task Missing_analyst_keys_are_refused()
        => await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, _analyst.Make().Envelope with { AnalystKeys = [] })).Refused("DS-JOB-003"));

    [Fact]
    public async Task An_altered_plan_breaks_the_signature()
    {
        var job = _analyst.Make();
        var altered = TestAnalyst.Tamper(job.Token, "\"minGroupSize\":3", "\"minGroupSize\":1");
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope with { Order = altered })).Refused("DS-SIG-002"));
    }

    [Fact]
    public async Task A_plan_under_another_plans_hash_is_refused()
    {
        var job = _analyst.Make(o => o with { Plan = o.Plan with { Title = "another" } }, keepPlanHash: true);
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope)).Refused("DS-JOB-002"));
    }

    [Fact]
    public async Task An_order_by_a_key_that_the_agreement_does_not_pin_is_refused()
    {
        var job = _analyst.Make(signer: Space.Coordinator.Persona.Signer);
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope)).Refused("DS-JOB-015"));
    }

    [Fact]
    public async Task Claiming_the_pinned_key_id_does_not_help()
    {
        var job = _analyst.Make(signer: new ImpostorSigner(Space.Coordinator.Persona.Signer, Space.Leader.KeyId));
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope)).Refused("DS-SIG-002"));
    }

    [Fact]
    public async Task An_expired_order_is_refused()
    {
        var job = _analyst.Make(clock: new ShiftedClock(TimeSpan.FromHours(-2)), life: TimeSpan.FromHours(1));
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope)).Refused("DS-SIG-005"));
    }

    [Fact]
    public async Task An_order_from_the_future_is_refused()
    {
        var job = _analyst.Make(clock: new ShiftedClock(TimeSpan.FromMinutes(2)));
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope)).Refused("DS-SIG-006"));
    }

    [Fact]
    public async Task An_order_for_other_audiences_is_refused()
    {
        var job = _analyst.Make(audiences: [Space.Coordinator.Did, Space.SupplierB.Did]);
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope)).Refused("DS-SIG-004"));
    }

    [Fact]
    public async Task Another_member_cannot_carry_the_order()
    {
        var job = _analyst.Make();
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope, Space.SupplierB.Persona)).Refused("DS-JOB-001"));
    }

    [Fact]
    public async Task An_owner_outside_the_roster_is_not_drawn_in()
    {
        var job = _analyst.Make(o => o with { Plan = o.Plan with { Roster = [.. o.Plan.Roster.Where(r => r.Participant != Victim.Did)] } },
            audiences: [Victim.Did, Space.Coordinator.Did]);
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope)).Refused("DS-JOB-004"));
    }

    [Fact]
    public async Task An_invented_co_provider_in_the_order_is_refused_by_the_contract()
    {
        var invented = new RosterEntry("did:web:supplier-z.example", "ed25519-00000000000000000000000000000000", "investments", "urn:uuid:0", new string('0', 64));
        var job = _analyst.Make(o => o with
        {
            Plan = o.Plan with { Roster = [.. o.Plan.Roster.Where(r => r.Participant != Space.SupplierB.Did).Append(invented).OrderBy(r => r.Participant, StringComparer.Ordinal)] },
        });
        await NothingIsSpentAsync(async () => (await _analyst.OpenAsync(Victim, job.Envelope)).Refused("DS-POL-031"), denials: 1);
    }

    [Theory]
    [InlineData("a smaller minimum group", "DS-POL-033")]
    [InlineData("wider value bounds", "DS-CON-012")]
    [InlineData("another agreement version", "DS-CON-004")]
    [InlineData("a column outside the contract", "DS-POL-027")]
    public async Task A_plan_wider_than_the_contract_is_refused_even_with_the_analysts_signature(string how, string code)
    {
        // Here the analyst colludes: the signature is right, the contract is not with them.
        var job = _analyst.Make(o => o with { Plan = Widen(o.Plan, how) });
        var answer = await NothingIsSpentAsync(() => _analyst.OpenAsync(Victim, job.Envelope), denials: code == "DS-CON-004" ? 0 : 1);
        answer.Refused(code);
    }

    [Fact]
    public async Task A_request_token_is_accepted_once()
    {
        var job = _analyst.Make(clock: new ShiftedClock(TimeSpan.FromHours(-2)), life: TimeSpan.FromHours(1));
        var body = JsonSerializer.SerializeToUtf8Bytes(job.Envelope, JobJson.Options);
        var token = RequestToken.Create(Space.Coordinator.Persona.Signer, Space.Coordinator.Did, Victim.Did, "POST", "/peer/jobs", body, TimeProvider.System);
        await NothingIsSpentAsync(async () =>
        {
            (await Victim.Wire.SendAsync(HttpMethod.Post, "/peer/jobs", body, token)).Refused("DS-SIG-005");
            (await Victim.Wire.SendAsync(HttpMethod.Post, "/peer/jobs", body, token)).Refused("DS-SIG-007", 401);
        });
    }

    [Fact]
    public async Task A_request_token_binds_receiver_path_body_and_caller()
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(_analyst.Make().Envelope, JobJson.Options);
        string Token(Persona caller, string audience, string path) => RequestToken.Create(caller.Signer, caller.Did, audience, "POST", path, body, TimeProvider.System);
        var coordinator = Space.Coordinator.Persona;
        await NothingIsSpentAsync(async () =>
        {
            (await Victim.Wire.SendAsync(HttpMethod.Post, "/peer/jobs", body, Token(coordinator, Space.SupplierB.Did, "/peer/jobs"))).Refused("DS-SIG-004", 401);
            (await Victim.Wire.SendAsync(HttpMethod.Post, "/peer/jobs", body, Token(coordinator, Victim.Did, "/peer/receipts"))).Refused("DS-SIG-009", 401);
            (await Victim.Wire.SendAsync(HttpMethod.Post, "/peer/jobs", [.. body, (byte)' '], Token(coordinator, Victim.Did, "/peer/jobs"))).Refused("DS-SIG-008", 401);
            (await Victim.Wire.SendAsync(HttpMethod.Post, "/peer/jobs", body, Token(Persona.Fresh("did:web:stranger.example"), Victim.Did, "/peer/jobs"))).Refused("DS-SIG-003", 401);
            (await Victim.Wire.SendAsync(HttpMethod.Post, "/peer/jobs", body, Token(Persona.Fresh(coordinator.Did), Victim.Did, "/peer/jobs"))).Refused("DS-SIG-003", 401);
        });
    }

    [Fact]
    public async Task Replaying_a_whole_old_job_gives_the_old_answers_and_no_second_use()
    {
        var token = TestAnalyst.TokenOf(Space, shared.First.JobId);
        var envelope = new JobEnvelope(token, TestAnalyst.KeysOf(Space, shared.First.JobId));
        var hash = Digest.Sha256Hex(Jws.Parse(token, SignedMessage.MaxDocumentChars).Value.Payload.Span);
        await NothingIsSpentAsync(async () =>
        {
            var statements = new List<string>();
            foreach (var entry in TestAnalyst.OrderOf(token).Plan.Roster)
                statements.Add((await _analyst.OpenAsync(Space.Owners.First(o => o.Did == entry.Participant), envelope)).Ok().GetValue<string>());
            var again = (await _analyst.OpenAsync(Victim, envelope)).Ok().GetValue<string>();
            Assert.Contains(again, statements);
            (await _analyst.RosterAsync(Victim, hash, statements)).Ok();
            var first = await ContributionAsync(hash);
            Assert.Equal(first, await ContributionAsync(hash));
            Assert.Contains((await Space.SightsAsync(shared.First.JobId)), s => s.From == Victim.Did && s.Sha256 == Digest.Sha256Hex(Convert.FromBase64String(first)));
        });
    }

    [Fact]
    public async Task A_contribution_is_given_only_to_the_coordinator_that_the_order_names()
    {
        var token = TestAnalyst.TokenOf(Space, shared.First.JobId);
        var hash = Digest.Sha256Hex(Jws.Parse(token, SignedMessage.MaxDocumentChars).Value.Payload.Span);
        await NothingIsSpentAsync(async () =>
        {
            (await Victim.FromAsync(Space.SupplierB.Persona, HttpMethod.Get, $"/peer/jobs/{hash}/contribution")).Refused("DS-JOB-007", 404);
            (await Victim.FromAsync(Space.Coordinator.Persona, HttpMethod.Get, $"/peer/jobs/{new string('a', 64)}/contribution")).Refused("DS-JOB-007", 404);
            (await Victim.FromAsync(Space.SupplierB.Persona, HttpMethod.Post, $"/peer/jobs/{hash}/roster", new RoundOneRequest([]))).Refused("DS-JOB-007", 404);
        });
    }

    [Fact]
    public async Task A_broken_roster_is_refused_and_a_second_one_never_gets_another_mask()
    {
        var job = _analyst.Make();
        var statements = new List<string>();
        foreach (var entry in job.Order.Plan.Roster)
            statements.Add((await _analyst.OpenAsync(Space.Owners.First(o => o.Did == entry.Participant), job.Envelope)).Ok().GetValue<string>());
        var own = job.Order.Plan.Roster.ToList().FindIndex(r => r.Participant == Victim.Did);
        var other = job.Order.Plan.Roster.ToList().FindIndex(r => r.Participant == Space.SupplierB.Did);
        var invented = Resign(statements[other], Persona.Fresh(Space.SupplierB.Did).Signer);
        await NothingIsSpentAsync(async () =>
        {
            async Task BrokenAsync(params string[] roster) => (await _analyst.RosterAsync(Victim, job.Hash, roster)).Refused("DS-JOB-005");
            await BrokenAsync();
            await BrokenAsync([.. statements.Take(2)]);
            await BrokenAsync([.. statements, statements[0]]);
            await BrokenAsync(statements[0], statements[0], statements[2]);
            await BrokenAsync([.. Enumerable.Reverse(statements)]);
            await BrokenAsync([.. statements.Select((s, i) => i == other ? invented : s)]);
            await BrokenAsync([.. statements.Select((s, i) => i == other ? TestAnalyst.Tamper(s, "\"datasetVersion\":\"", "\"datasetVersion\":\"0") : s)]);
            // The owner's own statement with another ephemeral key, even under the owner's own signature, is not what it said.
            await BrokenAsync([.. statements.Select((s, i) => i == own ? Resign(s, Victim.Persona.Signer) : s)]);
        });

        var agreement = await Space.AgreeAsync(Victim);
        var before = await Space.SpentAsync(Victim, agreement);
        (await _analyst.RosterAsync(Victim, job.Hash, statements)).Ok();
        await Eventually.TrueAsync(async () => (await AnswerAsync(job.Hash))["state"]!.GetValue<string>() == ContributionAnswer.Ready, TimeSpan.FromSeconds(30), Space.Story);
        var contribution = await ContributionAsync(job.Hash);
        // A second roster that verifies, because supplier B helps: same order, another ephemeral key of B.
        var second = statements.Select((s, i) => i == other ? Resign(s, Space.SupplierB.Persona.Signer) : s).ToList();
        (await _analyst.RosterAsync(Victim, job.Hash, second)).Refused("DS-JOB-006", 409);
        (await _analyst.RosterAsync(Victim, job.Hash, statements)).Ok();
        Assert.Equal(contribution, await ContributionAsync(job.Hash));
        Assert.Equal(before + 1, await Space.SpentAsync(Victim, agreement));
    }

    [Fact]
    public async Task A_receipt_that_the_consumer_did_not_sign_is_not_countersigned()
    {
        var log = await Ledgers.ReadWhenAsync(Victim, r => r.Receipts().Any(x => x.Payload.ResultDigest == shared.First.Result!["resultDigest"]!.GetValue<string>()));
        var grant = log.Grants().First(g => g.Payload.JobId == shared.First.JobId);
        var receipt = log.Receipts().First(r => r.Payload.GrantHash == grant.Record.LeafHash.Hex()).Payload;
        ReceiptOffer Offer(ReceiptPayload r) => new(grant.Payload.JobId, grant.Payload.UseId, r.GrantHash, r.ReportHash, r.ResultDigest, r.JobHash, r.ConsumerKeyId, Convert.ToBase64String(r.ConsumerSignature.Span), r.Consumer);
        await NothingIsSpentAsync(async () =>
        {
            (await Victim.FromAsync(Space.Coordinator.Persona, HttpMethod.Post, "/peer/receipts", Offer(receipt))).Refused("DS-CON-015");
            (await Victim.FromAsync(Space.Leader.Persona, HttpMethod.Post, "/peer/receipts", Offer(receipt with { ResultDigest = new string('0', 64) }))).Refused("DS-LED-034");
            (await Victim.FromAsync(Space.Leader.Persona, HttpMethod.Post, "/peer/receipts", Offer(receipt) with { UseId = new string('0', 64) })).Refused("DS-CON-015");
            // The right one again: answered alike, and no second entry.
            (await Victim.FromAsync(Space.Leader.Persona, HttpMethod.Post, "/peer/receipts", Offer(receipt))).Ok();
        });
    }

    private static JobPlan Widen(JobPlan plan, string how)
    {
        var query = plan.Aggregate!;
        return how switch
        {
            "a smaller minimum group" => plan with { Aggregate = query with { MinGroupSize = 2, Measures = [query.Measures[0] with { Statistics = ["sum"] }] } },
            "wider value bounds" => plan with { Aggregate = query with { Measures = [query.Measures[0] with { Max = "3000" }] } },
            "a column outside the contract" => plan with { Aggregate = query with { Measures = [query.Measures[0] with { Column = "capital" }] } },
            _ => plan with { Roster = [.. plan.Roster.Select(r => r with { AgreementHash = new string('0', 64) })] },
        };
    }

    /// <summary>A round-0 statement with another ephemeral key, signed by any key.</summary>
    private static string Resign(string statement, ISigner signer) => Collusion.Resign<RoundZeroStatement>(statement, RoundZeroStatement.Typ, signer, s =>
    {
        using var key = X25519KeyPair.Generate();
        return s with { EphemeralKey = Convert.ToBase64String(key.PublicKey.Span) };
    });

    private async Task<System.Text.Json.Nodes.JsonNode> AnswerAsync(string hash)
        => (await Victim.FromAsync(Space.Coordinator.Persona, HttpMethod.Get, $"/peer/jobs/{hash}/contribution")).Ok();

    private async Task<string> ContributionAsync(string hash) => (await AnswerAsync(hash))["envelope"]!["contribution"]!["payload"]!.GetValue<string>();

    private Task<bool> NothingIsSpentAsync(Func<Task> attack) => NothingIsSpentAsync(async () =>
    {
        await attack();
        return true;
    });

    /// <summary>No budget moves, no entry appears but, where the refusal has to be on record, the denial.</summary>
    private async Task<T> NothingIsSpentAsync<T>(Func<Task<T>> attack, int denials = 0)
    {
        var agreement = await Space.AgreeAsync(Victim);
        var (spent, size) = (await Space.SpentAsync(Victim, agreement), await Ledgers.SizeAsync(Victim));
        var result = await attack();
        Assert.Equal(spent, await Space.SpentAsync(Victim, agreement));
        Assert.Equal(size + denials, await Ledgers.SizeAsync(Victim));
        if (denials > 0)
        {
            var log = await Ledgers.ReadWhenAsync(Victim, r => r.Count >= size + denials);
            Assert.All(log.Skip((int)size), r => Assert.Equal(EntryKind.Denied, r.Entry.Kind));
        }
        return result;
    }
}
