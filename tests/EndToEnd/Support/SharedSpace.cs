using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(DataSpace.EndToEnd.Support.SharedSpace))]

namespace DataSpace.EndToEnd.Support;

/// <summary>The one space that all tests share which leave its processes alone, with one finished job of the sample.</summary>
public class SharedSpace : IAsyncLifetime
{
    internal Space Space { get; private set; } = null!;

    internal JsonObject Spec { get; private set; } = null!;

    internal Outcome First { get; private set; } = null!;

    /// <summary>Signs orders like the analyst; one for all tests, since making keys is slow.</summary>
    internal TestAnalyst Analyst { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Space = await Space.StartAsync(Designs.Shared);
        Spec = await Space.JointSpecAsync();
        First = await Space.RunAsync(Spec);
        Analyst = TestAnalyst.From(Space, First.JobId);
    }

    public async ValueTask DisposeAsync()
    {
        Analyst?.Dispose();
        if (Space is not null)
            await Space.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
