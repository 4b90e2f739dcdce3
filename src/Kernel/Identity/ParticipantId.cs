using System.Globalization;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Identity;

/// <summary>
/// A participant's id: <c>did:web</c> (did:web Method Specification, §3.1 method syntax). One participant has one spelling, so comparison is ordinal:
/// the host is lower case, a port is written <c>%3A</c> and digits, and nothing else is percent-encoded.
/// </summary>
public sealed record ParticipantId
{
    /// <summary>Longest id, in characters.</summary>
    public const int MaxChars = 256;

    private const string Prefix = "did:web:";
    private const string EncodedColon = "%3A";
    private const int MaxPathParts = 8;

    private ParticipantId(string value, string host, int? port, string[] path)
        => (Value, Host, Port, Path) = (value, host, port, path);

    /// <summary>The whole id.</summary>
    public string Value { get; }

    /// <summary>Host name, lower case.</summary>
    public string Host { get; }

    /// <summary>Port, when it is not HTTPS's own.</summary>
    public int? Port { get; }

    /// <summary>Path parts; empty for a participant that is a whole host.</summary>
    public IReadOnlyList<string> Path { get; }

    /// <summary>Where the DID document is served; HTTPS always.</summary>
    public Uri DocumentUrl => new(string.Create(CultureInfo.InvariantCulture,
        $"https://{Host}{(Port is { } port ? ":" + port.ToString(CultureInfo.InvariantCulture) : "")}/{(Path.Count == 0 ? ".well-known" : string.Join('/', Path))}/did.json"));

    /// <summary>The id of the participant at a host and port, without path.</summary>
    public static Result<ParticipantId> ForHost(string host, int port = 443)
        => Parse(Prefix + host + (port == 443 ? "" : EncodedColon + port.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Reads an id; refuses every other spelling than the canonical one, IP addresses (as the specification does) and oversized text.</summary>
    public static Result<ParticipantId> Parse(string? text)
    {
        if (text is null || text.Length > MaxChars || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return IdentityErrors.InvalidDid.Of();
        var parts = text[Prefix.Length..].Split(':');
        var authority = parts[0].Split(EncodedColon);
        if (authority.Length > 2 || !IsHost(authority[0]) || parts.Length - 1 > MaxPathParts || !parts.Skip(1).All(IsPathPart))
            return IdentityErrors.InvalidDid.Of();
        int? port = null;
        if (authority.Length == 2)
        {
            if (!int.TryParse(authority[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number is < 1 or > 65535 or 443 || authority[1][0] == '0')
                return IdentityErrors.InvalidDid.Of();
            port = number;
        }
        return new ParticipantId(text, authority[0], port, parts[1..]);
    }

    /// <inheritdoc />
    public bool Equals(ParticipantId? other) => other is not null && Value == other.Value;

    /// <inheritdoc />
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Value);

    /// <inheritdoc />
    public override string ToString() => Value;

    /// <summary>RFC 1123 host name in lower case; its last label is not all digits, so it is no IPv4 address.</summary>
    private static bool IsHost(string host)
    {
        if (host.Length is 0 or > 253)
            return false;
        var labels = host.Split('.');
        return labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit);
    }

    private static bool IsLabel(string label)
        => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-'
            && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static bool IsPathPart(string part)
        => part.Length is > 0 and <= 64 && part is not ("." or "..")
            && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
