using System.Xml.Linq;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>References run one way; read from the project files, so that a reference counts even when no code uses it yet.</summary>
internal static class ReferenceRules
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Kernel"] = [],
        ["Ledger"] = ["Kernel"],
        ["Metering"] = ["Kernel", "Ledger"],
        ["Privacy"] = ["Kernel"],
        ["Sandbox"] = ["Kernel"],
        ["SandboxWorker"] = [],
        ["Protocol"] = ["Kernel"],
        // Privacy: src/decisions/2026-11-22-hosting-references-privacy.md
        ["Hosting"] = ["Kernel", "Ledger", "Privacy", "Protocol"],
        ["Connector"] = ["Kernel", "Ledger", "Metering", "Privacy", "Sandbox", "Protocol", "Hosting"],
        ["Coordinator"] = ["Kernel", "Ledger", "Metering", "Privacy", "Protocol", "Hosting"],
        // Neither operator nor participant: src/decisions/2026-11-24-regulator-is-its-own-host.md
        ["Regulator"] = ["Kernel", "Ledger", "Protocol", "Hosting"],
        // The libraries: src/decisions/2026-11-22-cli-references-libraries.md
        ["Cli"] = ["Kernel", "Ledger", "Metering"],
    };

    private static readonly string[] MaySeeKernelInternals = ["DataSpace.Ledger", "DataSpace.Privacy", "DataSpace.Sandbox"];

    public static IReadOnlyCollection<string> Rooms => Allowed.Keys;

    public static List<string> Violations(string room, string csproj)
    {
        if (!Allowed.TryGetValue(room, out var allowed))
            return [$"{room} is no room of the house; add it here and to the architecture"];
        return [.. XDocument.Parse(csproj).Descendants("ProjectReference")
            // Build order alone (the worker beside its launcher) is no reference.
            .Where(r => (string?)r.Attribute("ReferenceOutputAssembly") != "false")
            .Select(r => Room((string)r.Attribute("Include")!))
            .Where(target => !allowed.Contains(target))
            .Select(target => $"{room} must not reference {target}")];
    }

    /// <summary>The kernel's internal constructors are the keys of laws 1 and 3; who sees them is a closed list.</summary>
    public static List<string> InternalsViolations(string csproj) =>
        [.. XDocument.Parse(csproj).Descendants("InternalsVisibleTo")
            .Select(i => (string)i.Attribute("Include")!)
            .Where(name => !MaySeeKernelInternals.Contains(name) && !(name.StartsWith("DataSpace.", StringComparison.Ordinal) && name.EndsWith(".Tests", StringComparison.Ordinal)))
            .Select(name => $"{name} must not see the kernel's internals")];

    public static List<string> PackageViolations(string csproj, params string[] allowed) =>
        [.. XDocument.Parse(csproj).Descendants("PackageReference").Select(p => (string)p.Attribute("Include")!).Where(p => !allowed.Contains(p)).Select(p => $"package {p} is not allowed")];

    private static string Room(string include) => Path.GetFileNameWithoutExtension(include.Replace('\\', '/')).Replace("DataSpace.", "", StringComparison.Ordinal);
}

public class ReferenceTests
{
    private static string Project(params string[] rooms)
        => "<Project><ItemGroup>" + string.Concat(rooms.Select(r => $"<ProjectReference Include=\"../{r}/DataSpace.{r}.csproj\" />")) + "</ItemGroup></Project>";

    public static TheoryData<string> Projects() => [.. Repository.Files("src").Where(f => f.EndsWith(".csproj", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_run_one_way(string project)
        => Assert.Empty(ReferenceRules.Violations(project.Split('/')[1], Repository.Read(project)));

    [Theory]
    [InlineData("Connector", "Coordinator")]
    [InlineData("Coordinator", "Connector")]
    [InlineData("Coordinator", "Sandbox")]
    [InlineData("Coordinator", "Regulator")]
    [InlineData("Regulator", "Connector")]
    [InlineData("Regulator", "Privacy")]
    [InlineData("Kernel", "Ledger")]
    [InlineData("Ledger", "Metering")]
    [InlineData("Privacy", "Ledger")]
    [InlineData("Sandbox", "Privacy")]
    [InlineData("Protocol", "Hosting")]
    [InlineData("Hosting", "Sandbox")]
    [InlineData("Hosting", "Metering")]
    [InlineData("Cli", "Hosting")]
    [InlineData("Cli", "Connector")]
    [InlineData("Cli", "Privacy")]
    [InlineData("Cellar", "Kernel")]
    public void A_wrong_direction_is_found(string room, string target) => Assert.Single(ReferenceRules.Violations(room, Project(target)));

    [Fact]
    public void A_right_direction_is_no_finding() => Assert.Empty(ReferenceRules.Violations("Connector", Project("Hosting", "Sandbox", "Kernel")));

    [Fact]
    public void Every_room_has_its_project()
        => Assert.Equal(ReferenceRules.Rooms.Order(), Projects().Select(p => p.Data.Split('/')[1]).Order());

    [Fact]
    public void Only_the_makers_of_egress_types_see_the_kernels_internals()
        => Assert.Empty(ReferenceRules.InternalsViolations(Repository.Read("src/Kernel/DataSpace.Kernel.csproj")));

    [Fact]
    public void A_stranger_who_sees_the_kernels_internals_is_found()
        => Assert.Single(ReferenceRules.InternalsViolations(
            """<Project><ItemGroup><InternalsVisibleTo Include="DataSpace.Ledger" /><InternalsVisibleTo Include="DataSpace.Connector" /></ItemGroup></Project>"""));

    [Fact]
    public void The_kernel_uses_one_package_and_no_framework()
    {
        var csproj = Repository.Read("src/Kernel/DataSpace.Kernel.csproj");
        Assert.Empty(ReferenceRules.PackageViolations(csproj, "BouncyCastle.Cryptography"));
        Assert.DoesNotContain("FrameworkReference", csproj, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_package_is_found()
        => Assert.Single(ReferenceRules.PackageViolations("""<Project><ItemGroup><PackageReference Include="MassTransit" /></ItemGroup></Project>""", "BouncyCastle.Cryptography"));
}
