using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Hosting.Transport;

/// <summary>
/// Direct HTTPS to the peer's address. The server proves itself by the pinned public key of its certificate, nothing else;
/// the caller by a signed request token. One connection pool per peer; redirects and proxies are off between nodes.
/// </summary>
public sealed class DirectHttpsTransport(NodeIdentity self, EgressMeter meter, RegulationMarks marks, GossipDesk gossip, TimeProvider clock) : INodeTransport, IDisposable
{
    /// <summary>Longest answer accepted from a peer.</summary>
    public const int MaxAnswerBytes = 96 * 1024 * 1024;

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    /// <summary>A token made after this time is dated to a later second than the one before it.</summary>
    private static readonly TimeSpan NextSecond = TimeSpan.FromSeconds(1.1);

    private readonly ConcurrentDictionary<Peer, HttpMessageInvoker> _pools = new();

    /// <inheritdoc />
    public async Task<Result<PeerAnswer>> SendAsync(
        Peer peer, HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var sent = await SendOnceAsync(peer, method, pathAndQuery, body, cancellation);
        // Refused at the door, before anything was done: once more with a token of a later second.
        if (sent.TryGet(out var answer, out _) && PeerProblem.HasJustRestarted(answer))
        {
            await Task.Delay(NextSecond, clock, cancellation);
            sent = await SendOnceAsync(peer, method, pathAndQuery, body, cancellation);
        }
        return sent;
    }

    private async Task<Result<PeerAnswer>> SendOnceAsync(
        Peer peer, HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(peer.Address.TrimEnd('/') + pathAndQuery, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
            return HostErrors.PeerUnreachable.Of("the peer's address is not an https URL");
        using var request = new HttpRequestMessage(method, uri) { Version = System.Net.HttpVersion.Version11 };
        var token = RequestToken.Create(self.Signer, self.Did, peer.Did, method.Method, uri.PathAndQuery, body.Span, clock);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (marks.Own is { } own)
            request.Headers.TryAddWithoutValidation(RegulationMarks.Header, own);
        request.Headers.TryAddWithoutValidation(GossipDesk.Header, gossip.Compose(peer.Did));
        if (!body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerLimit);
        try
        {
            var pool = _pools.GetOrAdd(peer, CreatePool);
            using var response = await pool.SendAsync(request, limit.Token);
            if (response.Headers.NonValidated.TryGetValues(RegulationMarks.Header, out var theirs))
                marks.Heard(peer.Did, theirs.ToString());
            if (response.Headers.TryGetValues(GossipDesk.Header, out var said))
                gossip.Take(said.First(), peer.Did);
            return await ReadAsync(response, limit.Token);
        }
        catch (HttpRequestException e) when (e.InnerException is System.Security.Authentication.AuthenticationException)
        {
            return HostErrors.PeerCertificateMismatch.Of(peer.Did);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return HostErrors.PeerUnreachable.Of(peer.Did);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return HostErrors.PeerUnreachable.Of($"{peer.Did} did not answer in {AnswerLimit.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var pool in _pools.Values)
            pool.Dispose();
    }

    private static async Task<Result<PeerAnswer>> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > MaxAnswerBytes)
            return HostErrors.PeerAnswerInvalid.Of("too large");
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        return await BodyReader.ReadAsync(stream, MaxAnswerBytes, cancellation) is { } body
            ? new PeerAnswer((int)response.StatusCode, body)
            : HostErrors.PeerAnswerInvalid.Of("too large");
    }

    private HttpMessageInvoker CreatePool(Peer peer) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        MaxConnectionsPerServer = 8,
        ConnectTimeout = ConnectLimit,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => IsPinned(peer, certificate) },
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new CountingStream(new NetworkStream(socket, ownsSocket: true), meter.Open(peer.Did), meter);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    });

    private static bool IsPinned(Peer peer, X509Certificate? certificate)
        => certificate is X509Certificate2 given
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(NodeIdentity.PinOf(given)), Encoding.ASCII.GetBytes(peer.TlsPin));
}
