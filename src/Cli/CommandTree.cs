using System.CommandLine;
using DataSpace.Cli.Audit;
using DataSpace.Cli.Catalog;
using DataSpace.Cli.Dataset;
using DataSpace.Cli.Demo;
using DataSpace.Cli.Demo.Intersection;
using DataSpace.Cli.Demo.Privacy;
using DataSpace.Cli.Demo.Regression;
using DataSpace.Cli.Doctor;
using DataSpace.Cli.Job;
using DataSpace.Cli.Ledger;
using DataSpace.Cli.Members;
using DataSpace.Cli.Meter;
using DataSpace.Cli.Negotiation;
using DataSpace.Cli.Node;
using DataSpace.Cli.Policy;
using DataSpace.Cli.Regulation;
using DataSpace.Cli.Regulator;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;
using DataSpace.Cli.Settle;

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
        ["dataspace node egress"] = "dataspace node egress --node ./connector",
        ["dataspace job view"] = "dataspace job view JOB --node ./coordinator",
        ["dataspace members approve"] = "dataspace members approve did:web:localhost%3A7001 --node ./coordinator",
        ["dataspace catalog"] = "dataspace catalog --node ./connector",
        ["dataspace dataset check"] = "dataspace dataset check --node ./connector\ndataspace dataset check --dataset investment --json --node ./connector",
        ["dataspace dataset history"] = "dataspace dataset history status --node ./connector\ndataspace dataset history begin --confirm --reason \"restored from a backup\" --node ./connector",
        ["dataspace privacy demo"] = "dataspace privacy demo --yes --lang zh",
        ["dataspace intersect demo"] = "dataspace intersect demo --yes --lang zh",
        ["dataspace regress demo"] = "dataspace regress demo --yes --lang zh",
        ["dataspace negotiate"] = "dataspace negotiate --participant did:web:localhost%3A7001 --dataset investment --offer joint-statistics --node ./connector",
        ["dataspace negotiate terminate"] = "dataspace negotiate terminate NEGOTIATION --reason \"the terms are under review\" --node ./connector",
        ["dataspace job plan"] = "dataspace job plan job.yaml --node ./connector",
        ["dataspace job submit"] = "dataspace job submit job.yaml --wait --node ./connector",
        ["dataspace job why"] = "dataspace job why JOB --node ./connector",
        ["dataspace regulator import"] = "dataspace regulator import rules.xlsx --version-number 3 --node ./regulator --out rules.json",
        ["dataspace regulator sign"] = "dataspace regulator sign rules.json --key one.key\ndataspace regulator sign rules.signed.json --key two.key",
        ["dataspace regulator publish"] = "dataspace regulator publish rules.signed.json --node ./regulator",
        ["dataspace regulator freeze"] = "dataspace regulator freeze dataset sales-2025 --case 2026-17 --node ./regulator",
        ["dataspace regulator clear"] = "dataspace regulator clear sales-2025 --participant did:web:localhost%3A7001 --rule EXPORT-01 --until 2027-06-30 --case 2026-18 --node ./regulator",
        ["dataspace policy explain"] = "dataspace policy explain policy.json --purpose industry-statistics --computation aggregate --columns invest,year --group-by year\ndataspace policy explain --agreement ID --purpose industry-statistics --node ./connector",
        ["dataspace policy lint"] = "dataspace policy lint policy.json --strict",
        ["dataspace policy diff"] = "dataspace policy diff old.json new.json",
        ["dataspace policy translate"] = "dataspace policy translate policy.json --to standard --product investment",
        ["dataspace ledger verify"] = "dataspace ledger verify --dir ./connector/ledger --witness their-checkpoint",
        ["dataspace ledger prove"] = "dataspace ledger prove 17 --out receipt.tlog-proof --node ./connector",
        ["dataspace ledger status"] = "dataspace ledger status --node ./connector",
        ["dataspace ledger gossip"] = "dataspace ledger gossip --node ./connector --json",
        ["dataspace ledger reconcile"] = "dataspace ledger reconcile --node ./coordinator",
        ["dataspace ledger new-origin"] = "dataspace ledger new-origin --reason \"restored from the backup of 3 May\" --node ./connector",
        ["dataspace regulation status"] = "dataspace regulation status --node ./connector",
        ["dataspace regulation demo"] = "dataspace regulation demo --yes --lang zh",
        ["dataspace meter fold"] = "dataspace meter fold --dir ./connector/ledger",
        ["dataspace meter export"] = "dataspace meter export --dir ./connector/ledger --period 2026-11 --out usage.json",
        ["dataspace settle recompute"] = "dataspace settle recompute --period 2026-11 --consumer ./analyst --provider ./hospital --plan plan.json --out statement.json",
        ["dataspace settle close"] = "dataspace settle close --period 2026-11 --consumer ./analyst --provider ./hospital --plan plan.json --statement statement.json --node ./hospital",
        ["dataspace settle sign"] = "dataspace settle sign statement.json --period 2026-11 --consumer ./analyst --provider ./hospital --plan plan.json --node ./hospital",
        ["dataspace settle verify"] = "dataspace settle verify statement.json --period 2026-11 --consumer ./analyst --provider ./hospital --plan plan.json --signatures statement.signatures.json",
        ["dataspace settle export"] = "dataspace settle export statement.json --format pdf --out statement.pdf",
        ["dataspace audit export"] = "dataspace audit export --dir ./connector --dir ./coordinator --out 2026-11.dsaudit",
        ["dataspace audit verify"] = "dataspace audit verify 2026-11.dsaudit\ndataspace audit verify ours.dsaudit theirs.dsaudit --policy policy --json",
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
        root.Subcommands.Add(NodeCommand.Build(globals));
        root.Subcommands.Add(MembersCommand.Build(globals));
        root.Subcommands.Add(CatalogCommand.Build(globals));
        root.Subcommands.Add(DatasetCommand.Build(globals));
        root.Subcommands.Add(NegotiateCommand.Build(globals));
        root.Subcommands.Add(JobCommand.Build(globals));
        root.Subcommands.Add(PolicyCommand.Build(globals));
        root.Subcommands.Add(PrivacyDemo.Build(globals));
        root.Subcommands.Add(IntersectionDemo.Build(globals));
        root.Subcommands.Add(RegressionDemo.Build(globals));
        root.Subcommands.Add(LedgerCommand.Build(globals));
        root.Subcommands.Add(AuditCommand.Build(globals));
        root.Subcommands.Add(MeterCommand.Build(globals));
        root.Subcommands.Add(SettleCommand.Build(globals));
        root.Subcommands.Add(RegulationCommand.Build(globals));
        root.Subcommands.Add(RegulatorCommand.Build(globals));
        Help.Install(root, globals, Examples);
        return root;
    }
}
