using DataSpace.Kernel.Results;

namespace DataSpace.Hosting.Transport;

/// <summary>
/// Sends one signed request to another participant's node and returns its answer. Nothing above this interface may assume that
/// the peer has a reachable address: a blind relay with outbound connections can stand behind it.
/// Implementations sign every request (see <c>RequestToken</c>) and bound the answer's size. By themselves they repeat nothing but what was refused
/// at the door because the peer's node has just started.
/// </summary>
public interface INodeTransport
{
    /// <param name="peer">Whom to reach.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="pathAndQuery">Absolute path on the peer, starting with <c>/</c>.</param>
    /// <param name="body">JSON body; empty for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<Result<PeerAnswer>> SendAsync(Peer peer, HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte> body, CancellationToken cancellation);
}

/// <summary>Another node as the transport needs it.</summary>
/// <param name="Did">The participant behind the node: the audience of every request token.</param>
/// <param name="Address">Where the transport finds it; for direct HTTPS the base URL.</param>
/// <param name="TlsPin">Base64url SHA-256 of the certificate's public key.</param>
public sealed record Peer(string Did, string Address, string TlsPin);

/// <summary>An answer, whatever its status.</summary>
public sealed record PeerAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>True for 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;
}
