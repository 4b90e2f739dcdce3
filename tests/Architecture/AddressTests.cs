using System.Reflection;
using DataSpace.Hosting;
using DataSpace.Hosting.Transport;
using DataSpace.Protocol.Membership;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>
/// Who reads a node's address. Above the transport a participant is its DID: nothing may assume that a node can be reached where its card says, or at all, so
/// that a transport through a relay changes the transport alone.
/// </summary>
internal static class AddressRules
{
    /// <summary>Readers of another's address, each with its reason. Exact: a name that no longer reads it is a finding too.</summary>
    public static IReadOnlyDictionary<string, string> OfMembers { get; } = new Dictionary<string, string>
    {
        ["Hosting.Transport.PeerDirectory"] = "The transport: where a request to a participant is sent.",
        ["Hosting.NodeApplication"] = "Writes this node's own card, into node.json and to whoever started it.",
        ["Coordinator.Membership.MembershipEndpoints"] = "Keeps what members say of themselves and shows it to the operator.",
        ["Regulator.Nodes.NodeEndpoints"] = "Refuses a card that the transport could not use, and shows it.",
        ["Regulator.StatusEndpoint"] = "Shows it to the regulator's officers.",
        ["Connector.StatusEndpoint"] = "Shows the coordinator's to the owner.",
        ["Connector.Uses.UseFacts"] = "A contract's term on the consumer's address is about the address itself.",
        ["Connector.Negotiation.NegotiationDesk"] = "The protocol's messages name their receiver by its address; they are sent to its DID.",
    };

    /// <summary>Readers of this node's own address.</summary>
    public static IReadOnlyDictionary<string, string> Own { get; } = new Dictionary<string, string>
    {
        ["Hosting.Http.NodeEndpoints"] = "The DID document's service, as did:web has it.",
        ["Connector.Catalog.CatalogEndpoints"] = "A catalogue names its own service, as the Dataspace Protocol has it.",
        ["Connector.Negotiation.NegotiationDesk"] = "The callback address that the Dataspace Protocol asks for; answers come by DID.",
        ["Connector.Membership.MembershipService"] = "Waits until the server has started; the address itself is not used.",
    };

    public static MethodInfo MemberUrl { get; } = typeof(MemberDocument).GetProperty(nameof(MemberDocument.Url))!.GetMethod!;

    public static MethodInfo OwnUrl { get; } = typeof(NodeAddress).GetProperty(nameof(NodeAddress.Url))!.GetMethod!;

    /// <summary>Types, shortened, that read it.</summary>
    public static IReadOnlyList<string> Reading(IEnumerable<Type> types, MethodInfo url)
        => [.. types.Where(t => CompiledCode.IsCalledBy(t, url)).Select(t => t.FullName!.Replace("DataSpace.", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}

public class AddressTests
{
    private static readonly IReadOnlyList<Type> House = [.. Repository.Assemblies.SelectMany(a => a.GetTypes()).Where(t => !t.IsNested)];

    [Fact]
    public void Anothers_address_is_read_by_named_types_alone()
        => Assert.Equal(AddressRules.OfMembers.Keys.Order(StringComparer.Ordinal), AddressRules.Reading(House, AddressRules.MemberUrl));

    [Fact]
    public void A_nodes_own_address_is_read_by_named_types_alone()
        => Assert.Equal(AddressRules.Own.Keys.Order(StringComparer.Ordinal), AddressRules.Reading(House, AddressRules.OwnUrl));

    [Fact]
    public void Another_reader_is_found()
    {
        Assert.Single(AddressRules.Reading([typeof(AddressTests)], AddressRules.MemberUrl));
        Assert.Single(AddressRules.Reading([typeof(AddressTests)], AddressRules.OwnUrl));
    }

    /// <summary>What the rule must find: a sender of its own, behind a lambda and an async method. Never called.</summary>
    private static class Shortcut
    {
        public static Uri[] Addresses(PeerDirectory peers) => [.. peers.All.Select(member => new Uri(member.Url))];

        public static async Task<Uri> CallbackAsync(NodeAddress address) => new(await address.Url);
    }
}
