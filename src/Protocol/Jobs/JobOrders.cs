using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Protocol.Jobs;

/// <summary>Makes and verifies job orders and the hashes that hang on them. Pure.</summary>
public static class JobOrders
{
    /// <summary>Longest life of an order.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(24);

    /// <summary>The one step in which a provider's data is used.</summary>
    public const string ContributeStep = "contribute";

    private const int NoiseKeyIdChars = 32;
    private const int MaxGroups = 4096;
    private const int MaxMeasures = 16;
    private const int MaxPredicates = 16;
    private const int MaxTextChars = 512;
    private const int MaxSqlChars = 16 * 1024;
    private const int MaxKeyParts = 8;
    private const int MaxKeyChars = 64;
    private const int MaxItems = 1 << 25;
    private const int MaxDecimals = 9;

    /// <summary>Hex SHA-256 of the plan's canonical JSON.</summary>
    public static string HashOf(JobPlan plan) => Digest.Sha256Hex(CanonicalJson.Of(plan));

    /// <summary>
    /// Verifies signature, audience, life, plan hash, limits and the commitment to <paramref name="analystKeys"/>. The key comes from
    /// <paramref name="keys"/>: what the verifier itself pinned, never what the carrier says.
    /// </summary>
    public static Result<SignedDocument<JobOrder>> Verify(string order, ReadOnlySpan<byte> analystKeys, string audience, KeyResolver keys, TimeProvider clock)
    {
        var verified = SignedDocument.Verify<JobOrder>(order, new DocumentExpectation(JobOrder.Typ, audience), keys, clock);
        if (!verified.TryGet(out var signed, out var error))
            return error;
        if (signed.Issuer != signed.Body.Consumer)
            return CryptoErrors.WrongIssuer.Of("the order speaks for somebody else");
        if (Check(signed.Body) is { } broken)
            return broken;
        if (signed.Body.AnalystKeysDigest != (analystKeys.IsEmpty ? string.Empty : Digest.Sha256Hex(analystKeys)))
            return JobErrors.AnalystKeysSwapped.Of();
        return signed;
    }

    /// <summary><c>rosterHash = H(jobHash, sorted (DID, key id, ephemeral key, and the share key where there is one))</c>, hex.</summary>
    public static string RosterHash(string jobHash, IEnumerable<RoundZeroStatement> statements)
        => Digest.Sha256Hex(CanonicalJson.Of(new
        {
            jobHash,
            roster = statements.OrderBy(s => s.Participant, StringComparer.Ordinal).Select(s => new { s.Participant, s.KeyId, s.EphemeralKey, s.DatasetVersion, s.ShareKey }).ToList(),
        }));

    /// <summary>
    /// Verifies the round-0 statements against the order's roster: exactly one per party, signed with the key id that the analyst named,
    /// found by <paramref name="keys"/>. Returns them in roster order.
    /// </summary>
    public static Result<IReadOnlyList<RoundZeroStatement>> VerifyRoster(
        JobOrder order, string jobHash, IReadOnlyList<string> roundZeros, string audience, KeyResolver keys, TimeProvider clock)
    {
        if (roundZeros.Count != order.Plan.Roster.Count)
            return JobErrors.RosterBroken.Of($"{roundZeros.Count} statements for {order.Plan.Roster.Count} parties");
        var statements = new List<RoundZeroStatement>(roundZeros.Count);
        for (var i = 0; i < roundZeros.Count; i++)
        {
            var expected = order.Plan.Roster[i];
            var verified = SignedDocument.Verify<RoundZeroStatement>(
                roundZeros[i], new DocumentExpectation(RoundZeroStatement.Typ, audience, expected.Participant), keys, clock);
            if (!verified.TryGet(out var signed, out var error))
                return JobErrors.RosterBroken.Of($"position {i}: {error.Code}");
            var statement = signed.Body;
            if (statement.Participant != expected.Participant || statement.KeyId != expected.KeyId || signed.KeyId != expected.KeyId || statement.JobHash != jobHash)
                return JobErrors.RosterBroken.Of($"position {i} is not {expected.Participant}");
            if (!IsKey(Convert.TryFromBase64String, statement.EphemeralKey))
                return JobErrors.RosterBroken.Of($"position {i}: ephemeral key");
            if (order.Plan.HasDropout != statement.ShareKey is not null || (statement.ShareKey is { } share && (!IsKey(Convert.TryFromBase64String, share) || share == statement.EphemeralKey)))
                return JobErrors.RosterBroken.Of($"position {i}: share key");
            if ((order.Plan.EpsilonMicro is null) != (statement.NoiseKeyId is null) || statement.NoiseKeyId is { } noise && !IsNoiseKeyId(noise))
                return JobErrors.RosterBroken.Of($"position {i}: noise");
            if (statement.Classification?.ToInput(expected.Participant, expected.DatasetId).IsOk != true)
                return JobErrors.RosterBroken.Of($"position {i}: classification");
            statements.Add(statement);
        }
        return statements;
    }

    private static bool IsNoiseKeyId(string text) => text.Length == NoiseKeyIdChars && text.All(static c => char.IsAsciiHexDigitLower(c));

    private delegate bool TryDecode(string text, Span<byte> bytes, out int written);

    private static bool IsKey(TryDecode decode, string text)
        => text.Length <= 48 && decode(text, stackalloc byte[48], out var written) && written == X25519KeyPair.KeyBytes;

    private static DsError? Check(JobOrder order)
    {
        var plan = order.Plan;
        // The serializer lets null into lists whatever the type says.
        if (plan.Roster.Any(r => r is null) || (plan.Aggregate is { } q && (q.Groups.Any(g => g is null) || q.Measures.Any(m => m is null || m.Statistics.Any(s => s is null))
            || q.Where.Any(w => w is null || w.Values.Any(v => v is null)) || (q.Matrix?.Any(m => m is null) ?? false) || (q.Bins is { } b && b.Edges.Concat(b.Quantiles ?? []).Any(e => e is null)))) || (plan.Intersect is { } set && (set.Key.Any(k => k is null || k.Steps.Any(s => s is null))
            || set.Columns.Any(c => c is null || c.Any(n => n is null)))) || (plan.Regress is { } model && RegressOrders.HasNull(model)) || plan.Lookup?.HasNull == true || plan.Score?.HasNull == true)
            return JobErrors.BadOrder.Of("null in a list");
        if (order.PlanHash != HashOf(plan))
            return JobErrors.PlanHashMismatch.Of();
        if (plan.Version != 1)
            return JobErrors.BadOrder.Of("version");
        if (plan.Roster.Count is 0 or > JobPlan.MaxParties)
            return JobErrors.BadOrder.Of($"1 to {JobPlan.MaxParties} parties");
        for (var i = 1; i < plan.Roster.Count; i++)
        {
            // Ordinal order makes the mask signs and the roster hash independent of who lists the parties.
            if (string.CompareOrdinal(plan.Roster[i - 1].Participant, plan.Roster[i].Participant) >= 0)
                return JobErrors.BadOrder.Of("the roster is not sorted or names a party twice");
        }
        if (order.ReplyKey.Length != 43 || !System.Buffers.Text.Base64Url.IsValid(order.ReplyKey))
            return JobErrors.BadOrder.Of("replyKey");
        if (order.AnalystKeysDigest.Length != 0 && !Digest.IsSha256Hex(order.AnalystKeysDigest))
            return JobErrors.BadOrder.Of("analystKeysDigest");
        string[] texts = [order.JobId, plan.Title, plan.Purpose, plan.SpaceId, plan.CaseId ?? "-", order.Actor, order.Role, order.ServiceParty, order.Nonce];
        if (texts.Any(static t => t.Length is 0 or > MaxTextChars || !VisibleText.IsSafe(t)))
            return JobErrors.BadOrder.Of("a text is empty, too long, or has control or direction characters");
        if (plan.WallLimitMs is < 100 or > 600_000)
            return JobErrors.BadOrder.Of("wallLimitMs");
        return plan.Kind switch
        {
            JobKinds.Aggregate when plan is { Aggregate: { } query, Sql: null, Intersect: null, Regress: null, Lookup: null, Score: null } => Check(query) ?? Check(query.Noise, plan.Roster.Count) ?? CheckDropout(query, plan.Roster.Count),
            JobKinds.Sql when plan is { Sql.Text.Length: > 0 and <= MaxSqlChars, Aggregate: null, Intersect: null, Regress: null, Lookup: null, Score: null, Roster.Count: 1 } => null,
            JobKinds.Intersect when plan is { Intersect: { } query, Aggregate: null, Sql: null, Regress: null, Lookup: null, Score: null, Roster.Count: >= 2 and <= IntersectQuery.MostOwners } => Check(query, plan.Roster, order.Consumer),
            JobKinds.Regress when plan is { Regress: { } query, Aggregate: null, Sql: null, Intersect: null, Lookup: null, Score: null, Roster.Count: >= 2 } => RegressOrders.Check(query, plan.Roster),
            JobKinds.Lookup when plan is { Lookup: { } query, Aggregate: null, Sql: null, Intersect: null, Regress: null, Score: null, Roster.Count: 1 } => query.Problem,
            JobKinds.Score when plan is { Score: { } query, Aggregate: null, Sql: null, Intersect: null, Regress: null, Lookup: null, Roster.Count: 2 } => query.Problem(plan.Roster, order.Consumer),
            _ => JobErrors.BadOrder.Of("kind and content do not fit"),
        };
    }

    /// <summary>Noise is made for the whole roster: what is left of it without some owners would be too little, and the same again with them.</summary>
    private static DsError? CheckDropout(AggregateQuery query, int parties)
        => query.MinimumParties is not { } minimum || (AggregateQuery.IsMinimumParties(minimum, parties) && query.Noise is null)
            ? null : JobErrors.BadOrder.Of("minimumParties");

    private static DsError? Check(NoiseQuery? noise, int parties)
        => noise is null || (noise.EpsilonMicro is >= 1 and <= 1_000_000_000 && noise.ContributionBound is >= 1 and <= MaxGroups && noise.HonestParties >= 1 && noise.HonestParties <= parties)
            ? null : JobErrors.BadOrder.Of("noise");

    /// <summary>A minimum of 1 would tell whether one subject is there.</summary>
    private static DsError? Check(IntersectQuery query, IReadOnlyList<RosterEntry> roster, string consumer)
        => query.Result is not (IntersectQuery.Cardinality or IntersectQuery.Ids or IntersectQuery.Sum or IntersectQuery.Mean) || roster.All(r => r.Participant != query.Receiver)
            || (query.Result == IntersectQuery.Ids && query.Receiver != consumer) ? JobErrors.BadOrder.Of("result or receiver")
            : (query.Result is IntersectQuery.Sum or IntersectQuery.Mean) != query.Value is not null || (query.Value is { } value && (IsBad(value) || roster.Count != 2)) ? JobErrors.BadOrder.Of("value")
            : query.Key.Count is 0 or > MaxKeyParts || query.Key.Any(k => k.Name.Length is 0 or > MaxKeyChars || k.Steps.Count > MaxKeyParts || k.Steps.Any(s => s.Length is 0 or > MaxKeyChars))
                ? JobErrors.BadOrder.Of("key")
                : query.Columns.Count != roster.Count || query.Columns.Any(c => c.Count != query.Key.Count || c.Any(n => n.Length is 0 or > MaxTextChars))
                    ? JobErrors.BadOrder.Of("columns of the key")
                    : query.Minimum is < 2 or > 1_000_000 || query.MaxItems.Count != roster.Count || query.MaxItems.Any(n => n < query.Minimum || n > MaxItems)
                        ? JobErrors.BadOrder.Of("limits")
                        : null;

    private static bool IsBad(ValueQuery value)
        => value.Column.Length is 0 or > MaxTextChars || value.Decimals is < 0 or > MaxDecimals || value.Min.Length is 0 or > MaxKeyChars || value.Max.Length is 0 or > MaxKeyChars;

    private static DsError? Check(AggregateQuery query)
        => CheckKind(query) ?? (query.CellCount > MaxGroups || query.Measures.Count > MaxMeasures || query.Where.Count > MaxPredicates
            ? JobErrors.BadOrder.Of("too few or too many groups, measures or predicates")
            : query.Groups.Distinct(StringComparer.Ordinal).Count() != query.Groups.Count
                ? JobErrors.BadOrder.Of("a group is listed twice")
                : query.MinGroupSize < 1 || query.MaxRowsPerParty is < 1 or > 10_000_000_000
                    ? JobErrors.BadOrder.Of("limits")
                    : null);

    /// <summary>Statistics of measures per group, or bins, or a matrix: never two of them. Without a group key all rows are one group.</summary>
    private static DsError? CheckKind(AggregateQuery query)
    {
        if (query.Hidden is { } hidden)
        {
            return hidden.Maximum is < 1 or > HiddenGroupQuery.MostGroups || query is not { GroupColumn.Length: > 0, Groups.Count: 0, Bins: null, Matrix: null, Measures.Count: > 0, Noise: null, MinimumParties: null }
                || query.Measures.Any(m => m.Statistics.Contains(AggregateQuery.Covariance)) ? JobErrors.BadOrder.Of("hidden groups") : null;
        }
        if ((query.GroupColumn.Length == 0) != (query.Groups.Count == 0))
            return JobErrors.BadOrder.Of("a group key has groups, and groups have a key");
        var isMatrix = query.Measures.Select(m => m.Statistics is [AggregateQuery.Covariance]).Distinct().ToList();
        if (query.Measures.Any(m => m.Statistics.Contains(AggregateQuery.Covariance)) && isMatrix is not [true])
            return JobErrors.BadOrder.Of("covariance is no statistic of one measure");
        return query switch
        {
            { Bins: { } bins, Matrix: null, Measures.Count: 0 } => bins.Problem() is { } problem ? JobErrors.BadOrder.Of(problem) : null,
            { Bins: null, Matrix: { Count: 1 or 2 } matrix, Measures.Count: >= 2 } when isMatrix is [true]
                && matrix.All(m => m is AggregateQuery.Covariance or AggregateQuery.Correlation) && matrix.Distinct().Count() == matrix.Count => null,
            { Bins: null, Matrix: null, Groups.Count: > 0, Measures.Count: > 0 } when isMatrix is not [true] => null,
            _ => JobErrors.BadOrder.Of("measures, bins or a matrix"),
        };
    }
}
