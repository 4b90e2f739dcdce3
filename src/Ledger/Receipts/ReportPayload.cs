using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>What a Report commits to. All hashes are lower-case hex of 32 bytes.</summary>
public sealed record ReportPayload : IEntryPayload
{
    /// <summary>Prefix of the labels that the owner keeps to itself: exact measurements are a covert channel.</summary>
    public const string OwnerOnlyPrefix = "exact/";

    private const string MeasuredPrefix = OwnerOnlyPrefix + "more";

    /// <summary>Leaf hash of the Grant.</summary>
    public required string GrantHash { get; init; }

    /// <summary>
    /// Units that are billed and shown: <c>uses</c>, <c>resultCells</c>, <c>bytesOut</c>, and as declared allowances or the scale in the catalogue
    /// <c>rowsScanned</c>, <c>subjects</c>, <c>cpuMs</c>, <c>wallMs</c>, <c>fuel</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Units { get; init; }

    /// <summary>Digest that pins the image or engine that ran.</summary>
    public required string ImageDigest { get; init; }

    /// <summary>SHA-256 of the committed output bytes.</summary>
    public required string OutputDigest { get; init; }

    /// <summary>Outcome, for example <c>released</c> or <c>failed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Processor time in milliseconds; owner only.</summary>
    public required long CpuMs { get; init; }

    /// <summary>Rows read; owner only.</summary>
    public required long RowsScanned { get; init; }

    /// <summary>Wall time in milliseconds; owner only.</summary>
    public required long WallMs { get; init; }

    /// <summary>Further exact measurements, for example <c>subjects</c> or <c>fuel</c>; owner only. Absent from reports of older nodes.</summary>
    public IReadOnlyDictionary<string, long> Measured { get; init; } = new Dictionary<string, long>();

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Report;

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Digest("grantHash", GrantHash).NumberMap("units", Units)
        .Text("imageDigest", ImageDigest).Digest("outputDigest", OutputDigest).Text("outcome", Outcome)
        .Number("exact/cpuMs", CpuMs).Number("exact/rowsScanned", RowsScanned).Number("exact/wallMs", WallMs)
        .NumberMap(MeasuredPrefix, Measured)
        .Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<ReportPayload> FromFields(IEnumerable<PayloadField> fields) => Read(new FieldReader(fields));

    /// <summary>Reads the metering part alone, as strictly: what was erased must be absent and reads as empty.</summary>
    public static Result<ReportPayload> FromMeteringPart(IEnumerable<PayloadField> fields) => Read(new FieldReader(fields, MeteringFields.ReportContent));

    private static Result<ReportPayload> Read(FieldReader reader)
    {
        return reader.Finish(new ReportPayload
        {
            GrantHash = reader.Digest("grantHash"),
            Units = reader.NumberMap("units"),
            ImageDigest = reader.Text("imageDigest"),
            OutputDigest = reader.Digest("outputDigest"),
            Outcome = reader.Text("outcome"),
            CpuMs = reader.Number("exact/cpuMs"),
            RowsScanned = reader.Number("exact/rowsScanned"),
            WallMs = reader.Number("exact/wallMs"),
            Measured = reader.NumberMap(MeasuredPrefix),
        });
    }
}
