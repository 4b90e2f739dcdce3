using System.Text;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Duties;

/// <summary>
/// Carries out what has to be done before data is read, in order: notice, signed acknowledgement, <c>DutyDone</c> in the ledger. Before the Grant a failure spends nothing, and what
/// was done before a crash is not done again; during the use, between Grant and first read, a failure ends it and it stays spent.
/// </summary>
internal sealed class DutyDesk(DutyBook book, InformDesk inform, TimeProvider clock)
{
    /// <summary>Longest time that a use waits for one acknowledgement, unless a duty during it says otherwise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Between two attempts.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Ids of the duties that are done and in the ledger: all of them, or why one is not.</summary>
    public async Task<Result<string[]>> BeforeAsync(UseRequest use, IReadOnlyList<DutyTerm> pending, CancellationToken cancellation)
    {
        var useId = UseIdOf(use);
        foreach (var duty in pending)
        {
            if (duty.Action != RuleActions.Inform)
                return DutyErrors.NotCarriedOut.Of(duty.Id);
            var row = await book.BeginAsync(use, useId, duty, cancellation);
            if (!(await book.ResumeAsync(useId, duty.Id, cancellation)).TryGet(out var done, out var error))
                return error;
            if (done)
                continue;
            if (!(await AskAsync(row, Patience, DutyErrors.NotAcknowledged, cancellation)).TryGet(out var acknowledgement, out error))
            {
                await book.FailedAsync(useId, duty.Id, error, cancellation);
                return error;
            }
            if ((await book.DoneAsync(useId, duty.Id, acknowledgement, HashOf(acknowledgement), cancellation)) is { IsOk: false } unwritten)
                return unwritten.Error;
        }
        return pending.Select(d => d.Id).ToArray();
    }

    /// <summary>Tells of a granted use, naming its Grant, and waits for each acknowledgement in turn: why the use must not go on, or null.</summary>
    public async Task<DsError?> DuringAsync(UseRequest use, AdmittedUse admitted, CancellationToken cancellation)
    {
        var useId = admitted.Use.Handle.UseId;
        foreach (var duty in admitted.Decision.Obligations!.Duties.Where(d => d is { Phase: DutyPhase.During, Action: RuleActions.Inform }))
        {
            var row = await book.BeginAsync(use, useId, duty, cancellation, admitted.Use.Entry.LeafHashHex);
            if (!(await AskAsync(row, duty.Within ?? Patience, DutyErrors.UseUnacknowledged, cancellation)).TryGet(out var acknowledgement, out var error))
            {
                await book.FailedAsync(useId, duty.Id, error, CancellationToken.None);
                return error;
            }
            if ((await book.DoneAsync(useId, duty.Id, acknowledgement, HashOf(acknowledgement), cancellation)) is { IsOk: false } unwritten)
                return unwritten.Error;
        }
        return null;
    }

    /// <summary>SHA-256 of a signed document, lower-case hex.</summary>
    public static string HashOf(string document) => Digest.Sha256Hex(Encoding.ASCII.GetBytes(document));

    public static string UseIdOf(UseRequest use) => Ledger.Receipts.GrantPayload.ComputeUseId(use.JobHash, use.Entry.AgreementId, JobOrders.ContributeStep);

    private async Task<Result<string>> AskAsync(OwedDutyRow row, TimeSpan longest, ErrorKind silent, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        using var patience = new CancellationTokenSource(longest, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        var last = "no answer";
        try
        {
            while (clock.GetElapsedTime(began) < longest)
            {
                if ((await inform.AskAsync(row, either.Token)).TryGet(out var acknowledgement, out var error))
                    return acknowledgement;
                if (error.Kind == DutyErrors.AcknowledgementInvalid)
                    return error;
                last = error.Detail is { } detail ? $"{error.Code}: {detail}" : error.Code;
                await Task.Delay(Pause, clock, either.Token);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // patience is over; said below
        }
        return silent.Of($"{row.Party}: {last}");
    }
}
