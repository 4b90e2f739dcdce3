using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using Xunit;

namespace DataSpace.Kernel.Tests.NegativeList;

/// <summary>What an attacker may try with a regulator's documents, and the one code each attempt meets.</summary>
public class RegulationStateTests
{
    private readonly Regulator _regulator = new();

    private static readonly Rule Plates = Regulator.Rule("R-1", new RuleMatch(Pattern: ["plate"]));

    private void Refused(string code, RegulationBundle bundle, RegulationMark? mark = null, DateTimeOffset? now = null)
        => Assert.Equal(code, RegulationState.Accept(_regulator.Pin, mark, bundle, now ?? _regulator.Now).Error?.Code);

    [Fact]
    public void A_sound_bundle_is_accepted_and_survives_the_way_through_a_relay()
    {
        var bundle = _regulator.Bundle(_regulator.Set(1, Plates));
        var relayed = RegulationBundle.Read(System.Text.Encoding.UTF8.GetBytes(JsonNode.Parse(bundle.ToJson())!.ToString())).Value; // indented
        var state = RegulationState.Accept(_regulator.Pin, null, relayed, _regulator.Now).Value;
        Assert.Equal(1, state.RuleSet.Version);
        Assert.True(state.Decide(_regulator.Use()).Allowed);
        Assert.Equal(state.Mark, RegulationState.Accept(_regulator.Pin, state.Mark, bundle, _regulator.Now).Value.Mark);
    }

    [Fact]
    public void One_pinned_key_and_one_unpinned_key_are_not_two_people()
        => Refused("DS-NEG-007", _regulator.Bundle(_regulator.Set(1, Plates), roots: [_regulator.Root1, _regulator.Stranger]));

    [Fact]
    public void One_key_signing_twice_is_one_person()
        => Refused("DS-NEG-008", _regulator.Bundle(_regulator.Set(1, Plates), roots: [_regulator.Root1, _regulator.Root1]));

    [Fact]
    public void No_signature_at_all() => Refused("DS-NEG-008", _regulator.Bundle(_regulator.Set(1, Plates), roots: []));

    [Fact]
    public void A_strangers_further_signature_does_not_hurt_two_pinned_ones()
        => Assert.True(RegulationState.Accept(
            _regulator.Pin, null, _regulator.Bundle(_regulator.Set(1, Plates), roots: [_regulator.Stranger, _regulator.Root3, _regulator.Root1]), _regulator.Now).IsOk);

    [Fact]
    public void Two_people_who_signed_two_different_lists_agreed_on_neither()
    {
        var a = _regulator.Bundle(_regulator.Set(1, Plates), roots: [_regulator.Root1]);
        var b = _regulator.Bundle(_regulator.Set(1), roots: [_regulator.Root2]);
        Refused("DS-NEG-008", a with { Approvals = [a.Approvals[0], b.Approvals[0]] });
    }

    [Fact]
    public void A_rule_set_that_was_changed_after_signing()
    {
        var bundle = _regulator.Bundle(_regulator.Set(1, Plates));
        var changed = JsonNode.Parse(bundle.RuleSet.GetRawText())!;
        changed["rules"]!.AsArray().Clear();
        Refused("DS-NEG-009", bundle with { RuleSet = JsonSerializer.SerializeToElement(changed) });
    }

    [Fact]
    public void A_signature_that_a_pinned_key_never_made()
    {
        var bundle = _regulator.Bundle(_regulator.Set(1, Plates));
        var other = bundle.Approvals[1].Split('.');
        var forged = bundle.Approvals[0].Split('.');
        Refused("DS-NEG-009", bundle with { Approvals = [string.Join('.', forged[0], forged[1], other[2]), bundle.Approvals[1]] });
    }

    [Fact]
    public void A_pinned_key_does_not_make_another_regulators_list_count()
        => Refused("DS-NEG-006", _regulator.Bundle(_regulator.Set(1, Plates) with { Regulator = "did:web:other.example" }));

    [Fact]
    public void A_lower_version()
        => Refused("DS-NEG-010", _regulator.Bundle(_regulator.Set(1, Plates)), _regulator.Accepted(_regulator.Set(2)).Mark);

    [Fact]
    public void The_same_version_with_other_content()
        => Refused("DS-NEG-011", _regulator.Bundle(_regulator.Set(2, Plates)), _regulator.Accepted(_regulator.Set(2)).Mark);

    [Fact]
    public void Before_and_after_its_validity()
    {
        var set = _regulator.Set(1, Plates) with { ValidFrom = _regulator.Now + TimeSpan.FromSeconds(1) };
        Refused("DS-NEG-012", _regulator.Bundle(set));
        Assert.True(RegulationState.Accept(_regulator.Pin, null, _regulator.Bundle(set), set.ValidFrom).IsOk);
        var ended = _regulator.Set(1, Plates) with { ValidUntil = _regulator.Now };
        Refused("DS-NEG-013", _regulator.Bundle(ended));
        Assert.True(RegulationState.Accept(_regulator.Pin, null, _regulator.Bundle(ended), _regulator.Now - TimeSpan.FromSeconds(1)).IsOk);
    }

    [Fact]
    public void A_list_that_expires_while_it_is_held_denies_every_use()
    {
        var set = _regulator.Set(1) with { ValidUntil = _regulator.Now + TimeSpan.FromMinutes(5) };
        var state = _regulator.Accepted(set);
        Assert.True(state.Decide(_regulator.Use()).Allowed);
        Assert.Equal("DS-NEG-013", state.Decide(_regulator.Use() with { Now = set.ValidUntil }).Error?.Code);
    }

    [Fact]
    public void The_stamp_of_another_rule_set()
    {
        var known = _regulator.Bundle(_regulator.Set(1, Plates));
        var other = _regulator.Bundle(_regulator.Set(2, Plates));
        Refused("DS-NEG-014", known with { Stamp = other.Stamp });
    }

    [Fact]
    public void A_stamp_or_orders_by_another_key_than_the_delegated_one()
    {
        var bundle = _regulator.Bundle(_regulator.Set(1, Plates));
        Refused("DS-NEG-007", _regulator.Bundle(_regulator.Set(1, Plates), online: _regulator.Stranger));
        Refused("DS-NEG-007", bundle with { Orders = _regulator.Bundle(_regulator.Set(1, Plates), online: _regulator.Root1).Orders });
    }

    [Fact]
    public void An_approval_is_no_stamp() => Refused("DS-NEG-001", _regulator.Bundle(_regulator.Set(1)) with { Stamp = _regulator.Bundle(_regulator.Set(1)).Approvals[0] });

    [Fact]
    public void The_delegated_key_ends()
    {
        var set = _regulator.Set(1);
        Refused("DS-NEG-017", _regulator.Bundle(set, stampedAt: set.StampKey.NotAfter), now: set.StampKey.NotAfter);
    }

    [Fact]
    public void Orders_of_a_lower_number_would_lift_a_freeze()
    {
        var set = _regulator.Set(1);
        var frozen = _regulator.Orders(5, [new Freeze(FreezeTarget.Dataset, "sales-2025", "case-1", Regulator.Start)]);
        var mark = _regulator.Accepted(set, frozen).Mark;
        Refused("DS-NEG-018", _regulator.Bundle(set, _regulator.Orders(4)), mark);
        Refused("DS-NEG-018", _regulator.Bundle(_regulator.Set(2), _regulator.Orders(4)), mark);
        Refused("DS-NEG-019", _regulator.Bundle(set, _regulator.Orders(5)), mark);
        Refused("DS-NEG-014", _regulator.Bundle(set, frozen) with { Orders = _regulator.Bundle(set, _regulator.Orders(4)).Orders });
        Assert.True(RegulationState.Accept(_regulator.Pin, mark, _regulator.Bundle(set, _regulator.Orders(6)), _regulator.Now).IsOk);
    }

    [Fact]
    public void A_stamp_lives_15_minutes_and_a_day_for_general_grades_whose_contract_says_so()
    {
        var state = _regulator.Accepted(_regulator.Set(1));
        var use = _regulator.Use();
        Assert.True(state.Decide(use with { Now = _regulator.Now + TimeSpan.FromMinutes(15) }).Allowed);
        var later = use with { Now = _regulator.Now + TimeSpan.FromMinutes(15) + TimeSpan.FromTicks(1) };
        Assert.Equal("DS-NEG-015", state.Decide(later).Error?.Code);
        var extended = state.Decide(later with { ContractExtendsStamp = true });
        Assert.True(extended is { Allowed: true, Degraded: true });
        Assert.Equal("DS-NEG-015", state.Decide(later with { ContractExtendsStamp = true, GradeRank = 5 }).Error?.Code);
        Assert.Equal("DS-NEG-015", state.Decide(later with { ContractExtendsStamp = true, GradeRank = null }).Error?.Code);
        Assert.True(state.Decide(later with { ContractExtendsStamp = true, Now = _regulator.Now + TimeSpan.FromHours(24) }).Allowed);
        Assert.Equal("DS-NEG-015", state.Decide(later with { ContractExtendsStamp = true, Now = _regulator.Now + TimeSpan.FromHours(24) + TimeSpan.FromTicks(1) }).Error?.Code);
    }

    [Fact]
    public void A_newer_stamp_alone_renews_the_state_an_older_one_or_anothers_does_not()
    {
        var set = _regulator.Set(1);
        var state = _regulator.Accepted(set);
        var minute = _regulator.Now + TimeSpan.FromMinutes(1);
        var renewed = state.AcceptStamp(_regulator.Bundle(set, stampedAt: minute).Stamp, minute).Value;
        Assert.Equal(minute, renewed.Stamp.Time);
        Assert.Equal(minute, RegulationState.Accept(_regulator.Pin, state.Mark, renewed.Bundle, minute).Value.Stamp.Time);
        Assert.Equal("DS-NEG-026", renewed.AcceptStamp(state.Bundle.Stamp, minute).Error?.Code);
        Assert.Equal("DS-NEG-014", state.AcceptStamp(_regulator.Bundle(_regulator.Set(2), stampedAt: minute).Stamp, minute).Error?.Code);
        Assert.Equal("DS-NEG-014", state.AcceptStamp(_regulator.Bundle(set, _regulator.Orders(1), minute).Stamp, minute).Error?.Code);
        Assert.Equal("DS-NEG-007", state.AcceptStamp(_regulator.Bundle(set, stampedAt: minute, online: _regulator.Stranger).Stamp, minute).Error?.Code);
        Assert.Equal("DS-NEG-016", state.AcceptStamp(_regulator.Bundle(set, stampedAt: minute + TimeSpan.FromMinutes(2)).Stamp, minute).Error?.Code);
    }

    [Fact]
    public void A_clock_moved_back_a_year_uses_nothing()
    {
        var state = _regulator.Accepted(_regulator.Set(1) with { ValidFrom = Regulator.Start - TimeSpan.FromDays(380), ValidUntil = Regulator.Start + TimeSpan.FromDays(10) });
        var aYearAgo = _regulator.Now - TimeSpan.FromDays(365);
        Assert.Equal("DS-NEG-016", state.Decide(_regulator.Use() with { Now = aYearAgo }).Error?.Code);
        Assert.Equal("DS-NEG-020", TrustedClock.Read(aYearAgo, _regulator.Now).Error?.Code);
        Assert.Equal(_regulator.Now, TrustedClock.Read(_regulator.Now - TimeSpan.FromSeconds(60), _regulator.Now).Value);
        Assert.False(TrustedClock.Read(_regulator.Now - TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1), _regulator.Now).IsOk);
        Assert.Equal(_regulator.Now, TrustedClock.Read(_regulator.Now, _regulator.Now - TimeSpan.FromDays(1)).Value);
    }

    [Fact]
    public void Years_of_volumes_turn_at_midnight_in_China()
    {
        Assert.Equal(2026, TrustedClock.CalendarYear(new DateTimeOffset(2026, 12, 31, 15, 59, 59, TimeSpan.Zero)));
        Assert.Equal(2027, TrustedClock.CalendarYear(new DateTimeOffset(2026, 12, 31, 16, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData(FreezeTarget.Participant, "did:web:provider.example")]
    [InlineData(FreezeTarget.Participant, "did:web:consumer.example")]
    [InlineData(FreezeTarget.Participant, "did:web:third.example")]
    [InlineData(FreezeTarget.Dataset, "sales-2025")]
    [InlineData(FreezeTarget.Contract, "contract-1")]
    public void A_freeze_stops_what_it_names_and_nothing_else(FreezeTarget target, string id)
    {
        var use = _regulator.Use() with { OtherParties = ["did:web:third.example"] };
        var state = _regulator.Accepted(_regulator.Set(1), _regulator.Orders(1, [new Freeze(target, id, "case-7", Regulator.Start)]));
        var decision = state.Decide(use);
        Assert.Equal("DS-NEG-024", decision.Error?.Code);
        Assert.Equal("case-7", decision.CaseId);
        Assert.Contains("case-7", decision.Error!.Detail, StringComparison.Ordinal);
        Assert.True(state.Decide(use with { Provider = "did:web:p2.example", Consumer = "did:web:c2.example", OtherParties = [], DatasetId = "d2", ContractId = "c2" }).Allowed);
    }

    [Fact]
    public void A_dataset_is_frozen_at_its_owner_and_without_a_named_owner_everywhere()
    {
        var use = _regulator.Use();
        string? Ask(params Freeze[] freezes) => _regulator.Accepted(_regulator.Set(1), _regulator.Orders(1, freezes)).Decide(use).CaseId;
        var freeze = new Freeze(FreezeTarget.Dataset, use.DatasetId, "case-1", Regulator.Start);
        Assert.Equal("case-1", Ask(freeze)); // orders from before owners were named
        Assert.Equal("case-1", Ask(freeze with { Provider = use.Provider }));
        Assert.Null(Ask(freeze with { Provider = "did:web:p2.example" }));
        Assert.Equal("case-2", Ask(freeze with { Provider = "did:web:p2.example" }, freeze with { Provider = use.Provider, CaseId = "case-2" }));
    }

    [Fact]
    public void A_clearance_opens_its_rule_for_its_dataset_and_participant_until_it_ends()
    {
        var rule = Regulator.Rule("R-9", new RuleMatch(Industry: ["C"]), RuleRoute.SecurityAssessment);
        var until = _regulator.Now + TimeSpan.FromMinutes(10);
        var use = _regulator.Use();
        RegulationDecision Ask(Clearance clearance, RegulationRequest request) => _regulator.Accepted(_regulator.Set(1, rule), _regulator.Orders(1, clearances: [clearance])).Decide(request);
        var fitting = new Clearance(use.DatasetId, use.Consumer!, "R-9", until, "case-1", use.Provider);
        Assert.Equal("DS-NEG-022", _regulator.Accepted(_regulator.Set(1, rule)).Decide(use).Error?.Code);
        Assert.True(Ask(fitting, use).Allowed);
        Assert.Equal(RuleRoute.SecurityAssessment, Ask(fitting, use).Route);
        Assert.True(Ask(fitting, use with { Stage = RegulationStage.Listing, Consumer = null }).Allowed);
        foreach (var other in (Clearance[])[fitting with { DatasetId = "x" }, fitting with { Participant = use.Provider }, fitting with { RuleId = "R-8" }, fitting with { Until = use.Now },
            fitting with { Provider = "did:web:p2.example" }, fitting with { Provider = null }])
            Assert.Equal("DS-NEG-022", Ask(other, use).Error?.Code);
        Assert.Equal("DS-NEG-021", _regulator.Accepted(
            _regulator.Set(1, rule with { Route = RuleRoute.Prohibited }), _regulator.Orders(1, clearances: [fitting])).Decide(use).Error?.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void A_threshold_that_cannot_be_met_or_means_nothing_is_refused(int threshold)
        => Assert.Equal("DS-NEG-027", RegulatorPin.Create(Regulator.Did, "x", [.. _regulator.Pin.RootKeys.Select(RegulatorPin.Spell)], threshold).Error?.Code);

    [Fact]
    public void A_root_key_pinned_twice_is_refused()
        => Assert.Equal("DS-NEG-027", RegulatorPin.Create(Regulator.Did, "x", [RegulatorPin.Spell(_regulator.Root1.PublicKey), RegulatorPin.Spell(_regulator.Root1.PublicKey)]).Error?.Code);
}
