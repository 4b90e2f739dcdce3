using System.Text.Json;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Regulator.Publication;

/// <summary>Freeze and lift: what and under which case; of a dataset, whose.</summary>
internal sealed record FreezeOrder(FreezeTarget Target, string Id, string CaseId, string? Provider = null);

/// <summary>Clear and withdraw: an owner's dataset, participant and rule; until when, for clearing.</summary>
internal sealed record ClearanceOrder(string DatasetId, string Provider, string Participant, string RuleId, string CaseId, DateTimeOffset? Until = null);

/// <summary>The regulator's acts, by its officer with the management token.</summary>
internal static class ActEndpoints
{
    private const int MaxTextChars = 256;

    public static void MapActs(this WebApplication app)
    {
        var admin = app.MapGroup("/admin").RequireAdmin();
        admin.MapPost("/rule-sets", PublishAsync).WithMetadata(new BodyLimit(SignedRuleSet.MaxBytes)).WithSummary("Publishes a rule set signed by at least the threshold of root keys.");
        admin.MapPost("/freezes", FreezeAsync).WithSummary("Freezes a participant, dataset or contract under a case id.");
        admin.MapPost("/acts", LooseningEndpoints.ExecuteAsync).WithMetadata(new BodyLimit(LooseningActs.MaxBytes)).WithSummary("Carries out a lift or a clearance that enough people signed.");
        admin.MapPost("/stamp-key", PrepareKeyAsync).WithSummary("The next online key, made when there is none; it takes effect with the rule set that names it.");
        admin.MapPost("/clearances/withdraw", WithdrawAsync).WithSummary("Withdraws a clearance.");
    }

    private static async Task<IResult> PublishAsync(HttpRequest request, PublicationDesk desk, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        if (!SignedRuleSet.Read(body.GetBuffer().AsMemory(0, (int)body.Length)).TryGet(out var signed, out var error))
            return error.ToProblem();
        return Answer(await desk.PublishAsync(signed, cancellation));
    }

    private static Task<IResult> FreezeAsync(HttpRequest request, PublicationDesk desk, TimeProvider clock, CancellationToken cancellation)
        => ActAsync<FreezeOrder>(request, Problem, order => desk.ChangeOrdersAsync("freeze", Word(order.Target), Named(order.Provider, order.Id), order.CaseId, async (db, _) =>
        {
            if (await db.Freezes.FindAsync([order.Target, order.Id, order.Provider ?? string.Empty], cancellation) is not null)
                return RegulatorErrors.AlreadyFrozen.Of(order.Id);
            if (await db.Freezes.CountAsync(cancellation) >= RegulationSignatures.MaxOrders)
                return RegulatorErrors.TooMany.Of("freezes");
            db.Freezes.Add(new FreezeRow { Target = order.Target, Id = order.Id, Provider = order.Provider ?? string.Empty, CaseId = order.CaseId, Since = clock.GetUtcNow() });
            return null;
        }, cancellation), cancellation);

    private static async Task<IResult> PrepareKeyAsync(PublicationDesk desk, CancellationToken cancellation)
        => (await desk.PrepareKeyAsync(cancellation)).TryGet(out var key, out var error)
            ? Results.Json(new { publicKey = RegulatorPin.Spell(key), key.KeyId }, JobJson.Options)
            : error.ToProblem();

    /// <summary>Lifts a freeze. <paramref name="before"/> is asked under the desk's lock. Freezing and withdrawing are for one officer, at once; what loosens takes several people.</summary>
    public static Task<Result<Publication>> LiftAsync(PublicationDesk desk, FreezeOrder order, Func<RegulationState, Task<DsError?>> before, CancellationToken cancellation)
        => desk.ChangeOrdersAsync(LooseningActs.Lift, Word(order.Target), Named(order.Provider, order.Id), order.CaseId, async (db, state) =>
        {
            if (await db.Freezes.FindAsync([order.Target, order.Id, order.Provider ?? string.Empty], cancellation) is not { } row)
                return RegulatorErrors.NotFrozen.Of(order.Id);
            if (await before(state) is { } refusal)
                return refusal;
            db.Freezes.Remove(row);
            return null;
        }, cancellation);

    /// <summary>Clears. <paramref name="before"/> is asked under the desk's lock.</summary>
    public static Task<Result<Publication>> ClearAsync(
        PublicationDesk desk, ClearanceOrder order, TimeProvider clock, Func<RegulationState, Task<DsError?>> before, CancellationToken cancellation)
        => desk.ChangeOrdersAsync(LooseningActs.Clear, "dataset", Named(order.Provider, order.DatasetId), order.CaseId, async (db, state) =>
        {
            if (order.Until is not { } until || until <= clock.GetUtcNow())
                return RegulatorErrors.BadAct.Of("until must be a time to come");
            // A clearance for a rule that prohibits, or that does not exist, would be a promise nobody keeps.
            if (!state.RuleSet.Rules.Any(r => r.Id == order.RuleId && r.Route is not (RuleRoute.Prohibited or RuleRoute.Allowed)))
                return RegulatorErrors.RuleUnknown.Of(order.RuleId);
            if (await db.Clearances.CountAsync(cancellation) >= RegulationSignatures.MaxOrders)
                return RegulatorErrors.TooMany.Of("clearances");
            if (await before(state) is { } refusal)
                return refusal;
            if (await db.Clearances.FindAsync([order.DatasetId, order.Provider, order.Participant, order.RuleId], cancellation) is { } row)
                (row.Until, row.CaseId) = (until, order.CaseId);
            else
                db.Clearances.Add(new ClearanceRow { DatasetId = order.DatasetId, Provider = order.Provider, Participant = order.Participant, RuleId = order.RuleId, CaseId = order.CaseId, Until = until });
            return null;
        }, cancellation);

    private static Task<IResult> WithdrawAsync(HttpRequest request, PublicationDesk desk, CancellationToken cancellation)
        => ActAsync<ClearanceOrder>(request, Problem, order => desk.ChangeOrdersAsync("withdraw", "dataset", Named(order.Provider, order.DatasetId), order.CaseId, async (db, _) =>
        {
            if (await db.Clearances.FindAsync([order.DatasetId, order.Provider, order.Participant, order.RuleId], cancellation) is not { } row)
                return RegulatorErrors.NotCleared.Of(order.DatasetId);
            db.Clearances.Remove(row);
            return null;
        }, cancellation), cancellation);

    private static async Task<IResult> ActAsync<T>(HttpRequest request, Func<T, DsError?> problem, Func<T, Task<Result<Publication>>> act, CancellationToken cancellation)
        where T : class
    {
        if (!request.HasJsonContentType())
            return HostErrors.MalformedRequest.Of("content type is application/json").ToProblem();
        var order = await request.ReadFromJsonAsync<T>(JobJson.Options, cancellation);
        if (order is null)
            return RegulatorErrors.BadAct.Of("empty").ToProblem();
        return problem(order) is { } wrong ? wrong.ToProblem() : Answer(await act(order));
    }

    internal static IResult Answer(Result<Publication> result) => result.TryGet(out var publication, out var error)
        ? Results.Json(new
        {
            publication.State.RuleSet.Version,
            ruleSetHash = publication.State.Document.Hash,
            rules = publication.State.RuleSet.Rules.Count,
            publication.State.RuleSet.ValidUntil,
            freezeSequence = publication.State.Orders.Sequence,
            freezes = publication.State.Orders.Freezes.Count,
            clearances = publication.State.Orders.Clearances.Count,
        }, JobJson.Options)
        : error.ToProblem();

    internal static DsError? Problem(FreezeOrder order)
        => Problem(order.Id, order.CaseId) ?? (order.Target switch
        {
            FreezeTarget.Participant when !ParticipantId.Parse(order.Id).IsOk => RegulatorErrors.BadAct.Of("a participant is named by its did:web"),
            FreezeTarget.Dataset when !IsDid(order.Provider) => RegulatorErrors.BadAct.Of("provider: a dataset's owner is named by its did:web"),
            not FreezeTarget.Dataset when order.Provider is not null => RegulatorErrors.BadAct.Of("provider: a dataset alone has an owner"),
            _ => null,
        });

    internal static DsError? Problem(ClearanceOrder order)
        => Problem(order.DatasetId, order.CaseId) ?? Problem(order.RuleId, order.CaseId)
            ?? (IsDid(order.Participant) && IsDid(order.Provider) ? null : RegulatorErrors.BadAct.Of("participant and provider are named by their did:web"));

    private static DsError? Problem(string id, string caseId)
    {
        foreach (var text in (string[])[id, caseId])
        {
            if (text.Length is 0 or > MaxTextChars || text.Trim().Length != text.Length || text.Any(char.IsControl))
                return RegulatorErrors.BadAct.Of($"id and case id are 1 to {MaxTextChars} visible characters");
        }
        return null;
    }

    private static bool IsDid(string? text) => text is not null && ParticipantId.Parse(text).IsOk;

    /// <summary>A target in the ledger: ids of datasets are their owners' own.</summary>
    private static string Named(string? provider, string id) => provider is null ? id : $"{provider}/{id}";

    private static string Word(FreezeTarget target) => JsonNamingPolicy.CamelCase.ConvertName(target.ToString());

    /// <summary>A larger request than the server's usual limit.</summary>
    private sealed class BodyLimit(long bytes) : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => bytes;
    }
}
