namespace DataSpace.Protocol.Jobs;

/// <summary>An entry of the sender's own log with its proof: a dispute that is filed, or evidence that is asked for.</summary>
/// <param name="Proof">Base64 of an EntryProof (contracts/schemas/ledger-entry.cddl).</param>
public sealed record FiledEntry(string Proof)
{
    /// <summary>Where a coordinator takes disputes.</summary>
    public const string DisputePath = "/peer/disputes";
}
