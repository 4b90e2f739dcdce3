namespace DataSpace.Kernel.Policy;

/// <summary>The vocabulary that the engine enforces: ODRL terms where they exist, <c>dataspace:</c> where not. What is not here is refused.</summary>
public static class PolicyTerms
{
    /// <summary>ODRL: declared purpose; eq, isAnyOf.</summary>
    public const string Purpose = "purpose";

    /// <summary>ODRL: moment of use, RFC 3339; gteq, gt, lteq, lt.</summary>
    public const string DateTime = "dateTime";

    /// <summary>ODRL: number of uses; lteq.</summary>
    public const string Count = "count";

    /// <summary>ODRL: DID of the recipient; eq, isAnyOf.</summary>
    public const string Recipient = "recipient";

    /// <summary>ODRL: amount of a payment with a currency as unit; eq, in a <c>compensate</c> duty.</summary>
    public const string PayAmount = "payAmount";

    /// <summary>Kind of computation; eq, isAnyOf.</summary>
    public const string Computation = "dataspace:computation";

    /// <summary>Columns that may be read; eq, isAnyOf.</summary>
    public const string Column = "dataspace:column";

    /// <summary>Columns that may be grouped by; eq, isAnyOf.</summary>
    public const string GroupKey = "dataspace:groupKey";

    /// <summary>Least distinct subjects per released group; gteq.</summary>
    public const string MinimumGroupSize = "dataspace:minimumGroupSize";

    /// <summary>Largest share of one subject in a released total in percent, or <c>off</c>; lteq.</summary>
    public const string DominancePercent = "dataspace:dominancePercent";

    /// <summary>Accepted co-providers, <c>did#keyId</c>; eq, isAnyOf.</summary>
    public const string CoProvider = "dataspace:coProvider";

    /// <summary>Least number of co-providers independent of the consumer; gteq.</summary>
    public const string IndependentCoProviders = "dataspace:independentCoProviders";

    /// <summary>Most result rows; lteq.</summary>
    public const string MaxRows = "dataspace:maxRows";

    /// <summary>Value bounds, <c>column:decimals:min:max</c>; isAnyOf.</summary>
    public const string Clamp = "dataspace:clamp";

    /// <summary>Action of permissions and prohibitions.</summary>
    public const string UseAction = "use";

    /// <summary>Action of a payment duty.</summary>
    public const string CompensateAction = "compensate";

    /// <summary>Value that switches the dominance rule off; must be written out.</summary>
    public const string Off = "off";

    /// <summary>Computation kinds that can be enforced so far.</summary>
    public static IReadOnlyList<string> Computations { get; } = ["sql", "aggregate"];
}
