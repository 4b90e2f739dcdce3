using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary>Files that go from desk to desk: rule sets, with and without signatures. Never overwritten by accident, never larger than the limit.</summary>
internal static class RegulatorFiles
{
    private static readonly JsonSerializerOptions Indented = new(KernelJson.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A rule set, signed or not, and what it says.</summary>
    public static async Task<(SignedRuleSet Signed, RuleSetDocument Document)> ReadAsync(string path, CancellationToken cancel)
    {
        var signed = SignedRuleSet.Read(await ReadBytesAsync(path, SignedRuleSet.MaxBytes, cancel)).OrStop();
        return (signed, RuleSetReader.Read(signed.RuleSet).OrStop());
    }

    /// <summary>A whole file, bounded.</summary>
    public static async Task<byte[]> ReadBytesAsync(string path, int maxBytes, CancellationToken cancel)
    {
        try
        {
            await using var file = File.OpenRead(path);
            if (file.Length > maxBytes)
                throw new CommandStopped(NegativeListErrors.TooLarge.Of($"{Path.GetFileName(path)}: {file.Length} > {maxBytes} B"), ExitCode.Usage);
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancel);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(path), ExitCode.Usage);
        }
    }

    /// <summary>Writes JSON beside and renames. <paramref name="replace"/>: this command's own product may be renewed.</summary>
    public static async Task WriteAsync<T>(string path, T value, bool replace, CancellationToken cancel)
    {
        if (!replace && File.Exists(path))
            throw new CommandStopped(RegulatorCliErrors.FileExists.Of(path), ExitCode.Usage);
        var temporary = path + ".new";
        await File.WriteAllBytesAsync(temporary, [.. JsonSerializer.SerializeToUtf8Bytes(value, Indented), (byte)'\n'], cancel);
        File.Move(temporary, path, overwrite: replace);
    }

    /// <summary>A date or a time; a date is its first moment in UTC.</summary>
    public static DateTimeOffset ReadTime(string option, string text, Ui ui)
        => DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new CommandStopped(CliErrors.BadArguments.Of(), ExitCode.Usage, [ui.T(RegulatorTexts.BadDate, option, text)]);
}
