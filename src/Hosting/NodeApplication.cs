using System.Net;
using System.Text.Json;
using DataSpace.Hosting.Disclosing;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Secrets;
using DataSpace.Hosting.Telemetry;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Witnessing;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DataSpace.Hosting;

/// <summary>What every node shares: HTTPS, limits, problem details, logs, identity, ledger, transport, health.</summary>
public static class NodeApplication
{
    /// <summary>Exit code: ended on request.</summary>
    public const int ExitOk = 0;

    /// <summary>Exit code: arguments or configuration are wrong.</summary>
    public const int ExitBadConfiguration = 2;

    /// <summary>Exit code: the node cannot start.</summary>
    public const int ExitCannotStart = 3;

    /// <summary>
    /// A builder with everything shared in place. Fails with a coded error when the directory, the keys or the ledger cannot be used.
    /// </summary>
    public static Result<WebApplicationBuilder> CreateBuilder(NodeOptions options, NodeSurroundings surroundings, string role, string did, string name, TimeProvider clock, WitnessConfig? witnesses = null, Auditors? auditors = null, LedgerConfig? keeping = null)
    {
        (witnesses, keeping) = (witnesses ?? WitnessConfig.Default, keeping ?? LedgerConfig.Default);
        if (keeping.Countersign.Count + keeping.WitnessCountersign.Count > 0 && did.Length > AdditionalKeys.MaxDidChars)
            return HostErrors.BadConfiguration.Of($"countersign: a DID of at most {AdditionalKeys.MaxDidChars} characters");
        NodeIdentity identity;
        AdditionalKeys additional;
        try
        {
            Directory.CreateDirectory(options.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var secrets = new FileSecretProvider(Path.Combine(options.Directory, "keys"));
            identity = NodeIdentity.LoadOrCreate(did, name, secrets, clock);
            additional = AdditionalKeys.LoadOrCreate(keeping, secrets);
        }
        catch (SecretAccessException e)
        {
            return e.Error;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HostErrors.DirectoryNotWritable.Of(e.GetType().Name);
        }
        // The log's name is the participant's DID plus a running number: a restored node continues under the next one.
        var ledgerDirectory = Path.Combine(options.Directory, "ledger");
        if (Task.Run(() => LogSuccession.ApplyAsync(ledgerDirectory, identity.Signer, clock, CancellationToken.None, keeping.KeyStoreDirectory)).GetAwaiter().GetResult() is { IsOk: false } unfinished)
            return unfinished.Error;
        var ledger = AuditLedger.Open(new LedgerOptions
        {
            Directory = ledgerDirectory,
            Origin = LedgerOrigin.For(ledgerDirectory, did),
            AskFirst = witnesses.Ask,
            KeyStoreDirectory = keeping.KeyStoreDirectory,
            MeteringRetentionDays = keeping.MeteringRetentionDays,
            Countersigners = additional.Log,
            FurtherKeys = [.. additional.Witness.Select(w => VerifierKey.ForWitness(did, w.PublicKey))],
        }, identity.Signer, clock);
        if (!ledger.TryGet(out var log, out var error))
            return error;
        WitnessStore witnessStore;
        try
        {
            witnessStore = WitnessStore.Open(options.Directory);
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            return HostErrors.DirectoryNotWritable.Of("witness.db");
        }

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = "DataSpace." + role,
            ContentRootPath = options.Directory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"], // otherwise a watch on every folder of the node, one more for each tile
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options, identity));
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("MassTransit", LogLevel.Warning).AddFilter("System", LogLevel.Warning);
        builder.Logging.AddProvider(new JsonLinesLoggerProvider(Path.Combine(options.Directory, "logs", "node.log"), clock));
        var services = builder.Services;
        services.AddSingleton(options).AddSingleton(surroundings).AddSingleton<CrashPoints>().AddSingleton(clock).AddSingleton(identity).AddSingleton(log)
            .AddSingleton<EgressMeter>().AddSingleton<PeerDirectory>().AddSingleton<Jobs.JobNews>().AddSingleton(new ReplayGuard(clock))
            .AddSingleton<Regulation.RegulationMarks>().AddSingleton<INodeTransport, DirectHttpsTransport>();
        services.AddWitnessing(witnessStore, witnesses, additional);
        services.AddSingleton(new NodeRole(role)).AddSingleton(auditors ?? Auditors.None);
        services.AddSingleton<NodeAddress>();
        services.AddProblemDetails().AddOpenApi("v1", document => document.AddOperationTransformer(EndpointDescription.DescribeAsync));
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.MaxDepth = JobJson.Options.MaxDepth);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        return builder;
    }

    /// <summary>Shared middleware and public endpoints.</summary>
    public static void UseNode(this WebApplication app)
    {
        app.UseExceptionHandler(handler => handler.Run(async context =>
        {
            // Kestrel's own rejections (body too large, bad framing) keep their status; all else is ours.
            var failure = context.Features.Get<IExceptionHandlerFeature>()?.Error;
            var error = failure switch
            {
                Microsoft.AspNetCore.Http.BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => HostErrors.RequestTooLarge.Of(),
                Microsoft.AspNetCore.Http.BadHttpRequestException => HostErrors.MalformedRequest.Of(),
                JsonException e => HostErrors.MalformedRequest.Of($"at {e.Path}"),
                { } when Storage.StateStore.IsUnwritable(failure) => HostErrors.DirectoryNotWritable.Of("state.db"),
                _ => HostErrors.Internal.Of("trace " + context.TraceIdentifier),
            };
            await error.ToProblem().ExecuteAsync(context);
        }));
        app.UseStatusCodePages(async context =>
        {
            if (context.HttpContext.Response.StatusCode == StatusCodes.Status404NotFound)
                await HostErrors.NotFound.Of().ToProblem().ExecuteAsync(context.HttpContext);
        });
        app.MapOpenApi("/openapi/{documentName}.json").WithMetadata(new OpenToEveryone());
        app.MapGet("/openapi", () => Results.Redirect("/openapi/v1.json")).WithMetadata(new OpenToEveryone()).ExcludeFromDescription();
        app.MapNodeEndpoints();
        app.MapWitness();
        app.MapErasures();
        app.MapDisclosures();
    }

    /// <summary>Starts, announces readiness, waits for the end. Returns the process exit code.</summary>
    public static async Task<int> RunNodeAsync(this WebApplication app)
    {
        var surroundings = app.Services.GetRequiredService<NodeSurroundings>();
        try
        {
            await app.StartAsync();
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return await FailAsync(app, HostErrors.PortInUse.Of(null));
        }
        var options = app.Services.GetRequiredService<NodeOptions>();
        var address = app.Services.GetRequiredService<NodeAddress>();
        address.Set(options.PublicUrl ?? app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var card = app.Services.GetRequiredService<NodeAddress>().Card(app.Services);
        try
        {
            WriteCard(options, card, app.Services.GetRequiredService<WitnessConfig>());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(app, HostErrors.DirectoryNotWritable.Of("node.json"));
        }
        await surroundings.Output.WriteLineAsync("ready " + JsonSerializer.Serialize(new { card.Did, card.Url, pid = Environment.ProcessId }, JobJson.Options));
        await surroundings.Output.FlushAsync();
        await app.WaitForShutdownAsync(surroundings.Stop);
        await app.Services.GetRequiredService<AuditLedger>().DisposeAsync();
        return ExitOk;
    }

    /// <summary>Prints a start-up failure for people and scripts.</summary>
    public static int Report(this NodeSurroundings surroundings, DsError error, int exitCode)
    {
        surroundings.Error.WriteLine(error.ToString());
        surroundings.Error.WriteLine($"  → {error.Kind.Advice}");
        surroundings.Error.WriteLine($"  → {error.Kind.TitleZh}：{error.Kind.AdviceZh}");
        return exitCode;
    }

    private static async Task<int> FailAsync(WebApplication app, DsError error)
    {
        var surroundings = app.Services.GetRequiredService<NodeSurroundings>();
        await app.DisposeAsync();
        return surroundings.Report(error, ExitCannotStart);
    }

    private static void Configure(KestrelServerOptions kestrel, NodeOptions options, NodeIdentity identity)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = 256;
        kestrel.Limits.MaxRequestBodySize = PeerCall.MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Listen(IPAddress.Parse(options.Listen), options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(next => async connection =>
            {
                // First in the chain, hence below TLS: what is counted here is what crosses the socket.
                var meter = kestrel.ApplicationServices.GetRequiredService<EgressMeter>();
                var count = meter.Open(EgressMeter.Unidentified);
                connection.Items[typeof(ConnectionCount)] = count;
                connection.Transport = new CountingDuplexPipe(connection.Transport, count);
                try
                {
                    await next(connection);
                }
                finally
                {
                    meter.Close(count);
                }
            });
            listen.UseHttps(identity.Certificate);
        });
    }

    private static void WriteCard(NodeOptions options, MemberDocument card, WitnessConfig witnesses)
    {
        var path = Path.Combine(options.Directory, "node.json");
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(
            new { card.Did, card.Name, card.Role, card.Url, card.PublicKey, card.KeyId, card.TlsSpki, card.LedgerVkey, pid = Environment.ProcessId }, JobJson.Options));
        File.Move(path + ".new", path, overwrite: true);
        // What the owner demands of its witnesses, where settlements of this log look for it.
        var policyFile = Path.Combine(options.Directory, "witness-policy");
        if (witnesses.Policy is { } policy)
            File.WriteAllText(policyFile, policy.ToString());
        else
            File.Delete(policyFile);
        var token = Path.Combine(options.Directory, "keys", "admin-token");
        var link = Path.Combine(options.Directory, "admin.token");
        if (!File.Exists(link))
            File.CreateSymbolicLink(link, token);
    }
}
