namespace DataSpace.Protocol;

/// <summary>Paths of the catalogue below a provider's base address.</summary>
public static class CatalogPaths
{
    /// <summary>POST CatalogRequestMessage → Catalog.</summary>
    public const string Request = "/catalog/request";

    /// <summary>GET → Dataset; route template.</summary>
    public const string DatasetTemplate = "/catalog/datasets/{id}";

    /// <summary>GET → Dataset. The id is escaped, since dataset ids are free text.</summary>
    public static string Dataset(string id) => "/catalog/datasets/" + Uri.EscapeDataString(id);
}

/// <summary>
/// Paths of the contract negotiation. Templates are for routing; functions give the path for one process. The first request or
/// offer goes to the fixed path; everything later to the receiver's own process id.
/// </summary>
public static class NegotiationPaths
{
    /// <summary>Provider side, POST ContractRequestMessage that opens a negotiation → 201.</summary>
    public const string InitialRequest = "/negotiations/request";

    /// <summary>Consumer side, POST ContractOfferMessage that opens a negotiation → 201.</summary>
    public const string InitialOffer = "/negotiations/offers";

    /// <summary>Both sides, GET → ContractNegotiation; route template.</summary>
    public const string StateTemplate = "/negotiations/{pid}";

    /// <summary>Provider side, POST ContractRequestMessage; route template.</summary>
    public const string RequestTemplate = "/negotiations/{pid}/request";

    /// <summary>Consumer side, POST ContractOfferMessage; route template.</summary>
    public const string OfferTemplate = "/negotiations/{pid}/offers";

    /// <summary>Both sides, POST ContractNegotiationEventMessage; route template.</summary>
    public const string EventsTemplate = "/negotiations/{pid}/events";

    /// <summary>Consumer side, POST ContractAgreementMessage; route template.</summary>
    public const string AgreementTemplate = "/negotiations/{pid}/agreement";

    /// <summary>Provider side, POST ContractAgreementVerificationMessage; route template.</summary>
    public const string VerificationTemplate = "/negotiations/{pid}/agreement/verification";

    /// <summary>Both sides, POST ContractNegotiationTerminationMessage; route template.</summary>
    public const string TerminationTemplate = "/negotiations/{pid}/termination";

    /// <summary>GET the state of a process.</summary>
    public static string State(string pid) => At(StateTemplate, pid);

    /// <summary>Where a message goes: <paramref name="receiverPid"/> is the receiver's process id, null when it opens the negotiation.</summary>
    public static string For(Negotiation.NegotiationStep step, string? receiverPid) => (step, receiverPid) switch
    {
        (Negotiation.NegotiationStep.Request, null) => InitialRequest,
        (Negotiation.NegotiationStep.Offer, null) => InitialOffer,
        (_, null) => throw new ArgumentNullException(nameof(receiverPid), "only a first request or offer has no process id"),
        (Negotiation.NegotiationStep.Request, _) => At(RequestTemplate, receiverPid),
        (Negotiation.NegotiationStep.Offer, _) => At(OfferTemplate, receiverPid),
        (Negotiation.NegotiationStep.Accepted or Negotiation.NegotiationStep.Finalized, _) => At(EventsTemplate, receiverPid),
        (Negotiation.NegotiationStep.Agreement, _) => At(AgreementTemplate, receiverPid),
        (Negotiation.NegotiationStep.Verification, _) => At(VerificationTemplate, receiverPid),
        (Negotiation.NegotiationStep.Termination, _) => At(TerminationTemplate, receiverPid),
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    private static string At(string template, string pid)
        => Pids.IsValid(pid)
            ? template.Replace("{pid}", pid, StringComparison.Ordinal)
            : throw new ArgumentException("not a process id", nameof(pid)); // the codec lets no such pid in
}

/// <summary>Where our nodes serve the protocol; other connectors learn it from the version document.</summary>
public static class DspBase
{
    /// <summary>Base path of version 2025-1.</summary>
    public const string Path = "/dsp/2025-1";
}
