using DataSpace.Hosting.Http;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;

namespace DataSpace.Regulator.Publication;

/// <summary>Lifting and clearing by several people: an act that enough root keys signed, for the orders that stand at this moment, once.</summary>
internal static class LooseningEndpoints
{
    /// <summary>Whoever has the management token hands it in; the signatures decide. Everyone who signed stands in the ledger before the act has an effect.</summary>
    public static async Task<IResult> ExecuteAsync(
        HttpRequest request, PublicationDesk desk, ActLog acts, RegulatorConfig config, TimeProvider clock, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        if (!LooseningActs.Read(body.GetBuffer().AsMemory(0, (int)body.Length)).TryGet(out var signed, out var error)
            || !LooseningActs.Signers(signed, config.Pin, config.Loosening).TryGet(out var signers, out error))
            return error.ToProblem();
        var act = signed.Act;
        async Task<DsError?> BeforeAsync(RegulationState state)
        {
            var now = clock.GetUtcNow();
            if (act.AfterSequence != state.Orders.Sequence || now >= act.NotAfter || act.NotAfter - now > LooseningActs.MaxLife)
                return RegulatorErrors.ApprovalsOutdated.Of($"orders {act.AfterSequence}, now {state.Orders.Sequence}");
            var hash = Digest.Sha256Hex(CanonicalJson.Of(act));
            foreach (var signer in signers)
            {
                var logged = await acts.AppendAsync("approve", "rootKey", signer, state.RuleSet.Version, act.CaseId, hash, cancellation);
                if (!logged.TryGet(out _, out var failed))
                    return failed;
            }
            return null;
        }
        var freeze = new FreezeOrder(act.Target, act.Id, act.CaseId, act.Provider);
        var clearance = new ClearanceOrder(act.Id, act.Provider ?? string.Empty, act.Participant ?? string.Empty, act.RuleId ?? string.Empty, act.CaseId, act.Until);
        return act.Act switch
        {
            LooseningActs.Lift when ActEndpoints.Problem(freeze) is { } wrong => wrong.ToProblem(),
            LooseningActs.Lift => ActEndpoints.Answer(await ActEndpoints.LiftAsync(desk, freeze, BeforeAsync, cancellation)),
            LooseningActs.Clear when ActEndpoints.Problem(clearance) is { } wrong => wrong.ToProblem(),
            LooseningActs.Clear => ActEndpoints.Answer(await ActEndpoints.ClearAsync(desk, clearance, clock, BeforeAsync, cancellation)),
            _ => RegulatorErrors.BadAct.Of("act is lift or clear").ToProblem(),
        };
    }
}
