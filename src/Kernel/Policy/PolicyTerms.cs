namespace DataSpace.Kernel.Policy;

/// <summary>The vocabulary that the engine enforces: ODRL terms where they exist, <c>dataspace:</c> where not. What is not here is refused.</summary>
/// <remarks>Which operators and values each takes stands in <see cref="PolicyVocabulary.Terms"/>.</remarks>
public static class PolicyTerms
{
    /// <summary>ODRL: declared purpose.</summary>
    public const string Purpose = "purpose";

    /// <summary>ODRL: moment of use, RFC 3339.</summary>
    public const string DateTime = "dateTime";

    /// <summary>ODRL: time since the agreement was concluded, ISO 8601 duration.</summary>
    public const string ElapsedTime = "elapsedTime";

    /// <summary>ODRL: number of uses.</summary>
    public const string Count = "count";

    /// <summary>ODRL: DID of the recipient.</summary>
    public const string Recipient = "recipient";

    /// <summary>ODRL: amount of a payment with a currency as unit, in a <c>compensate</c> duty.</summary>
    public const string PayAmount = "payAmount";

    /// <summary>SHA-256 (lower-case hex) of the price plan that a <c>compensate</c> duty pins; the amount beside it is what one use is reserved with.</summary>
    public const string PricePlan = "dataspace:pricePlan";

    /// <summary>How much may be owed under a contract: <c>lteq</c> an amount with its currency, in a <c>compensate</c>.</summary>
    public const string CreditLimit = "dataspace:creditLimit";

    /// <summary>Role of the person or system that asks, as the signed order states it.</summary>
    public const string Role = "dataspace:role";

    /// <summary>Uses in a fixed window of UTC time, <c>n/PT1M</c>, <c>n/PT1H</c> or <c>n/P1D</c>.</summary>
    public const string Frequency = "dataspace:frequency";

    /// <summary>Where the owner's node computes, see <see cref="Region"/>.</summary>
    public const string ExecutionRegion = "dataspace:executionRegion";

    /// <summary>Where the consumer is, as the owner has confirmed it, see <see cref="Region"/>.</summary>
    public const string ConsumerRegion = "dataspace:consumerRegion";

    /// <summary>Host name, IP address or CIDR block of the consumer's node.</summary>
    public const string NetworkAddress = "dataspace:networkAddress";

    /// <summary>Kind of computation.</summary>
    public const string Computation = "dataspace:computation";

    /// <summary>What computes: <c>secure-aggregation/1</c>, <c>sql-release/1</c>, or <c>sha256:</c> and the digest of the program that reads the data.</summary>
    public const string Algorithm = "dataspace:algorithm";

    /// <summary>Execution environment: <c>sandbox</c>, <c>mpc</c>.</summary>
    public const string ExecutionEnv = "dataspace:executionEnv";

    /// <summary>How results travel: <c>ciphertext</c>.</summary>
    public const string EncryptMode = "dataspace:encryptMode";

    /// <summary>How results are delivered: <c>api</c>.</summary>
    public const string DeliveryMethod = "dataspace:deliveryMethod";

    /// <summary>Columns that may be read.</summary>
    public const string Column = "dataspace:column";

    /// <summary>Columns that may be grouped by.</summary>
    public const string GroupKey = "dataspace:groupKey";

    /// <summary>Rows that may be used: predicates <c>column operator value</c>, all of which are added to every use.</summary>
    public const string RowFilter = "dataspace:rowFilter";

    /// <summary>Least distinct subjects per released group, or <c>off</c> in a permission of single records (<see cref="PolicyComputations.Lookup"/>).</summary>
    public const string MinimumGroupSize = "dataspace:minimumGroupSize";

    /// <summary>Largest share of one subject in a released total in percent, or <c>off</c>.</summary>
    public const string DominancePercent = "dataspace:dominancePercent";

    /// <summary>Weakest dominance rule, in percent: at 100 every total would pass, which only <c>off</c> may say.</summary>
    public const int MaxDominancePercent = 99;

    /// <summary>Accepted co-providers, <c>did#keyId</c>.</summary>
    public const string CoProvider = "dataspace:coProvider";

    /// <summary>Least number of co-providers independent of the consumer.</summary>
    public const string IndependentCoProviders = "dataspace:independentCoProviders";

    /// <summary>Most result rows.</summary>
    public const string MaxRows = "dataspace:maxRows";

    /// <summary>Most plaintext bytes of a result.</summary>
    public const string OutputBytes = "dataspace:outputBytes";

    /// <summary>Value bounds, <c>column:decimals:min:max</c>.</summary>
    public const string Clamp = "dataspace:clamp";

    /// <summary>Privacy budget: most micro-epsilon in all, per dataset and consumer group, over every contract. Makes noise mandatory.</summary>
    public const string PrivacyBudget = "dataspace:privacyBudget";

    /// <summary>Most micro-epsilon that one use may spend.</summary>
    public const string EpsilonPerUse = "dataspace:epsilonPerUse";

    /// <summary>Most groups in which one subject may count under noise.</summary>
    public const string ContributionBound = "dataspace:contributionBound";

    /// <summary>Longest time the consumer may keep a result, ISO 8601 duration.</summary>
    public const string Retention = "dataspace:retention";

    /// <summary>
    /// How old a regulator's stamp may be at a use, ISO 8601 duration, longer than the usual 15 minutes and at most a day. For data of a general grade alone; every use under an older
    /// stamp than the usual stands in the owner's ledger as degraded.
    /// </summary>
    public const string StampExtension = "dataspace:stampExtension";

    /// <summary>When a duty is carried out: <c>before</c>, <c>during</c>, <c>after</c>.</summary>
    public const string Phase = "dataspace:phase";

    /// <summary>Value that switches the dominance rule off; must be written out.</summary>
    public const string Off = "off";

    /// <summary>Computation kinds that can be enforced so far.</summary>
    public static IReadOnlyList<string> Computations { get; } = ["sql", "aggregate", PolicyComputations.Intersect, PolicyComputations.IntersectIds, PolicyComputations.IntersectSum, PolicyComputations.Regress, PolicyComputations.Lookup, PolicyComputations.Score];

    /// <summary>Environments in which a computation runs so far: one provider's sandbox, or a joint computation over several.</summary>
    public static IReadOnlyList<string> Environments { get; } = ["sandbox", "mpc"];
}

/// <summary>Kinds of computation that have rules of their own.</summary>
public static class PolicyComputations
{
    /// <summary>How many subjects two owners have in common, by private set intersection; their key columns are compared and never released.</summary>
    public const string Intersect = "intersect";

    /// <summary>Which subjects they have in common, told to the one of them that asks. Permitted by its own name alone.</summary>
    public const string IntersectIds = "intersect:ids";

    /// <summary>
    /// Sum and mean of one owner's values over the subjects that two owners have in common. Permitted by its own name alone; the owner of the values must name the other one as co-provider, for that one's
    /// node chooses what is added up.
    /// </summary>
    public const string IntersectSum = "intersect:sum";

    /// <summary>True for everything that compares two owners' keys and tells about what is common.</summary>
    public static bool IsIntersection(string? computation) => computation is Intersect or IntersectIds or IntersectSum;

    /// <summary>A model fitted over the rows of several owners: sums over rows are opened, no row is.</summary>
    public const string Regress = "regress";

    /// <summary>Records by keyword, one at a time, without the owner learning which: single records leave. Permitted in a permission of its own, which states that there is no minimum group and no dominance rule.</summary>
    public const string Lookup = "lookup";

    /// <summary>
    /// Scores of rows that two owners have in common, by a model that they trained: a class or a rounded number for each row is told to the one of them that asks. Permitted by its own name alone, and beside it
    /// <see cref="IntersectIds"/>, since both learn which rows are common.
    /// </summary>
    public const string Score = "score";
}

/// <summary>Actions of rules. A use performs <see cref="Compute"/> and <see cref="Delivery"/>; raw data is never read by, copied for or handed to a consumer.</summary>
public static class RuleActions
{
    /// <summary>ODRL: everything a use performs.</summary>
    public const string Use = "use";

    /// <summary>Computing over the data.</summary>
    public const string Compute = "dataspace:compute";

    /// <summary>Handing the result to the consumer.</summary>
    public const string Delivery = "dataspace:delivery";

    /// <summary>Payment for a use; its constraints are <c>payAmount</c> and, where a price plan is pinned, <see cref="PricePlan"/>.</summary>
    public const string Compensate = "compensate";

    /// <summary>ODRL: notice to a party.</summary>
    public const string Inform = "inform";

    /// <summary>ODRL: the consumer deletes the result.</summary>
    public const string Delete = "delete";

    /// <summary>Every use is recorded in the owner's ledger with its proof.</summary>
    public const string LogRecordSend = "dataspace:logRecordSend";

    /// <summary>
    /// Actions that can be prohibited because no use performs them: they would touch raw data. A permission for one of them is refused, for there is no way to carry it out.
    /// </summary>
    public static IReadOnlyList<string> NeverPerformed { get; } =
    [
        "dataspace:transform", "dataspace:anonymize", "dataspace:desensitize", "dataspace:access", "read", "reproduce", "dataspace:storage", "dataspace:process",
        "dataspace:jointDevelop", "distribute", "grantUse", "sell",
    ];
}
