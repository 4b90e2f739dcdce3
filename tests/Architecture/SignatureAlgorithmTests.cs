using System.Text.RegularExpressions;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>
/// What binds a participant is Ed25519: keys of other algorithms are read where checkpoints' additional lines are judged, and made where a node loads its own. Whoever reads
/// a key elsewhere names Ed25519, or a log's key, itself.
/// </summary>
internal static partial class SignatureAlgorithmRules
{
    // Reads keys of any known algorithm.
    private static readonly string[] Readers = ["src/Ledger/Notes/VerifierKey.cs", "src/Ledger/Witnessing/WitnessPolicy.cs", "src/Ledger/Fsck/CheckpointSignatures.cs"];

    // Makes signers of the other algorithms.
    private static readonly string[] Makers = ["src/Hosting/Identity/AdditionalKeys.cs"];

    private const string Kernel = "src/Kernel/Crypto/";

    public static List<string> Widened(string path, string source)
    {
        if (path.StartsWith(Kernel, StringComparison.Ordinal))
            return [];
        var found = new List<string>();
        if (!Readers.Contains(path))
            found.AddRange(AnyKey().Matches(source).Select(m => $"{path}: {m.Value}"));
        if (!Makers.Contains(path))
            found.AddRange(OtherSigner().Matches(source).Select(m => $"{path}: {m.Value}"));
        return found;
    }

    [GeneratedRegex(@"\bPublicKey\.TryCreate\((?!PublicKey\.Ed25519,)[^,)]*|\bVerifierKey\.Parse\(|\bnew PublicKey\(")]
    private static partial Regex AnyKey();

    [GeneratedRegex(@"\b(?:MlDsa44Signer|Sm2Signer)\b(?:\(|\.Generate\()")]
    private static partial Regex OtherSigner();
}

public class SignatureAlgorithmTests
{
    [Fact]
    public void Other_algorithms_than_Ed25519_are_accepted_where_checkpoints_are_countersigned_and_nowhere_else()
        => Assert.Empty(Repository.Files("src").Where(f => f.EndsWith(".cs", StringComparison.Ordinal)).SelectMany(f => SignatureAlgorithmRules.Widened(f, Repository.Read(f))));

    [Theory]
    [InlineData("PublicKey.TryCreate(document.Algorithm, raw)")]
    [InlineData("VerifierKey.Parse(member.LedgerVkey)")]
    [InlineData("new PublicKey(id, algorithm, raw)")]
    [InlineData("new Sm2Signer(secret)")]
    [InlineData("MlDsa44Signer.Generate()")]
    public void A_place_that_takes_any_algorithm_is_found(string source) => Assert.Single(SignatureAlgorithmRules.Widened("src/Connector/Somewhere.cs", source));

    [Theory]
    [InlineData("PublicKey.TryCreate(PublicKey.Ed25519, raw)")]
    [InlineData("PublicKey.FromEd25519(raw)")]
    [InlineData("VerifierKey.ParseLog(member.LedgerVkey)")]
    [InlineData("VerifierKey.Parser(x)")]
    public void A_place_that_names_its_algorithm_is_not(string source) => Assert.Empty(SignatureAlgorithmRules.Widened("src/Connector/Somewhere.cs", source));
}
