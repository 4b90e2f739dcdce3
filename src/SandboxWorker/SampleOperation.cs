using System.Globalization;
using DataSpace.Kernel.Classification.Detectors;
using DataSpace.Sandbox.Process;
using DuckDB.NET.Data;

namespace DataSpace.SandboxWorker;

/// <summary>
/// Looks through a sample of the dataset for personal data. The values stay in this process: what goes out are counts per column and class. Every column is
/// read as text, whatever its declared type, so that a number in an integer column is seen as well.
/// </summary>
internal static class SampleOperation
{
    /// <summary>Above this many rows the distinct subjects are estimated (HyperLogLog, about 2%): an exact count would need memory for all of them.</summary>
    private const long MaxRowsForExactSubjects = 2_000_000;

    private const string Ordinal = "__dataspace_row";

    public static WorkerResponse Run(WorkerRequest request)
    {
        var sample = request.Sample ?? throw new WorkerException(WorkerFailure.Internal, "no sample");
        var table = request.Table!;
        table = table with { Columns = [.. table.Columns.Select(c => c with { Type = "Any" })] };
        using var engine = Engine.Open(request with { Table = table });
        var name = Engine.Name(table.Name);
        var rows = Count(engine, $"SELECT count(*) FROM {name}");
        var subjects = rows;
        if (sample.SubjectColumn is { } subject)
        {
            var distinct = rows <= MaxRowsForExactSubjects ? $"count(DISTINCT {Engine.Name(subject)})" : $"approx_count_distinct({Engine.Name(subject)})";
            subjects = Math.Min(rows, Count(engine, $"SELECT {distinct} FROM {name}"));
        }
        var counts = table.Columns.Select(c => new WorkerColumnSample(c.Name, 0, new long[ScanHits.ValueClasses], new long[ScanHits.ValueClasses])).ToArray();
        var sampled = Look(engine, Statement(table, sample, rows), counts);
        return new WorkerResponse { RowCount = rows, Sample = new WorkerSampleReport(sampled, subjects, counts) };
    }

    private static long Count(Engine engine, string sql)
    {
        using var command = engine.Connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>One row of each stride, at a place that seed and stride give: the sample reaches the end of the file, and nobody can place a row outside of it.</summary>
    private static string Statement(WorkerTable table, WorkerSample sample, long rows)
    {
        var columns = string.Join(", ", table.Columns.Select(c => Engine.Name(c.Name)));
        var name = Engine.Name(table.Name);
        if (rows <= sample.MaxRows)
            return $"SELECT {columns} FROM {name}";
        var stride = (rows + sample.MaxRows - 1) / sample.MaxRows;
        return string.Create(CultureInfo.InvariantCulture, $"SELECT {columns} FROM (SELECT {columns}, row_number() OVER () - 1 AS {Ordinal} FROM {name}) ")
            + string.Create(CultureInfo.InvariantCulture, $"WHERE {Ordinal} % {stride} = hash({sample.Seed}, {Ordinal} // {stride}) % {stride}");
    }

    private static long Look(Engine engine, string sql, WorkerColumnSample[] counts)
    {
        using var command = engine.Connection.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        long sampled = 0;
        while (reader.Read())
        {
            sampled++;
            for (var i = 0; i < counts.Length; i++)
            {
                if (!reader.IsDBNull(i))
                    counts[i] = Add(counts[i], PersonalDataScanner.Scan(reader.GetString(i)));
            }
        }
        return sampled;
    }

    private static WorkerColumnSample Add(WorkerColumnSample counts, ScanHits hits)
    {
        for (var type = 0; hits.Candidates >> type != 0; type++)
        {
            counts.Matches[type] += (hits.Matches >> type) & 1;
            counts.Candidates[type] += (hits.Candidates >> type) & 1;
        }
        return counts with { Values = counts.Values + 1 };
    }
}
