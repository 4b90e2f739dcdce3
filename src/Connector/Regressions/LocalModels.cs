using DataSpace.Privacy.Regression.Vertical;

namespace DataSpace.Connector.Regressions;

/// <summary>This owner's part of a model, with what belongs on its card.</summary>
/// <param name="Columns">Names of the columns, in the order of the weights.</param>
/// <param name="Model">Weights and loss.</param>
/// <param name="CommonRows">Subjects that both owners have.</param>
internal sealed record OwnModel(IReadOnlyList<string> Columns, VerticalModel Model, int CommonRows);

/// <summary>
/// Weights of the analyst's own columns, between this node's part as owner and its part as analyst: they are in no message. In memory until the result is kept; lost with the process, and then the job ends with a
/// code. Thread-safe.
/// </summary>
internal sealed class LocalModels
{
    private const int MaxJobs = 50;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OwnModel> _models = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Keeps the model of a job. Of more jobs than may run at once, the oldest go: nobody waits for them any more.</summary>
    public void Keep(string jobHash, OwnModel model)
    {
        lock (_gate)
        {
            _models[jobHash] = model;
            _order.Enqueue(jobHash);
            while (_order.Count > MaxJobs)
                _models.Remove(_order.Dequeue());
        }
    }

    /// <summary>What is kept of a job, or null.</summary>
    public OwnModel? Find(string jobHash)
    {
        lock (_gate)
            return _models.GetValueOrDefault(jobHash);
    }

    /// <summary>The result is kept elsewhere, or nobody wants it.</summary>
    public void Forget(string jobHash)
    {
        lock (_gate)
            _models.Remove(jobHash);
    }
}
