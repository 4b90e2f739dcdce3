using System.Text.Json;

namespace DataSpace.Protocol.Membership;

/// <summary>Coordinator → connector: every member's catalogue.</summary>
public sealed record FederatedCatalogAnswer(IReadOnlyList<MemberCatalog> Members);

/// <summary>One member's Dataspace Protocol catalogue as it published it, or the code why there is none.</summary>
public sealed record MemberCatalog(string Did, string Name, string? Code = null, JsonElement? Catalog = null);
