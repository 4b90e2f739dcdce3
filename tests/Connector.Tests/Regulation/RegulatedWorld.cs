using DataSpace.Connector.Datasets;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Regulation;

/// <summary>The use gate of a node that pins a regulator, whose keys the test holds.</summary>
internal sealed class RegulatedWorld : IAsyncDisposable
{
    public const string Regulator = "did:web:regulator.example";
    private readonly ISigner[] _roots = [Ed25519Signer.Generate(), Ed25519Signer.Generate()];
    private readonly Func<IServiceProvider> _start;
    private IServiceProvider _services;
    private int _version;

    /// <summary>The online key of the next version.</summary>
    public Ed25519Signer Online { get; set; } = Ed25519Signer.Generate();

    public RegulatedWorld(INodeTransport? transport = null)
    {
        var directory = Directory.CreateTempSubdirectory("dataspace-card-").FullName;
        File.WriteAllText(Path.Combine(directory, "node.json"), System.Text.Json.JsonSerializer.Serialize(new
        {
            did = Regulator,
            name = "Regulator",
            role = "regulator",
            url = "https://regulator.example",
            publicKey = "x",
            keyId = "k",
            tlsSpki = "s",
            ledgerVkey = "v",
        }));
        var config = new RegulatorConfig(Regulator, "Regulator", [.. _roots.Select(r => RegulatorPin.Spell(r.PublicKey))], Card: transport is null ? null : "node.json");
        var pinned = PinnedRegulators.Create([config], 1000, directory).Value;
        _start = () => World.Regulated(pinned, transport);
        _services = _start();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>What the next version's orders freeze and clear.</summary>
    public IReadOnlyList<Freeze> Freezes { get; set; } = [];

    /// <inheritdoc cref="Freezes"/>
    public IReadOnlyList<Clearance> Clearances { get; set; } = [];

    /// <summary>Kind of the next version.</summary>
    public RuleSetMode Mode { get; set; }

    /// <summary>The node again on the same files, with nothing left in memory but the ledger.</summary>
    public void Restart()
    {
        (_services as IDisposable)?.Dispose();
        _services = _start();
    }

    /// <summary>A part of the node.</summary>
    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public GateWorld World { get; } = new();

    public RegulationRegister Register => _services.GetRequiredService<RegulationRegister>();

    /// <summary>The next version with these rules arrives, stamped now.</summary>
    public void Publish(params Rule[] rules)
    {
        var accepted = Register.Accept(Next(rules).ToJson(), "test");
        Assert.True(accepted.IsOk && accepted.Value, accepted.Error?.ToString());
    }

    /// <summary>The next version, stamped now; nobody has it yet.</summary>
    public RegulationBundle Next(params Rule[] rules)
    {
        var now = World.Clock.GetUtcNow();
        var set = new RuleSet(Regulator, ++_version, now, now - TimeSpan.FromDays(1), now + TimeSpan.FromDays(30), Mode,
            new StampKey(RegulatorPin.Spell(Online.PublicKey), Online.PublicKey.KeyId, now + TimeSpan.FromDays(20)), rules);
        var document = RuleSetReader.Of(set).Value;
        var orders = RegulationSignatures.Sign(new StandingOrders(Regulator, _version, now, Freezes, Clearances), Online).Value;
        var stamp = RegulationSignatures.Sign(new Stamp(Regulator, _version, document.Hash, _version, RegulationSignatures.HashOf(Jws.Parse(orders, int.MaxValue).Value), now), Online);
        return new RegulationBundle(document.Json, [.. _roots.Select(r => RegulationSignatures.Approve(document, r))], orders, stamp);
    }

    public static Rule Rule(string id, RuleMatch match, RuleRoute route = RuleRoute.Prohibited) => new(id, "Basis", "Title", "名称", match, route);

    /// <summary>Asks the gate for a use, to its Grant.</summary>
    public async Task<DsError?> AskAsync(UseRequest use)
        => (await _services.GetRequiredService<UseGate>().AdmitAsync(use, TestContext.Current.CancellationToken)).Error;

    /// <summary>The use over a dataset with another configuration.</summary>
    public static UseRequest Over(UseRequest use, Func<DatasetConfig, DatasetConfig> change)
    {
        var dataset = use.Dataset with { Config = change(use.Dataset.Config) };
        return use with { Dataset = dataset, Listing = use.Listing! with { Dataset = dataset } };
    }

    /// <summary>What the compliance check found: every column was looked at, this one with these classes.</summary>
    public static UseRequest Found(UseRequest use, string column, string[] found, string[]? reviewed = null, string declared = "none") => use with
    {
        Listing = use.Listing! with
        {
            Columns = [.. use.Dataset.Config.Columns.Select(c => c.Name == column
                ? new ListedColumn(c.Name, declared, false, [.. found.Select(f => new FoundClass(f, 900))], reviewed ?? [], [])
                : new ListedColumn(c.Name, "none", false, [], [], []))],
        },
    };

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
