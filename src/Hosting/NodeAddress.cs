using System.Buffers.Text;
using DataSpace.Hosting.Identity;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Membership;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Hosting;

/// <summary><c>connector</c> or <c>coordinator</c>.</summary>
public sealed record NodeRole(string Name);

/// <summary>Where this node listens; known once the server has started.</summary>
public sealed class NodeAddress
{
    private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The base URL, when known.</summary>
    public Task<string> Url => _url.Task;

    internal void Set(string url) => _url.TrySetResult(url.TrimEnd('/'));

    /// <summary>What this node says about itself; call after start.</summary>
    public MemberDocument Card(IServiceProvider services)
    {
        var self = services.GetRequiredService<NodeIdentity>();
        if (!_url.Task.IsCompletedSuccessfully)
            throw new InvalidOperationException("The server has not started.");
        return new MemberDocument(self.Did, self.Name, services.GetRequiredService<NodeRole>().Name, _url.Task.GetAwaiter().GetResult(),
            Base64Url.EncodeToString(self.Signer.PublicKey.Raw.Span), self.Signer.PublicKey.KeyId, self.TlsPin,
            services.GetRequiredService<AuditLedger>().VerifierKey);
    }
}

/// <summary>Name of a node's log. A restored node continues under the next one.</summary>
public static class LedgerOrigin
{
    /// <summary>The origin in use: what the file <c>origin</c> says, else the first log of the participant.</summary>
    public static string For(string ledgerDirectory, string did)
    {
        var file = Path.Combine(ledgerDirectory, "origin");
        return File.Exists(file) ? File.ReadAllText(file).Trim() : did + "/log/1";
    }
}
