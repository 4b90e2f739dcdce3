using System.Text;
using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Jobs;

/// <summary>An exported result.</summary>
/// <param name="Csv">The released rows, RFC 4180 with a header; null in another format.</param>
/// <param name="Parquet">The same as Apache Parquet, base64; null in another format.</param>
/// <param name="FileDigest">SHA-256 of the file's bytes, lower-case hex.</param>
/// <param name="Provenance">Signed <see cref="ResultProvenance"/>.</param>
internal sealed record ExportedResult(string? Csv, string? Parquet, string FileDigest, string Provenance)
{
    /// <summary>UTF-8 text with a header line.</summary>
    public const string AsCsv = "csv";

    /// <summary>Apache Parquet, typed columns.</summary>
    public const string AsParquet = "parquet";
}

/// <summary>Writes a result as a file that could be listed as a dataset, together with what it inherits. The node remembers the file's digest.</summary>
internal sealed class ResultExport(IDbContextFactory<ConnectorState> store, AgreementBook agreements, DerivedData derived, NodeIdentity self, TimeProvider clock)
{
    /// <summary>The file, in <see cref="ExportedResult.AsCsv"/> or <see cref="ExportedResult.AsParquet"/>.</summary>
    public async Task<Result<ExportedResult>> ExportAsync(JobRow job, string format, CancellationToken cancellation)
    {
        if (format is not (ExportedResult.AsCsv or ExportedResult.AsParquet))
            return Hosting.HostErrors.MalformedRequest.Of($"format: {ExportedResult.AsCsv} or {ExportedResult.AsParquet}");
        using var json = JsonDocument.Parse(job.Result!);
        var root = json.RootElement;
        if (!root.TryGetProperty("classification", out var classification) || classification.ValueKind != JsonValueKind.Object)
            return ClassificationErrors.Incomplete.Of("the result carries no classification");
        var table = root.GetProperty("table");
        var bytes = format == ExportedResult.AsCsv ? Encoding.UTF8.GetBytes(Csv(table)) : await ResultParquet.WriteAsync(
            table, new Dictionary<string, string> { ["dataspace.job"] = job.JobId, ["dataspace.resultDigest"] = root.GetProperty("resultDigest").GetString()! }, cancellation);
        if (bytes.Length > DerivedData.MaxExportBytes)
            return LedgerErrors.InvalidField.Of("size of the result");
        var provenance = root.GetProperty("provenance");
        var policies = new List<JsonElement>();
        foreach (var contract in provenance.GetProperty("contracts").EnumerateArray().Select(c => c.GetString()!))
        {
            if (await agreements.FindAsync(contract, AgreementBook.Consumer, cancellation) is not { } agreement)
                return ConnectorErrors.AgreementUnknown.Of(contract);
            using var policy = JsonDocument.Parse(agreement.Row.Policy);
            policies.Add(policy.RootElement.Clone());
        }
        var said = new ResultProvenance(
            self.Did, job.JobId, job.JobHash, root.GetProperty("resultDigest").GetString()!, Digest.Sha256Hex(bytes), classification.GetProperty("grade").GetString()!,
            classification.GetProperty("personal").GetString()!, [.. classification.GetProperty("regions").EnumerateArray().Select(r => r.GetString()!)], policies,
            clock.GetUtcNow().ToUnixTimeMilliseconds(), await DeleteByAsync(job.JobId, cancellation));
        // Known before anybody has it: a file that left unremembered could be listed as anything.
        return derived.NoteExport(said.FileDigest, job.JobId).TryGet(out _, out var error)
            ? new ExportedResult(format == ExportedResult.AsCsv ? Encoding.UTF8.GetString(bytes) : null, format == ExportedResult.AsCsv ? null : Convert.ToBase64String(bytes), said.FileDigest, said.Sign(self.Signer))
            : error;
    }

    private async Task<long?> DeleteByAsync(string jobId, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var kept = await db.KeptResults.AsNoTracking().Where(k => k.JobId == jobId).ToListAsync(cancellation);
        return kept.Min(k => (long?)(k.Deadline ?? clock.GetUtcNow() + TimeSpan.FromTicks(k.WithinTicks)).ToUnixTimeMilliseconds());
    }

    private static string Csv(JsonElement table)
    {
        var csv = new StringBuilder();
        Line(csv, table.GetProperty("Columns").EnumerateArray().Select(c => c.GetProperty("Name").GetString()));
        foreach (var row in table.GetProperty("Rows").EnumerateArray())
            Line(csv, row.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? null : v.GetString()));
        return csv.ToString();
    }

    private static void Line(StringBuilder csv, IEnumerable<string?> values)
        => csv.AppendJoin(',', values.Select(v => v is null ? "" : v.AsSpan().IndexOfAny(",\"\r\n") < 0 ? v : "\"" + v.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"")).Append('\n');
}
