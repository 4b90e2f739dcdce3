using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Hosting.Messaging;

/// <summary>
/// MassTransit in memory, inside one node only. Messages are wake-up calls: the durable job table is the truth, so a lost message
/// costs a restart's scan, never a use. Nothing here spans two organisations.
/// </summary>
public static class InMemoryBus
{
    /// <summary>Registers the bus with the consumers of a host.</summary>
    public static IServiceCollection AddInMemoryBus(this IServiceCollection services, Action<IBusRegistrationConfigurator> consumers, int concurrency)
        => services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            consumers(bus);
            bus.UsingInMemory((context, transport) =>
            {
                transport.ConcurrentMessageLimit = concurrency;
                transport.UseInMemoryOutbox(context); // replies must not overtake saved state
                transport.ConfigureEndpoints(context);
            });
        });
}
