using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Hosting.Messaging;

/// <summary>
/// MassTransit in memory, inside one node only. Messages are wake-up calls: the durable job table is the truth, so a lost message
/// costs a restart's scan, never a use. Nothing here spans two organisations.
/// </summary>
public static class InMemoryBus
{
    private const int RetryCount = 300;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    /// <summary>Registers the bus with the consumers of a host.</summary>
    public static IServiceCollection AddInMemoryBus(this IServiceCollection services, Action<IBusRegistrationConfigurator> consumers, int concurrency)
        => services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            consumers(bus);
            bus.UsingInMemory((context, transport) =>
            {
                transport.ConcurrentMessageLimit = concurrency;
                // A consumer that throws (a full disk, a locked store) is tried again; the row it works on says where it stands. After ten minutes only
                // a restart's scan picks the job up, and by then its deadline has passed.
                transport.UseMessageRetry(retry => retry.Interval(RetryCount, RetryInterval));
                transport.UseInMemoryOutbox(context); // replies must not overtake saved state
                transport.ConfigureEndpoints(context);
            });
        });
}
