using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;

namespace DataSpace.EndToEnd.Support;

/// <summary>One node of a space: its directory, its keys, what runs on them.</summary>
internal sealed class Party(string name, string kind, string root, string did) : IAsyncDisposable
{
    private static readonly TimeSpan FirstSecond = TimeSpan.FromSeconds(1.1);
    private Wire? _wire;
    private long _readyAt;

    public string Name => name;

    public string Did => did;

    public string Kind => kind;

    public string Directory { get; } = Path.Combine(root, name);

    public string ConfigFile { get; } = Path.Combine(root, name + ".json");

    public string? CoordinatorFile { get; set; }

    /// <summary>The participant's own key: for tests in which the attacker is the participant itself.</summary>
    public Persona Persona { get; private set; } = null!;

    public RunningNode Process { get; private set; } = null!;

    /// <summary>The clock by which requests to this node are dated; as shifted as the node's own.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public string KeyId => Persona.Signer.PublicKey.KeyId;

    public string LedgerDirectory => Path.Combine(Process.Directory, "ledger");

    public JsonNode Card => JsonNode.Parse(File.ReadAllText(Path.Combine(Process.Directory, "node.json")))!;

    public string AdminToken => File.ReadAllText(Path.Combine(Process.Directory, "keys", "admin-token"));

    public Wire Wire => _wire ?? throw new InvalidOperationException("The node was not started.");

    /// <summary>Gives the node its signing key before the first start, so that policies can name key ids.</summary>
    public void MakeKeys()
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        System.IO.Directory.CreateDirectory(Directory, Private | UnixFileMode.UserExecute);
        var keys = Path.Combine(Directory, "keys");
        System.IO.Directory.CreateDirectory(keys, Private | UnixFileMode.UserExecute);
        var seed = RandomNumberGenerator.GetBytes(32);
        var file = Path.Combine(keys, "signing-ed25519");
        File.WriteAllBytes(file, seed);
        File.SetUnixFileMode(file, Private);
        Persona = new Persona(did, new Ed25519Signer(seed));
    }

    public NodeLaunch Launch(int port = 0) => new(kind, Directory, ConfigFile) { Port = port, CoordinatorFile = CoordinatorFile };

    public Task StartAsync() => StartAsync(Launch());

    public async Task StartAsync(NodeLaunch launch)
    {
        Process = await RunningNode.StartAsync(launch);
        _readyAt = TimeProvider.System.GetTimestamp();
        _wire?.Dispose();
        var card = Card;
        Port = new Uri(card["url"]!.GetValue<string>()).Port;
        _wire = new Wire(card["url"]!.GetValue<string>(), card["tlsSpki"]!.GetValue<string>());
    }

    /// <summary>Starts again on the same directory and port.</summary>
    public Task RestartAsync(IReadOnlyDictionary<string, string?>? environment = null)
        => StartAsync(Launch(Port) with { Environment = environment ?? new Dictionary<string, string?>() });

    /// <summary>Starts it again as a process of its own, unless it is one.</summary>
    public async Task InOwnProcessAsync()
    {
        if (Process.Launch.NeedsProcess)
            return;
        await Process.StopAsync();
        await StartAsync(Launch(Port) with { OwnProcess = true });
    }

    /// <summary>Where it listened when it was last started.</summary>
    public int Port { get; private set; }

    public Task<Answer> GetAsync(string path) => Wire.SendAsync(HttpMethod.Get, path, null, AdminToken);

    public Task<Answer> PostAsync(string path, JsonNode? body = null)
        => Wire.SendAsync(HttpMethod.Post, path, body is null ? [] : Wire.Bytes(body.ToJsonString()), AdminToken);

    /// <summary>Management call that must succeed.</summary>
    public async Task<JsonNode> ReadAsync(string path) => (await GetAsync(path)).Ok();

    /// <summary>A request by somebody else's node to this one.</summary>
    public async Task<Answer> FromAsync(Persona caller, HttpMethod method, string path, object? body = null)
    {
        // A node refuses tokens dated to the second of its own start or before: it does not remember which of them were used.
        if (FirstSecond - TimeProvider.System.GetElapsedTime(_readyAt) is var wait && wait > TimeSpan.Zero)
            await Task.Delay(wait);
        return await Wire.AsPeerAsync(caller, Did, method, path, body, Clock);
    }

    public async ValueTask DisposeAsync()
    {
        _wire?.Dispose();
        if (Process is not null)
            await Process.DisposeAsync();
    }
}
