using System.Security.Cryptography;
using DataSpace.Connector.Agreements;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Connector.Datasets;

/// <summary>
/// Reads what a dataset's owner says it was made from, and knows the files that this node exported: their digests are marks in the ledger's own file, which outlive the results.
/// </summary>
internal sealed class DerivedData(AuditLedger ledger, NodeIdentity self, PeerDirectory peers, KeyPins pins)
{
    /// <summary>Largest file that can be an exported result.</summary>
    public const int MaxExportBytes = 16 * 1024 * 1024;

    /// <summary>Remembers a file that leaves as an exported result, before it does.</summary>
    public Result<Unit> NoteExport(string fileDigest, string jobId) => ledger.RaiseMark(MarkOf(fileDigest), 1, jobId);

    /// <summary>What the dataset inherits, or why its provenance cannot be believed.</summary>
    public Result<Inherited> Of(DatasetConfig dataset)
    {
        var results = new List<InheritedResult>();
        foreach (var file in dataset.DerivedFrom ?? [])
        {
            if (!Read(file).TryGet(out var result, out var error))
                return ClassificationErrors.ProvenanceInvalid.Of($"{Path.GetFileName(file)}: {error.Code}");
            results.Add(result);
        }
        return new Inherited(results, Exported(dataset.Path) is { } found && results.All(r => r.Said.FileDigest != found.Digest) ? found.JobId : null);
    }

    private Result<InheritedResult> Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length > ResultProvenance.MaxChars)
                return ClassificationErrors.ProvenanceInvalid.Of("size");
            if (!ResultProvenance.Read(File.ReadAllText(file), KeyOf).TryGet(out var said, out var error)
                || !Grades.Parse(said.Grade).TryGet(out var grade, out error) || !PersonalFlags.Parse(said.Personal).TryGet(out var personal, out error))
                return error;
            var contracts = new List<CompiledPolicy>();
            foreach (var policy in said.Policies)
            {
                if (!PolicyCompiler.Compile(policy).TryGet(out var compiled, out error))
                    return error;
                contracts.Add(compiled);
            }
            return new InheritedResult(said, grade, personal, contracts);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ClassificationErrors.ProvenanceInvalid.Of("cannot be read");
        }
    }

    /// <summary>This node's own key, or one that its owner confirmed: whoever lists the data gains from a milder provenance.</summary>
    private PublicKey? KeyOf(string did, string keyId)
        => did == self.Did ? self.Signer.PublicKey : pins.Problem(peers.Find(did), did) is null ? peers.Key(did, keyId) : null;

    private (string Digest, string JobId)? Exported(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxExportBytes)
                return null;
            var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
            return ledger.GetMark(MarkOf(digest)) is { } mark ? (digest, mark.Note) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the sample says that the file cannot be read
        }
    }

    private static string MarkOf(string fileDigest) => "exported/" + fileDigest;
}
