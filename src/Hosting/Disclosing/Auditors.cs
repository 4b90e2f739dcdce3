using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Disclosing;
using DataSpace.Protocol.Membership;

namespace DataSpace.Hosting.Disclosing;

/// <summary>An auditor or regulator in a node's configuration: who may ask for which entries of this node's log under which case.</summary>
/// <param name="Did">Participant id.</param>
/// <param name="KeyId">Its key, pinned: a request under another key is refused.</param>
/// <param name="CaseId">Case, as the asker numbers it.</param>
/// <param name="From">First entry.</param>
/// <param name="To">Entry after the last one; null: no end.</param>
/// <param name="Payloads"><c>metering</c> or <c>all</c> fields.</param>
/// <param name="Card">The asker's public <c>node.json</c>, when this node knows it from nowhere else.</param>
public sealed record AuditorConfig(string Did, string KeyId, string CaseId, long From = 0, long? To = null, string Payloads = AuditorConfig.Metering, string? Card = null)
{
    /// <summary>Metering fields alone.</summary>
    public const string Metering = "metering";

    /// <summary>Every field.</summary>
    public const string All = "all";
}

/// <summary>Everybody whom this node's owner entitled. Nobody else sees anything.</summary>
public sealed class Auditors
{
    /// <summary>Most entitlements of one node.</summary>
    public const int MaxAuditors = 64;

    private readonly IReadOnlyList<AuditorConfig> _all;

    private Auditors(IReadOnlyList<AuditorConfig> all, IReadOnlyList<MemberDocument> cards) => (_all, Cards) = (all, cards);

    /// <summary>Nobody.</summary>
    public static Auditors None { get; } = new([], []);

    /// <summary>Askers that the owner introduced by file.</summary>
    public IReadOnlyList<MemberDocument> Cards { get; }

    /// <summary>Reads the member <c>auditors</c> of a configuration; paths are relative to <paramref name="directory"/>.</summary>
    public static Result<Auditors> Create(IReadOnlyList<AuditorConfig>? configured, string directory)
    {
        if (configured is not { Count: > 0 })
            return None;
        if (configured.Count > MaxAuditors)
            return HostErrors.BadConfiguration.Of($"auditors: at most {MaxAuditors}");
        var cards = new List<MemberDocument>();
        foreach (var auditor in configured)
        {
            if (auditor?.Did is null || !ParticipantId.Parse(auditor.Did).IsOk || string.IsNullOrEmpty(auditor.KeyId) || string.IsNullOrEmpty(auditor.CaseId)
                || auditor.From < 0 || auditor.To <= auditor.From || auditor.Payloads is not (AuditorConfig.Metering or AuditorConfig.All))
                return HostErrors.BadConfiguration.Of($"auditors: '{auditor?.Did}' needs did, keyId, caseId, a range from < to, and payloads metering or all");
            if (auditor.Card is not { } file)
                continue;
            if (!PinnedRegulators.ReadCard("auditors", Path.GetFullPath(file, directory), auditor.Did).TryGet(out var card, out var error))
                return error;
            if (card.KeyId != auditor.KeyId)
                return HostErrors.BadConfiguration.Of($"auditors: the card of '{auditor.Did}' has another key than keyId");
            cards.Add(card);
        }
        return new Auditors(configured, cards);
    }

    /// <summary>What an asker may see under a case, or null.</summary>
    public DisclosureCapability? Find(string did, string keyId, string caseId)
        => _all.FirstOrDefault(a => a.Did == did && a.KeyId == keyId && a.CaseId == caseId) is { } found
            ? new DisclosureCapability(found.CaseId, found.From, found.To, found.Payloads == AuditorConfig.All)
            : null;
}
