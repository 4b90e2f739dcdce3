using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;
using DataSpace.Protocol.Jobs;
using Microsoft.Data.Sqlite;

namespace DataSpace.EndToEnd.Support;

/// <summary>An order made by the test, with the secrets that belong to it.</summary>
internal sealed record TestJob(JobOrder Order, string Token, string Hash, byte[] PublicKeys, byte[] Secret, byte[] ReplyKey)
{
    public JobEnvelope Envelope => new(Token, PublicKeys);
}

/// <summary>
/// The analyst's hand without the analyst's connector: signs any order with any key. Orders start from the one that a real connector signed,
/// so that everything a test does not change is right.
/// </summary>
internal sealed class TestAnalyst : IDisposable
{
    private readonly Space _space;
    private readonly Dictionary<string, AnalystKeys> _keys = [];

    private TestAnalyst(Space space, JobOrder template) => (_space, Template) = (space, template);

    public JobOrder Template { get; }

    public ISealEngine Engine { get; } = new WasmSealEngine(new WasmSealOptions { CacheDirectory = Path.Combine(Layout.Cache, "dataspace", "seal") });

    /// <summary>Starts from a job that the coordinator holds.</summary>
    public static TestAnalyst From(Space space, string jobId) => new(space, OrderOf(TokenOf(space, jobId)));

    /// <summary>The signed order of a job, as the coordinator keeps it.</summary>
    public static string TokenOf(Space space, string jobId)
        => (string)Query(space.Coordinator, "SELECT \"Order\" FROM Jobs WHERE JobId = $id", ("$id", jobId))!;

    /// <summary>The analyst's public keys of a job, as the coordinator keeps them.</summary>
    public static byte[] KeysOf(Space space, string jobId)
        => (byte[])Query(space.Coordinator, "SELECT b.Bytes FROM Blobs b JOIN Jobs j ON j.JobHash = b.JobHash WHERE j.JobId = $id AND b.Name = 'analyst keys'", ("$id", jobId))!;

    /// <summary>An owner's contribution with its proofs, as the coordinator has it.</summary>
    public static ContributionEnvelope EnvelopeOf(Space space, string jobHash, Party owner) => JsonSerializer.Deserialize<ContributionEnvelope>(
        (byte[])Query(space.Coordinator, "SELECT Bytes FROM Blobs WHERE JobHash = $hash AND Name = 'contribution of ' || $did", ("$hash", jobHash), ("$did", owner.Did))!, JobJson.Options)!;

    /// <summary>The content of an order, unverified.</summary>
    public static JobOrder OrderOf(string token)
    {
        using var claims = JsonDocument.Parse(Jws.Parse(token, SignedMessage.MaxDocumentChars).Value.Payload);
        return claims.RootElement.GetProperty("body").Deserialize<JobOrder>(JobJson.Options)!;
    }

    /// <summary>A fresh order: the template's plan with a new id and nonce, unless <paramref name="change"/> says otherwise. The plan hash follows the plan.</summary>
    public TestJob Make(
        Func<JobOrder, JobOrder>? change = null, ISigner? signer = null, IReadOnlyList<string>? audiences = null, TimeProvider? clock = null, TimeSpan? life = null,
        bool keepPlanHash = false)
    {
        var plan = (change?.Invoke(Template) ?? Template).Plan;
        var keys = plan.Aggregate is null ? null : KeysFor(plan);
        var reply = X25519KeyPair.Generate();
        var order = Template with
        {
            JobId = RandomId.New(),
            Nonce = RandomId.New(),
            AnalystKeysDigest = keys is null ? "" : Digest.Sha256Hex(keys.PublicKeys),
            ReplyKey = Base64Url.EncodeToString(reply.PublicKey.Span),
        };
        order = change?.Invoke(order) ?? order;
        if (!keepPlanHash)
            order = order with { PlanHash = JobOrders.HashOf(order.Plan) };
        clock ??= TimeProvider.System;
        audiences ??= [.. order.Plan.Roster.Select(r => r.Participant).Append(order.ServiceParty).Distinct()];
        var token = SignedDocument.Create(order, signer ?? _space.Leader.Persona.Signer, order.Consumer, audiences, JobOrder.Typ, clock.GetUtcNow() + (life ?? TimeSpan.FromMinutes(10)), clock);
        var hash = Digest.Sha256Hex(Jws.Parse(token, SignedMessage.MaxDocumentChars).Value.Payload.Span);
        return new TestJob(order, token, hash, keys?.PublicKeys ?? [], keys?.ExportSecret() ?? [], reply.ExportPrivateKey());
    }

    /// <summary>Lets the real coordinator and the real owners carry out the job; the bundle.</summary>
    public async Task<JobBundle> CarryOutAsync(TestJob job)
    {
        var leader = _space.Leader.Persona;
        (await _space.Coordinator.FromAsync(leader, HttpMethod.Post, "/jobs", job.Envelope)).Ok();
        await Eventually.TrueAsync(async () =>
        {
            var state = (await _space.Coordinator.FromAsync(leader, HttpMethod.Get, "/jobs/" + job.Hash)).Ok();
            Assert.True(state["state"]!.GetValue<string>() is "RUNNING" or "COMPLETED", state.ToJsonString());
            return state["state"]!.GetValue<string>() == "COMPLETED";
        }, TimeSpan.FromSeconds(60), _space.Story);
        var answer = await _space.Coordinator.FromAsync(leader, HttpMethod.Get, $"/jobs/{job.Hash}/bundle");
        return JsonSerializer.Deserialize<JobBundle>(answer.Body, JobJson.Options)!;
    }

    /// <summary>Round 0 at an owner, played by the coordinator.</summary>
    public Task<Answer> OpenAsync(Party owner, JobEnvelope envelope, Persona? carrier = null)
        => owner.FromAsync(carrier ?? _space.Coordinator.Persona, HttpMethod.Post, "/peer/jobs", envelope);

    /// <summary>Round 1 at an owner, played by the coordinator.</summary>
    public Task<Answer> RosterAsync(Party owner, string jobHash, IReadOnlyList<string> statements)
        => owner.FromAsync(_space.Coordinator.Persona, HttpMethod.Post, $"/peer/jobs/{jobHash}/roster", new RoundOneRequest(statements));

    /// <summary>The text of a JWS with another payload under the old signature.</summary>
    public static string Tamper(string token, string find, string replace)
    {
        var parts = token.Split('.');
        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1]));
        Assert.Contains(find, payload, StringComparison.Ordinal);
        parts[1] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.Replace(find, replace, StringComparison.Ordinal)));
        return string.Join('.', parts);
    }

    /// <summary>One value out of a running node's store, read only.</summary>
    public static object? Query(Party party, string sql, params (string Name, object Value)[] parameters) => Run(party, "ReadOnly", sql, parameters);

    /// <summary>Changes a running node's store, as time or much use would have.</summary>
    public static void Change(Party party, string sql, params (string Name, object Value)[] parameters) => Run(party, "ReadWrite", sql, parameters);

    private static object? Run(Party party, string mode, string sql, (string Name, object Value)[] parameters)
    {
        using var store = new SqliteConnection($"Data Source={Path.Combine(party.Process.Directory, "state.db")};Mode={mode};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
#pragma warning disable CA2100 // every statement is a constant of a test
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        foreach (var keys in _keys.Values)
            keys.Dispose();
        (Engine as IDisposable)?.Dispose();
    }

    private AnalystKeys KeysFor(JobPlan plan)
    {
        var shape = AggregationShapes.Of(plan.Aggregate!, plan.Roster.Count).Value;
        var name = Convert.ToHexString(shape.Digest.Span);
        return _keys.TryGetValue(name, out var known) ? known : _keys[name] = AnalystKeys.Generate(Engine, shape).Value;
    }
}

/// <summary>A signer that claims somebody else's key id.</summary>
internal sealed class ImpostorSigner(ISigner real, string claimedKeyId) : ISigner
{
    public PublicKey PublicKey { get; } = new(claimedKeyId, real.PublicKey.Algorithm, real.PublicKey.Raw);

    public byte[] Sign(ReadOnlySpan<byte> message) => real.Sign(message);
}

/// <summary>The system's clock, shifted.</summary>
internal sealed class ShiftedClock(TimeSpan shift) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
}
