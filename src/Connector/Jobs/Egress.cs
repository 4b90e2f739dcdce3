using System.Buffers.Binary;
using System.Text.Json;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// The one door through which anything about data leaves (law 3). It takes only a <see cref="ProtocolMessage"/> or a <see cref="ReleasedOutput"/>,
/// both of which prove a durable Grant, or a failure code. What comes out has one size per kind, whatever happened to the data.
/// </summary>
internal sealed class Egress(NodeIdentity self, TimeProvider clock)
{
    /// <summary>Sealed reply of a joint statistic before encryption, in bytes.</summary>
    public const int StatusBytes = 512;

    /// <summary>Sealed reply of an SQL job before encryption, in bytes.</summary>
    public const int TableBytes = 64 * 1024;

    /// <summary>HPKE info string of sealed replies.</summary>
    public static byte[] InfoOf(string jobHash) => System.Text.Encoding.ASCII.GetBytes("dataspace/sealed-reply/1 " + jobHash);

    /// <summary>A joint statistic's contribution with its status.</summary>
    public Result<byte[]> Pack(EgressContext context, ProtocolMessage message, SealedReply status)
        => message.Grant.UseId == context.Grant.UseId
            ? Pack(context, message.Payload.Span, status with { Table = null }, StatusBytes)
            : throw new InvalidOperationException("A message of another use.");

    /// <summary>The end of an intersection: its closing for everybody, and sealed to the analyst what the receiver tells, or the code why it tells nothing. One size for all of these.</summary>
    public Result<byte[]> Pack(EgressContext context, ProtocolMessage closing, ProtocolMessage? told, string? code)
        => closing.Grant.UseId == context.Grant.UseId && (told is null || told.Grant.UseId == context.Grant.UseId)
            ? Pack(context, closing.Payload.Span, new SealedReply(code is null, 0, code, told is null ? null : System.Text.Encoding.UTF8.GetString(told.Payload.Span)), StatusBytes)
            : throw new InvalidOperationException("A message of another use.");

    /// <summary>A released table, sealed to the analyst.</summary>
    public Result<byte[]> Pack(EgressContext context, ReleasedOutput output)
        => output.Grant.UseId == context.Grant.UseId
            ? Pack(context, default, new SealedReply(true, 0, null, System.Text.Encoding.UTF8.GetString(output.Content.Span)), TableBytes)
            : throw new InvalidOperationException("An output of another use.");

    /// <summary>A failure of an SQL job that depends on data: one code, one size.</summary>
    public Result<byte[]> PackFailure(EgressContext context, string code)
        => Pack(context, default, new SealedReply(false, 0, code), TableBytes);

    /// <summary>HPKE info string of shares that survivors tell.</summary>
    public static byte[] ToldInfoOf(string jobHash) => System.Text.Encoding.ASCII.GetBytes("dataspace/told-shares/1 " + jobHash);

    /// <summary>Shares that unmask a sum, sealed to the analyst: no figure of this owner's, and the last thing that leaves about its use.</summary>
    public Result<ToldShare> Tell(EgressContext context, ProtocolMessage told, string setDigest)
    {
        if (told.Grant.UseId != context.Grant.UseId)
            throw new InvalidOperationException("A message of another use.");
        if (!Hpke.Seal(context.ReplyKey, ToldInfoOf(context.JobHash), System.Text.Encoding.UTF8.GetBytes(self.Did), told.Payload.Span).TryGet(out var box, out var error))
            return error;
        var statement = new ToldStatement(
            context.JobHash, context.RosterHash, self.Did, context.Grant.UseId, Convert.ToHexStringLower(context.Grant.GrantHash.Span), setDigest, Digest.Sha256Hex(box));
        return new ToldShare(SignedDocument.Create(statement, self.Signer, self.Did, context.Audiences, ToldStatement.Typ, context.NotAfter, clock), Convert.ToBase64String(box));
    }

    /// <summary>Opens a sealed reply with the job's key.</summary>
    public static Result<SealedReply> Open(X25519KeyPair replyKey, string jobHash, string participant, ReadOnlySpan<byte> box)
    {
        if (!Hpke.Open(replyKey, InfoOf(jobHash), System.Text.Encoding.UTF8.GetBytes(participant), box).TryGet(out var padded, out var error))
            return error;
        var length = padded.Length < 4 ? -1 : BinaryPrimitives.ReadInt32BigEndian(padded);
        if (length < 0 || length > padded.Length - 4)
            return JobErrors.ContributionInvalid.Of("sealed reply");
        try
        {
            return JsonSerializer.Deserialize<SealedReply>(padded.AsSpan(4, length), JobJson.Options) is { } reply ? reply : JobErrors.ContributionInvalid.Of("sealed reply");
        }
        catch (JsonException)
        {
            return JobErrors.ContributionInvalid.Of("sealed reply");
        }
    }

    private Result<byte[]> Pack(EgressContext context, ReadOnlySpan<byte> payload, SealedReply reply, int size)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(reply, JobJson.Options);
        if (json.Length > size - 4)
            json = JsonSerializer.SerializeToUtf8Bytes(new SealedReply(false, 0, Sandbox.SandboxErrors.OutputTooLarge.Code), JobJson.Options);
        var padded = new byte[size];
        BinaryPrimitives.WriteInt32BigEndian(padded, json.Length);
        json.CopyTo(padded, 4);
        var aad = System.Text.Encoding.UTF8.GetBytes(self.Did);
        if (!Hpke.Seal(context.ReplyKey, InfoOf(context.JobHash), aad, padded).TryGet(out var box, out var error))
            return error;
        var statement = new ContributionStatement(
            context.JobHash, context.RosterHash, self.Did, JobOrders.ContributeStep, context.Grant.UseId,
            Convert.ToHexStringLower(context.Grant.GrantHash.Span), Digest.Sha256Hex(payload), Digest.Sha256Hex(box));
        var signed = SignedDocument.Create(statement, self.Signer, self.Did, context.Audiences, ContributionStatement.Typ, context.NotAfter, clock);
        return JsonSerializer.SerializeToUtf8Bytes(new Contribution(signed, payload.ToArray(), box), JobJson.Options);
    }
}

/// <summary>For whom and under which grant something leaves.</summary>
internal sealed record EgressContext(
    GrantHandle Grant, string JobHash, string RosterHash, byte[] ReplyKey, IReadOnlyList<string> Audiences, DateTimeOffset NotAfter);
