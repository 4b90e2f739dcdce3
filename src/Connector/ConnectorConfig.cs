using System.Text.Json;
using DataSpace.Hosting;
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
internal sealed record ConnectorConfig(
    string Did, Bilingual DisplayName, string SpaceId, IReadOnlyList<DatasetConfig> Datasets,
    IReadOnlyDictionary<string, string>? Aliases = null, IReadOnlyDictionary<string, string>? Pins = null, int ReplyBucketMs = ConnectorConfig.DefaultReplyBucketMs)
{
    /// <value>Default time bucket of replies.</value>
    public const int DefaultReplyBucketMs = 100;

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
            Offers = [.. d.Offers.Select(o => o with { Policy = Path.GetFullPath(o.Policy, directory) })],
        })],
    };
}

/// <summary>One dataset.</summary>
internal sealed record DatasetConfig(
    string Id, Bilingual Title, string Path, string Format, IReadOnlyList<ColumnConfig> Columns, IReadOnlyList<OfferConfig> Offers,
    string? SubjectColumn = null, ClassificationConfig? Classification = null)
{
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
        if (Offers.Count == 0)
            yield return $"dataset '{Id}': at least one offer";
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
internal sealed record ColumnConfig(string Name, string Type, bool Identifier = false)
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
internal sealed record OfferConfig(string Id, string Policy);

/// <summary>Classification of the dataset, shown in the catalogue.</summary>
internal sealed record ClassificationConfig(string Industry, string Grade, bool PersonalInformation);
