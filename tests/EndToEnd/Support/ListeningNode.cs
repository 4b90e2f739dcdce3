using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using DataSpace.Hosting.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataSpace.EndToEnd.Support;

/// <summary>A node that only listens: keeps what is pushed to it and answers as it is told. Its participant's key is in the test's hand.</summary>
internal sealed class ListeningNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private ListeningNode(WebApplication app, X509Certificate2 certificate, Persona persona) => (_app, _certificate, Persona) = (app, certificate, persona);

    public Persona Persona { get; }

    /// <summary>Bodies of POST /regulation/bundle, in order.</summary>
    public Channel<byte[]> Pushed { get; } = Channel.CreateUnbounded<byte[]>();

    /// <summary>Status it answers with.</summary>
    public int Status { get; set; } = 200;

    /// <summary>Its node.json.</summary>
    public JsonObject Card => new()
    {
        ["did"] = Persona.Did,
        ["name"] = "Listener",
        ["role"] = "connector",
        ["url"] = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(),
        ["publicKey"] = Base64Url.EncodeToString(Persona.Signer.PublicKey.Raw.Span),
        ["keyId"] = Persona.Signer.PublicKey.KeyId,
        ["tlsSpki"] = NodeIdentity.PinOf(_certificate),
        ["ledgerVkey"] = "none",
        ["pid"] = 1,
    };

    /// <summary>Answers to everything else; null = 404.</summary>
    public Func<string, byte[], (int Status, byte[] Body)?> Answering { get; set; } = (_, _) => null;

    /// <summary>Stands where a stopped node stood: its keys, its certificate, its port. Whoever knows the node takes this for it.</summary>
    public static Task<ListeningNode> InPlaceOfAsync(Party party) => StartAsync(
        party.Persona, X509CertificateLoader.LoadPkcs12(File.ReadAllBytes(Path.Combine(party.Directory, "keys", "tls-certificate")), null), party.Port);

    public static Task<ListeningNode> StartAsync(string did)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=listener", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return StartAsync(Persona.Fresh(did), X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null), 0);
    }

    private static async Task<ListeningNode> StartAsync(Persona persona, X509Certificate2 certificate, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var node = new ListeningNode(app, certificate, persona);
        app.MapPost("/regulation/bundle", async (HttpRequest r) =>
        {
            node.Pushed.Writer.TryWrite(await BodyAsync(r));
            return Results.StatusCode(node.Status);
        });
        app.MapFallback(async (HttpContext http) =>
        {
            var (status, body) = node.Answering(http.Request.Path, await BodyAsync(http.Request)) ?? (404, []);
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/json";
            await http.Response.Body.WriteAsync(body);
        });
        await app.StartAsync();
        return node;
    }

    public async Task<byte[]> NextAsync(TimeSpan atMost)
    {
        using var limit = new CancellationTokenSource(atMost);
        return await Pushed.Reader.ReadAsync(limit.Token);
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }
}
