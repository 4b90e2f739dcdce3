using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Cli.Node;

/// <summary>
/// Speaks the management API of one node: HTTPS with the certificate's key pinned to <c>node.json</c>, bearer token from
/// <c>admin.token</c>. The pin is checked before anything is sent, so a stranger on the port never sees the token.
/// Proxies are not used: the token must not pass through one.
/// </summary>
internal sealed class NodeClient : IDisposable
{
    private const int MaxTokenBytes = 4096;
    private const int MaxAnswerBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(60);
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http;

    private NodeClient(NodeInfo info, string directory, HttpClient http) => (Info, Directory, _http) = (info, directory, http);

    /// <summary>The node's own description.</summary>
    public NodeInfo Info { get; }

    /// <summary>The node's data directory.</summary>
    public string Directory { get; }

    /// <summary>Opens a client for the node whose data directory is given; nothing is sent yet.</summary>
    public static Result<NodeClient> Open(string? directory)
    {
        if (string.IsNullOrWhiteSpace(directory))
            return CliErrors.NoNode.Of();
        if (!NodeInfo.Read(directory).TryGet(out var info, out var error))
            return error;
        var tokenPath = Path.Combine(directory, "admin.token");
        string token;
        try
        {
            if (new FileInfo(tokenPath) is not { Exists: true, Length: > 0 and <= MaxTokenBytes })
                return CliErrors.NotANode.Of(tokenPath);
            token = File.ReadAllText(tokenPath).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CliErrors.NotAllowed.Of(tokenPath);
        }
        if (token.Any(c => c is <= ' ' or > '~'))
            return CliErrors.NotANode.Of(tokenPath);

        var pin = info.SpkiHash();
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && HasKey(certificate, pin),
            },
        };
        var http = new HttpClient(handler)
        {
            BaseAddress = new Uri(info.Url.TrimEnd('/') + "/"),
            Timeout = RequestLimit,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new NodeClient(info, directory, http);
    }

    /// <summary>Answer of a GET, as JSON.</summary>
    public Task<Result<JsonElement>> GetAsync(string path, CancellationToken cancel) => SendAsync(HttpMethod.Get, path, null, cancel);

    /// <summary>Answer of a GET, as a typed value.</summary>
    public async Task<Result<T>> GetAsync<T>(string path, CancellationToken cancel)
        => (await GetAsync(path, cancel)).TryGet(out var json, out var error) ? Read<T>(json) : error;

    /// <summary>Answer of a POST with a JSON body (or none), as JSON; an empty answer is an undefined element.</summary>
    public Task<Result<JsonElement>> PostAsync(string path, object? body, CancellationToken cancel)
        => SendAsync(HttpMethod.Post, path, body is null ? null : JsonSerializer.Serialize(body, Web), cancel);

    /// <summary>Reads an answer into the shape that the contract gives it.</summary>
    public static Result<T> Read<T>(JsonElement json)
    {
        try
        {
            return json.Deserialize<T>(Web) is { } value ? value : CliErrors.BadAnswer.Of(typeof(T).Name);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return CliErrors.BadAnswer.Of(typeof(T).Name);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static bool HasKey(X509Certificate certificate, byte[] pin)
    {
        using var parsed = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(parsed.PublicKey.ExportSubjectPublicKeyInfo()), pin);
    }

    private async Task<Result<JsonElement>> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path.TrimStart('/'));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        try
        {
            using var response = await _http.SendAsync(request, cancel);
            var text = await response.Content.ReadAsStringAsync(cancel);
            if (!response.IsSuccessStatusCode)
                return Problem(response.StatusCode, text, path);
            return text.Length == 0 ? default(JsonElement) : Parse(text, path);
        }
        catch (HttpRequestException e)
        {
            return e.HttpRequestError switch
            {
                HttpRequestError.SecureConnectionError => CliErrors.PinMismatch.Of(Info.Url),
                HttpRequestError.ConfigurationLimitExceeded => CliErrors.BadAnswer.Of(path),
                _ => CliErrors.Unreachable.Of($"{Info.Name} {Info.Url}"),
            };
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return CliErrors.Unreachable.Of($"{Info.Name} {Info.Url}, {RequestLimit.TotalSeconds:0} s");
        }
    }

    private static Result<JsonElement> Parse(string text, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return CliErrors.BadAnswer.Of(path);
        }
    }

    private static DsError Problem(HttpStatusCode status, string text, string path)
    {
        var problem = Parse(text, path).TryGet(out var json, out _) && json.ValueKind == JsonValueKind.Object ? json : default;
        if (Text(problem, "code") is { } code)
        {
            return new ErrorKind(code, (int)status,
                Text(problem, "title") ?? code, Text(problem, "titleZh") ?? Text(problem, "title") ?? code,
                Text(problem, "advice") ?? "", Text(problem, "adviceZh") ?? Text(problem, "advice") ?? "").Of(Text(problem, "detail"));
        }
        return status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? CliErrors.NotAllowed.Of()
            : CliErrors.BadAnswer.Of($"{(int)status} {path}");
    }

    private static string? Text(JsonElement json, string name)
        => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
