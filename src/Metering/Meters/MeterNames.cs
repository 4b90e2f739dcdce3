namespace DataSpace.Metering.Meters;

/// <summary>
/// What is counted. Names of units are those of the Report's <c>units/*</c>; the owner's exact measurements carry
/// <see cref="Exact"/> in front and are shown to nobody else.
/// </summary>
public static class MeterNames
{
    /// <summary>Grants.</summary>
    public const string Granted = "use/granted";

    /// <summary>Reports of a granted use.</summary>
    public const string Reported = "use/reported";

    /// <summary>Receipts of a reported use.</summary>
    public const string Receipted = "use/receipted";

    /// <summary>Privacy budget, micro-epsilon, of reported uses.</summary>
    public const string EpsilonMicro = "epsilonMicro";

    /// <summary>Uses, as the Report claims them.</summary>
    public const string Uses = "uses";

    /// <summary>In front of the owner's exact measurements.</summary>
    public const string Exact = "exact/";

    /// <summary>Units that a price plan may name.</summary>
    public static IReadOnlyList<string> Priced { get; } =
        [Uses, "rowsScanned", "subjects", "resultCells", "cpuMs", "bytesOut", "fuel", EpsilonMicro, "wallMs"];
}

/// <summary>One sum.</summary>
/// <param name="ContractId">Contract (agreement) id.</param>
/// <param name="Period">Month of the Grant, UTC, <c>yyyy-MM</c>.</param>
/// <param name="Unit">See <see cref="MeterNames"/>.</param>
/// <param name="Value">Sum.</param>
public readonly record struct MeterSum(string ContractId, string Period, string Unit, long Value);
