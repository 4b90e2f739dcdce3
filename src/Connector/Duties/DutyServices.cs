namespace DataSpace.Connector.Duties;

/// <summary>Duties of uses: who carries them out.</summary>
internal static class DutyServices
{
    public static IServiceCollection AddDuties(this IServiceCollection services)
        => services.AddSingleton<DutyGuard>().AddSingleton<DutyBook>().AddSingleton<InformDesk>().AddSingleton<DutyDesk>().AddSingleton<NoticeDesk>()
            .AddSingleton<DeletionDesk>().AddSingleton<JobDuties>().AddSingleton<ResultEraser>().AddSingleton<DeletionSender>()
            .AddSingleton<DutyWorker>().AddHostedService(s => s.GetRequiredService<DutyWorker>());
}
