using DataSpace.Sandbox.Datasets;
using DataSpace.Sandbox.Process;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Attacks;

/// <summary>The statement check is assumed broken: the text goes to the worker as it is. The engine's lock-down, the view and the limits must hold.</summary>
public sealed class WorkerBypassTests(PeopleFixture people, BypassFixture bypass) : IClassFixture<PeopleFixture>, IClassFixture<BypassFixture>
{
    private async Task<DataSpace.Kernel.Results.Result<WorkerRun>> SendAsync(string sql, SandboxLimits? limits = null)
    {
        var token = TestContext.Current.CancellationToken;
        var bounds = limits ?? new SandboxLimits();
        return await bypass.Client.RunAsync(WorkerClient.Request("query", sql, DatasetDeclaration.ForWorker(people.Source), bounds), people.Source, bounds, token);
    }

    [Fact]
    public async Task The_bypass_itself_works()
    {
        var run = await SendAsync("select count(*) from people");
        Assert.Equal("282", run.Value.Response.Rows![0][0]);
    }

    [Theory]
    [InlineData("copy (select 1) to '/data/input' (use_tmp_file false)")]
    [InlineData("copy people to '/tmp/out.csv'")]
    [InlineData("copy people to '/dev/shm/out.csv'")]
    [InlineData("copy people to '/app/out.csv'")]
    [InlineData("select * from read_text('/proc/self/environ')")]
    [InlineData("select * from read_text('/proc/1/cmdline')")]
    [InlineData("select * from read_text('/etc/passwd')")]
    [InlineData("select * from read_blob('/app/sandbox-worker')")]
    [InlineData("select * from glob('/app/*')")]
    [InlineData("select * from read_csv('http://127.0.0.1:1/x')")]
    [InlineData("attach '/tmp/x.db' as x")]
    [InlineData("install httpfs")]
    [InlineData("load '/app/libduckdb.so'")]
    [InlineData("set enable_external_access=true")]
    [InlineData("set allowed_paths=['/etc/passwd']")]
    [InlineData("reset lock_configuration")]
    [InlineData("set memory_limit='100GB'")]
    [InlineData("export database '/tmp/exp'")]
    [InlineData("select no_such_thing")]
    public async Task Refused_by_engine_and_view(string sql)
    {
        var before = await File.ReadAllBytesAsync(people.Path, TestContext.Current.CancellationToken);
        var run = await SendAsync(sql);
        Assert.False(run.IsOk, run.IsOk ? string.Join("|", run.Value.Response.Rows?.SelectMany(r => r) ?? []) : "");
        Assert.Null(run.Error.Detail);
        Assert.Equal(before, await File.ReadAllBytesAsync(people.Path, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("select max(levenshtein(repeat('a',30000) || age, repeat('b',30000))) from people")]
    [InlineData("select count(*) from range(1000000000000)")]
    [InlineData("with recursive r(i) as (select 1 union all select i+1 from r) select count(*) from r")]
    [InlineData("select pg_sleep(1000)")]
    [InlineData("select count(*) from people a, people b, people c, people d, people e where a.age < b.income")]
    public async Task Endless_work_is_killed(string sql)
    {
        var run = await SendAsync(sql, new SandboxLimits { WallLimitMs = 1000 });
        Assert.False(run.IsOk);
        Assert.Contains(run.Error.Code, new[] { SandboxErrors.WallLimit.Code, SandboxErrors.QueryFailed.Code });
    }

    [Theory]
    [InlineData("select length(repeat('a',1000000000) || repeat('b',1000000000) || repeat('c',1000000000))")]
    [InlineData("select len(range(10000000000))")]
    [InlineData("select list(a.income) from people a, people b, people c, range(1000)")]
    [InlineData("select bit_count(bitstring('1', 2000000000))")]
    public async Task Memory_stays_inside_its_limit(string sql)
    {
        var run = await SendAsync(sql, new SandboxLimits { MemoryLimitBytes = 1L << 30, WallLimitMs = 10_000 });
        Assert.False(run.IsOk);
    }

    [Theory]
    [InlineData("select * from people a, people b")]
    [InlineData("select repeat('x', 10000000)")]
    public async Task Output_is_capped(string sql)
    {
        var run = await SendAsync(sql, new SandboxLimits { MaxRows = 1000, MaxOutputBytes = 1 << 20 });
        Assert.Equal(SandboxErrors.OutputTooLarge.Code, run.Error!.Code);
    }
}

/// <summary>One client for all of them: each run is a process and a sandbox of its own all the same.</summary>
public sealed class BypassFixture : IAsyncLifetime
{
    internal WorkerClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var opened = await WorkerClient.OpenAsync(new SandboxOptions { WorkerDirectory = WorkerFixture.WorkerDirectory }, SandboxLayers.All, CancellationToken.None);
        Assert.True(opened.IsOk, opened.Error?.ToString());
        Client = opened.Value;
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return ValueTask.CompletedTask;
    }
}
