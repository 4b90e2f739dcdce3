using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DataSpace.Benchmarks.Space;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Benchmarks.Ledger;

/// <summary>
/// Verifying a log of one million signed entries, as a directory and as a bundle, next to bare SHA-256 over the same bytes; what memory it takes at a tenth of
/// that; and inclusion proofs from the tiles of ten million entries, next to reading the same tiles.
/// </summary>
internal static class AuditBenchmark
{
    private const int Small = 100_000;
    private const int Large = 1_000_000;
    private const int Proofs = 2_000;
    private const long Proven = 10_000_000;
    private const double SecondsTarget = 30;
    private const double GrowthTarget = 1.25;
    private const double ProofMsTarget = 1;

    public static async Task RunAsync(TextWriter output)
    {
        var root = Directory.CreateTempSubdirectory("audit-benchmark-");
        try
        {
            var signer = Ed25519Signer.Generate();
            var (small, large) = (Path.Combine(root.FullName, "small"), Path.Combine(root.FullName, "large"));
            WriteLog(small, Small, signer);
            WriteLog(large, Large, signer);
            Verify(small); // until the runtime has replaced the first, unoptimised code
            var (smallSeconds, smallMb, _) = Measure(() => Verify(small));
            var (seconds, largeMb, cpuSeconds) = Measure(() => Verify(large));
            var (hashSeconds, bytes) = Hash(large);
            var bundle = Path.Combine(root.FullName, "large.dsaudit");
            var (exportSeconds, _, _) = Measure(() => Require(AuditExport.Write(bundle, new AuditExportOptions { Directories = [large] }, TimeProvider.System).IsOk));
            var (bundleSeconds, bundleMb, bundleCpuSeconds) = Measure(() => Require(AuditVerifier.Verify([bundle]).Value.Ok));
            Report.Line(output, $"verify {Small:N0} entries:               {smallSeconds:F1} s, peak {smallMb:F0} MB resident");
            Report.Line(output, $"verify {Large:N0} entries:             {seconds:F1} s, {cpuSeconds:F1} s of CPU, peak {largeMb:F0} MB resident; {cpuSeconds / Large * 1e6:F1} us of CPU each");
            Report.Line(output, $"SHA-256 over the same {bytes / 1e6:F0} MB:        {hashSeconds:F2} s, ratio {seconds / hashSeconds:F0}");
            Report.Line(output, $"export to a bundle, verify it:         {exportSeconds:F1} s, {bundleSeconds:F1} s, {bundleCpuSeconds:F1} s of CPU, peak {bundleMb:F0} MB resident");
            Report.AtMost(output, "verify 1,000,000 entries", seconds, SecondsTarget, "s");
            Report.AtMost(output, "verify a bundle of 1,000,000 entries", bundleSeconds, SecondsTarget, "s");
            Report.AtMost(output, "memory, 1,000,000 against 100,000 entries", largeMb / smallMb, GrowthTarget);
            Directory.Delete(large, recursive: true);
            await WithPayloadsAsync(output, root.FullName);
            Prove(output, Path.Combine(root.FullName, "tiles"));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    /// <summary>The same where every entry's payload lies in the vault and is opened to its commitment.</summary>
    private static async Task WithPayloadsAsync(TextWriter output, string root)
    {
        var (small, large) = (Path.Combine(root, "small-vault"), Path.Combine(root, "large-vault"));
        await UseLog.WriteAsync(small, Small / 3);
        await UseLog.WriteAsync(large, Large / 3 + 1);
        var (_, smallMb, _) = Measure(() => VerifyPayloads(small));
        var (seconds, largeMb, cpuSeconds) = Measure(() => VerifyPayloads(large));
        Report.Line(output, $"verify {Large:N0} entries and payloads: {seconds:F1} s, {cpuSeconds:F1} s of CPU, peak {largeMb:F0} MB resident");
        Report.AtMost(output, "verify 1,000,000 entries and their payloads", seconds, SecondsTarget, "s");
        Report.AtMost(output, "memory with payloads, 1,000,000 against 100,000", largeMb / smallMb, GrowthTarget);
        Directory.Delete(large, recursive: true);
    }

    private static void VerifyPayloads(string directory)
    {
        var report = LedgerVerifier.Verify(directory);
        Require(report.Ok && report.PayloadsChecked == report.Size);
    }

    private static void Verify(string directory) => Require(LedgerVerifier.Verify(directory).Ok);

    private static void Require(bool holds)
    {
        if (!holds)
            throw new BenchmarkException("a log that was made well does not verify");
    }

    // The kernel's own high-water mark, reset before: it counts what a sampler would miss.
    private static (double Seconds, double PeakMb, double CpuSeconds) Measure(Action work)
    {
        GC.Collect();
        if (OperatingSystem.IsLinux())
            File.WriteAllText("/proc/self/clear_refs", "5");
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        work();
        var (seconds, cpuSeconds) = (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        var mark = OperatingSystem.IsLinux() ? File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) : "VmHWM: 0 kB";
        return (seconds, double.Parse(mark.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024, cpuSeconds);
    }

    private static (double Seconds, long Bytes) Hash(string directory)
    {
        var files = Directory.EnumerateFiles(Path.Combine(directory, "tile", "entries"), "*", SearchOption.AllDirectories).ToList();
        var watch = Stopwatch.StartNew();
        var bytes = 0L;
        foreach (var file in files)
        {
            var content = File.ReadAllBytes(file);
            SHA256.HashData(content);
            bytes += content.Length;
        }
        return (watch.Elapsed.TotalSeconds, bytes);
    }

    private static void WriteLog(string directory, int size, Ed25519Signer signer)
    {
        const string origin = "benchmark.example/ledger";
        var edge = new RightEdge();
        string[] signers = [signer.PublicKey.KeyId];
        var bundle = new ReadOnlyMemory<byte>[TilePath.FullWidth];
        for (var first = 0; first < size; first += bundle.Length)
        {
            var width = Math.Min(bundle.Length, size - first);
            Parallel.For(0, width, i => bundle[i] = new LedgerEntry
            {
                Kind = EntryKind.Denied,
                EventId = RandomNumberGenerator.GetBytes(16),
                AgreementTag = RandomNumberGenerator.GetBytes(32),
                PayloadRoot = RandomNumberGenerator.GetBytes(32),
                SignerKeyIds = signers,
                TimeMs = 1_790_000_000_000 + first + i,
            }.SignAndEncode(signer));
            Put(directory, new TilePath(TilePath.EntriesLevel, first / TilePath.FullWidth, width), EntryBundle.Encode(bundle[..width]));
            for (var i = 0; i < width; i++)
                edge.Add(MerkleHash.Leaf(bundle[i].Span), (path, hashes) => Put(directory, path, hashes.Span));
        }
        PutEdge(directory, edge);
        File.WriteAllText(Path.Combine(directory, "checkpoint"), Checkpoint.Sign(origin, size, edge.Root(), signer).Note);
        File.WriteAllText(Path.Combine(directory, "vkey"), VerifierKey.ForLog(origin, signer.PublicKey) + "\n");
    }

    private static void Prove(TextWriter output, string directory)
    {
        var edge = new RightEdge();
        Span<byte> leaf = stackalloc byte[MerkleHash.SizeBytes];
        for (var i = 0L; i < Proven; i++)
        {
            BitConverter.TryWriteBytes(leaf, i); // any 32 bytes are a leaf hash
            edge.Add(leaf, (path, hashes) => Put(directory, path, hashes.Span));
        }
        PutEdge(directory, edge);
        var (tiles, root) = (new CountedTiles(new DirectoryTiles(directory)), edge.Root());
        var indices = Enumerable.Range(0, Proofs).Select(_ => RandomNumberGenerator.GetInt32((int)Proven)).ToList();
        foreach (var index in indices.Take(200))
            ProofBuilder.Inclusion(index, Proven, new TileNodes(tiles, Proven));
        tiles.Paths.Clear();
        var watch = Stopwatch.StartNew();
        foreach (var index in indices)
            ProofBuilder.Inclusion(index, Proven, new TileNodes(tiles, Proven));
        var proofMs = watch.Elapsed.TotalMilliseconds / Proofs;
        watch.Restart();
        foreach (var path in tiles.Paths)
            File.ReadAllBytes(Path.Combine(directory, path.ToString()));
        var readMs = watch.Elapsed.TotalMilliseconds / Proofs;
        foreach (var index in indices.Take(100))
        {
            BitConverter.TryWriteBytes(leaf, (long)index);
            if (!ProofVerifier.Inclusion(index, Proven, leaf, ProofBuilder.Inclusion(index, Proven, new TileNodes(tiles, Proven)), root))
                throw new BenchmarkException("a proof does not verify");
        }
        Report.Line(output, $"inclusion proof, {Proven:N0} entries:   {proofMs * 1000:F0} us from {(double)tiles.Paths.Count / Proofs:F1} tiles; reading them {readMs * 1000:F0} us, ratio {proofMs / readMs:F1}");
        Report.AtMost(output, "proof from tiles of 10,000,000 entries", proofMs, ProofMsTarget, "ms");
    }

    private static void PutEdge(string directory, RightEdge edge)
    {
        for (var level = 0; level < edge.Levels; level++)
        {
            if (edge.Partial(level) is { } partial)
                Put(directory, partial.Path, partial.Hashes.Span);
        }
    }

    private static void Put(string directory, TilePath path, ReadOnlySpan<byte> content)
    {
        var file = Path.Combine(directory, path.ToString());
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var stream = File.Create(file);
        stream.Write(content);
    }

    private sealed class CountedTiles(ITileSource inner) : ITileSource
    {
        public List<TilePath> Paths { get; } = [];

        public ReadOnlyMemory<byte> Tile(TilePath path)
        {
            Paths.Add(path);
            return inner.Tile(path);
        }
    }
}
