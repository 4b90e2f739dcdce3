using System.Globalization;

namespace DataSpace.Sandbox.Cgroups;

/// <summary>
/// Which process made a group, told by the group's name. A pid alone would not do: it is reused, and means something else in another pid namespace.
/// </summary>
/// <param name="PidNamespace">Inode of the namespace in which the pid counts.</param>
/// <param name="Pid">Process id.</param>
/// <param name="StartTicks">Start of that process, clock ticks since boot.</param>
internal sealed record GroupOwner(string PidNamespace, int Pid, long StartTicks)
{
    private const string Prefix = "dataspace-run";
    private const int NameParts = 4;

    /// <summary>This process.</summary>
    public static GroupOwner Self { get; } = Of(Environment.ProcessId) ?? throw new IOException("/proc does not show this process");

    /// <summary>A running process that this one can see, or null.</summary>
    public static GroupOwner? Of(int pid)
    {
        if (StartOf(pid) is not { } start)
            return null;
        var target = new FileInfo("/proc/self/ns/pid").LinkTarget ?? throw new IOException("/proc does not show the pid namespace");
        return new GroupOwner(string.Concat(target.Where(char.IsAsciiDigit)), pid, start);
    }

    /// <summary>The owner a name tells of, or null when the name is not of this kind.</summary>
    public static GroupOwner? Parse(string name)
    {
        var parts = name.StartsWith(Prefix + "-", StringComparison.Ordinal) ? name[(Prefix.Length + 1)..].Split('-') : [];
        return parts.Length == NameParts && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? new GroupOwner(parts[0], pid, start)
            : null;
    }

    /// <summary>Name of this owner's group with that number.</summary>
    public string NameOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{PidNamespace}-{Pid}-{StartTicks}-{number}");

    /// <summary>Certain that the owner is gone. An owner in another pid namespace cannot be seen from here: false.</summary>
    public bool IsDead => PidNamespace == Self.PidNamespace && StartOf(Pid) != StartTicks;

    /// <summary>Field 22 of <c>/proc/PID/stat</c> (proc(5)); null when there is no such process or only its exit status is left.</summary>
    private static long? StartOf(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The second field is the program's name in parentheses and may hold anything; the fields after the last parenthesis begin with the third.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
    }
}
