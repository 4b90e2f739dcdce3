using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox;

namespace DataSpace.Connector.History;

internal sealed partial class QueryHistory
{
    /// <summary>Layer of the rows themselves; the others have the names of their columns.</summary>
    private const string RowLayer = "";

    /// <summary>One answer on its way from the sandbox to its release.</summary>
    private sealed class AnswerControl(QueryHistory history, AnswerContext context) : IAnswerControl
    {
        private SubjectCollector? _collector;
        private byte[]? _scope;
        private List<string> _layers = [];

        /// <inheritdoc />
        public ISubjectSink? Open(string scope, IReadOnlyList<string> columns)
        {
            _layers = [RowLayer, .. columns];
            _scope = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { context.DatasetId, context.DatasetVersion, context.Source.SubjectColumn, scope, columns }));
            history._turn.Wait();
            try
            {
                if (history.Guarded<bool>(() => history.Opened().TryGet(out var store, out var error) ? store.FindScope(_scope) is not null : error) is { IsOk: true, Value: true })
                    return null;
            }
            finally
            {
                history._turn.Release();
            }
            return _collector = new SubjectCollector(history.SubjectKey(context.DatasetId), context.Source.SubjectColumn is null, columns.Count);
        }

        /// <inheritdoc />
        public async Task<Result<AnswerVerdict>> JudgeAsync(IReadOnlyList<CellState> cells, CancellationToken cancellation)
        {
            if (_scope is null)
                throw new InvalidOperationException("The answer was not opened.");
            using var turn = await history.EnterAsync(cancellation);
            return history.Guarded<AnswerVerdict>(() => history.Opened().TryGet(out var store, out var error) ? Judge(store, cells) : error);
        }

        private Result<AnswerVerdict> Judge(HistoryStore store, IReadOnlyList<CellState> states)
        {
            var request = RequestOf(states);
            if (store.FindAnswer(context.Consumer, request) is { } before)
            {
                // The same numbers from the same rows: nothing new is released. The mark may have failed when they were new.
                return history.Anchored(store.Head()) is { } unmarked ? unmarked : new AnswerVerdict(Cells(before));
            }
            if (_collector is { IsOverfull: true })
                return HistoryErrors.TooManySubjects.Of();
            store.Begin();
            var ids = IdsOf(store, states.Count);
            var sets = new Dictionary<long, SubjectSet>();
            SubjectSet Load(long id) => sets.TryGetValue(id, out var set) ? set : sets[id] = store.Set(id);
            var cells = ids.Select(layers => new CellSets([.. layers.Select(id => id is { } known ? Load(known) : SubjectSet.Empty)])).ToList();
            var earlier = _layers.Select(layer => EarlierOf(store, layer)).ToList();
            var withheld = HistoryRules.Withhold(context.MinGroup, cells, states, earlier, Load);
            var released = Released(store, cells, ids, Enumerable.Range(0, states.Count).Where(i => states[i] == CellState.Fit && !withheld.Contains(i)).ToList());
            if (released.Count == 0)
            {
                store.Commit(); // the sets alone
                return new AnswerVerdict(withheld);
            }
            if (!HasRoom(store, context.DatasetId, context.Group, released.Count))
            {
                store.Rollback();
                history._subjects = null;
                return HistoryErrors.Full.Of();
            }
            store.AddAnswer(context.DatasetId, context.Consumer, context.MinGroup, request, Bytes(withheld), released);
            store.Commit();
            return history.Anchored(store.Head()) is { } failed ? failed : new AnswerVerdict(withheld);
        }

        /// <summary>Set ids per cell and layer: known for this scope, or stored now.</summary>
        private List<IReadOnlyList<long?>> IdsOf(HistoryStore store, int cells)
        {
            if (store.FindScope(_scope!) is { } known)
                return store.Scope(known, cells, _layers.Count);
            var subjects = history.SubjectsOf(store, context.DatasetId);
            var first = subjects.Count;
            var sets = (_collector ?? throw new InvalidDataException("the sets of a scope are gone")).ToSets(subjects, cells);
            store.AddSubjects(context.DatasetId, first, subjects.Bytes(first));
            var stored = new Dictionary<SubjectSet, long>(ReferenceEqualityComparer.Instance); // layers of a cell are mostly one object
            List<IReadOnlyList<long?>> ids = [.. sets.Select(cell => (IReadOnlyList<long?>)[.. cell.Layers.Select(set =>
            {
                if (set.Count == 0)
                    return (long?)null;
                return stored.TryGetValue(set, out var id) ? id : stored[set] = store.PutSet(context.DatasetId, set);
            })])];
            store.AddScope(_scope!, context.DatasetId, context.DatasetVersion, ids);
            return ids;
        }

        private EarlierLayer EarlierOf(HistoryStore store, string layer)
        {
            var all = context.Group.SelectMany(member => store.Released(context.DatasetId, member, layer)).ToList();
            var sums = all.Where(r => !r.IsSum).GroupBy(r => r.Answer).Select(g => new EarlierSum([.. g.Select(r => r.Set)])).Where(s => s.Cells.Count > 1);
            return new EarlierLayer(all.Select(r => r.Set), [.. sums]);
        }

        private List<(string Layer, long Set, bool IsSum)> Released(HistoryStore store, List<CellSets> cells, List<IReadOnlyList<long?>> ids, List<int> visible)
        {
            var released = new HashSet<(string, long, bool)>();
            for (var layer = 0; layer < _layers.Count; layer++)
            {
                foreach (var cell in visible)
                {
                    if (ids[cell][layer] is { } id)
                        released.Add((_layers[layer], id, false));
                }
                if (visible.Count > 1)
                    released.Add((_layers[layer], store.PutSet(context.DatasetId, SubjectSet.Union([.. visible.Select(i => cells[i].Layers[layer])])), true));
            }
            return [.. released];
        }

        /// <summary>What makes an answer the same answer: its sets, its minimum group, and which cells its own rules left.</summary>
        private byte[] RequestOf(IReadOnlyList<CellState> states)
        {
            var text = $"{Convert.ToHexStringLower(_scope!)}\n{context.MinGroup}\n{string.Concat(states.Select(s => (char)('0' + (int)s)))}";
            return SHA256.HashData(Encoding.ASCII.GetBytes(text));
        }

        private static byte[] Bytes(IReadOnlySet<int> cells)
        {
            var bytes = new byte[cells.Count * 4];
            var at = 0;
            foreach (var cell in cells.Order())
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * at++), cell);
            return bytes;
        }

        private static HashSet<int> Cells(byte[] bytes) => [.. bytes.Chunk(4).Select(b => BinaryPrimitives.ReadInt32LittleEndian(b))];
    }
}
