using System.CommandLine;
using System.Globalization;
using DataSpace.Cli.Audit;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;

namespace DataSpace.Cli.Ledger;

/// <summary><c>dataspace ledger prove</c>: the proof that an entry is in a node's log, checked here and kept as a file (C2SP tlog-proof).</summary>
internal static class LedgerProveCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var index = globals.Argument("INDEX", LedgerTexts.ProveIndex);
        var output = globals.Option<string?>("--out", LedgerTexts.ProveOut, "FILE");
        return globals.Handle(globals.Command("prove", LedgerTexts.Prove, index, output), async (ui, parse, cancel) =>
        {
            if (!long.TryParse(parse.GetRequiredValue(index), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new CommandStopped(CliErrors.BadArguments.Of("INDEX"), ExitCode.Usage);
            using var node = globals.OpenNode(parse);
            var view = NodeClient.Read<ProofView>(await node.GetAsync(string.Create(CultureInfo.InvariantCulture, $"admin/ledger/proofs/{number}"), cancel).OrStop()).OrStop();
            var proof = TlogProof.Parse(view.Proof).OrStop();
            if (proof.Extra is not { } entry || proof.Index != number)
                throw new CommandStopped(CliErrors.BadAnswer.Of("proof"), ExitCode.Negative);
            var checkpoint = proof.Verify(MerkleHash.Leaf(entry.Span), VerifierKey.ParseLog(view.Vkey).OrStop()).OrStop();
            var cosigners = SignedNote.Parse(proof.CheckpointNote).OrStop().Signatures.Select(s => s.Name).Where(name => name != checkpoint.Origin).ToList();
            var file = parse.GetValue(output) ?? string.Create(CultureInfo.InvariantCulture, $"{number}.tlog-proof");
            try
            {
                await File.WriteAllTextAsync(file, view.Proof, cancel);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandStopped(CliErrors.NoFile.Of(file), ExitCode.Usage);
            }
            if (ui.Json)
                ui.WriteJson(new { index = number, origin = checkpoint.Origin, size = checkpoint.Size, cosigners, vkey = view.Vkey, file, ledger = AuditStatement.Current });
            else
            {
                ui.Line(LedgerTexts.Proven, number, checkpoint.Origin, checkpoint.Size, string.Join(", ", cosigners), file);
                AuditVerifyCommand.ShowStatement(ui, AuditStatement.Current);
            }
            return ExitCode.Ok;
        });
    }
}

/// <summary>Answer of <c>/admin/ledger/proofs/{index}</c>.</summary>
internal sealed record ProofView(string Vkey, string Proof);
