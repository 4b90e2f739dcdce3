using System.Buffers.Text;
using System.CommandLine;
using DataSpace.Cli.Ledger;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Metering.Rating;
using DataSpace.Metering.Reconciliation;
using DataSpace.Metering.Settlement;

namespace DataSpace.Cli.Settle;

/// <summary>What every settlement is computed from: parties' directories, plans, pins. The same options for all commands.</summary>
internal sealed class SettleInputs(GlobalOptions globals)
{
    private readonly Option<string> _period = globals.Option<string>("--period", SettleTexts.Period, "yyyy-MM", required: true);
    private readonly Option<string> _consumer = globals.Option<string>("--consumer", SettleTexts.Consumer, "DIR", required: true);
    private readonly Option<string[]> _provider = globals.Option<string[]>("--provider", SettleTexts.Provider, "DIR", required: true);
    private readonly Option<string[]> _plan = globals.Option<string[]>("--plan", SettleTexts.PlanFile, "FILE", required: true);
    private readonly Option<string[]> _pin = globals.Option<string[]>("--pin", SettleTexts.Pin, "CONTRACT=HASH");
    private readonly Option<string[]> _contract = globals.Option<string[]>("--contract", SettleTexts.Contract, "ID");

    /// <summary>The options, in the order of the help.</summary>
    public Symbol[] Symbols => [_period, _consumer, _provider, _plan, _pin, _contract];

    /// <summary>The request that the command line makes.</summary>
    public SettlementRequest Read(ParseResult parse)
    {
        var pins = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pin in parse.GetValue(_pin) ?? [])
        {
            var split = pin.LastIndexOf('=');
            if (split <= 0 || !Kernel.Crypto.Digest.IsSha256Hex(pin[(split + 1)..]))
                throw new CommandStopped(CliErrors.BadArguments.Of("--pin " + pin), ExitCode.Usage);
            pins[pin[..split]] = pin[(split + 1)..];
        }
        return new SettlementRequest
        {
            Period = parse.GetRequiredValue(_period),
            Consumer = ReadParty(parse.GetRequiredValue(_consumer)),
            Providers = [.. parse.GetRequiredValue(_provider).Select(ReadParty)],
            Plans = [.. parse.GetRequiredValue(_plan).Select(ReadPlan)],
            Pins = pins,
            Contracts = parse.GetValue(_contract) ?? [],
        };
    }

    /// <summary>A party from its node.json and the ledger beside it.</summary>
    public static SettlementParty ReadParty(string directory)
    {
        var info = NodeInfo.Read(directory).OrStop();
        return Base64Url.IsValid(info.PublicKey ?? "", out var length) && length == 32 && PublicKey.TryCreate(PublicKey.Ed25519, Base64Url.DecodeFromChars(info.PublicKey!)) is { } key
            ? new SettlementParty(info.Did, LedgerCommand.Locate(directory), [key], info.LedgerVkey)
            : throw new CommandStopped(CliErrors.NotANode.Of(directory), ExitCode.Usage);
    }

    /// <summary>A plan from its file.</summary>
    public static PricePlan ReadPlan(string file) => PricePlan.Read(ReadFile(file, PricePlan.MaxBytes)).OrStop();

    /// <summary>A file of bounded size; one byte more is read, so that whoever judges the content sees that it is too long.</summary>
    public static byte[] ReadFile(string path, int maxBytes)
    {
        try
        {
            using var file = File.OpenRead(path);
            var buffer = new byte[Math.Min(file.Length, maxBytes + 1L)];
            file.ReadExactly(buffer);
            return buffer;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(path), ExitCode.Usage);
        }
    }
}
