using System.Collections.Concurrent;

namespace DataSpace.Sandbox.Process;

/// <summary>
/// One thread, alive as long as the process, that starts every sandbox. <c>bwrap --die-with-parent</c> follows the <em>thread</em> that forked it
/// (prctl(2), PR_SET_PDEATHSIG): started from a pool thread, a long run would be killed when the pool retires that thread.
/// </summary>
internal static class LauncherThread
{
    private static readonly BlockingCollection<Action> Queue = [];

    static LauncherThread()
    {
        var thread = new Thread(() =>
        {
            foreach (var action in Queue.GetConsumingEnumerable())
                action();
        })
        {
            IsBackground = true,
            Name = "sandbox-launcher",
        };
        thread.Start();
    }

    /// <summary>Runs <paramref name="start"/> on that thread; its exception is the task's.</summary>
    public static Task<T> RunAsync<T>(Func<T> start)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Queue.Add(() =>
        {
            try
            {
                completion.SetResult(start());
            }
#pragma warning disable CA1031 // carried to the caller's task
            catch (Exception e)
#pragma warning restore CA1031
            {
                completion.SetException(e);
            }
        });
        return completion.Task;
    }
}
