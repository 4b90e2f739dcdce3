using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Identity;
using DataSpace.Protocol;
using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Messages;
using DataSpace.Protocol.Negotiation;

namespace DataSpace.EndToEnd;

/// <summary>
/// Negotiations that do not go straight: the test holds supplier B's keys and stands in its place, says what B's node never would, and hears what real
/// nodes answer.
/// </summary>
[Collection(Fragile.Name)]
public sealed class NegotiationTests(FragileSpace fragile)
{
    private readonly ConcurrentQueue<NegotiationMessage> _heard = new();

    private Space Space => fragile.Space;

    [Fact]
    public async Task Negotiations_end_when_either_side_says_so_and_whenever_the_other_side_is_not_true_to_them()
    {
        var catalog = await CatalogAsync(Space.SupplierB);
        var ownOffer = (await CatalogAsync(Space.SupplierA)).Datasets.Single(d => d.Id == Differences.Contracts).Policies.Single(o => o.Id == Differences.One);
        await Space.SupplierB.Process.StopAsync();
        await using (var played = await ListeningNode.InPlaceOfAsync(Space.SupplierB))
        {
            await AConsumerEndsAsync(played, catalog);
            await AConsumerAcceptsWhatItAskedForAndEndsOverAnotherAgreementAsync(played, catalog);
            await AConsumerEndsOverAnotherOfferAsync(played, catalog);
            await AProviderEndsItAsync(played, catalog);
            await AProviderFinalizesItManyTimesAtOnceAsync(played, catalog);
            await AnOwnerEndsAsync(played, catalog, ownOffer);
        }
        await Space.SupplierB.RestartAsync();
    }

    [Fact]
    public async Task A_member_that_has_just_started_is_asked_again_and_one_whose_catalogue_cannot_be_read_is_not_said_to_lack_the_dataset()
    {
        const string NoSuchOffer = "DS-CON-002", Unread = "DS-CON-024";
        var catalog = DspCodec.Write(await CatalogAsync(Space.SupplierB));
        Task<Answer> AskAsync() => Space.Leader.PostAsync("/admin/negotiations", new JsonObject { ["participant"] = Space.SupplierB.Did, ["datasetId"] = "investments", ["offerId"] = "none" });
        await Space.SupplierB.Process.StopAsync();
        await using (var played = await ListeningNode.InPlaceOfAsync(Space.SupplierB))
        {
            // Every other token is refused as a node refuses those of the second of its start.
            var asked = 0;
            played.Answering = (path, _) => path != DspBase.Path + CatalogPaths.Request ? null
                : Interlocked.Increment(ref asked) % 2 == 1 ? (401, JsonSerializer.SerializeToUtf8Bytes(new { code = "DS-SIG-007" })) : (200, catalog);
            Answer? answer = null;
            await Eventually.TrueAsync(async () =>
            {
                answer = await AskAsync(); // what the coordinator read before the listener stood there is still told for two seconds
                return Volatile.Read(ref asked) > 0;
            }, TimeSpan.FromSeconds(20), Space.Story);
            answer!.Refused(NoSuchOffer, 409); // the catalogue came, by the second token
            Assert.Equal(0, Volatile.Read(ref asked) % 2);

            played.Answering = (_, _) => (503, []);
            await Eventually.TrueAsync(async () => (answer = await AskAsync()).Code != NoSuchOffer, TimeSpan.FromSeconds(20), Space.Story);
            answer.Refused(Unread, 502);
            Assert.Contains(Space.SupplierB.Did, answer.Json!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        }
        await Space.SupplierB.RestartAsync();
    }

    /// <summary>The operator's word reaches the provider with its reason, on the second attempt, and only once it counts.</summary>
    private async Task AConsumerEndsAsync(ListeningNode played, Catalog catalog)
    {
        var (id, request) = await AskedAsync(played, catalog);
        var refusals = 1;
        Serve(played, catalog, m => m is ContractNegotiationTerminationMessage && refusals-- > 0 ? 503 : 200);
        (await EndAsync(Space.Leader, id, "the board said no")).Ok();
        var heard = await HeardAsync<ContractNegotiationTerminationMessage>(id);
        Assert.Equal("the board said no", heard.Reasons[0]);
        Assert.Equal((PidOf(request), request.ConsumerPid), (heard.ProviderPid, heard.ConsumerPid));
        await HeardAsync<ContractNegotiationTerminationMessage>(id); // the first one was not taken
        Assert.Equal("TERMINATED", (await StateAsync(Space.Leader, id, "TERMINATED"))["state"]!.GetValue<string>());
        (await EndAsync(Space.Leader, id, "twice")).Refused("DS-CON-022", 409);
        (await EndAsync(Space.Leader, RandomId.NewUrn(), null)).Refused("DS-CON-010", 404);
        // Whatever comes now is too late.
        await RefusedAsync(new ContractAgreementMessage(heard.ProviderPid, heard.ConsumerPid, AgreementOn(request, request.Offer)));
        Assert.Null((await StateAsync(Space.Leader, id, "TERMINATED"))["agreementId"]);
    }

    private async Task AConsumerAcceptsWhatItAskedForAndEndsOverAnotherAgreementAsync(ListeningNode played, Catalog catalog)
    {
        var (id, request) = await AskedAsync(played, catalog);
        await SaidAsync(new ContractOfferMessage(PidOf(request), request.ConsumerPid, request.Offer, null));
        var accepted = await HeardAsync<ContractNegotiationEventMessage>(id);
        Assert.Equal(NegotiationEvent.Accepted, accepted.Event);
        var refusal = await RefusedAsync(new ContractAgreementMessage(PidOf(request), request.ConsumerPid, AgreementOn(request, Wider(request.Offer))));
        var heard = await HeardAsync<ContractNegotiationTerminationMessage>(id);
        Assert.Equal(refusal, heard.Code);
        var last = await StateAsync(Space.Leader, id, "TERMINATED");
        Assert.Equal(["REQUESTED", "OFFERED", "ACCEPTED", "TERMINATED"], last["history"]!.AsArray().Select(h => h!["state"]!.GetValue<string>()));
        Assert.Equal(refusal, last["error"]!["code"]!.GetValue<string>());
    }

    private async Task AConsumerEndsOverAnotherOfferAsync(ListeningNode played, Catalog catalog)
    {
        var (id, request) = await AskedAsync(played, catalog);
        await SaidAsync(new ContractOfferMessage(PidOf(request), request.ConsumerPid, Wider(request.Offer), null));
        Assert.Equal("DS-CON-023", (await HeardAsync<ContractNegotiationTerminationMessage>(id)).Code);
        Assert.Equal("DS-CON-023", (await StateAsync(Space.Leader, id, "TERMINATED"))["error"]!["code"]!.GetValue<string>());
    }

    /// <summary>The consumer shows who ended it and why.</summary>
    private async Task AProviderEndsItAsync(ListeningNode played, Catalog catalog)
    {
        var (id, request) = await AskedAsync(played, catalog);
        await SaidAsync(new ContractNegotiationTerminationMessage(PidOf(request), request.ConsumerPid, "NO-MORE", ["sold out"]));
        var error = (await StateAsync(Space.Leader, id, "TERMINATED"))["error"]!;
        Assert.Equal((Space.SupplierB.Did, "NO-MORE: sold out"), (error["participant"]!.GetValue<string>(), error["detail"]!.GetValue<string>()));
    }

    /// <summary>Repetitions of a provider that lost patience meet in the consumer: all are answered, one agreement stands, nothing fails inside.</summary>
    private async Task AProviderFinalizesItManyTimesAtOnceAsync(ListeningNode played, Catalog catalog)
    {
        var (id, request) = await AskedAsync(played, catalog, Space.Trial);
        var agreement = AgreementOn(request, request.Offer);
        await SaidAsync(new ContractAgreementMessage(PidOf(request), request.ConsumerPid, agreement));
        await HeardAsync<ContractAgreementVerificationMessage>(id);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => SaidAsync(new ContractNegotiationEventMessage(PidOf(request), request.ConsumerPid, NegotiationEvent.Finalized))));
        Assert.Equal(agreement.Id, (await StateAsync(Space.Leader, id, "FINALIZED"))["agreementId"]!.GetValue<string>());
        Assert.Single((await Space.Leader.ReadAsync("/admin/agreements?contract=" + Uri.EscapeDataString(agreement.Id)))["agreements"]!.AsArray());
    }

    /// <summary>Supplier A agreed, the consumer keeps it waiting, and A's operator ends it: a verification comes too late.</summary>
    private async Task AnOwnerEndsAsync(ListeningNode played, Catalog catalog, Offer offer)
    {
        Serve(played, catalog, _ => 200);
        var pid = RandomId.NewUrn();
        var request = new ContractRequestMessage(pid, null, offer.WithTarget(Differences.Contracts), played.Card["url"]!.GetValue<string>() + DspBase.Path);
        var opened = (await Space.SupplierA.FromAsync(played.Persona, HttpMethod.Post, DspBase.Path + NegotiationPaths.InitialRequest, Json(request))).Ok();
        var id = opened["providerPid"]!.GetValue<string>();
        await HeardAsync<ContractAgreementMessage>(pid);
        await StateAsync(Space.SupplierA, id, "AGREED");
        (await EndAsync(Space.SupplierA, id, null)).Ok();
        var heard = await HeardAsync<ContractNegotiationTerminationMessage>(pid);
        Assert.Equal(("DS-CON-021", id), (heard.Code, heard.ProviderPid));
        await StateAsync(Space.SupplierA, id, "TERMINATED");
        var late = await Space.SupplierA.FromAsync(played.Persona, HttpMethod.Post,
            DspBase.Path + NegotiationPaths.For(NegotiationStep.Verification, id), Json(new ContractAgreementVerificationMessage(id, pid)));
        Assert.Equal(400, late.Status);
        var agreements = (await Space.SupplierA.ReadAsync("/admin/agreements")).ToJsonString();
        Assert.DoesNotContain((await Space.SupplierA.ReadAsync("/admin/negotiations/" + Uri.EscapeDataString(id)))["agreementId"]!.GetValue<string>(), agreements, StringComparison.Ordinal);
    }

    /// <summary>The leader has asked the played provider for a contract, and waits.</summary>
    private async Task<(string Id, ContractRequestMessage Request)> AskedAsync(ListeningNode played, Catalog catalog, string offer = "many")
    {
        Serve(played, catalog, _ => 200);
        JsonNode? started = null;
        await Eventually.TrueAsync(async () =>
        {
            // The federated catalogue may still hold that supplier B was away.
            var answer = await Space.Leader.PostAsync("/admin/negotiations", new JsonObject { ["participant"] = Space.SupplierB.Did, ["datasetId"] = "investments", ["offerId"] = offer });
            if (answer.Status == 202)
                started = answer.Json;
            return started is not null;
        }, Eventually.Least, Space.Story);
        var id = started!["id"]!.GetValue<string>();
        return (id, await HeardAsync<ContractRequestMessage>(id));
    }

    private void Serve(ListeningNode played, Catalog catalog, Func<NegotiationMessage, int> status) => played.Answering = (path, body) =>
    {
        if (path == DspBase.Path + CatalogPaths.Request)
            return (200, DspCodec.Write(catalog));
        if (!path.StartsWith(DspBase.Path + "/negotiations/", StringComparison.Ordinal) || DspCodec.ReadAny(body) is not { IsOk: true, Value: NegotiationMessage message })
            return null;
        _heard.Enqueue(message);
        var answer = status(message);
        return (answer == 200 && message is ContractRequestMessage ? 201 : answer, message is ContractRequestMessage request
            ? DspCodec.Write(new ContractNegotiation(PidOf(request), request.ConsumerPid, NegotiationState.Requested))
            : "{}"u8.ToArray());
    };

    /// <summary>The next message of a kind that a node sent in this negotiation.</summary>
    private async Task<T> HeardAsync<T>(string consumerPid)
        where T : NegotiationMessage
    {
        T? found = null;
        await Eventually.TrueAsync(() =>
        {
            while (found is null && _heard.TryDequeue(out var message))
                found = message is T wanted && message.ConsumerProcess == consumerPid ? wanted : null;
            return Task.FromResult(found is not null);
        }, Eventually.Least, Space.Story);
        return found!;
    }

    private async Task<Answer> SayAsync(NegotiationMessage message) => await Space.Leader.FromAsync(
        Space.SupplierB.Persona, HttpMethod.Post, DspBase.Path + NegotiationPaths.For(message.Step, message.ConsumerProcess), Json(message));

    private async Task SaidAsync(NegotiationMessage message) => (await SayAsync(message)).Ok();

    private async Task<string> RefusedAsync(NegotiationMessage message)
    {
        var answer = await SayAsync(message);
        Assert.True(answer.Status is 400 or 409 or 422, answer.ToString());
        return answer.Code!;
    }

    private static Task<Answer> EndAsync(Party party, string id, string? reason)
        => party.PostAsync($"/admin/negotiations/{Uri.EscapeDataString(id)}/terminate", reason is null ? null : new JsonObject { ["reason"] = reason });

    private async Task<JsonNode> StateAsync(Party party, string id, string state)
    {
        JsonNode? last = null;
        await Eventually.TrueAsync(async () =>
        {
            last = await party.ReadAsync("/admin/negotiations/" + Uri.EscapeDataString(id));
            return last["state"]!.GetValue<string>() == state;
        }, Eventually.Least, () => last + Space.Story());
        return last!;
    }

    private async Task<Catalog> CatalogAsync(Party owner)
    {
        var answer = await owner.FromAsync(Space.Coordinator.Persona, HttpMethod.Post, DspBase.Path + CatalogPaths.Request, Json(new CatalogRequestMessage()));
        answer.Ok();
        return DspCodec.Read<Catalog>(answer.Body).Value;
    }

    /// <summary>The played provider's process id follows from the consumer's, so that a repeated request gets the same answer.</summary>
    private static string PidOf(ContractRequestMessage request) => request.ConsumerPid + "-b";

    private Agreement AgreementOn(ContractRequestMessage request, Offer offer)
        => Agreement.Conclude(offer, RandomId.NewUrn(), Space.SupplierB.Did, Space.Leader.Did, TimeProvider.System.GetUtcNow());

    /// <summary>The same offer for a thousand times as many uses.</summary>
    private static Offer Wider(Offer offer)
        => Offer.Parse(JsonDocument.Parse(offer.Policy.GetRawText().Replace("\"500\"", "\"500000\"", StringComparison.Ordinal)).RootElement).Value;

    private static JsonNode Json(DspMessage message) => JsonNode.Parse(DspCodec.Write(message))!;
}
