using System.Text.Json;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary>How plans, jobs and results are shown to people.</summary>
internal static class JobViews
{
    /// <summary>The whole dry run: parties, messages and what they teach, contracts, slots, price, warnings, refusals.</summary>
    public static void ShowPlan(Ui ui, PlanView plan)
    {
        ui.Styled("bold", ui.Plain(plan.Title ?? plan.Kind ?? ""));
        if (plan.Purpose is not null)
            ui.Line(JobTexts.Purpose, plan.Purpose);
        var parties = ui.Table(ui.T(JobTexts.Parties), ui.T(JobTexts.Role), "DID");
        foreach (var party in plan.Parties ?? [])
            ui.Row(parties, party.Name ?? "", ui.T(party.Role?.En, party.Role?.Zh), party.Did);
        ui.Show(parties);
        foreach (var party in plan.Parties?.Where(p => p.ReplyBucketMs is not null) ?? [])
            ui.Line(JobTexts.ReplyBucket, party.Name ?? party.Did, Money.Number(party.ReplyBucketMs!.Value));

        var steps = ui.Table("#", ui.T(JobTexts.From), ui.T(JobTexts.To), ui.T(JobTexts.Message), ui.T(JobTexts.Size), ui.T(JobTexts.Learns));
        foreach (var step in plan.Steps ?? [])
            ui.Row(steps, Money.Number(step.N), ui.T(step.From?.En, step.From?.Zh), ui.T(step.To?.En, step.To?.Zh), ui.T(step.Message?.En, step.Message?.Zh), step.Size ?? "", ui.T(step.Learns?.En, step.Learns?.Zh));
        ui.Show(steps);

        var contracts = ui.Table(ui.T(JobTexts.Contract), "id", ui.T(JobTexts.UsesAllowed), ui.T(JobTexts.UsesSpent), ui.T(JobTexts.Debit), ui.T(JobTexts.Price));
        foreach (var contract in plan.Contracts ?? [])
        {
            ui.Row(contracts, contract.ParticipantName ?? "", contract.AgreementId, Optional(contract.UsesLimit), contract.UsesSpent is { } spent ? Money.Number(spent) : contract.UsesKnown is { } known ? ui.T(JobTexts.KnownUses, known) : "",
                Optional(contract.Debit), contract.PricePerUseMinor is { } price ? Money.Show(price, contract.Currency ?? plan.Currency) : "");
        }
        ui.Show(contracts);
        foreach (var contract in plan.Contracts?.Where(c => c.Permissions is { Count: > 1 }) ?? [])
            ui.Line(JobTexts.SeveralPermissions, contract.ParticipantName ?? "", contract.Permissions!.Count);
        foreach (var contract in plan.Contracts?.Where(c => c.Permissions?.Any(p => p.Duties is { Count: > 0 }) == true) ?? [])
            ui.Line(JobTexts.ContractDuties, contract.ParticipantName ?? "", string.Join("; ", contract.Permissions!.Select(p => DutyLines.Of(ui, p.Duties).Replace('\n', ';')).Where(t => t.Length > 0).Distinct()));
        foreach (var contract in plan.Contracts?.Where(c => c.PricePerUseMinor > 0) ?? [])
        {
            if (contract.CreditLimitMinor is { } credit)
                ui.Line(JobTexts.CreditLimit, contract.ParticipantName ?? "", Money.Show(credit, contract.Currency ?? plan.Currency));
            else
                ui.Line(JobTexts.NoCreditLimit, contract.ParticipantName ?? "");
        }
        ShowSlots(ui, plan.Slots);
        ShowNoise(ui, plan);
        if (plan.TotalPriceMinor is { } total)
            ui.Line(JobTexts.Total, Money.Show(total, plan.Currency));
        DerivedLines.Show(ui, plan.Classification);
        foreach (var warning in plan.Warnings ?? [])
            ui.Line(JobTexts.Warning, ui.T(warning.En, warning.Zh));
        ShowRefusals(ui, plan);
        ui.Unbroken(ui.T(JobTexts.HashLine, plan.PlanHash));
    }

    /// <summary>Refusals with code and advice, or a line that there are none.</summary>
    public static void ShowRefusals(Ui ui, PlanView plan)
    {
        if (plan.Refusals is not { Count: > 0 } refusals)
        {
            ui.Line(JobTexts.NoRefusals);
            return;
        }
        foreach (var refusal in refusals)
        {
            ui.Styled("red", ui.T(JobTexts.RefusedBy, refusal.ParticipantName) + ui.Plain(refusal.Code) + " " + ui.T(refusal.Title, refusal.TitleZh));
            if (ui.T(refusal.Advice, refusal.AdviceZh) is { Length: > 0 } advice)
                ui.Line(ui.T(CommonTexts.NextStep, advice));
        }
    }

    /// <summary>State, stages and parties of one job.</summary>
    public static void ShowJob(Ui ui, JobView job)
    {
        ui.Line(JobTexts.JobLine, job.JobId, job.State);
        if (job.Actor is { } actor)
            ui.Line(JobTexts.Actor, actor);
        var stages = ui.Table(ui.T(JobTexts.StageColumn), ui.T(JobTexts.DoneColumn), ui.T(JobTexts.TimeColumn));
        foreach (var stage in job.Stages ?? [])
            ui.Row(stages, StageTitle(ui, stage), $"{Money.Number(stage.Done)}/{Money.Number(stage.Total)}", Ms(stage.Ms));
        ui.Show(stages);
        if (job.Parties is { Count: > 0 } parties)
        {
            var table = ui.Table(ui.T(JobTexts.PartyColumn), ui.T(JobTexts.StateColumn), "code");
            foreach (var party in parties)
                ui.Row(table, party.Name ?? party.Did, party.State ?? "", party.Code ?? "");
            ui.Show(table);
        }
        if (job.Waits is { } waits)
            ui.Styled("yellow", WaitsLine(ui, waits));
        DutyLines.Show(ui, job.Duties);
    }

    /// <summary>What a running job waits for.</summary>
    public static string WaitsLine(Ui ui, ProblemView waits) => ui.T(JobTexts.Waits, waits.Code, ui.T(waits.Title, waits.TitleZh));

    /// <summary>One screen of reasons and the trail behind them.</summary>
    public static void ShowWhy(Ui ui, WhyView why)
    {
        ui.Line(JobTexts.JobLine, why.JobId, why.State);
        if (why.Actor is { } actor)
            ui.Line(JobTexts.Actor, actor);
        if (why.Reasons is not { Count: > 0 } reasons)
        {
            ui.Line(JobTexts.NoReason);
        }
        else
        {
            foreach (var reason in reasons)
            {
                var detail = string.IsNullOrEmpty(reason.Detail) ? "" : ": " + reason.Detail;
                ui.Styled("yellow", ui.Plain($"{reason.Code} {ui.T(reason.Title, reason.TitleZh)}{detail}"));
                ui.Line(ui.Plain($"  {reason.Party}  {reason.At}"));
                if (ui.T(reason.Advice, reason.AdviceZh) is { Length: > 0 } advice)
                    ui.Line(ui.T(CommonTexts.NextStep, advice));
            }
        }
        if (why.Trail is { Count: > 0 } trail)
        {
            var table = ui.Table(ui.T(JobTexts.WhenColumn), ui.T(JobTexts.PartyColumn), ui.T(JobTexts.EventColumn));
            foreach (var item in trail)
                ui.Row(table, item.At ?? "", item.Party ?? "", ui.T(item.Event?.En, item.Event?.Zh));
            ui.Show(table);
        }
        DutyLines.Show(ui, why.Duties);
    }

    /// <summary>The result table, what was suppressed, and the grants behind it.</summary>
    public static void ShowResult(Ui ui, ResultView result)
    {
        if (result.Noise is { } noise)
            ui.Line(JobTexts.NoiseResult, Epsilon(noise.EpsilonMicro));
        var table = ui.Table(result.Columns.Select(c => ColumnTitle(ui, c)).ToArray());
        var digits = Enumerable.Range(0, result.Columns.Count).Select(i => result.Rows.Count == 0 ? 0 : result.Rows.Max(r => i < r.Count ? Digits(r[i]) : 0)).ToList();
        foreach (var (row, at) in result.Rows.Select((row, at) => (row, at)))
            ui.Row(table, row.Select((cell, i) => Padded(cell, i < digits.Count ? digits[i] : 0) + Error(result.Errors, at, i)).ToArray());
        for (var i = 0; i < table.Columns.Count; i++)
            table.Columns[i].Alignment = result.Rows.Any(r => i < r.Count && IsNumber(r[i])) ? Spectre.Console.Justify.Right : Spectre.Console.Justify.Left;
        ui.Show(table);
        foreach (var suppressed in result.Suppressed ?? [])
            ui.Line(JobTexts.Suppressed, Cell(suppressed.Group), suppressed.Code);
        if (result.HiddenGroups is { } hidden)
            ui.Line(JobTexts.HiddenGroups, hidden.Slots, hidden.SuppressedSlots, hidden.CollidedSlots);
        ModelCardLines.Show(ui, result.Card);
        DerivedLines.Show(ui, result.Classification);
        if (result.ResultDigest is not null)
            ui.Unbroken(ui.T(JobTexts.Digest, result.ResultDigest));
        foreach (var grant in result.Provenance?.Grants ?? [])
            ui.Line(JobTexts.GrantLine, grant.ParticipantName, grant.LedgerIndex, grant.Origin);
    }

    /// <summary>Everything that the coordinator saw of a job.</summary>
    public static void ShowSights(Ui ui, CoordinatorSawView view, Func<string?, string> nameOf)
    {
        var table = ui.Table(ui.T(JobTexts.From), ui.T(JobTexts.What), ui.T(JobTexts.Bytes), "SHA-256");
        table.Columns[2].Alignment = Spectre.Console.Justify.Right;
        foreach (var saw in view.Saw)
            ui.Row(table, nameOf(saw.From), ui.T(saw.What, saw.WhatZh), Money.Bytes(saw.Bytes), saw.Sha256 is { Length: > 16 } digest ? digest[..16] + (ui.IsUnicode ? "…" : "...") : saw.Sha256 ?? "");
        ui.Show(table);
        ui.Line(JobTexts.CoordinatorBlind);
    }

    /// <summary>A stage's name in the chosen language.</summary>
    public static string StageTitle(Ui ui, StageView stage)
        => stage.Title is { } title && ui.T(title.En, title.Zh) is { Length: > 0 } text ? text : stage.Name;

    /// <summary>A cell as text: numbers exactly as the node wrote them.</summary>
    public static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };

    /// <summary>Decimal places that a number was written with; numbers may come as text, so that no reader rounds them.</summary>
    public static int Digits(JsonElement value)
        => IsNumber(value) && Cell(value) is var text && text.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? text.Length - point - 1 : 0;

    /// <summary>A number with trailing zeros, so that points stand under each other; the digits are the node's.</summary>
    private static string Padded(JsonElement value, int digits)
    {
        var text = Cell(value);
        return IsNumber(value) && digits > 0
            ? text + (text.Contains('.', StringComparison.Ordinal) ? "" : ".") + new string('0', digits - Digits(value))
            : text;
    }

    private static bool IsNumber(JsonElement value)
        => Cell(value) is { Length: > 0 } text && text.All(c => char.IsAsciiDigit(c) || c is '.' or '-') && char.IsAsciiDigit(text[^1]);

    private static void ShowSlots(Ui ui, SlotsView? slots)
    {
        if (slots?.Statistics is not { Count: > 0 } statistics)
            return;
        var table = ui.Table(ui.T(JobTexts.Statistic), ui.T(JobTexts.Scale), ui.T(JobTexts.Bound), ui.T(JobTexts.Bits), ui.T(JobTexts.Room), ui.T(JobTexts.Moduli));
        foreach (var statistic in statistics)
            ui.Row(table, statistic.Name, statistic.Scale ?? "", Cell(statistic.Bound), Optional(statistic.Bits), Optional(statistic.Available), Optional(statistic.Moduli));
        ui.Show(table);
        ui.Line(JobTexts.ScaleLine, Cell(slots.Scale));
    }

    /// <summary>What noise costs, and how far figures may be off; nothing where there is none.</summary>
    public static void ShowNoise(Ui ui, PlanView plan)
    {
        if (plan.Privacy is not { } noise)
            return;
        var table = ui.Table(ui.T(JobTexts.NoiseFigure), ui.T(JobTexts.NoiseEpsilon), ui.T(JobTexts.NoiseSensitivity), ui.T(JobTexts.NoiseError));
        foreach (var figure in noise.Figures ?? [])
            ui.Row(table, figure.Statistic, Epsilon(figure.EpsilonMicro), figure.Sensitivity ?? "", "± " + figure.StandardError);
        ui.Show(table);
        ui.Line(JobTexts.NoiseCost, Epsilon(noise.EpsilonMicro));
        foreach (var contract in plan.Contracts?.Where(c => c.PrivacyBudgetMicro is not null) ?? [])
            ui.Line(JobTexts.NoiseBudget, contract.ParticipantName ?? "", Epsilon(contract.PrivacyBudgetMicro!.Value));
    }

    /// <summary>Millionths as a decimal number.</summary>
    private static string Epsilon(long micro) => (micro / 1_000_000m).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);

    private static string Error(IReadOnlyList<IReadOnlyList<string?>>? errors, int row, int column)
        => errors is not null && row < errors.Count && column < errors[row].Count && errors[row][column] is { } error ? " ± " + error : "";

    private static string ColumnTitle(Ui ui, ResultColumnView column)
    {
        if (column.Title.ValueKind == JsonValueKind.Object && NodeClient.Read<TwoTexts>(column.Title).TryGet(out var texts, out _))
            return ui.T(texts.En, texts.Zh);
        return column.Title.ValueKind == JsonValueKind.String ? column.Title.GetString()! : column.Name;
    }

    private static string Optional(long? value) => value is { } number ? Money.Number(number) : "";

    private static string Ms(double? ms) => ms is { } value ? value.ToString("0", System.Globalization.CultureInfo.InvariantCulture) : "";
}
