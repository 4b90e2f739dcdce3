using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// Duties in executable form. Known: <c>compensate</c> (a price, and how much of it may be owed), <c>inform</c> (a signed notice to a named party), <c>delete</c> (the consumer deletes the result in
/// time), <c>logRecordSend</c> (the use stands in the ledger with its proof). Any other duty refuses the policy: nobody here would carry it out.
/// </summary>
internal static class DutyCompiler
{
    /// <summary>Longest time that a use may stand still for an acknowledgement.</summary>
    public static readonly TimeSpan LongestDuring = TimeSpan.FromMinutes(10);

    /// <summary>What the duties of a rule or of a policy come to.</summary>
    public readonly record struct Compiled(Payment? Payment, IReadOnlyList<DutyTerm> Duties)
    {
        /// <summary>Duties of the policy and of one of its rules; only one of them names a price.</summary>
        public Compiled With(Compiled own) => new(own.Payment ?? Payment, [.. Duties, .. own.Duties]);
    }

    /// <summary>A <c>compensate</c>.</summary>
    /// <param name="Price">Of one use.</param>
    /// <param name="Plan">Hash of the pinned price plan.</param>
    /// <param name="Credit">Most that may be owed at a time; null when nothing stops whoever does not pay.</param>
    public sealed record Payment(Money.Money Price, string? Plan, Money.Money? Credit);

    public static Result<Compiled> Compile(IReadOnlyList<OdrlRule> rules)
    {
        Payment? payment = null;
        var duties = new List<DutyTerm>();
        foreach (var rule in rules)
        {
            if (rule.Duties.Count > 0)
                return PolicyErrors.UnknownDuty.Of("a duty of a duty");
            if (rule.Action == RuleActions.Compensate)
            {
                if (!PaymentOf(rule).TryGet(out var own, out var error))
                    return error;
                if (payment is not null)
                    return PolicyErrors.Contradiction.Of("two prices for one use");
                payment = own;
                continue;
            }
            if (!Duty(rule).TryGet(out var duty, out var wrong))
                return wrong;
            duties.Add(duty);
        }
        return new Compiled(payment, duties);
    }

    /// <summary>The duty that a <c>retention</c> constraint stands for.</summary>
    public static DutyTerm DeleteWithin(TimeSpan within) => Of(RuleActions.Delete, DutyPhase.After, null, within);

    /// <summary><c>payAmount eq</c> with a currency as unit; after it at most the hash of a price plan and a credit limit in that currency.</summary>
    private static Result<Payment> PaymentOf(OdrlRule duty)
    {
        if (duty.Constraints.Count == 0 || duty.Constraints[0] is not OdrlComparison { LeftOperand: PolicyTerms.PayAmount, RightOperand: [var amount], IsList: false } pay)
            return PolicyErrors.UnknownDuty.Of("compensate begins with exactly one payAmount");
        if (pay.Operator != "eq")
            return PolicyErrors.UnknownOperator.Of("payAmount " + PolicyReader.Show(pay.Operator));
        if (!Money.Money.Parse(amount, pay.Unit).TryGet(out var price, out _))
            return PolicyErrors.InvalidValue.Of("payAmount needs a decimal amount and a known currency as unit");
        string? plan = null;
        Money.Money? credit = null;
        foreach (var other in duty.Constraints.Skip(1))
        {
            switch (other)
            {
                case OdrlComparison { LeftOperand: PolicyTerms.PricePlan, Operator: "eq", RightOperand: [var hash], IsList: false, Unit: null } when plan is null && Digest.IsSha256Hex(hash):
                    plan = hash;
                    break;
                case OdrlComparison { LeftOperand: PolicyTerms.CreditLimit, Operator: "lteq", RightOperand: [var most], IsList: false } limit when credit is null:
                    // Less than one price would sell nothing, and what costs nothing is never owed.
                    if (price.Minor == 0 || limit.Unit != pay.Unit || !Money.Money.Parse(most, limit.Unit).TryGet(out var parsed, out _) || parsed < price)
                        return PolicyErrors.InvalidValue.Of(PolicyTerms.CreditLimit + " is at least one price, in the same currency");
                    credit = parsed;
                    break;
                default:
                    return PolicyErrors.UnknownDuty.Of($"compensate takes a payAmount, and at most a {PolicyTerms.PricePlan} eq and a {PolicyTerms.CreditLimit} lteq");
            }
        }
        return new Payment(price, plan, credit);
    }

    private static Result<DutyTerm> Duty(OdrlRule rule)
    {
        string? party = null;
        DutyPhase? phase = null;
        TimeSpan? within = null;
        foreach (var constraint in rule.Constraints)
        {
            if (constraint is not OdrlComparison { RightOperand: [var value], IsList: false, Unit: null } c)
                return PolicyErrors.UnknownDuty.Of(PolicyReader.Show(rule.Action) + " takes single values alone");
            switch (c.LeftOperand, c.Operator)
            {
                case (PolicyTerms.Recipient, "eq") when party is null && ParticipantId.Parse(value).IsOk:
                    party = value;
                    break;
                case (PolicyTerms.Phase, "eq") when phase is null && value is "before" or "during" or "after" && phase is null:
                    phase = value == "before" ? DutyPhase.Before : value == "during" ? DutyPhase.During : DutyPhase.After;
                    break;
                case (PolicyTerms.ElapsedTime, "lteq") when within is null && PolicyValues.Duration(value) is { } duration:
                    within = duration;
                    break;
                default:
                    return PolicyErrors.UnknownDuty.Of($"{PolicyReader.Show(rule.Action)} with {PolicyReader.Show(c.LeftOperand)} {PolicyReader.Show(c.Operator)} {PolicyReader.Show(value)}");
            }
        }
        return rule.Action switch
        {
            RuleActions.Inform when party is not null && (within is null || phase is null or DutyPhase.After || (phase is DutyPhase.During && within <= LongestDuring)) => Of(rule.Action, phase ?? DutyPhase.After, party, within),
            RuleActions.Delete when within is not null && party is null && phase is null or DutyPhase.After => Of(rule.Action, DutyPhase.After, null, within),
            RuleActions.LogRecordSend when party is null && within is null && phase is null or DutyPhase.During => Of(rule.Action, DutyPhase.During, null, null),
            RuleActions.Inform or RuleActions.Delete or RuleActions.LogRecordSend
                => PolicyErrors.UnknownDuty.Of(rule.Action + ": inform names a recipient and may name a time after the use, or one of at most ten minutes during it, delete a time after the use, logRecordSend nothing"),
            _ => PolicyErrors.UnknownDuty.Of(PolicyReader.Show(rule.Action)),
        };
    }

    private static DutyTerm Of(string action, DutyPhase phase, string? party, TimeSpan? within)
    {
        string[] says = [action, phase.ToString(), party ?? "", within is { } time ? System.Xml.XmlConvert.ToString(time) : ""];
        return new DutyTerm("duty/" + Digest.Sha256Hex(CanonicalJson.Of(says))[..16], action, phase, party, within);
    }
}
