using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Hosting.Transport;

/// <summary>Reads a peer's problem details (RFC 9457) into a refusal, bounded and without trusting its length or content.</summary>
public static class PeerProblem
{
    private const int MaxTextChars = 500;
    private const int MaxStatementChars = 4096;

    /// <summary>
    /// True when the peer says that it has seen a token before which was made for this one request: it has just restarted and knows nothing of tokens
    /// as old as its own start. No refusal of the request; the next token will be newer.
    /// </summary>
    public static bool HasJustRestarted(PeerAnswer answer)
        => answer.Status == CryptoErrors.Replayed.Status && Read(string.Empty, answer).Code == CryptoErrors.Replayed.Code;

    /// <summary>True when the peer failed unexpectedly (DS-HST-011): it says nothing about the request, which can be repeated.</summary>
    public static bool HasFailed(PeerAnswer answer)
        => answer.Status == HostErrors.Internal.Status && Read(string.Empty, answer).Code == HostErrors.Internal.Code;

    /// <summary>The refusal in a non-success answer.</summary>
    public static RefusalNotice Read(string participant, PeerAnswer answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            var root = json.RootElement;
            if (root.ValueKind == JsonValueKind.Object && Text(root, "code") is { } code && code.StartsWith("DS-", StringComparison.Ordinal) && code.Length <= 16)
            {
                return new RefusalNotice(participant, code, Text(root, "title") ?? code, Text(root, "titleZh") ?? code,
                    Text(root, "advice") ?? string.Empty, Text(root, "adviceZh") ?? string.Empty, Text(root, "detail"), Text(root, "statement", MaxStatementChars));
            }
        }
        catch (JsonException)
        {
            // fall through: the answer is not ours
        }
        return RefusalNotice.Of(participant, HostErrors.PeerAnswerInvalid.Of($"status {answer.Status}"));
    }

    private static string? Text(JsonElement root, string name, int maxChars = MaxTextChars)
        => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text
            ? text[..Math.Min(text.Length, maxChars)]
            : null;
}
