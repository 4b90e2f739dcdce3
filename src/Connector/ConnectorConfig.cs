using System.Text.Json;
using DataSpace.Hosting;
using DataSpace.Hosting.Disclosing;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector;

/// <summary>A text in both languages.</summary>
internal sealed record Bilingual(string En, string Zh);

/// <summary>The connector's configuration file (contracts/schemas/connector-config.schema.json).</summary>
/// <param name="Did">This participant.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="SpaceId">Logical space this node takes part in.</param>
/// <param name="Datasets">What it exposes.</param>
/// <param name="Aliases">Short names for participants in job specs.</param>
/// <param name="Pins">Key ids of other participants that the owner has confirmed, by DID.</param>
/// <param name="ReplyBucketMs">Replies about data leave at multiples of this time.</param>
/// <param name="Region">Where this node computes: <c>CN</c>, <c>CN-310000</c>; null when the owner states none.</param>
/// <param name="Regions">Regions of other participants, by DID, as the owner has confirmed them; who is not here has no region, and no term that names one holds.</param>
/// <param name="Regulators">Regulators whose list holds at this node; none: no negative list applies. Read at start.</param>
/// <param name="RegulationPollMs">How often the regulator (else the coordinator) is asked for anything newer, at most 15,000.</param>
/// <param name="Witnesses">Participants that are asked to witness this node's log; null asks the coordinator and up to three others.</param>
/// <param name="WitnessPolicy">A tlog-policy file instead of <paramref name="Witnesses"/>.</param>
/// <param name="RequireWitnesses">A use waits until the quorum has cosigned its Grant.</param>
/// <param name="ReceiptWaitMs">How long a receipt is waited for; then the use is disputed.</param>
/// <param name="OperatorDids">Participants behind which the operator of the space stands: beside the coordinator they are no second witness.</param>
/// <param name="WitnessAskMs">How long a log that is not empty waits for a witness's word before its first entry, when none can be reached.</param>
/// <param name="KeyStoreDirectory">Directory of the keys of the log's payloads; null: beside the log. Relative to the file.</param>
/// <param name="MeteringRetentionDays">Days that metering fields are kept, at least the statutory ten years; null: those.</param>
/// <param name="Countersign">Algorithms (<c>ml-dsa-44</c>, <c>sm2</c>) that sign each published checkpoint beside Ed25519.</param>
/// <param name="WitnessCountersign">Algorithms by which this node, as a witness, cosigns beside Ed25519.</param>
/// <param name="Auditors">Who may ask for which entries of this node's log under which case; nobody else sees anything of them.</param>
/// <param name="ConsumerGroups">Participants that count as one consumer for budgets and query history.</param>
internal sealed record ConnectorConfig(
    string Did, Bilingual DisplayName, string SpaceId, IReadOnlyList<DatasetConfig> Datasets,
    IReadOnlyDictionary<string, string>? Aliases = null, IReadOnlyDictionary<string, string>? Pins = null, int ReplyBucketMs = ConnectorConfig.DefaultReplyBucketMs,
    string? Region = null, IReadOnlyDictionary<string, string>? Regions = null, IReadOnlyList<IReadOnlyList<string>>? ConsumerGroups = null,
    IReadOnlyList<RegulatorConfig>? Regulators = null, int RegulationPollMs = PinnedRegulators.DefaultPollMs,
    IReadOnlyList<string>? Witnesses = null, string? WitnessPolicy = null, bool RequireWitnesses = false,
    int ReceiptWaitMs = ConnectorConfig.DefaultReceiptWaitMs, IReadOnlyList<AuditorConfig>? Auditors = null,
    IReadOnlyList<string>? OperatorDids = null, int? WitnessAskMs = null, string? KeyStoreDirectory = null, int? MeteringRetentionDays = null,
    IReadOnlyList<string>? Countersign = null, IReadOnlyList<string>? WitnessCountersign = null)
{
    /// <summary>Participants that count as one with this consumer, itself included, sorted.</summary>
    public IReadOnlyList<string> ConsumerGroupOf(string consumer)
        => ConsumerGroups?.FirstOrDefault(g => g.Contains(consumer, StringComparer.Ordinal)) is { } group ? [.. group.Order(StringComparer.Ordinal)] : [consumer];

    /// <value>Default time bucket of replies.</value>
    public const int DefaultReplyBucketMs = 100;

    /// <value>Default wait for a receipt: one hour.</value>
    public const int DefaultReceiptWaitMs = 3_600_000;

    private const int MaxBytes = 1024 * 1024;
    private const int MaxDatasets = 1000;

    /// <summary>Reads and validates the file; every problem is reported at once.</summary>
    public static Result<ConnectorConfig> Load(string path)
    {
        ConnectorConfig? config;
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                return HostErrors.BadConfiguration.Of("the file is larger than 1 MiB");
            config = JsonSerializer.Deserialize<ConnectorConfig>(File.ReadAllBytes(path), JobJson.Options);
        }
        catch (JsonException e)
        {
            return HostErrors.BadConfiguration.Of($"{Path.GetFileName(path)} at {e.Path}, line {e.LineNumber + 1}: {e.Message.Split(" Path:")[0]}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HostErrors.BadConfiguration.Of($"{Path.GetFileName(path)} cannot be read");
        }
        var problems = config is null ? ["the file is empty"] : config.Validate(Path.GetDirectoryName(path)!).ToList();
        return problems.Count > 0 ? HostErrors.BadConfiguration.Of(string.Join("; ", problems)) : config!.Resolve(Path.GetDirectoryName(path)!);
    }

    private IEnumerable<string> Validate(string directory)
    {
        if (!Kernel.Identity.ParticipantId.Parse(Did).IsOk)
            yield return "did is not a did:web";
        if (SpaceId.Length is 0 or > 100)
            yield return "spaceId has 1 to 100 characters";
        if (ReplyBucketMs is < 1 or > 60_000)
            yield return "replyBucketMs is 1 to 60000";
        if (ReceiptWaitMs is < 1_000 or > 604_800_000)
            yield return "receiptWaitMs is 1000 to 604800000";
        if (Region is not null && !Kernel.Policy.Region.IsValid(Region))
            yield return "region is CN, or CN- and six digits, or another country's two letters";
        foreach (var region in Regions ?? new Dictionary<string, string>())
        {
            if (!Kernel.Identity.ParticipantId.Parse(region.Key).IsOk || !Kernel.Policy.Region.IsValid(region.Value))
                yield return $"regions: '{region.Key}' needs a did:web and a region";
        }
        foreach (var member in (ConsumerGroups ?? []).SelectMany(g => g).GroupBy(m => m, StringComparer.Ordinal))
        {
            if (!Kernel.Identity.ParticipantId.Parse(member.Key).IsOk || member.Count() > 1)
                yield return $"consumerGroups: '{member.Key}' is no did:web or is in two groups";
        }
        if (Datasets.Count > MaxDatasets)
            yield return $"at most {MaxDatasets} datasets";
        foreach (var duplicate in Datasets.GroupBy(d => d.Id, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return $"dataset '{duplicate.Key}' appears twice";
        foreach (var problem in Datasets.SelectMany(d => d.Validate(directory)))
            yield return problem;
    }

    private ConnectorConfig Resolve(string directory) => this with
    {
        Datasets = [.. Datasets.Select(d => d with
        {
            Path = Path.GetFullPath(d.Path, directory),
            DerivedFrom = d.DerivedFrom is null ? null : [.. d.DerivedFrom.Select(f => Path.GetFullPath(f, directory))],
            Offers = [.. d.Offers.Select(o => o with { Policy = Path.GetFullPath(o.Policy, directory) })],
        })],
    };
}

/// <summary>One dataset.</summary>
internal sealed record DatasetConfig(
    string Id, Bilingual Title, string Path, string Format, IReadOnlyList<ColumnConfig> Columns, IReadOnlyList<OfferConfig> Offers,
    string? SubjectColumn = null, ClassificationConfig? Classification = null, IReadOnlyList<string>? Scenarios = null, IntersectionConfig? Intersection = null,
    IReadOnlyList<string>? DerivedFrom = null, LookupConfig? Lookup = null, ScoringConfig? Scoring = null)
{
    /// <summary>Key columns by which records may be looked up, with their steps: declared for that, or as for intersections; null where look-ups are not declared.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? LookupKeys => Lookup is null ? null : Lookup.Keys ?? Intersection?.Keys;

    private const int MaxDerivedFrom = 16;
    private const int MaxScenarios = 50;
    private const int MaxScenarioChars = 64;

    public IEnumerable<string> Validate(string directory)
    {
        if (Id.Length is 0 or > 100 || Id.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
            yield return $"dataset id '{Id}' may have letters, digits, - and _";
        if (FormatOf() is null)
            yield return $"dataset '{Id}': format is csv, parquet or json";
        if (!File.Exists(System.IO.Path.GetFullPath(Path, directory)))
            yield return $"dataset '{Id}': file '{Path}' does not exist";
        if (Columns.Count is 0 or > 500)
            yield return $"dataset '{Id}': 1 to 500 columns";
        foreach (var column in Columns.Where(c => c.TypeOf() is null))
            yield return $"dataset '{Id}': column '{column.Name}' has an unknown type '{column.Type}'";
        if (SubjectColumn is not null && Columns.All(c => c.Name != SubjectColumn))
            yield return $"dataset '{Id}': subjectColumn '{SubjectColumn}' is not among the columns";
        foreach (var problem in ScenarioProblems("", Scenarios).Concat(Offers.SelectMany(o => ScenarioProblems($", offer '{o.Id}'", o.Scenarios))))
            yield return problem;
        if (Offers.Count == 0)
            yield return $"dataset '{Id}': at least one offer";
        if (DerivedFrom is { Count: 0 or > MaxDerivedFrom })
            yield return $"dataset '{Id}': derivedFrom names 1 to {MaxDerivedFrom} provenance files";
        foreach (var missing in (DerivedFrom ?? []).Where(f => !File.Exists(System.IO.Path.GetFullPath(f ?? "", directory))))
            yield return $"dataset '{Id}': provenance file '{missing}' does not exist";
        foreach (var problem in Intersection?.Problems(Columns, SubjectColumn) ?? [])
            yield return $"dataset '{Id}', intersection: {problem}";
        foreach (var problem in Lookup?.Problems(LookupKeys, Columns, SubjectColumn) ?? [])
            yield return $"dataset '{Id}', lookup: {problem}";
        foreach (var problem in Scoring?.Problems() ?? [])
            yield return $"dataset '{Id}', scoring: {problem}";
    }

    private IEnumerable<string> ScenarioProblems(string where, IReadOnlyList<string>? scenarios)
    {
        if (scenarios is null)
            yield break;
        if (scenarios.Count is 0 or > MaxScenarios || scenarios.Distinct(StringComparer.Ordinal).Count() != scenarios.Count)
            yield return $"dataset '{Id}'{where}: scenarios are 1 to {MaxScenarios} different ones";
        if (scenarios.FirstOrDefault(s => s is null || s.Length is 0 or > MaxScenarioChars || !s.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.')) is { } bad || scenarios.Contains(null!))
            yield return $"dataset '{Id}'{where}: a scenario is a code or word of letters, digits, - _ and ., at most {MaxScenarioChars} characters";
    }

    public DatasetFormat? FormatOf() => Format switch
    {
        "csv" => DatasetFormat.Csv,
        "parquet" => DatasetFormat.Parquet,
        "json" => DatasetFormat.Json,
        _ => null,
    };

    public DatasetSource ToSource() => new(Id, Path, FormatOf()!.Value,
        [.. Columns.Select(c => new ColumnSchema(c.Name, c.TypeOf()!.Value, c.Identifier || c.Name == SubjectColumn))], SubjectColumn);
}

/// <summary>One column. The subject column counts as identifier.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Type.</param>
/// <param name="Identifier">It names persons or firms: counted, never released.</param>
/// <param name="Personal">What it says about natural persons: <c>none</c>, <c>personal</c>, <c>sensitive</c>; null is none.</param>
/// <param name="Reviewed">Classes of personal data that its name or values resemble, and that the owner has looked at: they are none here.</param>
internal sealed record ColumnConfig(string Name, string Type, bool Identifier = false, string? Personal = null, IReadOnlyList<string>? Reviewed = null)
{
    public ColumnType? TypeOf() => Type switch
    {
        "integer" => ColumnType.Integer,
        "decimal" => ColumnType.Decimal,
        "double" => ColumnType.Double,
        "text" => ColumnType.Text,
        "date" => ColumnType.Date,
        "boolean" => ColumnType.Boolean,
        _ => null,
    };
}

/// <summary>A usage policy under which the dataset is offered.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Policy">File with the policy.</param>
/// <param name="Scenarios">Scenarios of use that contracts from this offer are for; null: the dataset's.</param>
internal sealed record OfferConfig(string Id, string Policy, IReadOnlyList<string>? Scenarios = null);

/// <summary>Classification of the dataset as its owner writes it; read by <see cref="Datasets.DatasetClassification"/>.</summary>
/// <param name="Industry">Code of GB/T 4754, or a topic of the catalogue.</param>
/// <param name="Grade">core, important, general-1 to general-4.</param>
/// <param name="PersonalInformation">Whether any column carries personal information; those columns say so themselves.</param>
/// <param name="Region">Where the data belongs; null is the node's own region, or the whole country.</param>
/// <param name="Scale">Rows and subjects; null takes what the check counts.</param>
internal sealed record ClassificationConfig(
    string Industry, string Grade, bool PersonalInformation, string? Region = null, Kernel.Classification.DataScale? Scale = null);

/// <summary>That a dataset may be intersected with another owner's, by which columns, and how often. Without it no contract opens it for that.</summary>
/// <param name="Keys">Columns that may be compared, each an identifier, with the steps by which its values are written alike (<see cref="Privacy.Intersection.Keys.KeySteps"/>).</param>
/// <param name="MaxRuns">Most intersections of one consumer (with its group), and most with one other owner, in all.</param>
/// <param name="MaxPeerItems">Most subjects in the other owner's set: whoever may ask about everybody learns everything.</param>
internal sealed record IntersectionConfig(
    IReadOnlyDictionary<string, IReadOnlyList<string>> Keys, int MaxRuns = IntersectionConfig.DefaultMaxRuns, int MaxPeerItems = IntersectionConfig.DefaultMaxPeerItems)
{
    /// <value>Default most runs.</value>
    public const int DefaultMaxRuns = 10;

    /// <value>Default most subjects of the other owner: a million.</value>
    public const int DefaultMaxPeerItems = 1_000_000;

    public IEnumerable<string> Problems(IReadOnlyList<ColumnConfig> columns, string? subjectColumn)
    {
        foreach (var problem in KeyProblems(Keys, columns, subjectColumn))
            yield return problem;
        if (MaxRuns is < 1 or > 1_000_000)
            yield return "maxRuns is 1 to 1000000";
        if (MaxPeerItems is < 2 or > Privacy.Intersection.IntersectionTerms.MostItems)
            yield return $"maxPeerItems is 2 to {Privacy.Intersection.IntersectionTerms.MostItems}";
    }

    /// <summary>What is wrong with declared keys.</summary>
    public static IEnumerable<string> KeyProblems(IReadOnlyDictionary<string, IReadOnlyList<string>>? keys, IReadOnlyList<ColumnConfig> columns, string? subjectColumn)
    {
        if (keys is not { Count: > 0 })
            yield return "keys names at least one column";
        foreach (var (name, steps) in keys ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            if (!columns.Any(c => c.Name == name && (c.Identifier || name == subjectColumn)))
                yield return $"key '{name}' is not a column marked as identifier";
            if (!Privacy.Intersection.Keys.KeyRule.Create([new("key", steps ?? [])]).IsOk)
                yield return $"key '{name}' has a step that does not exist, or more than {Privacy.Intersection.Keys.KeyRule.MostSteps}";
        }
    }
}

/// <summary>That rows of a dataset may be scored by a model which its owner helped to train.</summary>
/// <param name="MaxRows">Most rows of one consumer with its group, over all contracts and models.</param>
/// <param name="MaxAnswers">Most different answers of one job: classes, or rounded numbers.</param>
internal sealed record ScoringConfig(int MaxRows = ScoringConfig.DefaultMaxRows, int MaxAnswers = ScoringConfig.DefaultMaxAnswers)
{
    /// <value>Default most rows.</value>
    public const int DefaultMaxRows = 1000;

    /// <value>Default most answers: probabilities in percent.</value>
    public const int DefaultMaxAnswers = 101;

    public IEnumerable<string> Problems()
    {
        if (MaxRows is < 1 or > 1_000_000_000)
            yield return "maxRows is 1 to 1000000000";
        if (MaxAnswers is < 2 or > Privacy.Regression.Vertical.Scoring.ScoreRule.MostAnswers)
            yield return $"maxAnswers is 2 to {Privacy.Regression.Vertical.Scoring.ScoreRule.MostAnswers}";
    }
}

/// <summary>That records of a dataset may be looked up by keyword, how often, and how large they are. Without it no contract opens it for that.</summary>
/// <param name="Keys">Columns that hold keywords, each an identifier, with its steps; null: those declared for intersections.</param>
/// <param name="MaxQuestions">Most questions of one consumer with its group, over all contracts: whoever may ask about everybody learns everything.</param>
/// <param name="RecordBytes">Size of a record; one that needs more keeps the whole dataset from being looked up.</param>
/// <param name="MaxRecords">Most different keys.</param>
internal sealed record LookupConfig(
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Keys = null, int MaxQuestions = LookupConfig.DefaultMaxQuestions, int RecordBytes = LookupConfig.DefaultRecordBytes,
    int MaxRecords = LookupConfig.DefaultMaxRecords)
{
    /// <value>Default most questions.</value>
    public const int DefaultMaxQuestions = 100;

    /// <value>Default size of a record.</value>
    public const int DefaultRecordBytes = 256;

    /// <value>Default most records.</value>
    public const int DefaultMaxRecords = 1_000_000;

    public IEnumerable<string> Problems(IReadOnlyDictionary<string, IReadOnlyList<string>>? keys, IReadOnlyList<ColumnConfig> columns, string? subjectColumn)
    {
        foreach (var problem in IntersectionConfig.KeyProblems(keys, columns, subjectColumn))
            yield return problem;
        if (MaxQuestions is < 1 or > 1_000_000_000)
            yield return "maxQuestions is 1 to 1000000000";
        if (RecordBytes is < Privacy.Lookup.LookupShape.MinRecordBytes or > Privacy.Lookup.LookupShape.MaxRecordBytes)
            yield return $"recordBytes is {Privacy.Lookup.LookupShape.MinRecordBytes} to {Privacy.Lookup.LookupShape.MaxRecordBytes}";
        if (MaxRecords is < 1 or > Privacy.Lookup.LookupShape.MaxRecords)
            yield return $"maxRecords is 1 to {Privacy.Lookup.LookupShape.MaxRecords}";
    }
}
