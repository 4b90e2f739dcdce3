using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>What loosens: what one officer can stop at once, one officer alone cannot let go again.</summary>
public static class LooseningActs
{
    /// <summary>Lifts a freeze.</summary>
    public const string Lift = "lift";

    /// <summary>Clears a dataset and participant for one rule.</summary>
    public const string Clear = "clear";

    /// <summary>JWS type of an approval by a root key.</summary>
    public const string ApprovalType = "dataspace-regulator-act-approval+jws";

    /// <summary>Largest file and request, in bytes of JSON.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>How long approvals of an act are good at most.</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromHours(24);

    /// <summary>One person's approval.</summary>
    public static string Approve(LooseningAct act, ISigner rootKey) => Jws.Sign(rootKey, ApprovalType, CanonicalJson.Of(act));

    /// <summary>Reads a file or request.</summary>
    public static Result<SignedAct> Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return NegativeListErrors.TooLarge.Of("act");
        try
        {
            return JsonSerializer.Deserialize<SignedAct>(json.Span, KernelJson.Options) is { Act: { } act, Approvals: { } approvals } signed && approvals.All(a => a is not null)
                && act is { Regulator: not null, Act: not null, Id: not null, CaseId: not null }
                ? signed
                : NegativeListErrors.Malformed.Of("act with approvals");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return NegativeListErrors.Malformed.Of("act with approvals");
        }
    }

    /// <summary>
    /// The ids of the distinct root keys under this very act, at least <paramref name="threshold"/>. Signatures by other keys count for nothing; a wrong one by a pinned key is an alarm.
    /// </summary>
    public static Result<IReadOnlyList<string>> Signers(SignedAct signed, RegulatorPin pin, int threshold)
    {
        if (signed.Approvals.Count > RegulatorPin.MaxRootKeys * 2)
            return NegativeListErrors.TooLarge.Of("approvals");
        if (signed.Act.Regulator != pin.Did)
            return NegativeListErrors.UnknownRegulator.Of("an act of another regulator");
        var content = CanonicalJson.Of(signed.Act);
        var signers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var token in signed.Approvals)
        {
            if (!Jws.Parse(token, RegulationSignatures.MaxShortChars).TryGet(out var jws, out var error))
                return NegativeListErrors.Malformed.Of("approval: " + error.Detail);
            if (pin.Find(jws.KeyId) is not { } key)
                continue;
            if (jws.Type != ApprovalType || !jws.VerifiesWith(key) || !jws.Payload.Span.SequenceEqual(content))
                return NegativeListErrors.BadSignature.Of("the approval is not of this act");
            signers.Add(key.KeyId);
        }
        return signers.Count < threshold ? NegativeListErrors.TooFewSignatures.Of($"{signers.Count} of {threshold}") : signers.ToList();
    }
}

/// <summary>
/// An act that loosens, before people sign it. It names the standing orders after which it is meant: once another act came between, or it was carried out, it is void, so that an approval
/// never opens twice.
/// </summary>
/// <param name="Regulator">DID of the regulator.</param>
/// <param name="Act"><see cref="LooseningActs.Lift"/> or <see cref="LooseningActs.Clear"/>.</param>
/// <param name="Target">Kind of the frozen thing; a dataset when clearing.</param>
/// <param name="Id">Its id; the dataset's when clearing.</param>
/// <param name="CaseId">The regulator's file number.</param>
/// <param name="AfterSequence">Number of the standing orders that it changes.</param>
/// <param name="NotAfter">End of the approvals, at most a day ahead.</param>
/// <param name="Participant">When clearing: DID of the consumer.</param>
/// <param name="RuleId">When clearing: the rule.</param>
/// <param name="Until">When clearing: end of the consent.</param>
/// <param name="Provider">Of a dataset: DID of its owner.</param>
public sealed record LooseningAct(
    string Regulator, string Act, FreezeTarget Target, string Id, string CaseId, long AfterSequence, DateTimeOffset NotAfter,
    string? Participant = null, string? RuleId = null, DateTimeOffset? Until = null, string? Provider = null);

/// <summary>The act with the approvals it has so far.</summary>
/// <param name="Act">What is to be done.</param>
/// <param name="Approvals">Compact JWS by root keys.</param>
public sealed record SignedAct(LooseningAct Act, IReadOnlyList<string> Approvals);
