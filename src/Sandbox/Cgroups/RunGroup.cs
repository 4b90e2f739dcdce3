using System.ComponentModel;
using System.Globalization;

namespace DataSpace.Sandbox.Cgroups;

/// <summary>How often the kernel enforced a group's limits.</summary>
/// <param name="OutOfMemoryKills">Processes killed because the group reached its memory limit.</param>
/// <param name="RefusedTasks">Processes or threads that were not started because the group had as many as it may.</param>
internal sealed record GroupEvents(long OutOfMemoryKills, long RefusedTasks);

/// <summary>The control group of one run: made before it, removed after it with whatever is still inside. Owned by that run alone; not thread-safe.</summary>
internal sealed class RunGroup(CgroupVersion version, IReadOnlyList<string> directories, CgroupFiles files)
{
    private const int MaxPauseMs = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>One directory in version 2, one per hierarchy in version 1.</summary>
    public IReadOnlyList<string> Directories => directories;

    /// <summary>The files through which a process enters.</summary>
    public IReadOnlyList<string> EntryFiles { get; } = [.. directories.Select(d => Path.Combine(d, "cgroup.procs"))];

    /// <summary>Makes the directories and sets the limits, all or nothing.</summary>
    public void Make(long memoryLimitBytes, int maxTasks)
    {
        try
        {
            foreach (var directory in directories)
                files.Make(directory);
            var memory = memoryLimitBytes.ToString(CultureInfo.InvariantCulture);
            if (version == CgroupVersion.V2)
            {
                Set("memory.max", memory);
                SetIfPresent("memory.swap.max", "0");
                SetIfPresent("memory.oom.group", "1");
            }
            else
            {
                // Memory and swap together may not be less than memory alone, so in this order. The file is absent where swap is not accounted.
                Set("memory.limit_in_bytes", memory);
                SetIfPresent("memory.memsw.limit_in_bytes", memory);
            }

            Set("pids.max", maxTasks.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryRemove();
            throw;
        }
    }

    /// <summary>To be read before the group is removed.</summary>
    public GroupEvents ReadEvents() => new(
        Counter(version == CgroupVersion.V2 ? "memory.events" : "memory.oom_control", "oom_kill"), Counter("pids.events", "max"));

    /// <summary>Kills what is inside; it may take a moment to be gone.</summary>
    public void Kill()
    {
        if (Find("cgroup.kill") is { } kill)
        {
            files.Write(kill, "1");
            return;
        }

        // Nothing new may start while the list is worked through.
        SetIfPresent("pids.max", "0");
        foreach (var pid in EntryFiles.SelectMany(Inside).Distinct())
            KillOne(pid);
    }

    /// <summary>Removes the group; kills what is left in it and waits for its end. Throws when something does not end even so.</summary>
    public async Task RemoveAsync()
    {
        var since = TimeProvider.System.GetTimestamp();
        for (var pauseMs = 1; !TryRemove(); pauseMs = Math.Min(2 * pauseMs, MaxPauseMs))
        {
            if (TimeProvider.System.GetElapsedTime(since) > Patience)
                throw new IOException("processes of a run do not end: " + string.Join(", ", directories));
            Kill();
            await Task.Delay(pauseMs).ConfigureAwait(false);
        }
    }

    private bool TryRemove()
    {
        var gone = true;
        foreach (var directory in directories)
        {
            try
            {
                if (files.HasDirectory(directory))
                    files.Remove(directory);
            }
            catch (DirectoryNotFoundException)
            {
                // Two nodes that start at once sweep the same leftovers.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                gone = false;
            }
        }

        return gone;
    }

    private string? Find(string file) => directories.Select(d => Path.Combine(d, file)).FirstOrDefault(files.HasFile);

    private void Set(string file, string value)
        => files.Write(Find(file) ?? throw new FileNotFoundException("the control group has no " + file), value);

    private void SetIfPresent(string file, string value)
    {
        if (Find(file) is { } path)
            files.Write(path, value);
    }

    /// <summary>The number after a key in a file of such lines; 0 when an older kernel does not count.</summary>
    private long Counter(string file, string key)
    {
        if (Find(file) is not { } path)
            return 0;
        var line = files.Read(path).Split('\n').FirstOrDefault(l => l.StartsWith(key + " ", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(key.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private IEnumerable<int> Inside(string entryFile)
    {
        try
        {
            return [.. files.Read(entryFile).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => int.Parse(l, CultureInfo.InvariantCulture)).Where(pid => pid > 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // removed meanwhile
        }
    }

    private static void KillOne(int pid)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It ended by itself between the list and the signal.
        }
    }
}
