using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary>A root key on its holder's machine: one JSON file of mode 0600. It is read to sign and never sent anywhere.</summary>
internal static class RootKeyFile
{
    private const string Kind = "dataspace-root-key";
    private const int MaxBytes = 4096;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a key; an existing file is never touched.</summary>
    public static PublicKey Create(string path)
    {
        var signer = Ed25519Signer.Generate();
        var seed = signer.ExportSeed();
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private });
            file.Write(JsonSerializer.SerializeToUtf8Bytes(new Content(Kind, signer.PublicKey.KeyId, RegulatorPin.Spell(signer.PublicKey), Base64Url.EncodeToString(seed)), KernelJson.Options));
            file.Flush(flushToDisk: true);
            return signer.PublicKey;
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new CommandStopped(RegulatorCliErrors.FileExists.Of(path), ExitCode.Usage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(path), ExitCode.Usage);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    /// <summary>The key; refused when others could have read it or when the file contradicts itself.</summary>
    public static Ed25519Signer Read(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: > 0 and <= MaxBytes })
                throw new CommandStopped(CliErrors.NoFile.Of(path), ExitCode.Usage);
            if ((File.GetUnixFileMode(path) & ~Private) != 0)
                throw new CommandStopped(RegulatorCliErrors.BadKeyFile.Of("mode"), ExitCode.Usage);
            var content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), KernelJson.Options);
            if (content is not { Kind: Kind } || !Base64Url.IsValid(content.Seed, out var length) || length != 32)
                throw new CommandStopped(RegulatorCliErrors.BadKeyFile.Of(), ExitCode.Usage);
            var signer = new Ed25519Signer(Base64Url.DecodeFromChars(content.Seed));
            return signer.PublicKey.KeyId == content.KeyId && RegulatorPin.Spell(signer.PublicKey) == content.PublicKey
                ? signer
                : throw new CommandStopped(RegulatorCliErrors.BadKeyFile.Of(content.KeyId), ExitCode.Usage);
        }
        catch (JsonException)
        {
            throw new CommandStopped(RegulatorCliErrors.BadKeyFile.Of(), ExitCode.Usage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(path), ExitCode.Usage);
        }
    }

    private sealed record Content(string Kind, string KeyId, string PublicKey, string Seed);
}
