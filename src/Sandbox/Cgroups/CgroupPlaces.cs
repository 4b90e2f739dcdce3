namespace DataSpace.Sandbox.Cgroups;

/// <summary>Where the control groups of this process lie in the file system, from <c>/proc/self/cgroup</c> and <c>/proc/self/mountinfo</c> (cgroups(7), proc(5)).</summary>
internal sealed record CgroupPlaces
{
    /// <summary>Own group of the unified hierarchy, or null.</summary>
    public string? Unified { get; private init; }

    /// <summary>Where the unified hierarchy is mounted.</summary>
    public string? UnifiedMount { get; private init; }

    /// <summary>Own group in the hierarchy of the version 1 controller <c>memory</c>, or null.</summary>
    public string? Memory { get; private init; }

    /// <summary>Own group in the hierarchy of the version 1 controller <c>pids</c>, or null.</summary>
    public string? Pids { get; private init; }

    public static CgroupPlaces Read(string procDirectory)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(procDirectory, "self", "cgroup")))
        {
            // id:controllers:path; the unified hierarchy names no controllers.
            var parts = line.Split(':', 3);
            if (parts.Length < 3)
                continue;
            foreach (var controller in parts[1].Split(','))
                groups[controller] = parts[2];
        }

        var mounts = File.ReadLines(Path.Combine(procDirectory, "self", "mountinfo")).Select(Mount.Parse).OfType<Mount>().ToList();
        var unified = mounts.Find(m => m.Type == "cgroup2");
        return new CgroupPlaces
        {
            Unified = unified?.PathOf(groups.GetValueOrDefault("")),
            UnifiedMount = unified?.Point,
            Memory = mounts.Find(m => m.Has("memory"))?.PathOf(groups.GetValueOrDefault("memory")),
            Pids = mounts.Find(m => m.Has("pids"))?.PathOf(groups.GetValueOrDefault("pids")),
        };
    }

    /// <summary>A mounted hierarchy.</summary>
    private sealed record Mount(string Root, string Point, string Type, string[] Options)
    {
        public static Mount? Parse(string line)
        {
            const string separator = " - ";
            const int rootField = 3;
            var split = line.IndexOf(separator, StringComparison.Ordinal);
            if (split < 0)
                return null;
            var left = line[..split].Split(' ');
            var right = line[(split + separator.Length)..].Split(' ');
            return right is ["cgroup" or "cgroup2", ..] && right.Length > 2 && left.Length > rootField + 1
                ? new Mount(left[rootField], left[rootField + 1], right[0], right[2].Split(','))
                : null;
        }

        public bool Has(string controller) => Type == "cgroup" && Options.Contains(controller);

        /// <summary>A group's directory; null when it lies outside of what is mounted, as in a container that sees a part only.</summary>
        public string? PathOf(string? group)
        {
            if (group is null || group.Contains("/..", StringComparison.Ordinal))
                return null;
            var root = Root.TrimEnd('/');
            return group == root || group.StartsWith(root + "/", StringComparison.Ordinal) ? (Point + group[root.Length..]).TrimEnd('/') : null;
        }
    }
}
