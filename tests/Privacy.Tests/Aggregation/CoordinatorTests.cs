using System.Reflection;
using System.Runtime.Loader;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Aggregation;

public sealed class CoordinatorTests(SealFixture seal)
{
    [Fact]
    public void The_order_of_contributions_does_not_change_the_sum()
    {
        var scenario = new Scenario(seal.Engine, Scenario.NewShape(2, 3));
        var messages = scenario.ContributeAll(index => [Scenario.Cell(3 + index), Scenario.Cell(5)]);
        var sum = ContributionAdder.Sum(scenario.Shape, messages).Value;
        Assert.Equal(sum, ContributionAdder.Sum(scenario.Shape, [messages[2], messages[0], messages[1]]).Value);
        Assert.Equal(scenario.Shape.MessageBytes, sum.Length);
        Assert.Equal(PrivacyErrors.MessageKind, ContributionAdder.Check(scenario.Shape, sum).Error?.Kind); // a sum is not a contribution
    }

    [Fact]
    public void The_coordinators_half_runs_in_a_process_without_Wasmtime()
    {
        var shape = AggregationShape.Create(2, [], 3, 2, 100).Value;
        var scenario = new Scenario(seal.Engine, shape);
        var messages = scenario.ContributeAll(_ => [new LocalCell(5, 5, [], false), new LocalCell(7, 7, [], false)]);

        var context = new WithoutWasmtime();
        var room = context.LoadFromAssemblyPath(typeof(ContributionAdder).Assembly.Location);
        var shapeType = room.GetType(typeof(AggregationShape).FullName!, throwOnError: true)!;
        var measureType = room.GetType(typeof(MeasureShape).FullName!, throwOnError: true)!;
        var ownShape = Value(shapeType.GetMethod(nameof(AggregationShape.Create))!.Invoke(null, [2, Array.CreateInstance(measureType, 0), 3, 2, 100L, null, false])!);
        var adder = room.GetType(typeof(ContributionAdder).FullName!, throwOnError: true)!;
        var sum = (byte[])Value(adder.GetMethod(nameof(ContributionAdder.Sum))!.Invoke(null, [ownShape, messages])!);

        Assert.Equal(ContributionAdder.Sum(shape, messages).Value, sum);
        Assert.NotSame(typeof(ContributionAdder).Assembly, room);
        Assert.DoesNotContain(context.Assemblies, assembly => assembly.GetName().Name!.StartsWith("Wasmtime", StringComparison.Ordinal));
        context.Unload();

        static object Value(object result) => result.GetType().GetProperty("Value")!.GetValue(result)!;
    }

    /// <summary>Loads this room a second time and refuses to find Wasmtime.</summary>
    private sealed class WithoutWasmtime() : AssemblyLoadContext(isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name!.StartsWith("Wasmtime", StringComparison.Ordinal))
                throw new FileNotFoundException(assemblyName.Name);
            var path = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
            return File.Exists(path) && assemblyName.Name.StartsWith("DataSpace.", StringComparison.Ordinal) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
