using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataSpace.Connector.Uses;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Datasets;

/// <summary>
/// What samples of datasets held, one small file for each in <c>samples/</c> of the node directory: a file with the same content, declaration and worker is not looked through again after a restart. Counts alone, as
/// <see cref="SampleReport"/>; what they mean is judged anew each time. A file that is damaged, or not written under this node's key, is none.
/// </summary>
internal sealed class KeptSamples(NodeOptions node, NodeIdentity self, UseFacts facts)
{
    private const int MaxBytes = 4 * 1024 * 1024;
    private const int Format = 1;
    private readonly string _directory = Path.Combine(node.Directory, "samples");
    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, self.DatasetVersionKey, HMACSHA256.HashSizeInBytes, info: "dataspace/kept-samples"u8.ToArray());

    /// <summary>The sample of this content (its version) under this declaration by this engine's worker; null when none was kept.</summary>
    public SampleReport? Find(DatasetSource source, string version, string engine)
    {
        try
        {
            var file = new FileInfo(PathOf(source));
            if (!file.Exists || file.Length is < HMACSHA256.HashSizeInBytes or > MaxBytes)
                return null;
            var bytes = File.ReadAllBytes(file.FullName);
            var (tag, body) = (bytes.AsMemory(0, HMACSHA256.HashSizeInBytes), bytes.AsMemory(HMACSHA256.HashSizeInBytes));
            if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_key, body.Span), tag.Span))
                return null;
            var kept = JsonSerializer.Deserialize<KeptSample>(body.Span, JobJson.Options);
            return NameOf(source, version, engine) is { } name && kept?.Of == name ? kept.Report : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // looked through once more
        }
    }

    /// <summary>Keeps it in place of the dataset's last one. False when it could not: then the next start looks again.</summary>
    public bool Keep(DatasetSource source, string version, string engine, SampleReport report)
    {
        if (NameOf(source, version, engine) is not { } name)
            return false;
        var body = JsonSerializer.SerializeToUtf8Bytes(new KeptSample(name, report), JobJson.Options);
        var (path, temporary) = (PathOf(source), PathOf(source) + ".tmp");
        try
        {
            Directory.CreateDirectory(_directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                file.Write(HMACSHA256.HashData(_key, body));
                file.Write(body);
            }
            File.Move(temporary, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Everything on which the counts depend; where the file lies is none of it. Null when the worker cannot be told from another.</summary>
    private string? NameOf(DatasetSource source, string version, string engine)
        => facts.WorkerDigest() is { } worker ? JsonSerializer.Serialize(new { Format, version, source = source with { Path = string.Empty }, engine, worker, SqlSandbox.MaxSampleRows }, JobJson.Options) : null;

    private string PathOf(DatasetSource source) => Path.Combine(_directory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source.Name)))[..32]);

    private sealed record KeptSample(string Of, SampleReport Report);
}
