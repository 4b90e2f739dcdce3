using System.CommandLine;
using System.Text.Json;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Standard;
using DataSpace.Kernel.Results;

namespace DataSpace.Cli.Policy;

/// <summary><c>dataspace policy</c>.</summary>
internal static class PolicyCommand
{
    public static Command Build(GlobalOptions globals) => globals.Command(
        "policy", PolicyTexts.About, PolicyExplainCommand.Build(globals), PolicyLintCommand.Build(globals), PolicyDiffCommand.Build(globals), PolicyTranslateCommand.Build(globals));

    /// <summary>The bytes of a file of at most 1 MiB, or the end of the command.</summary>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            if (new FileInfo(path).Length > DigitalContractReader.MaxBytes)
                throw new CommandStopped(CliErrors.NoFile.Of($"{path}: > {DigitalContractReader.MaxBytes} B"), ExitCode.Usage);
            return await File.ReadAllBytesAsync(path, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(path), ExitCode.Usage);
        }
    }

    /// <summary>A contract of the standard becomes its ODRL policy; anything else is returned as it is.</summary>
    public static Result<JsonElement> AsOdrl(byte[] json)
    {
        if (!Kernel.Crypto.CanonicalJson.Parse(json, DigitalContractReader.MaxBytes, DigitalContractReader.MaxDepth).TryGet(out var element, out var error))
            return PolicyErrors.Malformed.Of(error.Detail);
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("policy", out var inner))
            return inner;
        if (!IsStandard(element))
            return element;
        if (!DigitalContractReader.Read(element).TryGet(out var contract, out error) || !ContractTranslation.ToOdrl(contract).TryGet(out var translated, out error))
            return error;
        return JsonSerializer.SerializeToElement(PolicyWriter.Write(translated.Policy));
    }

    /// <summary>Whether this is a contract of the standard.</summary>
    public static bool IsStandard(JsonElement json) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty("contractPolicies", out _);
}
