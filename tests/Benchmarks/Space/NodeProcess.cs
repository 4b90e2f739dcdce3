using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataSpace.Benchmarks.Space;

/// <summary>One node as a process of its own, with its management API. Ended by its id.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private const int TerminateSignal = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(8);
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private HttpClient? _http;

    private NodeProcess(Process process, string directory) => (_process, Directory) = (process, directory);

    /// <summary>The node's directory.</summary>
    public string Directory { get; }

    /// <summary>Its public card, <c>node.json</c>.</summary>
    public JsonObject Card { get; private set; } = [];

    /// <summary>Its participant id.</summary>
    public string Did => (string)Card["did"]!;

    /// <summary>Starts a node and waits until it says that it is ready.</summary>
    public static async Task<NodeProcess> StartAsync(string kind, string directory, string configFile, string? coordinatorCard)
    {
        System.IO.Directory.CreateDirectory(directory);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])[Repository.NodeAssembly(kind), "--dir", directory, "--config", configFile])
            start.ArgumentList.Add(argument);
        if (coordinatorCard is not null)
        {
            start.ArgumentList.Add("--coordinator");
            start.ArgumentList.Add(coordinatorCard);
        }
        start.Environment["DATASPACE_WORKER"] = Repository.WorkerDirectory;
        var node = new NodeProcess(Process.Start(start)!, directory);
        try
        {
            await node.WaitUntilReadyAsync(kind);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Resident memory of the process now, bytes.</summary>
    public long ResidentBytes()
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/status"))
            .First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    /// <summary>User and system CPU of the process so far.</summary>
    public TimeSpan Cpu()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>Calls the management API; anything but success throws with the problem's text.</summary>
    public async Task<JsonObject> CallAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http!.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new BenchmarkException($"{method} {path} at {Did}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>Events of this name in the node's log, oldest first.</summary>
    public IReadOnlyList<JsonObject> LogEvents(string name)
    {
        var path = Path.Combine(Directory, "logs", "node.log");
        if (!File.Exists(path))
            return [];
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var events = new List<JsonObject>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Contains(name, StringComparison.Ordinal) && JsonNode.Parse(line) is JsonObject entry && (string?)entry["event"] == name)
                events.Add(entry);
        }
        return events;
    }

    /// <summary>Asks the node to end and, when it does not, kills it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, TerminateSignal);
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _http?.Dispose();
        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(string kind)
    {
        _process.ErrorDataReceived += (_, e) =>
        {
            lock (_errors)
                _errors.AppendLine(e.Data);
        };
        _process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(StartLimit);
        var line = await _process.StandardOutput.ReadLineAsync(limit.Token);
        if (line?.StartsWith("ready ", StringComparison.Ordinal) != true)
        {
            await _process.WaitForExitAsync(limit.Token);
            lock (_errors)
                throw new BenchmarkException($"The {kind} did not start: {_errors}");
        }
        Card = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Directory, "node.json"), limit.Token))!.AsObject();
        var token = (await File.ReadAllTextAsync(Path.Combine(Directory, "admin.token"), limit.Token)).Trim();
        var pin = (string)Card["tlsSpki"]!;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new()
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is System.Security.Cryptography.X509Certificates.X509Certificate2 given
                    && Base64Url.EncodeToString(SHA256.HashData(given.PublicKey.ExportSubjectPublicKeyInfo())) == pin,
            },
        })
        { BaseAddress = new Uri((string)Card["url"]!) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
