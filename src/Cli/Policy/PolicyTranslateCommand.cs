using System.CommandLine;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Standard;

namespace DataSpace.Cli.Policy;

/// <summary><c>dataspace policy translate FILE --to odrl|standard</c>: always prints one JSON document.</summary>
internal static class PolicyTranslateCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var file = globals.Argument("FILE", PolicyTexts.File);
        var to = globals.Option<string>("--to", PolicyTexts.To, "odrl|standard", required: true);
        to.AcceptOnlyFromAmong("odrl", "standard");
        var product = globals.Option<string?>("--product", PolicyTexts.Product, "ID");
        var alone = globals.Option<bool>("--policy-only", PolicyTexts.PolicyOnly);
        return globals.Handle(globals.Command("translate", PolicyTexts.Translate, file, to, product, alone), async (ui, parse, cancel) =>
        {
            var json = await PolicyCommand.ReadAsync(parse.GetRequiredValue(file), cancel);
            if (!CanonicalJson.Parse(json, DigitalContractReader.MaxBytes, DigitalContractReader.MaxDepth).TryGet(out var element, out var error))
                throw new CommandStopped(PolicyErrors.Malformed.Of(error.Detail), ExitCode.Usage);
            // Whatever is given is first understood, so that translating into the form it already has brings it into canonical form.
            var contract = PolicyCommand.IsStandard(element)
                ? DigitalContractReader.Read(element).OrStop()
                : ContractTranslation.ToStandard(TranslatedContract.Read(json).OrStop(), parse.GetValue(product)).OrStop();
            if (parse.GetRequiredValue(to) == "standard")
            {
                ui.WriteJson(DigitalContractWriter.Write(contract));
                return ExitCode.Ok;
            }
            var translated = ContractTranslation.ToOdrl(contract).OrStop();
            ui.WriteJson(parse.GetValue(alone) ? PolicyWriter.Write(translated.Policy) : translated.Write());
            return ExitCode.Ok;
        });
    }
}
