using System.Buffers.Text;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using DataSpace.Cli.Ledger;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Ledger.Witnessing;
using DataSpace.Metering.Rating;
using DataSpace.Metering.Reconciliation;
using DataSpace.Metering.Settlement;

namespace DataSpace.Cli.Settle;

/// <summary>What every settlement is computed from: parties' directories, plans, pins. The same options for all commands.</summary>
internal sealed class SettleInputs(GlobalOptions globals)
{
    /// <summary>Name of a party's own witness policy in its directory.</summary>
    public const string PolicyFile = "witness-policy";

    private readonly Option<string> _period = globals.Option<string>("--period", SettleTexts.Period, "yyyy-MM", required: true);
    private readonly Option<string> _consumer = globals.Option<string>("--consumer", SettleTexts.Consumer, "DIR", required: true);
    private readonly Option<string[]> _provider = globals.Option<string[]>("--provider", SettleTexts.Provider, "DIR", required: true);
    private readonly Option<string[]> _plan = globals.Option<string[]>("--plan", SettleTexts.PlanFile, "FILE", required: true);
    private readonly Option<string[]> _agreement = globals.Option<string[]>("--agreement", SettleTexts.Agreement, "FILE");
    private readonly Option<string?> _policy = globals.Option<string?>("--policy", SettleTexts.WitnessPolicy, "FILE");
    private readonly Option<string[]> _keys = globals.Option<string[]>("--did-document", SettleTexts.DidDocument, "FILE");
    private readonly Option<string[]> _pin = globals.Option<string[]>("--pin", SettleTexts.Pin, "CONTRACT=HASH");
    private readonly Option<string[]> _contract = globals.Option<string[]>("--contract", SettleTexts.Contract, "ID");

    /// <summary>The options, in the order of the help.</summary>
    public Symbol[] Symbols => [_period, _consumer, _provider, _plan, _agreement, _policy, _keys, _pin, _contract];

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
        var policy = parse.GetValue(_policy) is { } file ? ReadPolicy(file) : null;
        var documents = parse.GetValue(_keys) ?? [];
        return new SettlementRequest
        {
            Period = parse.GetRequiredValue(_period),
            Consumer = ReadParty(parse.GetRequiredValue(_consumer), policy, documents),
            Providers = [.. parse.GetRequiredValue(_provider).Select(p => ReadParty(p, policy, documents))],
            Agreements = [.. (parse.GetValue(_agreement) ?? []).Select(a => AgreementFile.Read(ReadFile(a, CanonicalJson.MaxBytes)).OrStop())],
            Plans = [.. parse.GetRequiredValue(_plan).Select(ReadPlan)],
            Pins = pins,
            Contracts = parse.GetValue(_contract) ?? [],
        };
    }

    /// <summary>
    /// A party from its node.json and the ledger beside it. Without a policy the one beside them holds, which a node writes whose owner configured one. Its keys are those of its
    /// DID document, where the caller has one and vouches for it; else the one key of its node.json, without bounds.
    /// </summary>
    public static SettlementParty ReadParty(string directory, WitnessPolicy? policy = null, IReadOnlyList<string>? documents = null)
    {
        var beside = Path.Combine(directory, PolicyFile);
        policy ??= File.Exists(beside) ? ReadPolicy(beside) : null;
        var info = NodeInfo.Read(directory).OrStop();
        return Base64Url.IsValid(info.PublicKey ?? "", out var length) && length == 32 && PublicKey.TryCreate(PublicKey.Ed25519, Base64Url.DecodeFromChars(info.PublicKey!)) is { } key
            ? new SettlementParty(info.Did, LedgerCommand.Locate(directory), ReadKeys(info.Did, documents ?? []) ?? KeySet.Single(key, DateTimeOffset.UnixEpoch), info.LedgerVkey, policy)
            : throw new CommandStopped(CliErrors.NotANode.Of(directory), ExitCode.Usage);
    }

    private static KeySet? ReadKeys(string did, IReadOnlyList<string> documents)
    {
        foreach (var file in documents)
        {
            var bytes = ReadFile(file, DidDocument.MaxBytes);
            var id = CanonicalJson.Parse(bytes).TryGet(out var json, out _) && json.ValueKind == JsonValueKind.Object && json.TryGetProperty("id", out var named) ? named.ToString() : "";
            if (!ParticipantId.Parse(id).TryGet(out var participant, out _))
                throw new CommandStopped(CliErrors.BadArguments.Of("--did-document " + file), ExitCode.Usage);
            if (id == did)
                return DidDocument.FromJson(bytes, participant).OrStop().Keys;
        }
        return null;
    }

    private static WitnessPolicy ReadPolicy(string file) => WitnessPolicy.Parse(Encoding.UTF8.GetString(ReadFile(file, WitnessPolicy.MaxBytes))).OrStop();

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
