using System.Globalization;
using DataSpace.Benchmarks;
using DataSpace.Benchmarks.History;
using DataSpace.Benchmarks.Intersection;
using DataSpace.Benchmarks.Joint;
using DataSpace.Benchmarks.Ledger;
using DataSpace.Benchmarks.Lookup;
using DataSpace.Benchmarks.Metering;
using DataSpace.Benchmarks.NegativeList;
using DataSpace.Benchmarks.Noise;
using DataSpace.Benchmarks.Policy;
using DataSpace.Benchmarks.Regression;
using DataSpace.Benchmarks.Sandbox;
using DataSpace.Benchmarks.Seal;
using DataSpace.Benchmarks.Space;

const string help = """
    Usage: DataSpace.Benchmarks --job main|ledger|audit|metering|seal|policy|negative-list|noise|history|sandbox|psi|lookup|regress|vertical|all [--rows N]

      main      everything the project promises: joint aggregate by four nodes, ciphertext addition, ledger, policy, memory
      ledger    appends with verified signatures against a bare SQLite group commit, in process and over HTTP/2
      audit     verifying a log of one million entries, without and with payloads, memory while it is done, and proofs from tiles of ten million
      metering  folding one million entries into meters, and memory while it is done
      seal      ciphertext operations, transforms and products against Microsoft SEAL's own; what Wasmtime counts for SEAL's operations beside the table of fuel
      policy    decisions per second on one core
      negative-list  what 10,000 rules add to a decision
      noise     exact noise samplers beside a plain random draw
      history   what remembering the subjects of exact answers costs, and comparing with 10,000 earlier cells
      sandbox   the worker against DuckDB in this process
      psi       private set intersection, and a sum over it, against libsodium's ristretto255 and, where installed, an npm package (--rows: items of each party, default 65,536)
      regress   models over several owners: masks and rounds of horizontal ones beside Newton in the clear, an iteration of a vertical logistic one over ciphertexts, a whole vertical linear one
      vertical  of these the iteration of a vertical logistic one alone
      lookup    hidden look-up of one million records of 64 bytes: preprocessing, query, bytes, against a plain memory scan (--rows: records)
      all       main and sandbox

      --rows N  rows per owner, 1,000 to 9,000,000 (default 1,000,000)

    Every figure stands beside its reference of the same run; judge the ratios, machines differ. A missed target is printed, it is no failure.
    Exit codes: 0 ran, 2 wrong arguments, 3 could not run or computed something wrong.
    """;
const long defaultRows = 1_000_000;
var jobs = new Dictionary<string, string[]>(StringComparer.Ordinal)
{
    ["main"] = ["joint", "seal", "ledger", "policy", "negative-list", "noise"],
    ["ledger"] = ["ledger"],
    ["audit"] = ["audit"],
    ["metering"] = ["metering"],
    ["seal"] = ["seal", "fuel"],
    ["policy"] = ["policy"],
    ["negative-list"] = ["negative-list"],
    ["noise"] = ["noise"],
    ["history"] = ["history"],
    ["sandbox"] = ["sandbox"],
    ["psi"] = ["psi"],
    ["regress"] = ["horizontal", "vertical", "vertical-linear"],
    ["vertical"] = ["vertical"],
    ["lookup"] = ["lookup"],
    ["all"] = ["joint", "seal", "ledger", "policy", "negative-list", "noise", "history", "sandbox"],
};

if (args is ["--help" or "-h"])
{
    Console.WriteLine(help);
    return 0;
}
if (args is [BareProcess.Verb, var file, var columnGroups])
    return BareProcess.Run(file, int.Parse(columnGroups, CultureInfo.InvariantCulture));
var (job, rows) = ((string?)null, defaultRows);
var wrong = args.Length % 2 != 0;
for (var i = 0; i + 1 < args.Length; i += 2)
{
    if (args[i] == "--job")
        job = args[i + 1];
    else
        wrong |= args[i] != "--rows" || !long.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out rows) || rows is < 1_000 or > 9_000_000;
}
if (wrong || job is null || !jobs.TryGetValue(job, out var parts))
{
    Console.Error.WriteLine(help);
    return 2;
}

var output = Console.Out;
try
{
    Machine(output);
    foreach (var part in parts)
        await RunAsync(part);
    Machine(output);
    return 0;
}
catch (BenchmarkException e)
{
    Console.Error.WriteLine(e.Message);
    return 3;
}

async Task RunAsync(string part)
{
    switch (part)
    {
        case "joint":
            await JointBenchmark.RunAsync(output, rows);
            break;
        case "seal":
            Report.Heading(output, "ciphertext operations, CPU of one thread");
            SealBenchmark.Run(output);
            break;
        case "fuel":
            Report.Heading(output, "fuel of SEAL's operations");
            FuelBenchmark.Run(output);
            break;
        case "ledger":
            Report.Heading(output, "ledger");
            await LedgerBenchmark.RunAsync(output);
            break;
        case "audit":
            Report.Heading(output, "audit");
            await AuditBenchmark.RunAsync(output);
            break;
        case "metering":
            Report.Heading(output, "metering");
            await MeteringBenchmark.RunAsync(output);
            break;
        case "policy":
            Report.Heading(output, "policy decision, one core");
            PolicyBenchmark.Run(output);
            break;
        case "negative-list":
            Report.Heading(output, "negative list, CPU of one thread");
            NegativeListBenchmark.Run(output);
            break;
        case "noise":
            Report.Heading(output, "exact noise samplers, CPU of one thread");
            NoiseBenchmark.Run(output);
            break;
        case "history":
            Report.Heading(output, "history of exact answers");
            await HistoryBenchmark.RunAsync(output, rows);
            break;
        case "psi":
            Report.Heading(output, "private set intersection, both parties in this process");
            IntersectionBenchmark.Run(output, args.Contains("--rows") ? (int)rows : IntersectionBenchmark.DefaultItems);
            break;
        case "horizontal":
            Report.Heading(output, "horizontal models, CPU of one thread");
            HorizontalBenchmark.Run(output);
            break;
        case "vertical":
            Report.Heading(output, "vertical logistic regression, both parties in this process");
            VerticalBenchmark.Run(output);
            break;
        case "vertical-linear":
            Report.Heading(output, "vertical least squares, both parties in this process");
            VerticalBenchmark.RunLinear(output);
            break;
        case "lookup":
            Report.Heading(output, "hidden look-up, both parties in this process");
            LookupBenchmark.Run(output, args.Contains("--rows") ? (int)rows : LookupBenchmark.DefaultRecords);
            break;
        default:
            Report.Heading(output, "sandbox");
            await SandboxBenchmark.RunAsync(output, rows);
            break;
    }
}

// A busy machine explains bad figures; it stands beside them.
static void Machine(TextWriter output)
    => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"[{Environment.ProcessorCount} processors, .NET {Environment.Version}, load {(File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown")}]"));
