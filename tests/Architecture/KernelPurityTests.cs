using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>The kernel does no I/O and knows no clock; read from the compiled assembly's metadata, so no spelling in source escapes.</summary>
internal static class KernelPurityRules
{
    private static readonly string[] ForbiddenNamespaces =
    [
        "System.Net", "System.Net.Http", "System.Net.Sockets", "System.Net.Security", "System.IO.Pipes", "System.IO.MemoryMappedFiles", "System.Data", "System.Data.Common",
    ];

    private static readonly string[] ForbiddenPrefixes = ["Microsoft.AspNetCore.", "Microsoft.Extensions.", "Microsoft.Data."];

    private static readonly string[] ForbiddenTypes =
    [
        "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.Directory", "System.IO.DirectoryInfo", "System.IO.RandomAccess", "System.IO.StreamReader",
        "System.IO.StreamWriter", "System.Console", "System.Environment", "System.Diagnostics.Process", "System.Threading.Thread", "System.Threading.Timer", "System.Random",
    ];

    private static readonly string[] ForbiddenMembers =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow", "System.TimeProvider.get_System",
        "System.Guid.NewGuid", "System.Diagnostics.Stopwatch.GetTimestamp",
    ];

    public static List<string> Violations(string assemblyPath)
    {
        using var pe = new PEReader(File.OpenRead(assemblyPath));
        var metadata = pe.GetMetadataReader();
        var found = metadata.TypeReferences.Select(h => NameOf(metadata, h)).Where(IsForbidden).ToList();
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference)
                continue;
            var name = NameOf(metadata, (TypeReferenceHandle)member.Parent) + "." + metadata.GetString(member.Name);
            if (ForbiddenMembers.Contains(name))
                found.Add(name);
        }
        return [.. found.Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Address arithmetic: values, no sockets.</summary>
    private static readonly string[] Values = ["System.Net.IPAddress", "System.Net.IPNetwork"];

    private static bool IsForbidden(string type)
        => !Values.Contains(type) && IsForbiddenKind(type);

    private static bool IsForbiddenKind(string type)
        => ForbiddenTypes.Contains(type) || ForbiddenNamespaces.Contains(type[..Math.Max(0, type.LastIndexOf('.'))])
            || ForbiddenPrefixes.Any(p => type.StartsWith(p, StringComparison.Ordinal));

    private static string NameOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return metadata.GetString(type.Namespace) + "." + metadata.GetString(type.Name);
    }
}

public class KernelPurityTests
{
    [Fact]
    public void The_kernel_does_no_IO_and_reads_no_clock()
        => Assert.Empty(KernelPurityRules.Violations(typeof(Kernel.Results.Unit).Assembly.Location));

    [Fact]
    public void An_assembly_that_does_is_found()
    {
        Impure.Touch();
        var found = KernelPurityRules.Violations(typeof(KernelPurityTests).Assembly.Location);
        Assert.Contains("System.IO.File", found);
        Assert.Contains("System.Environment", found);
        Assert.Contains("System.TimeProvider.get_System", found);
    }

    /// <summary>What the rule must find; harmless here.</summary>
    private static class Impure
    {
        public static void Touch() => _ = (TimeProvider.System.GetUtcNow(), Environment.ProcessId, File.Exists("x"));
    }
}
