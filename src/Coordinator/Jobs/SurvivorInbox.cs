using System.Text.Json;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Coordinator.Jobs;

/// <summary>
/// What the coordinator does with statements about shares and survivors: whose they are, and for which job. It is no judge of them; owners and the analyst verify each other's again, with keys of their own. It sees who contributed.
/// </summary>
internal sealed class SurvivorInbox(PeerDirectory peers, NodeIdentity self, TimeProvider clock)
{
    private const int MaxSealedChars = 64 * 1024;

    /// <summary>True for shares that this party signed for this job.</summary>
    public bool IsShares(PartyRow party, string statement)
        => Read<SharesStatement>(party, statement, SharesStatement.Typ) is { } said && said.JobHash == party.JobHash && said.Participant == party.Participant;

    /// <summary>True for a set that this party signed for this job.</summary>
    public bool IsSurvivors(PartyRow party, string statement)
        => Read<SurvivorStatement>(party, statement, SurvivorStatement.Typ) is { } said && said.JobHash == party.JobHash && said.Participant == party.Participant;

    /// <summary>True for a box of this party that its statement speaks of.</summary>
    public bool IsTold(PartyRow party, ToldShare told)
        => told is { Statement: not null, Sealed: { Length: <= MaxSealedChars } text } && Read<ToldStatement>(party, told.Statement, ToldStatement.Typ) is { } said && said.JobHash == party.JobHash
            && said.Participant == party.Participant && Decode(text) is { } box && Digest.Sha256Hex(box) == said.SealedDigest;

    /// <summary>Signatures and shares that a job of so many owners needs.</summary>
    public static int Threshold(int parties) => DropoutTerms.ThresholdOf(parties);

    /// <summary>The signed headers of contributions that are here, in roster order.</summary>
    public static SurvivorsRequest Headers(IEnumerable<PartyRow> survivors)
        => new([.. survivors.Select(p => p.Header!)]);

    /// <summary>For the analyst.</summary>
    public static SurvivorBundle Bundle(IReadOnlyList<PartyRow> parties) => new(
        [.. parties.Where(p => p.Header is not null).Select(p => p.Participant)],
        [.. parties.Select(p => p.Shares!)],
        [.. parties.Select(p => p.SurvivorStatement).OfType<string>()],
        [.. parties.Where(p => p.Told is not null).Select(p => JsonSerializer.Deserialize<ToldShare>(p.Told!, JobJson.Options)!)]);

    private T? Read<T>(PartyRow party, string statement, string type)
        where T : class
        => SignedDocument.Verify<T>(statement, new DocumentExpectation(type, self.Did, party.Participant), peers.Key, clock).TryGet(out var document, out _) ? document.Body : null;

    private static byte[]? Decode(string base64)
    {
        var bytes = new byte[((base64.Length / 4) * 3) + 3];
        return Convert.TryFromBase64String(base64, bytes, out var written) ? bytes[..written] : null;
    }
}
