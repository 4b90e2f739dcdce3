using System.Globalization;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.NegativeList;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Regulation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Hosting.Regulation;

/// <summary>What a host adds to the owner's view of regulation: what is suspended, and for whom.</summary>
public interface IRegulationReport
{
    /// <summary>Lines of the status, newest first.</summary>
    Task<IReadOnlyList<SuspendedLine>> SuspendedAsync(CancellationToken cancellation);
}

/// <summary>One thing that is suspended.</summary>
public sealed record SuspendedLine(
    string Kind, string Target, string DatasetId, string? Counterparty, string Code, string RuleId, string Basis, string TitleEn, string TitleZh,
    string Advice, string AdviceZh, string Regulator, long RuleSetVersion, DateTimeOffset Since);

/// <summary>Registration and endpoints of regulation, the same on every node.</summary>
public static class RegulationEndpoints
{
    private const int MaxDidChars = 512;

    /// <summary>Adds the register, the fetcher and the watch; the regulators' cards are known as peers from now on.</summary>
    public static IServiceCollection AddRegulation(this IServiceCollection services, PinnedRegulators pinned)
        => services.AddSingleton(pinned).AddSingleton<RegulationQueue>().AddSingleton<RegulationRegister>()
            .AddSingleton<RegulationFetcher>().AddSingleton<IRegulationListener>(s => s.GetRequiredService<RegulationFetcher>())
            .AddHostedService(s => s.GetRequiredService<RegulationFetcher>()).AddHostedService<RegulationWatch>();

    /// <summary>Maps relay, push and the owner's status.</summary>
    public static void MapRegulation(this WebApplication app)
    {
        var peers = app.Services.GetRequiredService<PeerDirectory>();
        app.Services.GetRequiredService<RegulationMarks>().Attach(app.Services.GetRequiredService<RegulationRegister>());
        foreach (var card in app.Services.GetRequiredService<PinnedRegulators>().All.Select(r => r.Card).OfType<Protocol.Membership.MemberDocument>())
            peers.Trust(card);
        app.MapGet(RegulationPaths.Bundle, Newest).RequirePeer().WithSummary("The newest verified rules of a regulator, as it signed them; 204 when there is nothing newer than asked for.");
        app.MapPost(RegulationPaths.Bundle, Take).RequirePeer().WithMetadata(new PeerBodyLimit(RegulationBundle.MaxBytes))
            .WithSummary("Rules of a pinned regulator: judged by their signatures, whoever carries them.");
        app.MapGet("/admin/regulation/status", StatusAsync).RequireAdmin().WithSummary("Regulators, rules in force, age of the stamp, what is suspended and why.");
    }

    private static IResult Newest(string? regulator, string? after, RegulationRegister register)
    {
        // Whole seconds: a stamp of the same second is the caller's own.
        var since = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds + 1).AddTicks(-1) : DateTimeOffset.MinValue;
        if (regulator?.Length > MaxDidChars)
            return NegativeListErrors.UnknownRegulator.Of().ToProblem();
        if (!register.Newest(regulator, since).TryGet(out var bundle, out var error))
            return error.ToProblem();
        return bundle is null ? Results.NoContent() : Results.Bytes(bundle, "application/json");
    }

    private static IResult Take(HttpContext http, RegulationRegister register)
    {
        var call = http.CallOf();
        return register.Accept(call.Body, call.Did).TryGet(out var newer, out var error) ? Results.Json(new { newer }, JobJson.Options) : error.ToProblem();
    }

    /// <summary>For a node's own status: who is pinned, how fresh its word is, how the clocks agree.</summary>
    public static object Summary(this RegulationRegister register) => new
    {
        applies = register.Applies,
        code = register.WhyUnavailable()?.Code,
        clock = register.Now().Error?.Code,
        regulators = register.All.Select(h => new
        {
            h.Pin.Did,
            h.Pin.Name,
            threshold = h.Pin.Threshold,
            rootKeys = h.Pin.RootKeys.Select(k => k.KeyId),
            version = h.State?.RuleSet.Version,
            ordersSequence = h.State?.Orders.Sequence,
            validUntil = h.State?.RuleSet.ValidUntil,
            stampTime = h.State?.Stamp.Time,
            clockMs = h.ClockMs,
            problem = h.Problem?.Code,
        }),
    };

    private static async Task<IResult> StatusAsync(RegulationRegister register, TimeProvider clock, IServiceProvider services, CancellationToken cancellation)
    {
        var suspended = services.GetService<IRegulationReport>() is { } report ? await report.SuspendedAsync(cancellation) : [];
        var trusted = register.Now();
        var now = trusted.IsOk ? trusted.Value : clock.GetUtcNow();
        return Results.Json(new
        {
            applies = register.Applies,
            usable = register.Applies ? register.WhyUnavailable() is null : (bool?)null,
            code = register.WhyUnavailable()?.Code,
            regulators = register.All.Select(h => new
            {
                h.Pin.Did,
                h.Pin.Name,
                version = h.State?.RuleSet.Version,
                ruleSetHash = h.State?.Document.Hash,
                rules = h.State?.RuleSet.Rules.Count,
                validUntil = h.State?.RuleSet.ValidUntil,
                ordersSequence = h.State?.Orders.Sequence,
                freezes = h.State?.Orders.Freezes.Select(f => new { target = f.Target.ToString().ToLowerInvariant(), f.Id, f.CaseId, f.Since }),
                stampTime = h.State?.Stamp.Time,
                stampAgeSeconds = h.State is { } state ? (long?)Math.Max(0, (now - state.Stamp.Time).TotalSeconds) : null,
                h.ArrivedAt,
                threshold = h.Pin.Threshold,
                rootKeys = h.Pin.RootKeys.Select(k => k.KeyId),
                clockMs = h.ClockMs,
                code = (h.State is { } s ? (trusted.IsOk ? s.WhyUnavailable(now, extended: false) : trusted.Error) : h.Problem ?? NegativeListErrors.NoRuleSet.Of())?.Code,
            }),
            suspended,
        }, JobJson.Options);
    }
}
