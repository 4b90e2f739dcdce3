using System.CommandLine;
using DataSpace.Cli.Catalog;
using DataSpace.Cli.Demo;
using DataSpace.Cli.Doctor;
using DataSpace.Cli.Job;
using DataSpace.Cli.Ledger;
using DataSpace.Cli.Members;
using DataSpace.Cli.Negotiation;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli;

/// <summary>All commands, as a table of contents.</summary>
internal static class CommandTree
{
    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["dataspace"] = "dataspace doctor\ndataspace demo --yes",
        ["dataspace demo"] = "dataspace demo --yes\ndataspace demo --rows 1000000 --yes --lang zh",
        ["dataspace coordinator run"] = "dataspace coordinator run --dir ./coordinator --config coordinator.json --port 7000",
        ["dataspace connector run"] = "dataspace connector run --dir ./connector --config connector.json --coordinator ./coordinator/node.json",
        ["dataspace members approve"] = "dataspace members approve did:web:localhost%3A7001 --node ./coordinator",
        ["dataspace catalog"] = "dataspace catalog --node ./connector",
        ["dataspace negotiate"] = "dataspace negotiate --participant did:web:localhost%3A7001 --dataset investment --offer joint-statistics --node ./connector",
        ["dataspace job plan"] = "dataspace job plan job.yaml --node ./connector",
        ["dataspace job submit"] = "dataspace job submit job.yaml --wait --node ./connector",
        ["dataspace job why"] = "dataspace job why JOB --node ./connector",
        ["dataspace ledger verify"] = "dataspace ledger verify --dir ./connector/ledger --witness their-checkpoint",
        ["dataspace ledger bill"] = "dataspace ledger bill --dir ./connector/ledger --json",
    };

    /// <summary>The root command in the language of <paramref name="globals"/>.</summary>
    public static RootCommand Build(GlobalOptions globals)
    {
        var root = new RootCommand(CommonTexts.About.In(globals.Language));
        root.Options.Add(globals.Lang);
        root.Options.Add(globals.Json);
        root.Options.Add(globals.Node);
        root.Subcommands.Add(DoctorCommand.Build(globals));
        root.Subcommands.Add(DemoCommand.Build(globals));
        root.Subcommands.Add(RunCommand.Coordinator(globals));
        root.Subcommands.Add(RunCommand.Connector(globals));
        root.Subcommands.Add(MembersCommand.Build(globals));
        root.Subcommands.Add(CatalogCommand.Build(globals));
        root.Subcommands.Add(NegotiateCommand.Build(globals));
        root.Subcommands.Add(JobCommand.Build(globals));
        root.Subcommands.Add(LedgerCommand.Build(globals));
        Help.Install(root, globals, Examples);
        return root;
    }
}
