using System.Text;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Duties;

/// <summary>
/// Carries out what has to be done before data is read, in order: notice, signed acknowledgement, <c>DutyDone</c> in the ledger. What was done for this use before a crash
/// is not done again.
/// </summary>
internal sealed class DutyDesk(DutyBook book, InformDesk inform, TimeProvider clock)
{
    /// <summary>Longest time that a use waits for one acknowledgement.</summary>
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
            if (!(await AskAsync(row, cancellation)).TryGet(out var acknowledgement, out error))
            {
                await book.FailedAsync(useId, duty.Id, error, cancellation);
                return error;
            }
            if ((await book.DoneAsync(useId, duty.Id, acknowledgement, HashOf(acknowledgement), cancellation)) is { IsOk: false } unwritten)
                return unwritten.Error;
        }
        return pending.Select(d => d.Id).ToArray();
    }

    /// <summary>SHA-256 of a signed document, lower-case hex.</summary>
    public static string HashOf(string document) => Digest.Sha256Hex(Encoding.ASCII.GetBytes(document));

    public static string UseIdOf(UseRequest use) => Ledger.Receipts.GrantPayload.ComputeUseId(use.JobHash, use.Entry.AgreementId, JobOrders.ContributeStep);

    private async Task<Result<string>> AskAsync(OwedDutyRow row, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        var last = "no answer";
        try
        {
            while (clock.GetElapsedTime(began) < Patience)
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
        return DutyErrors.NotAcknowledged.Of($"{row.Party}: {last}");
    }
}
