using DataSpace.Kernel.Classification;

namespace DataSpace.Protocol.Jobs;

/// <summary>
/// The analyst's signed instruction (JWS, typ <see cref="Typ"/>, audience = coordinator and every provider, life ≤ 24 h).
/// The hex SHA-256 of the compact JWS is the <em>job hash</em>.
/// </summary>
/// <param name="JobId">Random id.</param>
/// <param name="Plan">What to compute.</param>
/// <param name="PlanHash">Hex SHA-256 of the plan's canonical JSON; providers recompute it.</param>
/// <param name="Consumer">DID of the analyst's organisation = issuer.</param>
/// <param name="Actor">Pseudonym of the person or system that acts.</param>
/// <param name="Role">Role of the actor, for example <c>analyst</c>.</param>
/// <param name="ServiceParty">DID of the coordinator that may carry the job.</param>
/// <param name="Nonce">Random, 128 bit.</param>
/// <param name="AnalystKeysDigest">Hex SHA-256 of the homomorphic public keys sent beside the order; empty for kinds without them.</param>
/// <param name="ReplyKey">Base64url X25519 key for sealed replies (HPKE), fresh per job.</param>
public sealed record JobOrder(
    string JobId, JobPlan Plan, string PlanHash, string Consumer, string Actor, string Role, string ServiceParty, string Nonce,
    string AnalystKeysDigest, string ReplyKey)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-job+jws";
}

/// <summary>Analyst → coordinator, and coordinator → provider: the order with the public keys it commits to.</summary>
/// <param name="Order">Compact JWS of a <see cref="JobOrder"/>.</param>
/// <param name="AnalystKeys">The homomorphic public keys, or empty; Base64 in JSON, as all bytes.</param>
/// <param name="CheckpointHeld">Newest checkpoint of the receiver that the sender holds (signed note), or null: a receiver whose log is behind it was rolled back.</param>
public sealed record JobEnvelope(string Order, byte[] AnalystKeys, string? CheckpointHeld = null);

/// <summary>
/// Round 0, provider → all (JWS, typ <see cref="Typ"/>): the key for this job's masks. Commits each provider to the roster.
/// Learned by others: a random public key, the dataset's version, and its classification as the catalogue has it, here signed.
/// </summary>
/// <param name="JobHash">Hex.</param>
/// <param name="Participant">DID.</param>
/// <param name="KeyId">Signing key, pinned in the contract.</param>
/// <param name="EphemeralKey">Base64 X25519 key.</param>
/// <param name="DatasetVersion">Version of the dataset.</param>
/// <param name="Classification">What the result inherits; a statement without one is refused.</param>
/// <param name="NoiseKeyId">
/// Public name of what the owner's noise follows from, 32 hex digits; in jobs with noise. Each owner's noise follows from everybody's, so that nobody's part is
/// shown twice under other noise without being paid for again.
/// </param>
/// <param name="ShareKey">Base64 X25519 key to which other owners seal shares; in jobs that may go on without some owners. Never the mask key, which may be told.</param>
public sealed record RoundZeroStatement(
    string JobHash, string Participant, string KeyId, string EphemeralKey, string DatasetVersion, ClassificationStatement? Classification = null,
    string? NoiseKeyId = null, string? ShareKey = null)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-round0+jws";
}

/// <summary>Coordinator → provider: the round-0 statements of the whole roster, in roster order.</summary>
/// <param name="RoundZeros">Compact JWS of <see cref="RoundZeroStatement"/>.</param>
/// <param name="Shares">Compact JWS of <see cref="SharesStatement"/> in roster order, where the job may go on without some owners; else null.</param>
public sealed record RoundOneRequest(IReadOnlyList<string> RoundZeros, IReadOnlyList<string>? Shares = null);

/// <summary>
/// Provider's signed header of a contribution (JWS, typ <see cref="Typ"/>). Sizes are equal for every data-dependent outcome.
/// </summary>
/// <param name="JobHash">Hex.</param>
/// <param name="RosterHash">Hex SHA-256 over job hash and the sorted (DID, key id, ephemeral key).</param>
/// <param name="Participant">DID.</param>
/// <param name="Step">Protocol step, <c>contribute</c>.</param>
/// <param name="UseId">Hex <c>H(jobHash, contractId, step)</c>.</param>
/// <param name="GrantHash">Hex leaf hash of the Grant.</param>
/// <param name="PayloadDigest">Hex SHA-256 of the payload.</param>
/// <param name="SealedDigest">Hex SHA-256 of the sealed reply.</param>
public sealed record ContributionStatement(
    string JobHash, string RosterHash, string Participant, string Step, string UseId, string GrantHash, string PayloadDigest, string SealedDigest)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-contribution+jws";
}

/// <summary>One provider's contribution as committed in its ledger: a retry resends exactly these bytes.</summary>
/// <param name="Statement">Compact JWS of a <see cref="ContributionStatement"/>.</param>
/// <param name="Payload">The masked ciphertexts; empty for kind <c>sql</c>.</param>
/// <param name="Sealed">The reply sealed to the analyst (padded to one size).</param>
public sealed record Contribution(string Statement, byte[] Payload, byte[] Sealed);

/// <summary>A contribution with the proofs that its Grant and Report stand in the provider's log.</summary>
/// <param name="Contribution">The committed contribution.</param>
/// <param name="GrantProof">Base64 of the serialized Grant proof.</param>
/// <param name="ReportProof">Base64 of the serialized Report proof.</param>
public sealed record ContributionEnvelope(Contribution Contribution, string GrantProof, string ReportProof);

/// <summary>What a provider says when asked for its contribution.</summary>
/// <param name="State"><c>running</c>, <c>suspended</c>, <c>ready</c> or <c>refused</c>.</param>
/// <param name="Envelope">Present when ready.</param>
/// <param name="Refusal">Present when refused or suspended: never depends on data.</param>
public sealed record ContributionAnswer(string State, ContributionEnvelope? Envelope = null, RefusalNotice? Refusal = null)
{
    /// <summary>Still computing.</summary>
    public const string Running = "running";

    /// <summary>Held by a regulator's list or for want of its fresh word; goes on by itself while the order is valid.</summary>
    public const string Suspended = "suspended";

    /// <summary>The contribution is committed.</summary>
    public const string Ready = "ready";

    /// <summary>The use was denied or failed for a reason that does not depend on data.</summary>
    public const string Refused = "refused";
}

/// <summary>
/// Coordinator → a node during a conversation of two (owner and owner, or owner and analyst): what the other party said, and what is asked for. Safe to repeat: a message that was accepted before is
/// passed over, and asking again gives the same bytes.
/// </summary>
/// <param name="From">Number of the first of <paramref name="Messages"/> among all that the other party said, from 0.</param>
/// <param name="Messages">In order, at most <see cref="MaxMessages"/> and about <see cref="MaxBatchBytes"/>.</param>
/// <param name="After">How many messages of the receiver of this request the other party has accepted: the answer goes on from there. Null asks for none.</param>
/// <param name="Stop">The job is over; there is nothing to wait for.</param>
/// <param name="With">Where the receiver of this request talks with several, as the analyst or as the leader of an intersection: the owner (DID) that it talks with here. Null: it has one conversation.</param>
public sealed record RelayRequest(int From, IReadOnlyList<byte[]> Messages, int? After = null, bool Stop = false, string? With = null)
{
    /// <summary>Most messages at once.</summary>
    public const int MaxMessages = 8;

    /// <summary>No message is added to a batch that is longer than this; one is always taken.</summary>
    public const int MaxBatchBytes = 3 * 1024 * 1024;

    /// <summary>Longest request, in JSON: a batch that was nearly full, and one more of the longest messages.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;
}

/// <summary>What a node answers to it: signed protocol messages, each bound to the job and to all that was said before; content as the protocol's README says.</summary>
/// <param name="State"><see cref="Preparing"/>, <see cref="Talking"/>, <see cref="Over"/> or <see cref="Left"/>.</param>
/// <param name="Received">How many messages of the other party were accepted.</param>
/// <param name="Messages">From the number asked for, at most <see cref="RelayRequest.MaxMessages"/>.</param>
/// <param name="GrantProof">Base64 of the proof that this owner's use is granted; beside an owner's messages always.</param>
public sealed record RelayAnswer(string State, int Received, IReadOnlyList<byte[]> Messages, string? GrantProof = null)
{
    /// <summary>Not granted yet, or the data are being read.</summary>
    public const string Preparing = "preparing";

    /// <summary>Under way.</summary>
    public const string Talking = "talking";

    /// <summary>All is said and heard, or the use has ended; the contribution tells how.</summary>
    public const string Over = "over";

    /// <summary>An analyst that does not go on: it was restarted, or refused what an owner said. There is no contribution that would tell.</summary>
    public const string Left = "left";
}

/// <summary>A refusal by code, safe to show to anyone in the job.</summary>
/// <remarks><c>Statement</c>: compact JWS of a <see cref="RefusalStatement"/>, to a coordinator.</remarks>
public sealed record RefusalNotice(
    string Participant, string Code, string Title, string TitleZh, string Advice, string AdviceZh, string? Detail = null, string? Statement = null)
{
    /// <summary>From an error.</summary>
    public static RefusalNotice Of(string participant, DataSpace.Kernel.Results.DsError error)
        => new(participant, error.Code, error.Kind.Title, error.Kind.TitleZh, error.Kind.Advice, error.Kind.AdviceZh, error.Detail);
}

/// <summary>
/// A provider's signed word that it refuses a job (JWS, typ <see cref="Typ"/>, audience = the coordinator that asked): evidence that it answered where its log has no
/// entry, because the order proved no contract or there was no room. Costs the provider nothing to give, whoever asks how often.
/// </summary>
/// <param name="JobHash">Hex.</param>
/// <param name="Participant">DID.</param>
/// <param name="Code">Stable error code.</param>
public sealed record RefusalStatement(string JobHash, string Participant, string Code)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-refusal+jws";
}

/// <summary>Provider → analyst inside the sealed reply, padded: the outcome that depends on data.</summary>
/// <param name="Ok">False when the sandbox failed; the ciphertexts are then uniform.</param>
/// <param name="Code">Stable code when not ok.</param>
/// <param name="ClampedRows">Rows outside the public clamping bounds, for the analyst's judgement of exactness: only 0 or 1 (some), never the number.</param>
/// <param name="Table">Released rows for kind <c>sql</c> (JSON text), otherwise null.</param>
public sealed record SealedReply(bool Ok, int ClampedRows, string? Code = null, string? Table = null);

/// <summary>Coordinator → analyst: everything the coordinator holds of a finished job.</summary>
/// <param name="RoundZeros">Compact JWS in roster order.</param>
/// <param name="Contributions">In roster order; of the survivors, where the job may go on without some owners.</param>
/// <param name="Sum">The coordinator's ciphertext sum; empty for kind <c>sql</c>.</param>
/// <param name="Survivors">Where the job may go on without some owners: who survived and what they told; else null.</param>
public sealed record JobBundle(IReadOnlyList<string> RoundZeros, IReadOnlyList<ContributionEnvelope> Contributions, byte[] Sum, SurvivorBundle? Survivors = null);

/// <summary>Where a job stands, as the coordinator tells its analyst. <paramref name="Revision"/> counts the changes: whoever names the one that it has seen is answered when there is another.</summary>
public sealed record CoordinatorJobStatus(string JobId, int Revision, string State, string Stage, IReadOnlyList<PartyProgress> Parties, IReadOnlyList<RefusalNotice> Refusals, IReadOnlyList<StageTime> Stages);

/// <summary>One provider's progress.</summary>
public sealed record PartyProgress(string Participant, string State, string? Code = null);

/// <summary>Milliseconds a stage took.</summary>
public sealed record StageTime(string Name, int Done, int Total, long Ms);

/// <summary>Consumer → provider: the signed receipt over Grant, Report and result. All digests are lower-case hex of 32 bytes.</summary>
/// <param name="JobId">The job.</param>
/// <param name="UseId">The use.</param>
/// <param name="GrantHash">Leaf hash of the Grant.</param>
/// <param name="ReportHash">Leaf hash of the Report.</param>
/// <param name="ResultDigest">Digest of the result.</param>
/// <param name="JobHash">Hash of the order.</param>
/// <param name="ConsumerKeyId">Key that signed.</param>
/// <param name="ConsumerSignature">Base64 signature of the consumer.</param>
/// <param name="Consumer">DID of the consumer.</param>
public sealed record ReceiptOffer(
    string JobId, string UseId, string GrantHash, string ReportHash, string ResultDigest, string JobHash, string ConsumerKeyId, string ConsumerSignature, string Consumer);

/// <summary>Provider → consumer: the countersignature, and that it stands in the provider's log.</summary>
/// <param name="ProviderSignature">Base64.</param>
/// <param name="LedgerIndex">Index of the receipt in the provider's log.</param>
/// <param name="Proof">Base64 of an EntryProof of that entry, every field shown.</param>
public sealed record ReceiptCountersigned(string ProviderSignature, long LedgerIndex, string Proof);
