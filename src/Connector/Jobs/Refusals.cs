using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// Refusals that a coordinator can keep: signed, so that an owner which answered is never taken for silent. Nothing is written for them; an order that proves no
/// contract of this node cannot fill its log.
/// </summary>
internal sealed class Refusals(PeerDirectory peers, NodeIdentity self, TimeProvider clock)
{
    /// <summary>The problem, with the signed refusal for a coordinator.</summary>
    public IResult Problem(DsError error, string jobHash, string caller)
        => error.ToProblem(Sign(error.Code, jobHash, caller) is { } statement ? [new("statement", statement)] : []);

    /// <summary>The notice, with the signed refusal for a coordinator.</summary>
    public RefusalNotice Signed(RefusalNotice notice, string jobHash, string caller) => notice with { Statement = Sign(notice.Code, jobHash, caller) };

    private string? Sign(string code, string jobHash, string caller)
        => peers.Find(caller)?.Role == "coordinator" && Digest.IsSha256Hex(jobHash)
            ? SignedDocument.Create(
                new RefusalStatement(jobHash, self.Did, code), self.Signer, self.Did, [caller], RefusalStatement.Typ, clock.GetUtcNow() + JobOrders.MaxLifetime, clock)
            : null;
}
