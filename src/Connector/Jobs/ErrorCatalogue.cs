using System.Collections.Frozen;
using System.Reflection;
using DataSpace.Kernel.Results;

namespace DataSpace.Connector.Jobs;

/// <summary>Texts of the codes that travel without them inside sealed replies.</summary>
internal static class ErrorCatalogue
{
    private static readonly FrozenDictionary<string, ErrorKind> Known = new[]
        {
            typeof(Sandbox.SandboxErrors), typeof(Protocol.Jobs.JobErrors), typeof(Privacy.PrivacyErrors), typeof(Privacy.Aggregation.Hidden.HiddenGroupErrors),
            typeof(Kernel.NegativeList.NegativeListErrors), typeof(Hosting.Regulation.RegulationErrors), typeof(ConnectorErrors),
        }
        .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)).Select(f => f.GetValue(null)).OfType<ErrorKind>()
        .ToFrozenDictionary(k => k.Code);

    /// <summary>The catalogue row of a code, or null.</summary>
    public static ErrorKind? Find(string code) => Known.GetValueOrDefault(code);
}
