using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Hosting.Http;

/// <summary>A verified node-to-node call: who called and the exact body its token signs.</summary>
public sealed record PeerCall(string Did, string KeyId, ReadOnlyMemory<byte> Body)
{
    /// <summary>Longest body of a peer request.</summary>
    public const int MaxBodyBytes = 8 * 1024 * 1024;
}

/// <summary>
/// Authenticates node-to-node requests: the bearer token is a JWS by the caller over method, path, body digest, audience and expiry,
/// accepted once. Runs before the handler, so a handler never sees an unauthenticated body.
/// </summary>
public static class PeerAuthentication
{
    /// <summary>Requires a verified peer on this endpoint; the handler reads <see cref="CallOf"/>.</summary>
    public static TBuilder RequirePeer<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.AddEndpointFilter<TBuilder, PeerFilter>();
        return builder.WithMetadata(new AuthenticatedByPeerToken());
    }

    /// <summary>The verified call of this request.</summary>
    public static PeerCall CallOf(this HttpContext context)
        => (PeerCall?)context.Items[typeof(PeerCall)] ?? throw new InvalidOperationException("The endpoint lacks RequirePeer().");

    /// <summary>Deserializes the verified body, or says that it is malformed.</summary>
    public static Result<T> Read<T>(this PeerCall call)
        where T : class
    {
        try
        {
            return System.Text.Json.JsonSerializer.Deserialize<T>(call.Body.Span, Protocol.Jobs.JobJson.Options) is { } value
                ? value
                : HostErrors.MalformedRequest.Of("empty body");
        }
        catch (System.Text.Json.JsonException e)
        {
            return HostErrors.MalformedRequest.Of($"at {e.Path}");
        }
    }

    private sealed class PeerFilter(NodeIdentity self, PeerDirectory peers, ReplayGuard replay, RegulationMarks marks, GossipDesk gossip, TimeProvider clock) : IEndpointFilter
    {
        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            var http = context.HttpContext;
            // The token first: it carries the body's digest, so nobody unknown makes this node read, let alone keep, a body.
            var verified = await VerifyAsync(http);
            if (!verified.TryGet(out var token, out var error))
                return error.ToProblem();
            var (caller, digest) = token;
            var body = await ReadBodyAsync(http.Request, http.GetEndpoint()?.Metadata.GetMetadata<PeerBodyLimit>()?.Bytes ?? PeerBodyLimit.Default, http.RequestAborted);
            if (!body.TryGet(out var bytes, out error))
                return error.ToProblem();
            if (Digest.Sha256B64Url(bytes.Span) != digest)
                return CryptoErrors.BodyDigestMismatch.Of().ToProblem();
            http.Items[typeof(PeerCall)] = new PeerCall(caller.Did, caller.KeyId, bytes);
            // Known peers alone are told what is in force here, and only what they say is listened to.
            if (marks.Own is { } own)
                http.Response.Headers[RegulationMarks.Header] = own;
            marks.Heard(caller.Did, http.Request.Headers[RegulationMarks.Header]);
            if (http.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(typeof(ConnectionCount), out var count) == true)
                ((ConnectionCount)count!).Peer = caller.Did;
            // Before the request is served: it may bring word that this node's log is older than what others hold.
            gossip.Take(http.Request.Headers[GossipDesk.Header], caller.Did);
            http.Response.Headers[GossipDesk.Header] = gossip.Compose(caller.Did);
            return await next(context);
        }

        private async Task<Result<(VerifiedCaller Caller, string Digest)>> VerifyAsync(HttpContext http)
        {
            var header = http.Request.Headers.Authorization.ToString();
            if (!header.StartsWith("Bearer ", StringComparison.Ordinal))
                return CryptoErrors.Malformed.Of("no bearer token");
            var text = header["Bearer ".Length..];
            if (ClaimedDigest(text) is not { } digest)
                return CryptoErrors.Malformed.Of("no body digest");
            var expected = new RequestExpectation(self.Did, http.Request.Method, http.Request.Path + http.Request.QueryString, digest);
            return (await RequestToken.VerifyAsync(text, expected, peers.Key, replay, clock, http.RequestAborted)).TryGet(out var caller, out var error)
                ? (caller, digest)
                : error;
        }

        /// <summary>The digest that the token speaks of; worth nothing before the token is verified.</summary>
        private static string? ClaimedDigest(string token)
            => Jws.Parse(token, SignedMessage.MaxRequestTokenChars).TryGet(out var jws, out _)
                && CanonicalJson.Parse(jws.Payload).TryGet(out var claims, out _) && claims.ValueKind == System.Text.Json.JsonValueKind.Object
                && claims.TryGetProperty("bdg", out var digest) && digest.ValueKind == System.Text.Json.JsonValueKind.String
                ? digest.GetString()
                : null;

        private static async Task<Result<ReadOnlyMemory<byte>>> ReadBodyAsync(HttpRequest request, int limit, CancellationToken cancellation)
        {
            if (request.ContentLength > limit)
                return HostErrors.RequestTooLarge.Of($"at most {limit} bytes");
            try
            {
                return await BodyReader.ReadAsync(request.Body, limit, cancellation) is { } body
                    ? (ReadOnlyMemory<byte>)body
                    : HostErrors.RequestTooLarge.Of($"at most {limit} bytes");
            }
            catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
            {
                return HostErrors.RequestTooLarge.Of($"at most {limit} bytes"); // of a length that was not announced, the server notices first
            }
        }
    }
}

/// <summary>Longest body that an endpoint takes from a peer; the server's own limit of that endpoint as well, which is 8 MiB where nothing is said.</summary>
public sealed record PeerBodyLimit(int Bytes) : IRequestSizeLimitMetadata
{
    /// <summary>Where nothing else is said: 1 MiB.</summary>
    public const int Default = 1024 * 1024;

    /// <summary>For orders with public keys: 8 MiB.</summary>
    public static readonly PeerBodyLimit Order = new(8 * 1024 * 1024);

    /// <inheritdoc />
    public long? MaxRequestBodySize => Bytes;
}

/// <summary>Marks endpoints that verify a peer's request token; the authorization coverage test reads it.</summary>
public sealed class AuthenticatedByPeerToken;

/// <summary>Marks endpoints that anyone may call; the authorization coverage test reads it.</summary>
public sealed class OpenToEveryone;

/// <summary>Marks endpoints of the management API; the authorization coverage test reads it.</summary>
public sealed class AuthenticatedByAdminToken;
