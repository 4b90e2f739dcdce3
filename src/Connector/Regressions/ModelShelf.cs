using System.Text.Json;
using DataSpace.Hosting;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regressions;

/// <summary>
/// This owner's parts of models that somebody else asked for, a file each, readable by its owner alone: the analyst has the other part, and a score takes both. Written before the use's Report; written again by nobody.
/// </summary>
internal sealed class ModelShelf(NodeOptions options)
{
    private static readonly JsonSerializerOptions Indented = new(JobJson.Options) { WriteIndented = true };

    /// <summary>Where a job's part is.</summary>
    public string PathOf(string jobHash) => Path.Combine(options.Directory, "models", jobHash + ".json");

    /// <summary>What is kept of a job, or null.</summary>
    public async Task<JsonDocument?> ReadAsync(string jobHash, CancellationToken cancellation)
    {
        try
        {
            await using var file = File.OpenRead(PathOf(jobHash));
            return await JsonDocument.ParseAsync(file, cancellationToken: cancellation);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public async Task KeepAsync(string jobHash, JobOrder order, OwnModel model, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(jobHash))!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var file = new FileStream(PathOf(jobHash), new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Options = FileOptions.WriteThrough,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await JsonSerializer.SerializeAsync(
            file, new { table = VerticalResults.TableOf(model, order.Plan.Regress!), card = VerticalCard.Of(order.Plan, order.Plan.Regress!, model), order.Consumer, order.JobId, jobHash, order.PlanHash }, Indented, cancellation);
    }
}
