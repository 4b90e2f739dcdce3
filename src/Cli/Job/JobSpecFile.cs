using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Results;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;

namespace DataSpace.Cli.Job;

/// <summary>Reads a job spec (YAML or JSON, at most 256 KiB) and checks it against <c>contracts/schemas/job-spec.schema.json</c>.</summary>
internal static class JobSpecFile
{
    /// <summary>Largest file that is read.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxProblems = 100;
    private const string SchemaResource = "job-spec.schema.json";

    /// <summary>The spec as JSON; the command ends with every problem listed otherwise.</summary>
    public static async Task<JsonObject> ReadAsync(string path, Ui ui, CancellationToken cancel)
    {
        var text = await ReadTextAsync(path, cancel);
        var (value, problem) = YamlToJson.Read(text);
        if (problem is not null)
            throw Bad(path, [problem]);
        if (value is not JsonObject spec)
            throw Bad(path, [ui.T(JobTexts.SpecNotAnObject)]);
        var problems = await ValidateAsync(spec, ui, cancel);
        return problems.Count == 0 ? spec : throw Bad(path, problems);
    }

    /// <summary>Every problem with its path; empty when the spec is good.</summary>
    public static async Task<IReadOnlyList<string>> ValidateAsync(JsonObject spec, Ui ui, CancellationToken cancel)
    {
        using var stream = typeof(JobSpecFile).Assembly.GetManifestResourceStream(SchemaResource)
            ?? throw new InvalidOperationException("The job spec schema is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var schema = await JsonSchema.FromJsonAsync(await reader.ReadToEndAsync(cancel), cancel);
        var problems = new List<string>();
        // Dates must stay the strings that were written, so the token is made without date detection.
        using var json = new Newtonsoft.Json.JsonTextReader(new StringReader(spec.ToJsonString())) { DateParseHandling = Newtonsoft.Json.DateParseHandling.None, FloatParseHandling = Newtonsoft.Json.FloatParseHandling.Decimal };
        foreach (var error in schema.Validate(JToken.ReadFrom(json)))
            Collect(error, ui, problems);
        return problems.Distinct().Order(StringComparer.Ordinal).Take(MaxProblems).ToList();
    }

    private static async Task<string> ReadTextAsync(string path, CancellationToken cancel)
    {
        try
        {
            await using var file = File.OpenRead(path);
            if (file.CanSeek && file.Length > MaxBytes)
                throw new CommandStopped(CliErrors.BadSpec.Of($"{path}: {file.Length} > {MaxBytes} B"), ExitCode.Usage);
            var buffer = new byte[MaxBytes + 1];
            var read = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
            if (read > MaxBytes)
                throw new CommandStopped(CliErrors.BadSpec.Of($"{path}: > {MaxBytes} B"), ExitCode.Usage);
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer, 0, read);
        }
        catch (DecoderFallbackException)
        {
            throw new CommandStopped(CliErrors.BadSpec.Of($"{path}: not UTF-8"), ExitCode.Usage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(path), ExitCode.Usage);
        }
    }

    private static void Collect(ValidationError error, Ui ui, List<string> problems)
    {
        if (error is ChildSchemaValidationError children && children.Errors.Values.Any(c => c.Count > 0))
        {
            // Of several alternatives the nearest one (fewest problems) tells the reader most.
            foreach (var inner in children.Errors.Values.Where(c => c.Count > 0).MinBy(c => c.Count)!)
                Collect(inner, ui, problems);
            return;
        }
        problems.Add($"{PathOf(error)}: {Describe(error, ui)}");
    }

    private static string PathOf(ValidationError error)
    {
        var path = (error.Path ?? "").Replace("#/", "", StringComparison.Ordinal).Replace('/', '.').TrimStart('#', '.');
        return path.Length == 0 ? "(root)" : path;
    }

    private static string Describe(ValidationError error, Ui ui) => error.Kind switch
    {
        ValidationErrorKind.PropertyRequired => ui.T(JobTexts.SpecRequired),
        ValidationErrorKind.NoAdditionalPropertiesAllowed => ui.T(JobTexts.SpecUnknownKey),
        ValidationErrorKind.NotInEnumeration => ui.T(JobTexts.SpecNotOneOf, string.Join(", ", error.Schema?.Enumeration ?? [])),
        ValidationErrorKind.PatternMismatch => ui.T(JobTexts.SpecPattern, error.Schema?.Pattern),
        ValidationErrorKind.StringExpected or ValidationErrorKind.NumberExpected or ValidationErrorKind.IntegerExpected
            or ValidationErrorKind.BooleanExpected or ValidationErrorKind.ObjectExpected or ValidationErrorKind.ArrayExpected
            => ui.T(JobTexts.SpecWrongType, error.Kind.ToString().Replace("Expected", "", StringComparison.Ordinal).ToLowerInvariant()),
        ValidationErrorKind.StringTooLong => ui.T(JobTexts.SpecAtMost, error.Schema?.MaxLength),
        ValidationErrorKind.StringTooShort => ui.T(JobTexts.SpecAtLeast, error.Schema?.MinLength),
        ValidationErrorKind.TooManyItems => ui.T(JobTexts.SpecAtMost, error.Schema?.MaxItems),
        ValidationErrorKind.TooFewItems => ui.T(JobTexts.SpecAtLeast, error.Schema?.MinItems),
        ValidationErrorKind.NumberTooBig or ValidationErrorKind.IntegerTooBig => ui.T(JobTexts.SpecAtMost, error.Schema?.Maximum),
        ValidationErrorKind.NumberTooSmall => ui.T(JobTexts.SpecAtLeast, error.Schema?.Minimum),
        ValidationErrorKind.ItemsNotUnique => ui.T(JobTexts.SpecNotUnique),
        _ => ui.T(JobTexts.SpecOther, error.Kind),
    };

    private static CommandStopped Bad(string path, IReadOnlyList<string> problems)
        => new(CliErrors.BadSpec.Of(path), ExitCode.Usage, problems);
}
