using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary>The command line against a stranger, a silent port and misbehaving answers. Real nodes are met in the end-to-end tests.</summary>
public sealed class NodeClientTests
{
    private const string Token = "correct-horse-battery-staple";

    [Fact]
    public async Task A_stranger_on_the_port_never_sees_the_token()
    {
        await using var stranger = await Server.StartAsync();
        using var node = stranger.NodeFolder(pin: SHA256.HashData("the node's own key"u8));
        var run = (await CliProcess.RunAsync("catalog", "--node", node.Path)).Exits(4);
        Assert.Contains("DS-CLI-005", run.Errors, StringComparison.Ordinal);
        Assert.Empty(stranger.Authorizations);
        Assert.DoesNotContain(Token, run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pinned_node_is_spoken_to_with_the_token_and_without_a_proxy()
    {
        await using var server = await Server.StartAsync(("/admin/members", 200, """{"members":[{"did":"did:web:a.example","name":"甲","state":"pending","url":"https://a.example"}]}"""));
        using var node = server.NodeFolder();
        var run = (await CliProcess.RunAsync([("https_proxy", "http://127.0.0.1:9")], "members", "list", "--node", node.Path)).Exits(0);
        Assert.Contains("did:web:a.example", run.Output, StringComparison.Ordinal);
        Assert.Equal(["Bearer " + Token], server.Authorizations);
        Assert.DoesNotContain(Token, run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_exits_4()
    {
        var server = await Server.StartAsync();
        using var node = server.NodeFolder();
        await server.DisposeAsync();
        var run = (await CliProcess.RunAsync([("DATASPACE_NODE", node.Path)], "catalog")).Exits(4);
        Assert.Contains("DS-CLI-004", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, """{"code":"DS-POL-003","title":"Purpose not allowed","titleZh":"用途不允许","advice":"Use another.","adviceZh":"请更换。"}""", 3, "DS-POL-003")]
    [InlineData(404, """{"code":"DS-CON-004","title":"No such job","titleZh":"无此作业","advice":"List them.","adviceZh":"请列出。"}""", 1, "DS-CON-004")]
    [InlineData(401, "", 1, "DS-CLI-006")]
    [InlineData(500, "<html>boom</html>", 1, "DS-CLI-007")]
    [InlineData(200, "not json", 1, "DS-CLI-007")]
    [InlineData(200, """{"jobId":7}""", 1, "DS-CLI-007")]
    public async Task Answers_become_codes_and_exit_codes(int status, string body, int exit, string code)
    {
        await using var server = await Server.StartAsync(("/admin/jobs/j", status, body));
        using var node = server.NodeFolder();
        var run = (await CliProcess.RunAsync("job", "status", "j", "--node", node.Path)).Exits(exit);
        Assert.Contains(code, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_speaks_Chinese_where_it_was_asked_to()
    {
        await using var server = await Server.StartAsync(("/admin/jobs/j", 403, """{"code":"DS-POL-003","title":"Purpose not allowed","titleZh":"用途不允许","advice":"Use another.","adviceZh":"请更换用途。"}"""));
        using var node = server.NodeFolder();
        var run = (await CliProcess.RunAsync("job", "status", "j", "--node", node.Path, "--lang", "zh")).Exits(3);
        Assert.Contains("用途不允许", run.Errors, StringComparison.Ordinal);
        Assert.Contains("下一步： 请更换用途。".Replace("： ", "：", StringComparison.Ordinal), run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminal_commands_in_a_node_s_text_are_not_passed_on()
    {
        await using var server = await Server.StartAsync(("/admin/jobs/j", 403, "{\"code\":\"DS-POL-003\",\"title\":\"red \\u001b[31m bell \\u0007 [bold]\"}"));
        using var node = server.NodeFolder();
        var run = (await CliProcess.RunAsync("job", "status", "j", "--node", node.Path)).Exits(3);
        Assert.DoesNotContain('\u001b', run.Errors);
        Assert.DoesNotContain('\u0007', run.Errors);
        Assert.Contains("[bold]", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_plan_is_not_submitted()
    {
        await using var server = await Server.StartAsync(("/admin/jobs/plan", 200, """{"planHash":"new"}"""), ("/admin/jobs", 202, """{"jobId":"j"}"""));
        using var node = server.NodeFolder();
        var spec = node.File("job.yaml", "{version: 1, kind: sql, title: t, purpose: p, inputs: [{participant: a, dataset: d}], sql: select 1}");
        var run = (await CliProcess.RunAsync("job", "submit", spec, "--plan-hash", "old", "--node", node.Path)).Exits(1);
        Assert.Contains("DS-CLI-011", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("/admin/jobs", server.Paths);
        (await CliProcess.RunAsync("job", "submit", spec, "--plan-hash", "new", "--node", node.Path)).Exits(0);
        Assert.Contains("/admin/jobs", server.Paths);
    }

    [Fact]
    public async Task A_plan_with_refusals_exits_3_and_submits_nothing()
    {
        await using var server = await Server.StartAsync(
            ("/admin/jobs/plan", 200, """{"planHash":"h","refusals":[{"code":"DS-POL-007","participantName":"A","title":"Group key not allowed","titleZh":"不允许的分组键","advice":"Group by year.","adviceZh":"请按年分组。"}]}"""));
        using var node = server.NodeFolder();
        var spec = node.File("job.yaml", "{version: 1, kind: sql, title: t, purpose: p, inputs: [{participant: a, dataset: d}], sql: select 1}");
        Assert.Contains("Group by year.", (await CliProcess.RunAsync("job", "plan", spec, "--node", node.Path)).Exits(3).Output, StringComparison.Ordinal);
        Assert.Contains("DS-POL-007", (await CliProcess.RunAsync("job", "submit", spec, "--node", node.Path)).Exits(3).Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("/admin/jobs", server.Paths);
    }

    [Theory]
    [InlineData("""{"did":"did:web:a","name":"a","role":"connector","url":"http://127.0.0.1:1","keyId":"k","tlsSpki":"AAAA","pid":1}""")]
    [InlineData("""{"did":"did:web:a","name":"a","role":"connector","url":"https://127.0.0.1:1","keyId":"k","tlsSpki":"AAAA","pid":1}""")]
    [InlineData("""{"did":"did:web:a"}""")]
    [InlineData("{")]
    public async Task A_node_json_without_https_or_a_whole_pin_is_refused(string card)
    {
        using var node = new TempFolder();
        node.File("node.json", card);
        node.File("admin.token", Token);
        (await CliProcess.RunAsync("catalog", "--node", node.Path)).Exits(2);
    }

    private sealed class Server : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly X509Certificate2 _certificate;

        private Server(WebApplication app, X509Certificate2 certificate) => (_app, _certificate) = (app, certificate);

        public List<string> Authorizations { get; } = [];

        public List<string> Paths { get; } = [];

        public static async Task<Server> StartAsync(params (string Path, int Status, string Body)[] answers)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256);
            var now = TimeProvider.System.GetUtcNow();
            using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(usable)));
            var server = new Server(builder.Build(), usable);
            server._app.Run(async http =>
            {
                lock (server.Paths)
                {
                    server.Paths.Add(http.Request.Path);
                    server.Authorizations.Add(http.Request.Headers.Authorization.ToString());
                }
                var answer = answers.FirstOrDefault(a => a.Path == http.Request.Path);
                http.Response.StatusCode = answer.Path is null ? 404 : answer.Status;
                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync(answer.Body ?? "");
            });
            await server._app.StartAsync();
            return server;
        }

        /// <summary>A node directory that leads here.</summary>
        public TempFolder NodeFolder(byte[]? pin = null)
        {
            var folder = new TempFolder();
            folder.File("node.json", JsonSerializer.Serialize(new
            {
                did = "did:web:node.example",
                name = "Node",
                role = "connector",
                url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(),
                publicKey = "",
                keyId = "k",
                tlsSpki = Base64Url.EncodeToString(pin ?? SHA256.HashData(_certificate.PublicKey.ExportSubjectPublicKeyInfo())),
                ledgerVkey = "",
                pid = 1,
            }));
            folder.File("admin.token", Token + "\n");
            return folder;
        }

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            _certificate.Dispose();
        }
    }
}
