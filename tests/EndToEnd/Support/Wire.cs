using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Crypto;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd.Support;

/// <summary>
/// HTTPS to one node, pinned like every node pins: as its owner with the management token, or as any participant whose signing key the test holds.
/// </summary>
internal sealed class Wire : IDisposable
{
    private static readonly TimeSpan Limit = Eventually.Least;
    private readonly HttpMessageInvoker _http;
    private readonly string _url;

    public Wire(string url, string tlsPin)
    {
        _url = url;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = new() { RemoteCertificateValidationCallback = (_, given, _, _) => given is System.Security.Cryptography.X509Certificates.X509Certificate2 c && NodeIdentity.PinOf(c) == tlsPin },
        });
    }

    /// <summary>One request with any bearer token, or none.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, byte[]? body, string? bearer, string? contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri(_url + path)) { Version = System.Net.HttpVersion.Version11 };
        if (bearer is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null)
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        }
        using var limit = new CancellationTokenSource(Limit);
        using var response = await _http.SendAsync(request, limit.Token);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(limit.Token)) { ContentType = response.Content.Headers.ContentType?.MediaType, CacheControl = response.Headers.CacheControl?.ToString() };
    }

    /// <summary>One request as a participant: a fresh signed token over method, path and body.</summary>
    public Task<Answer> AsPeerAsync(Persona caller, string audience, HttpMethod method, string path, object? body = null, TimeProvider? clock = null)
    {
        var bytes = body is null ? [] : JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), JobJson.Options);
        var token = RequestToken.Create(caller.Signer, caller.Did, audience, method.Method, path, bytes, clock ?? TimeProvider.System);
        return SendAsync(method, path, body is null ? null : bytes, token);
    }

    /// <summary>A request as a participant with one more header.</summary>
    public async Task<Answer> GossipAsync(Persona caller, string audience, string path, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_url + path)) { Version = System.Net.HttpVersion.Version11 };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RequestToken.Create(caller.Signer, caller.Did, audience, "GET", path, [], TimeProvider.System));
        request.Headers.TryAddWithoutValidation(header, value);
        using var limit = new CancellationTokenSource(Limit);
        using var response = await _http.SendAsync(request, limit.Token);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(limit.Token));
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public void Dispose() => _http.Dispose();
}

/// <summary>A participant as an attacker or bystander can be it: an id and a signing key.</summary>
internal sealed record Persona(string Did, ISigner Signer)
{
    /// <summary>Somebody with a fresh key.</summary>
    public static Persona Fresh(string did) => new(did, new Ed25519Signer(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
}
