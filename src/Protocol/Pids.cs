namespace DataSpace.Protocol;

/// <summary>Rules for what becomes part of an address: process ids and callback addresses.</summary>
public static class Pids
{
    /// <summary>
    /// True for 1 to 128 visible ASCII characters that keep their meaning raw in a URL path. Dot segments are out, since
    /// <c>..</c> would lead a callback to another resource.
    /// </summary>
    public static bool IsValid(string? pid)
        => pid is { Length: > 0 and <= Codec.DspLimits.MaxPidChars }
           && pid is not ("." or "..")
           && pid.All(c => c is > ' ' and < '\u007f' and not ('/' or '\\' or '?' or '#' or '%' or '"' or '<' or '>'));

    /// <summary>True for an absolute http(s) address that a path can be appended to.</summary>
    public static bool IsBaseAddress(string? address)
        => Uri.TryCreate(address, UriKind.Absolute, out var uri)
           && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
           && uri.Host.Length > 0
           && uri.UserInfo.Length == 0
           && !address.AsSpan().ContainsAny('?', '#', '\\')
           && !address.Contains("/../", StringComparison.Ordinal);

    /// <summary>Path below a base address; a trailing slash of the base is tolerated.</summary>
    public static string Join(string baseAddress, string path)
        => baseAddress.TrimEnd('/') + "/" + path.TrimStart('/');
}
