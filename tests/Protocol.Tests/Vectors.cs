using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Messages;

namespace DataSpace.Protocol.Tests;

/// <summary>Finds files of the repository and names the golden messages.</summary>
internal static class Vectors
{
    public static readonly IReadOnlyDictionary<string, Type> Messages = new Dictionary<string, Type>
    {
        ["catalog-request"] = typeof(CatalogRequestMessage),
        ["catalog"] = typeof(Catalog),
        ["dataset"] = typeof(Dataset),
        ["catalog-error"] = typeof(CatalogError),
        ["contract-request-opening"] = typeof(ContractRequestMessage),
        ["contract-request-counter"] = typeof(ContractRequestMessage),
        ["contract-offer-opening"] = typeof(ContractOfferMessage),
        ["contract-offer-counter"] = typeof(ContractOfferMessage),
        ["contract-agreement"] = typeof(ContractAgreementMessage),
        ["contract-agreement-verification"] = typeof(ContractAgreementVerificationMessage),
        ["contract-negotiation-event-accepted"] = typeof(ContractNegotiationEventMessage),
        ["contract-negotiation-event-finalized"] = typeof(ContractNegotiationEventMessage),
        ["contract-negotiation-termination"] = typeof(ContractNegotiationTerminationMessage),
        ["contract-negotiation"] = typeof(ContractNegotiation),
        ["contract-negotiation-error"] = typeof(ContractNegotiationError),
    };

    public static string Root { get; } = FindRoot();

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Root, "contracts", "vectors", "dsp", name + ".json"));

    public static string Text(string name) => System.Text.Encoding.UTF8.GetString(Bytes(name));

    public static T Message<T>(string name)
        where T : DspMessage => DspCodec.Read<T>(Bytes(name)).Value;

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DataSpace.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests run inside the repository");
    }
}
