using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DataSpace.Benchmarks.Space;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace DataSpace.Benchmarks.Ledger;

/// <summary>
/// A provider's receipt endpoint and a consumer that calls it, over TLS and HTTP/2 in this process: the offer is read, its signature verified, the receipt
/// countersigned and appended, the countersignature answered and verified.
/// </summary>
internal sealed class ReceiptServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client;
    private readonly Kernel.Crypto.PublicKey _provider;

    private ReceiptServer(WebApplication app, HttpClient client, Kernel.Crypto.PublicKey provider) => (_app, _client, _provider) = (app, client, provider);

    /// <summary>Starts on a free port.</summary>
    public static async Task<ReceiptServer> StartAsync(AuditLedger ledger, ISigner provider)
    {
        var certificate = Certificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(certificate);
        }));
        var app = builder.Build();
        app.MapPost("/peer/receipts", (HttpContext context) => TakeAsync(context, ledger, provider));
        await app.StartAsync();
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(certificate.RawData);
        var client = new HttpClient(handler, disposeHandler: true)
        {
            BaseAddress = new Uri(app.Urls.Single()),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        return new ReceiptServer(app, client, provider.PublicKey);
    }

    /// <summary>Offers a receipt; the index of its entry.</summary>
    public async Task<long> PostAsync(ReceiptPayload receipt)
    {
        var offer = new ReceiptOffer("job", receipt.JobHash, receipt.GrantHash, receipt.ReportHash, receipt.ResultDigest, receipt.JobHash, receipt.ConsumerKeyId, Convert.ToBase64String(receipt.ConsumerSignature.Span), receipt.Consumer);
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(offer, JobJson.Options));
        using var answer = await _client.PostAsync("/peer/receipts", content);
        var signed = JsonSerializer.Deserialize<ReceiptCountersigned>(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(), JobJson.Options)!;
        var complete = receipt with { ProviderKeyId = _provider.KeyId, ProviderSignature = Convert.FromBase64String(signed.ProviderSignature) };
        return complete.VerifyProvider(_provider) is null ? signed.LedgerIndex : throw new BenchmarkException("a countersignature does not verify");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private static async Task TakeAsync(HttpContext context, AuditLedger ledger, ISigner provider)
    {
        var offer = (await JsonSerializer.DeserializeAsync<ReceiptOffer>(context.Request.Body, JobJson.Options))!;
        var receipt = new ReceiptPayload
        {
            GrantHash = offer.GrantHash,
            ReportHash = offer.ReportHash,
            ResultDigest = offer.ResultDigest,
            JobHash = offer.JobHash,
            Consumer = offer.Consumer,
            ConsumerKeyId = offer.ConsumerKeyId,
            ConsumerSignature = Convert.FromBase64String(offer.ConsumerSignature),
        };
        var countersigned = receipt.Countersign(SignedReceipts.Consumer, provider).Value;
        var entry = (await ledger.AppendAsync(new EntryDraft(countersigned, "contract-1"), context.RequestAborted)).Value;
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(
            new ReceiptCountersigned(Convert.ToBase64String(countersigned.ProviderSignature.Span), entry.Index, Proof: ""), JobJson.Options), context.RequestAborted);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=benchmark", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
