using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Lint;

namespace DataSpace.Cli.Policy;

/// <summary>
/// <c>dataspace policy explain</c>: a file is judged here; an agreement or an offer by the node that holds it, by its real gate. Exit 3 when it would be denied.
/// </summary>
internal static class PolicyExplainCommand
{
    private const string Nobody = "did:web:owner.invalid";

    public static Command Build(GlobalOptions globals)
    {
        var file = new Argument<string?>("FILE") { Description = PolicyTexts.File.In(globals.Language), Arity = ArgumentArity.ZeroOrOne };
        var agreement = globals.Option<string?>("--agreement", PolicyTexts.Agreement, "ID");
        var dataset = globals.Option<string?>("--dataset", PolicyTexts.Dataset, "ID");
        var offer = globals.Option<string?>("--offer", PolicyTexts.Offer, "ID");
        var question = new Question(globals);
        var command = globals.Command("explain", PolicyTexts.Explain, [file, agreement, dataset, offer, .. question.Options]);
        return globals.Handle(command, async (ui, parse, cancel) =>
        {
            var asked = question.Read(parse);
            string? path = parse.GetValue(file), agreed = parse.GetValue(agreement), set = parse.GetValue(dataset), offered = parse.GetValue(offer);
            if ((path is null ? 0 : 1) + (agreed is null ? 0 : 1) + (set is null || offered is null ? 0 : 1) != 1)
                throw new CommandStopped(LintErrors.BadQuestion.Of(), ExitCode.Usage);
            JsonElement json;
            if (path is not null)
            {
                json = JsonSerializer.SerializeToElement(Locally(PolicyCommand.AsOdrl(await PolicyCommand.ReadAsync(path, cancel)).OrStop(), asked), KernelJson.Options);
            }
            else
            {
                using var node = globals.OpenNode(parse);
                json = await node.PostAsync("admin/policy/explain", new { agreementId = agreed, datasetId = set, offerId = offered, use = JsonSerializer.SerializeToElement(asked, KernelJson.Options) }, cancel).OrStop();
            }
            if (ui.Json)
                ui.WriteJson(json);
            return Show(ui, json);
        });
    }

    private static PolicyAnswer Locally(JsonElement policy, WhatIf asked)
    {
        var odrl = PolicyReader.Read(policy).OrStop();
        var now = TimeProvider.System.GetUtcNow();
        var compiled = WhatIf.Agreed(odrl, odrl.Target ?? "dataset", Nobody, asked.Consumer ?? "did:web:consumer.invalid", now).OrStop();
        var request = asked.AskOf(compiled, now);
        return PolicyAnswer.Of(new PolicyDecisionPoint().Decide(request), request);
    }

    private static int Show(Ui ui, JsonElement json)
    {
        string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var outcome = Text(json, "outcome");
        if (!ui.Json)
        {
            var table = ui.Table("", ui.T(PolicyTexts.HeadRule), ui.T(PolicyTexts.HeadTerm), ui.T(PolicyTexts.HeadGiven), ui.T(PolicyTexts.HeadBound), ui.T(PolicyTexts.HeadCode));
            foreach (var row in json.GetProperty("rules").EnumerateArray())
            {
                var forbids = row.GetProperty("isProhibition").GetBoolean();
                var holds = row.GetProperty("holds").GetBoolean();
                // A prohibition that matches is as bad as a condition that fails.
                ui.Row(table, forbids ? (Text(row, "code") is null ? "✓" : "✗") : holds ? "✓" : "✗", Text(row, "rule") ?? "",
                    (forbids ? ui.T(PolicyTexts.Forbids) + " " : "") + Text(row, "term"), Text(row, "given") ?? "—", Text(row, "bound") ?? "", Text(row, "code") ?? "");
            }
            ui.Show(table);
            if (Text(json, "note") is { } note)
                ui.Line(note == "consumer" ? PolicyTexts.OtherGate : PolicyTexts.OfferTaken);
            if (outcome == "allow")
                ui.Styled("green", ui.T(PolicyTexts.Allowed));
            else if (outcome == "allowAfterDuty")
                ui.Line(PolicyTexts.AfterDuty, string.Join(", ", json.GetProperty("pendingDuties").EnumerateArray().Select(d => d.GetString())));
            else
                ui.Styled("red", ui.T(PolicyTexts.Denied, Text(json, "decidedBy"), Text(json, "code"), ui.T(Text(json, "title"), Text(json, "titleZh")), Text(json, "detail")));
        }
        return outcome == "deny" ? ExitCode.Refused : ExitCode.Ok;
    }

    /// <summary>The options that describe the use.</summary>
    private sealed class Question(GlobalOptions globals)
    {
        private readonly Option<string?> _purpose = globals.Option<string?>("--purpose", PolicyTexts.Purpose, "PURPOSE");
        private readonly Option<string?> _computation = globals.Option<string?>("--computation", PolicyTexts.Computation, "KIND");
        private readonly Option<string?> _columns = globals.Option<string?>("--columns", PolicyTexts.Columns, "A,B");
        private readonly Option<string?> _groupBy = globals.Option<string?>("--group-by", PolicyTexts.GroupBy, "A,B");
        private readonly Option<string?> _consumer = globals.Option<string?>("--consumer", PolicyTexts.Consumer, "DID");
        private readonly Option<string?> _coProviders = globals.Option<string?>("--co-providers", PolicyTexts.CoProviders, "DID#KEY,…");
        private readonly Option<int?> _minGroup = globals.Option<int?>("--min-group", PolicyTexts.MinGroup, "N");
        private readonly Option<long?> _epsilon = globals.Option<long?>("--epsilon", PolicyTexts.Epsilon, "N");
        private readonly Option<string?> _role = globals.Option<string?>("--role", PolicyTexts.Role, "ROLE");
        private readonly Option<string?> _region = globals.Option<string?>("--consumer-region", PolicyTexts.Region, "REGION");
        private readonly Option<string?> _executionRegion = globals.Option<string?>("--execution-region", PolicyTexts.ExecutionRegion, "REGION");
        private readonly Option<string?> _at = globals.Option<string?>("--at", PolicyTexts.At, "TIME");

        public IEnumerable<Symbol> Options => [_purpose, _computation, _columns, _groupBy, _consumer, _coProviders, _minGroup, _epsilon, _role, _region, _executionRegion, _at];

        public WhatIf Read(ParseResult parse)
        {
            DateTimeOffset? at = null;
            if (parse.GetValue(_at) is { } text)
            {
                at = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
                    ? moment : throw new CommandStopped(CliErrors.BadArguments.Of("--at"), ExitCode.Usage);
            }
            if (parse.GetValue(_consumer) is { } consumer && !ParticipantId.Parse(consumer).IsOk)
                throw new CommandStopped(CliErrors.BadArguments.Of("--consumer"), ExitCode.Usage);
            return new WhatIf
            {
                Purpose = parse.GetValue(_purpose),
                Computation = parse.GetValue(_computation),
                Columns = List(parse.GetValue(_columns)),
                GroupKeys = List(parse.GetValue(_groupBy)),
                Consumer = parse.GetValue(_consumer),
                CoProviders = List(parse.GetValue(_coProviders)),
                MinimumGroupSize = parse.GetValue(_minGroup),
                EpsilonMicro = parse.GetValue(_epsilon),
                Role = parse.GetValue(_role),
                ConsumerRegion = parse.GetValue(_region),
                ExecutionRegion = parse.GetValue(_executionRegion),
                At = at,
            };
        }

        private static string[]? List(string? text) => text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
