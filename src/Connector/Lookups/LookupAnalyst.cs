using System.Security.Cryptography;
using System.Text.Json;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Lookup;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Lookups;

/// <summary>The analyst's part: one conversation with the one owner, about keywords that came with the spec and stay in this node.</summary>
internal sealed class LookupPartFactory(HintShelf hints, NodeIdentity self) : IAnalystPartFactory
{
    public string Kind => JobKinds.Lookup;

    public Result<IAnalystPart> Create(JobRow job, JobOrder order, Func<string, PublicKey> keyOf)
    {
        if (JsonSerializer.Deserialize<JobSecrets>(job.Secrets, JobJson.Options) is not { Keywords: { } keywords })
            return JobErrors.Abandoned.Of("no keywords");
        if (!LookupContexts.Of(job.JobHash, order).TryGet(out var terms, out var error)
            || !LookupClient.Create(terms, keywords, hints.Find, self.Signer, keyOf(terms.Owner)).TryGet(out var client, out error))
            return error;
        return new LookupPart(client, keywords, terms.Questions);
    }
}

/// <summary>See <see cref="LookupPartFactory"/>.</summary>
internal sealed class LookupPart(LookupClient client, IReadOnlyList<IReadOnlyList<string>> keywords, int questions) : IAnalystPart
{
    public LookupClient Client => client;

    /// <summary>As the analyst wrote them.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Keywords => keywords;

    public long MostBytesSaid => LookupClient.MostBytesSaid(questions);

    public IAnalystConversation With(string owner) => client;

    public void Dispose() => client.Dispose();
}

/// <summary>The table of a look-up: per keyword, in the order of the spec, whether it was found and its record.</summary>
internal static class LookupResults
{
    /// <summary>Name of the column that says whether a keyword was found.</summary>
    public const string Found = "found";

    /// <summary>Reads the result once the owner's contribution is verified.</summary>
    /// <param name="query">The plan.</param>
    /// <param name="contribution">The owner's, verified.</param>
    /// <param name="datasetVersion">As the owner signed it in round 0.</param>
    /// <param name="reply">The sealed reply, opened.</param>
    /// <param name="part">This node's part; null after a restart.</param>
    /// <param name="hints">Where the hint is kept for the next time.</param>
    public static Result<object?> Read(LookupQuery query, VerifiedContribution contribution, string datasetVersion, SealedReply reply, LookupPart? part, HintShelf? hints)
    {
        if (part is null)
            return JobErrors.Abandoned.Of("restarted before the result was read");
        // Whoever altered a message on the way would have made the digests differ.
        if (!part.Client.Close().TryGet(out var closing, out var error))
            return error;
        if (!closing.Span.SequenceEqual(contribution.Payload) || reply.Table is not null)
            return JobErrors.ContributionInvalid.Of("the owner did not close the same conversation");
        if (!part.Client.Parameters!.IsOf(datasetVersion))
            return JobErrors.ContributionInvalid.Of("the look-up was in another version of the data");
        if (!part.Client.Finish().TryGet(out var answers, out error))
            return error;
        if (part.Client.Hint is { } hint)
            hints?.Keep(part.Client.Parameters, hint);
        IReadOnlyList<ResultColumn> columns =
        [
            .. query.Key.Select(k => new ResultColumn(k.Name, k.Name)), new ResultColumn(Found, Found), .. query.Columns.Select(c => new ResultColumn(c, c)),
        ];
        IReadOnlyList<IReadOnlyList<string?>> rows = [.. part.Keywords.Zip(answers, (k, a) => (IReadOnlyList<string?>)[.. k, a.IsFound ? "true" : "false", .. a.Values ?? new string?[query.Columns.Count]])];
        return new ResultTable(columns, rows, [], false)
        {
            // The receipt tells the owner a digest of this table: without something that cannot be guessed it could try keyword after keyword.
            Salt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
        };
    }
}
