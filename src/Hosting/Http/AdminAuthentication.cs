using System.Security.Cryptography;
using System.Text;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace DataSpace.Hosting.Http;

/// <summary>Authenticates the management API by the node's own token, compared in constant time.</summary>
public static class AdminAuthentication
{
    /// <summary>Requires the admin token on every endpoint of the group.</summary>
    public static TBuilder RequireAdmin<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.AddEndpointFilter<TBuilder, AdminFilter>();
        return builder.WithMetadata(new AuthenticatedByAdminToken());
    }

    private sealed class AdminFilter(NodeIdentity self) : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            var http = context.HttpContext;
            var header = Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString());
            byte[] expected = [.. "Bearer "u8, .. self.AdminToken];
            if (!CryptographicOperations.FixedTimeEquals(header, expected))
                return ValueTask.FromResult<object?>(HostErrors.AdminTokenRequired.Of().ToProblem());
            if (http.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(typeof(ConnectionCount), out var count) == true)
                ((ConnectionCount)count!).Peer = EgressMeter.Management;
            return next(context);
        }
    }
}
