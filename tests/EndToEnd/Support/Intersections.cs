using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd.Support;

/// <summary>Specs of intersections between supplier A and supplier B, asked by the chain leader.</summary>
internal static class Intersections
{
    /// <summary>Steps of each part, as both owners declare them.</summary>
    private static readonly Dictionary<string, (string Theirs, string[] Steps)> Parts = new()
    {
        ["code"] = ("ref", ["trim", "upper"]),
        ["site"] = ("place", ["nfc"]),
        ["phone"] = ("mobile", ["phone:86"]),
    };

    public static async Task<JsonObject> IntersectSpecAsync(this Space space, string dataset = IntersectionDesign.Members, string[]? key = null, Party? receiver = null, string offer = IntersectionDesign.Offer, string theirs = IntersectionDesign.Theirs,
        Party? ours = null, string? theirOffer = null)
    {
        key ??= ["code"];
        JsonObject Input(Party owner, string id, string agreement, IEnumerable<string> columns) => new()
        {
            ["participant"] = owner.Did,
            ["dataset"] = id,
            ["agreement"] = agreement,
            ["key"] = new JsonArray([.. columns.Select(c => (JsonNode)c)]),
        };
        return new JsonObject
        {
            ["version"] = 1,
            ["kind"] = "intersect",
            ["title"] = "Common members",
            ["purpose"] = Jobs.Purpose,
            ["inputs"] = new JsonArray(
                Input(ours ?? space.SupplierA, dataset, await space.AgreeAsync(ours ?? space.SupplierA, dataset, offer), key),
                Input(space.SupplierB, theirs, await space.AgreeAsync(space.SupplierB, theirs, theirOffer ?? IntersectionDesign.Offer), key.Select(k => Parts[k].Theirs))),
            ["intersect"] = new JsonObject
            {
                ["key"] = new JsonArray([.. key.Select(k => (JsonNode)new JsonObject { ["name"] = k, ["steps"] = new JsonArray([.. Parts[k].Steps.Select(s => (JsonNode)s)]) })]),
                ["receiver"] = (receiver ?? ours ?? space.SupplierA).Did,
                ["maxItems"] = theirs == IntersectionDesign.Theirs ? 1000 : 50_000,
            },
        };
    }

    /// <summary>Proof that what an owner says about a job is a refusal, or none.</summary>
    public static async Task<(string State, string? Code)> ContributionOfAsync(this Space space, Party owner, string jobHash)
    {
        var answer = (await owner.FromAsync(space.Coordinator.Persona, HttpMethod.Get, $"/peer/jobs/{jobHash}/contribution")).Ok();
        return (answer["state"]!.GetValue<string>(), answer["refusal"]?["code"]?.GetValue<string>());
    }
}

/// <summary>
/// The attacker between the owners: holds the coordinator's key and carries the messages of a job by hand, as it likes; with an owner's key it is that owner's node as well.
/// </summary>
internal sealed class HandCarrier(Space space, TestAnalyst analyst)
{
    private const int QuietRounds = 10;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>What becomes of a message: who said it, which of its messages it is (from 0), and what arrives in its place.</summary>
    public delegate IEnumerable<byte[]> Way(bool fromReceiver, int number, byte[] message);

    /// <summary>All messages as they were said.</summary>
    public List<(bool FromReceiver, byte[] Message)> Said { get; } = [];

    /// <summary>Carries out a job until nobody goes on; its order's hash.</summary>
    public async Task<string> CarryAsync(TestJob job, Party receiver, Party sender, Way? way = null, bool stop = true)
    {
        Party[] parties = [receiver, sender];
        var statements = new List<string>();
        foreach (var entry in job.Order.Plan.Roster)
            statements.Add((await analyst.OpenAsync(parties.First(p => p.Did == entry.Participant), job.Envelope)).Ok().GetValue<string>());
        foreach (var party in parties)
            (await analyst.RosterAsync(party, job.Hash, statements)).Ok();
        int[] fetched = [0, 0], received = [0, 0];
        List<byte[]>[] arriving = [[], []];
        var (over, quiet) = (new bool[2], 0);
        // Until both are at the table, then until several rounds bring nothing new: an owner may be writing its Report.
        await Eventually.TrueAsync(async () =>
        {
            var (moved, states) = (false, new string[2]);
            foreach (var side in (int[])[0, 1])
            {
                var request = new RelayRequest(received[side], [.. arriving[side]], fetched[side]);
                var answer = JsonSerializer.Deserialize<RelayAnswer>((await ExchangeAsync(parties[side], job.Hash, request)).Ok(), JobJson.Options)!;
                states[side] = answer.State;
                if (answer.State != RelayAnswer.Preparing)
                {
                    moved |= arriving[side].Count > 0;
                    arriving[side].Clear();
                    received[side] = Math.Max(received[side], answer.Received);
                }
                foreach (var message in answer.Messages)
                {
                    Said.Add((side == 0, message));
                    arriving[1 - side].AddRange(way?.Invoke(side == 0, fetched[side], message) ?? [message]);
                    fetched[side]++;
                    moved = true;
                }
                over[side] = answer.State == RelayAnswer.Over;
            }
            quiet = moved || states.Contains(RelayAnswer.Preparing) || Said.Count == 0 ? 0 : quiet + 1;
            return (over[0] && over[1]) || quiet == QuietRounds;
        }, Limit, space.Story);
        if (stop)
        {
            foreach (var party in parties)
                (await ExchangeAsync(party, job.Hash, new RelayRequest(0, [], Stop: true))).Ok();
        }
        return job.Hash;
    }

    /// <summary>One request as the coordinator makes it.</summary>
    public Task<Answer> ExchangeAsync(Party party, string jobHash, RelayRequest request, Persona? carrier = null)
        => party.FromAsync(carrier ?? space.Coordinator.Persona, HttpMethod.Post, $"/peer/jobs/{jobHash}/messages", request);
}
