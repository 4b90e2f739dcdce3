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

    private ListeningNode(WebApplication app, X509Certificate2 certificate, string did) => (_app, _certificate, Persona) = (app, certificate, Persona.Fresh(did));

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

    public static async Task<ListeningNode> StartAsync(string did)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=listener", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var node = new ListeningNode(app, certificate, did);
        app.MapPost("/regulation/bundle", async (HttpRequest r) =>
        {
            using var body = new MemoryStream();
            await r.Body.CopyToAsync(body);
            node.Pushed.Writer.TryWrite(body.ToArray());
            return Results.StatusCode(node.Status);
        });
        await app.StartAsync();
        return node;
    }

    public async Task<byte[]> NextAsync(TimeSpan atMost)
    {
        using var limit = new CancellationTokenSource(atMost);
        return await Pushed.Reader.ReadAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }
}
