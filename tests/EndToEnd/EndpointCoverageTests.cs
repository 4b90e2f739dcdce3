using System.Buffers.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DataSpace.EndToEnd.Support;

namespace DataSpace.EndToEnd;

/// <summary>
/// Every endpoint of all hosts, from their own description, asked without credentials: it is on the list of open ones or answers 401. And nothing
/// secret stands in what nodes write or publish.
/// </summary>
public sealed partial class EndpointCoverageTests(SharedSpace shared)
{
    /// <summary>All that anyone may call. This list only grows with a reason.</summary>
    private static readonly Dictionary<string, string[]> Open = new()
    {
        ["Connector"] =
        [
            "GET /.well-known/did.json", // did:web resolution
            "GET /.well-known/dspace-version", // DSP 2025-1: versions are public
            "GET /healthz",
            "GET /ledger/checkpoint", // the log is public: auditors need no account
            "GET /ledger/tile/{path}",
            "GET /ledger/continuation", // signed by the participant: whoever pinned the old log must be able to follow
            "GET /ledger/cosigned",
            "GET /ledger/vkeys", // keys to verify public checkpoints with
            "GET /ledger/proofs/{index}", // follows from the public tiles
            "GET /ledger/ended/{number}/{path}",
            "GET /witness/{originHash}/checkpoint", // C2SP tlog-witness: a log proves itself by its signature
            "POST /witness/add-checkpoint",
        ],
        ["Coordinator"] =
        [
            "GET /.well-known/did.json",
            "GET /healthz",
            "GET /ledger/checkpoint",
            "GET /ledger/tile/{path}",
            "GET /ledger/continuation", // signed by the participant: whoever pinned the old log must be able to follow
            "GET /ledger/cosigned",
            "GET /ledger/vkeys", // keys to verify public checkpoints with
            "GET /ledger/proofs/{index}", // follows from the public tiles
            "GET /ledger/ended/{number}/{path}",
            "GET /mirror", // copies of public logs are as public as the logs
            "GET /mirror/{originHash}/{path}",
            "GET /witness/{originHash}/checkpoint", // C2SP tlog-witness: a log proves itself by its signature
            "POST /witness/add-checkpoint",
            "POST /members/join", // a self-signed document; nobody is a member before the operator says so
        ],
        ["Regulator"] =
        [
            "GET /.well-known/did.json",
            "GET /healthz",
            "GET /ledger/checkpoint", // whoever supervises the supervisor needs no account
            "GET /ledger/tile/{path}",
            "GET /ledger/continuation", // signed by the participant: whoever pinned the old log must be able to follow
            "GET /ledger/cosigned",
            "GET /ledger/vkeys", // keys to verify public checkpoints with
            "GET /ledger/proofs/{index}", // follows from the public tiles
            "GET /ledger/ended/{number}/{path}",
            "GET /witness/{originHash}/checkpoint", // C2SP tlog-witness: a log proves itself by its signature
            "POST /witness/add-checkpoint",
            "GET /regulation/bundle", // proves itself by its signatures; any node may hand it on
            "GET /regulation/stamp",
        ],
    };

    private Space Space => shared.Space;

    [Theory]
    [InlineData("Connector")]
    [InlineData("Coordinator")]
    [InlineData("Regulator")]
    public async Task Every_endpoint_is_listed_as_open_or_answers_401(string kind)
    {
        await using var regulator = kind == "Regulator" ? await RegulatorSite.StartAsync("coverage") : null;
        var node = regulator?.Party ?? (kind == "Connector" ? Space.SupplierA : Space.Coordinator);
        var description = (await node.Wire.SendAsync(HttpMethod.Get, "/openapi/v1.json", null, null)).Ok();
        var endpoints = description["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(m => (Path: p.Key, Method: m.Key.ToUpperInvariant(), Text: m.Value!))).ToList();
        Assert.True(endpoints.Count > 10, description.ToJsonString());
        var open = new List<string>();
        foreach (var (path, method, text) in endpoints)
        {
            Assert.False(string.IsNullOrWhiteSpace(text["summary"]?.GetValue<string>()), $"{method} {path} has no summary");
            var concrete = Placeholder().Replace(path, "x");
            foreach (var bearer in (string?[])[null, "x", new string('a', 43)])
            {
                var answer = await node.Wire.SendAsync(new HttpMethod(method), concrete, method == "GET" ? null : "{}"u8.ToArray(), bearer);
                if (answer.Status != 401)
                    open.Add($"{method} {path}");
                else
                    Assert.StartsWith("DS-", answer.Code, StringComparison.Ordinal);
            }
        }
        Assert.Equal(Open[kind].Order(StringComparer.Ordinal), open.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Connector")]
    [InlineData("Coordinator")]
    [InlineData("Regulator")]
    public async Task The_published_description_is_the_hosts_own_and_says_what_bodies_hold(string kind)
    {
        await using var regulator = kind == "Regulator" ? await RegulatorSite.StartAsync("described") : null;
        var node = regulator?.Party ?? (kind == "Connector" ? Space.SupplierA : Space.Coordinator);
        // As whoever follows the short address finds it.
        Assert.Equal(302, (await node.Wire.SendAsync(HttpMethod.Get, "/openapi", null, null)).Status);
        var description = (await node.Wire.SendAsync(HttpMethod.Get, "/openapi/v1.json", null, null)).Ok().AsObject();
        description.Remove("servers"); // its address
        var stated = description.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
        var name = Path.Combine("openapi", kind.ToLowerInvariant() + ".json");
        var written = Path.Combine(Layout.Root, "artifacts", name);
        Directory.CreateDirectory(Path.GetDirectoryName(written)!);
        File.WriteAllText(written, stated);
        Assert.True(stated == File.ReadAllText(Path.Combine(Layout.Root, "contracts", name)), $"contracts/{name} is out of date: cp artifacts/{name} contracts/{name}");
        foreach (var (path, operations) in description["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                if (!Described().IsMatch(path))
                    continue;
                if (method == "post" && !path.EndsWith("/cancel", StringComparison.Ordinal) && !path.EndsWith("/export", StringComparison.Ordinal))
                    Assert.True(operation!["requestBody"]?["content"]?["application/json"]?["schema"] is not null, $"{method} {path} says nothing about its body");
                Assert.True(operation!["responses"]!.AsObject().Any(r => r.Key.StartsWith('2') && (r.Key == "202" || r.Value!["content"] is not null)), $"{method} {path} says nothing about its answer");
            }
        }
    }

    [Fact]
    public async Task A_members_request_token_does_not_open_the_management_api()
    {
        foreach (var path in (string[])["/admin/status", "/admin/jobs", "/admin/egress"])
            (await Space.SupplierA.FromAsync(Space.Leader.Persona, HttpMethod.Get, path)).Refused("DS-HST-005", 401);
    }

    [Fact]
    public async Task Another_nodes_management_token_opens_nothing()
        => (await Space.SupplierA.Wire.SendAsync(HttpMethod.Get, "/admin/status", null, Space.SupplierB.AdminToken)).Refused("DS-HST-005", 401);

    [Fact]
    public async Task The_coordinator_tells_a_job_only_to_its_analyst()
    {
        var hash = (string)TestAnalyst.Query(Space.Coordinator, "SELECT JobHash FROM Jobs WHERE JobId = $id", ("$id", shared.First.JobId))!;
        foreach (var path in (string[])["/jobs/" + hash, $"/jobs/{hash}/bundle"])
        {
            (await Space.Coordinator.FromAsync(Space.Leader.Persona, HttpMethod.Get, path)).Ok();
            (await Space.Coordinator.FromAsync(Space.SupplierB.Persona, HttpMethod.Get, path)).Refused("DS-COO-001", 404);
        }
        (await Space.Coordinator.FromAsync(Space.SupplierB.Persona, HttpMethod.Post, $"/jobs/{hash}/cancel")).Refused("DS-COO-001", 404);
    }

    [Theory]
    [InlineData("/ledger/tile/../ledger.db")]
    [InlineData("/ledger/tile/..%2Fledger.db")]
    [InlineData("/ledger/tile/%2e%2e/%2e%2e/keys/signing-ed25519")]
    [InlineData("/ledger/tile//etc/passwd")]
    public async Task The_open_log_serves_nothing_but_its_tiles(string path)
        => Assert.Equal(404, (await Space.SupplierA.Wire.SendAsync(HttpMethod.Get, path, null, null)).Status);

    [Fact]
    public async Task No_secret_stands_in_a_log_or_in_the_description()
    {
        foreach (var party in Space.Everyone)
        {
            var seed = File.ReadAllBytes(Path.Combine(party.Directory, "keys", "signing-ed25519"));
            string[] secrets = [party.AdminToken, Convert.ToBase64String(seed), Base64Url.EncodeToString(seed), Convert.ToHexString(seed), Convert.ToHexStringLower(seed)];
            var log = File.ReadAllText(Path.Combine(party.Directory, "logs", "node.log"));
            Assert.NotEmpty(log);
            var description = (await party.Wire.SendAsync(HttpMethod.Get, "/openapi/v1.json", null, null)).Body;
            foreach (var text in (string[])[log, System.Text.Encoding.UTF8.GetString(description)])
            {
                Assert.All(secrets, s => Assert.DoesNotContain(s, text, StringComparison.Ordinal));
                // Keys, tokens and ciphertexts are long opaque words; hashes in lower-case hex are the only such words that may appear.
                Assert.DoesNotContain(LongWord().Matches(SourceLine().Replace(text, "")).Select(m => m.Value), w => !Hex().IsMatch(w));
            }
        }
    }

    [Fact]
    public void Job_secrets_and_mask_keys_are_gone_once_the_job_has_ended()
    {
        Assert.Equal(0L, TestAnalyst.Query(Space.Leader, "SELECT LENGTH(Secrets) FROM Jobs WHERE JobId = $id", ("$id", shared.First.JobId)));
        Assert.Equal("job keys,use keys", TestAnalyst.Query(Space.Leader, "SELECT group_concat(Name) FROM (SELECT b.Name FROM Blobs b JOIN Jobs j ON j.JobHash = b.JobHash WHERE j.JobId = $id ORDER BY b.Name)", ("$id", shared.First.JobId)));
        // The key behind the masks is never written down: a second value under one mask would lay the first one bare.
        foreach (var owner in Space.Owners)
            Assert.Equal(0L, TestAnalyst.Query(owner, "SELECT COUNT(*) FROM pragma_table_info('Uses') WHERE name LIKE '%phemeral%' OR name LIKE '%ecret%'"));
    }

    [Fact]
    public void Key_files_are_their_owners_alone()
    {
        foreach (var file in Space.Everyone.SelectMany(p => Directory.EnumerateFiles(Path.Combine(p.Directory, "keys"))))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [GeneratedRegex("^(/admin/jobs|/admin/negotiations|/peer/jobs|/peer/receipts|/jobs|/dsp/)")]
    private static partial Regex Described();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"[A-Za-z0-9+/_=-]{60,}")]
    private static partial Regex LongWord();

    /// <summary>Where a frame of a stack trace stands: a path may be as long as a key, and depends on where this was built.</summary>
    [GeneratedRegex(@" in /[^ :]*\.cs:line [0-9]+")]
    private static partial Regex SourceLine();

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex Hex();
}
