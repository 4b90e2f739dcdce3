using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Dropouts;

/// <summary>
/// Verifies what owners signed about shares and survivors: the same at every owner and at the analyst, by the keys that each of them pinned. Whoever carries the statements is believed nothing. Pure but for the clock.
/// </summary>
/// <param name="Order">What the analyst signed.</param>
/// <param name="JobHash">Hex.</param>
/// <param name="RosterHash">Hex; of the roster that this node verified.</param>
/// <param name="Audience">This node.</param>
/// <param name="Keys">Keys that this node pinned.</param>
/// <param name="Clock">For validity.</param>
internal sealed record DropoutDocuments(JobOrder Order, string JobHash, string RosterHash, string Audience, KeyResolver Keys, TimeProvider Clock)
{
    private const int MaxChars = 64 * 1024;

    /// <summary>Terms of the order's plan.</summary>
    public Result<DropoutTerms> Terms => Order.Plan.Aggregate?.MinimumParties is { } minimum ? DropoutTerms.Create(Order.Plan.Roster.Count, minimum) : DropoutErrors.TermsInvalid.Of();

    /// <summary>Messages of shares of the whole roster, in its order.</summary>
    public Result<IReadOnlyList<byte[]>> Shares(IReadOnlyList<string>? statements)
    {
        if (statements?.Count != Order.Plan.Roster.Count)
            return JobErrors.SurvivorsInvalid.Of("shares of every owner");
        var messages = new List<byte[]>();
        foreach (var (entry, statement) in Order.Plan.Roster.Zip(statements))
        {
            if (!Read<SharesStatement>(statement, SharesStatement.Typ, entry).TryGet(out var said, out var error))
                return error;
            if (!IsHere(said.JobHash, said.RosterHash, said.Participant, entry) || Decode(said.Shares) is not { } message)
                return JobErrors.SurvivorsInvalid.Of($"shares of {entry.Participant}");
            messages.Add(message);
        }

        return messages;
    }

    /// <summary>Whose contributions these signed headers are, as members of a set.</summary>
    public Result<IReadOnlyList<Survivor>> Survivors(IReadOnlyList<string>? contributions)
    {
        if (contributions is null || contributions.Count > Order.Plan.Roster.Count)
            return JobErrors.SurvivorsInvalid.Of("contributions");
        var survivors = new List<Survivor>();
        foreach (var statement in contributions)
        {
            if (!Find(statement).TryGet(out var place, out var error) || !Read<ContributionStatement>(statement, ContributionStatement.Typ, Order.Plan.Roster[place]).TryGet(out var said, out error))
                return error;
            if (!IsHere(said.JobHash, said.RosterHash, said.Participant, Order.Plan.Roster[place]) || said.Step != JobOrders.ContributeStep || !Digest.IsSha256Hex(said.PayloadDigest))
                return JobErrors.SurvivorsInvalid.Of($"contribution of {Order.Plan.Roster[place].Participant}");
            survivors.Add(new Survivor(place, Convert.FromHexString(said.PayloadDigest)));
        }

        return survivors;
    }

    /// <summary>Who signed which set.</summary>
    public Result<IReadOnlyList<SurvivorVote>> Votes(IReadOnlyList<string>? statements)
    {
        if (statements is null || statements.Count > Order.Plan.Roster.Count)
            return JobErrors.SurvivorsInvalid.Of("statements");
        var votes = new List<SurvivorVote>();
        foreach (var statement in statements)
        {
            if (!Find(statement).TryGet(out var place, out var error) || !Read<SurvivorStatement>(statement, SurvivorStatement.Typ, Order.Plan.Roster[place]).TryGet(out var said, out error))
                return error;
            if (!IsHere(said.JobHash, said.RosterHash, said.Participant, Order.Plan.Roster[place]) || !Digest.IsSha256Hex(said.SetDigest))
                return JobErrors.SurvivorsInvalid.Of($"statement of {Order.Plan.Roster[place].Participant}");
            votes.Add(new SurvivorVote(place, Convert.FromHexString(said.SetDigest)));
        }

        return votes;
    }

    /// <summary>Who told a share over this set, and the box.</summary>
    public Result<(int Place, byte[] Box)> Told(ToldShare told, ReadOnlySpan<byte> setDigest)
    {
        if (!Find(told.Statement).TryGet(out var place, out var error) || !Read<ToldStatement>(told.Statement, ToldStatement.Typ, Order.Plan.Roster[place]).TryGet(out var said, out error))
            return error;
        return IsHere(said.JobHash, said.RosterHash, said.Participant, Order.Plan.Roster[place]) && said.SetDigest == Convert.ToHexStringLower(setDigest)
            && Decode(told.Sealed) is { } box && Digest.Sha256Hex(box) == said.SealedDigest
            ? (place, box) : JobErrors.SurvivorsInvalid.Of($"shares told by {Order.Plan.Roster[place].Participant}");
    }

    private bool IsHere(string jobHash, string rosterHash, string participant, RosterEntry entry) => jobHash == JobHash && rosterHash == RosterHash && participant == entry.Participant;

    /// <summary>Place of whoever claims to have signed; the signature is verified next, with that owner's key.</summary>
    private Result<int> Find(string statement)
    {
        if (statement is not { Length: <= MaxChars } || !Jws.Parse(statement, MaxChars).TryGet(out var jws, out _))
            return JobErrors.SurvivorsInvalid.Of("form");
        var place = Order.Plan.Roster.ToList().FindIndex(r => r.KeyId == jws.KeyId && Keys(r.Participant, r.KeyId) is { } key && jws.VerifiesWith(key));
        return place < 0 ? JobErrors.SurvivorsInvalid.Of("signer") : place;
    }

    private Result<T> Read<T>(string statement, string type, RosterEntry entry)
        where T : class
    {
        if (statement is not { Length: <= MaxChars })
            return JobErrors.SurvivorsInvalid.Of("form");
        var verified = SignedDocument.Verify<T>(statement, new DocumentExpectation(type, Audience, entry.Participant), Keys, Clock);
        return !verified.TryGet(out var document, out var error) ? JobErrors.SurvivorsInvalid.Of($"{entry.Participant}: {error.Code}")
            : document.KeyId != entry.KeyId ? JobErrors.SurvivorsInvalid.Of($"{entry.Participant}: key")
            : document.Body;
    }

    private static byte[]? Decode(string? base64)
    {
        if (base64 is not { Length: <= MaxChars })
            return null;
        var bytes = new byte[((base64.Length / 4) * 3) + 3];
        return Convert.TryFromBase64String(base64, bytes, out var written) ? bytes[..written] : null;
    }
}
