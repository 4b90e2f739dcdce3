namespace DataSpace.Protocol.Codec;

/// <summary>Limits on what a peer may send. A message outside any of them is refused, not cut.</summary>
public static class DspLimits
{
    /// <summary>Largest message in bytes.</summary>
    public const int MaxMessageBytes = 1024 * 1024;

    /// <summary>Deepest nesting of objects and arrays.</summary>
    public const int MaxDepth = 32;

    /// <summary>Deepest nesting inside one policy, so that a policy always fits into the messages that carry it.</summary>
    public const int MaxPolicyDepth = 24;

    /// <summary>Longest text value in UTF-16 units.</summary>
    public const int MaxTextChars = 16 * 1024;

    /// <summary>Longest property name in UTF-16 units.</summary>
    public const int MaxNameChars = 512;

    /// <summary>Longest id, address or code.</summary>
    public const int MaxIdChars = 2048;

    /// <summary>Longest process id, which stands raw in URL paths.</summary>
    public const int MaxPidChars = 128;

    /// <summary>Most items in one list of a message (datasets, distributions, policies).</summary>
    public const int MaxItems = 10_000;

    /// <summary>Most reasons in an error or a termination.</summary>
    public const int MaxReasons = 64;

    /// <summary>Most extra properties kept of one dataset.</summary>
    public const int MaxExtraProperties = 64;
}
