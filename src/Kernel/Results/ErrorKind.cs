namespace DataSpace.Kernel.Results;

/// <summary>
/// One row of the error catalogue. Rows are <c>public static readonly</c> fields of a module's <c>…Errors</c> class,
/// so that a test can list them all and compare with <c>contracts/errors.md</c>.
/// </summary>
/// <param name="Code">Stable code, <c>DS-&lt;AREA&gt;-&lt;NNN&gt;</c>. Never reused, never renumbered.</param>
/// <param name="Status">HTTP status that an endpoint answers with.</param>
/// <param name="Title">What happened, English, one line, no data values.</param>
/// <param name="TitleZh">The same in Chinese.</param>
/// <param name="Advice">What to do next, English.</param>
/// <param name="AdviceZh">The same in Chinese.</param>
public sealed record ErrorKind(
    string Code, int Status, string Title, string TitleZh, string Advice, string AdviceZh)
{
    /// <summary>An occurrence of this error. <paramref name="detail"/> may travel to the caller: no data values, no host paths.</summary>
    public DsError Of(string? detail = null) => new(this, detail);
}

/// <summary>An expected failure: a value, not an exception. Maps to RFC 9457 problem details at the edge.</summary>
/// <param name="Kind">Catalogue row.</param>
/// <param name="Detail">What exactly, safe to show to the caller.</param>
public sealed record DsError(ErrorKind Kind, string? Detail)
{
    /// <summary>Stable code, for example <c>DS-POL-003</c>.</summary>
    public string Code => Kind.Code;

    /// <inheritdoc />
    public override string ToString() => Detail is null ? $"{Code} {Kind.Title}" : $"{Code} {Kind.Title}: {Detail}";
}
