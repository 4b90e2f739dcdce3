using System.CommandLine;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator sign RULES --key FILE</c>: one person's approval, added to the file. Needs no network and no host.</summary>
internal static class RegulatorSignCommand
{
    private const string Suffix = ".signed.json";

    public static Command Build(GlobalOptions globals)
    {
        var rules = globals.Argument("RULES", RegulatorTexts.Rules);
        var key = globals.Option<string>("--key", RegulatorTexts.Key, "FILE", required: true);
        var output = globals.Option<string?>("--out", RegulatorTexts.Out, "FILE");
        return globals.Handle(globals.Command("sign", RegulatorTexts.Sign, rules, key, output), async (ui, parse, cancel) =>
        {
            var input = parse.GetRequiredValue(rules);
            if (await LooseningFiles.ReadAsync(input, cancel) is { } act)
                return await SignActAsync(ui, act, input, parse.GetRequiredValue(key), cancel);
            var (signed, document) = await RegulatorFiles.ReadAsync(input, cancel);
            var signer = RootKeyFile.Read(parse.GetRequiredValue(key));
            if (signed.Approvals.Any(a => Jws.Parse(a, RegulationSignatures.MaxShortChars).TryGet(out var jws, out _) && jws.KeyId == signer.PublicKey.KeyId))
                throw new CommandStopped(RegulatorCliErrors.SignedBefore.Of(signer.PublicKey.KeyId), ExitCode.Negative);
            var result = new SignedRuleSet(signed.RuleSet, [.. signed.Approvals, RegulationSignatures.Approve(document, signer)]);
            // The second person signs the first one's file in place; an unsigned import stays as it is.
            var path = parse.GetValue(output) ?? (signed.Approvals.Count > 0 ? input : PathFor(input));
            await RegulatorFiles.WriteAsync(path, result, replace: signed.Approvals.Count > 0 && path == input, cancel);
            if (ui.Json)
                ui.WriteJson(new { file = path, version = document.Content.Version, rules = document.Content.Rules.Count, ruleSetHash = document.Hash, keyId = signer.PublicKey.KeyId, signatures = result.Approvals.Count });
            ui.Line(RegulatorTexts.SignWhat, document.Content.Version, document.Content.Rules.Count, document.Hash);
            ui.Line(RegulatorTexts.Signed, signer.PublicKey.KeyId, result.Approvals.Count, path);
            return ExitCode.Ok;
        });
    }

    /// <summary>A lift or a clearance is signed in place: it is a file of this command's own making, for this purpose alone.</summary>
    private static async Task<int> SignActAsync(Ui ui, SignedAct signed, string path, string keyFile, CancellationToken cancel)
    {
        var signer = RootKeyFile.Read(keyFile);
        if (signed.Approvals.Any(a => Jws.Parse(a, RegulationSignatures.MaxShortChars).TryGet(out var jws, out _) && jws.KeyId == signer.PublicKey.KeyId))
            throw new CommandStopped(RegulatorCliErrors.SignedBefore.Of(signer.PublicKey.KeyId), ExitCode.Negative);
        var result = signed with { Approvals = [.. signed.Approvals, LooseningActs.Approve(signed.Act, signer)] };
        await RegulatorFiles.WriteAsync(path, result, replace: true, cancel);
        var act = signed.Act;
        if (ui.Json)
            ui.WriteJson(new { file = path, act = act.Act, id = act.Id, keyId = signer.PublicKey.KeyId, signatures = result.Approvals.Count });
        ui.Line(RegulatorTexts.SignAct, act.Act, act.Id, act.CaseId, act.AfterSequence, act.Participant ?? "-", act.RuleId ?? "-", act.Until?.ToString("u") ?? "-");
        ui.Line(RegulatorTexts.Signed, signer.PublicKey.KeyId, result.Approvals.Count, path);
        return ExitCode.Ok;
    }

    private static string PathFor(string input) => (input.EndsWith(".json", StringComparison.Ordinal) ? input[..^5] : input) + Suffix;
}
