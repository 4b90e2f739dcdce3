using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary>The next online key of the host.</summary>
internal sealed record NextKeyView(string PublicKey, string KeyId);

/// <summary>
/// <c>dataspace regulator rotate-key</c>: the rules in force as the next version, which entrusts a new online key. Signed by two people and published like any rule set, it ends the
/// old key: nodes take no stamp of it any more.
/// </summary>
internal static class RegulatorRotateKeyCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var output = globals.Option<string?>("--out", RegulatorTexts.RotateOut, "FILE");
        var days = globals.Option<int?>("--valid-days", RegulatorTexts.RotateDays, "N");
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 400)
                result.AddError("1..400");
        });
        return globals.Handle(globals.Command("rotate-key", RegulatorTexts.RotateKey, output, days), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var bundle = await node.GetAsync("regulation/bundle", cancel).OrStop();
            var current = RuleSetReader.Read(bundle.GetProperty("ruleSet")).OrStop().Content;
            var key = NodeClient.Read<NextKeyView>(await node.PostAsync("admin/stamp-key", new { }, cancel).OrStop()).OrStop();
            var now = TimeProvider.System.GetUtcNow();
            var start = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
            var until = parse.GetValue(days) is { } n ? start + TimeSpan.FromDays(n) : current.ValidUntil;
            var next = RuleSetReader.Of(current with
            {
                Version = current.Version + 1,
                IssuedAt = start,
                ValidFrom = start,
                ValidUntil = until,
                StampKey = new StampKey(key.PublicKey, key.KeyId, until),
            }).OrStop();
            var path = parse.GetValue(output) ?? $"rules-{next.Content.Version}.json";
            await RegulatorFiles.WriteAsync(path, next.Content, replace: false, cancel);
            if (ui.Json)
                ui.WriteJson(new { file = path, version = next.Content.Version, oldKeyId = current.StampKey.KeyId, newKeyId = key.KeyId, validUntil = until, ruleSetHash = next.Hash });
            ui.Line(RegulatorTexts.Rotated, next.Content.Version, key.KeyId, current.StampKey.KeyId, path);
            return ExitCode.Ok;
        });
    }
}
