using System.Globalization;
using DataSpace.Benchmarks;
using DataSpace.Benchmarks.Joint;
using DataSpace.Benchmarks.Ledger;
using DataSpace.Benchmarks.Policy;
using DataSpace.Benchmarks.Sandbox;
using DataSpace.Benchmarks.Seal;
using DataSpace.Benchmarks.Space;

const string help = """
    Usage: DataSpace.Benchmarks --job main|ledger|seal|policy|sandbox|all [--rows N]

      main      everything the project promises: joint aggregate by four nodes, ciphertext addition, ledger, policy, memory
      ledger    signed appends against a bare SQLite group commit
      seal      ciphertext operations against Microsoft SEAL's own
      policy    decisions per second on one core
      sandbox   the worker against DuckDB in this process
      all       main and sandbox

      --rows N  rows per owner, 1,000 to 9,000,000 (default 1,000,000)

    Every figure stands beside its reference of the same run; judge the ratios, machines differ. A missed target is printed, it is no failure.
    Exit codes: 0 ran, 2 wrong arguments, 3 could not run or computed something wrong.
    """;
const long defaultRows = 1_000_000;
var jobs = new Dictionary<string, string[]>(StringComparer.Ordinal)
{
    ["main"] = ["joint", "seal", "ledger", "policy"],
    ["ledger"] = ["ledger"],
    ["seal"] = ["seal"],
    ["policy"] = ["policy"],
    ["sandbox"] = ["sandbox"],
    ["all"] = ["joint", "seal", "ledger", "policy", "sandbox"],
};

if (args is ["--help" or "-h"])
{
    Console.WriteLine(help);
    return 0;
}
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
        case "ledger":
            Report.Heading(output, "ledger");
            await LedgerBenchmark.RunAsync(output);
            break;
        case "policy":
            Report.Heading(output, "policy decision, one core");
            PolicyBenchmark.Run(output);
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
