using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Vault;

namespace DataSpace.Ledger.Sequencing;

public sealed partial class AuditLedger
{
    /// <summary>
    /// Opens the ledger in a directory, or creates it. Takes an exclusive lock, checks that the stored state is whole and is this
    /// node's, refuses one that is older than its own published checkpoint or vault, and publishes what a crash left unpublished.
    /// </summary>
    public static Result<AuditLedger> Open(LedgerOptions options, ISigner signer, TimeProvider clock)
    {
        if (!Notes.VerifierKey.IsValidName(options.Origin))
            return LedgerErrors.InvalidField.Of("origin");
        if (options.Countersigners.Any(s => s.PublicKey.IsEd25519) || options.Countersigners.Select(s => s.PublicKey.Algorithm).Distinct().Count() != options.Countersigners.Count
            || options.Countersigners.Count > 0 && Encoding.UTF8.GetByteCount(options.Origin) > byte.MaxValue)
            return LedgerErrors.InvalidField.Of("countersigners");
        if (options.MaxBatch is < 1 or > 8192 || options.MaxPending < 1 || options.MaxOutputBytes < 0 || options.MaxRecentEvents < 0)
            return LedgerErrors.InvalidField.Of("options");
        Parts? parts = null;
        try
        {
            System.IO.Directory.CreateDirectory(options.Directory);
            if (!TakeLock(options.Directory).TryGet(out var file, out var error))
                return error;
            parts = new Parts(file, options.Fault ?? (_ => { }), clock);
            var key = Notes.VerifierKey.ForLog(options.Origin, signer.PublicKey);
            error = parts.Load(options, signer, key) ?? parts.Recover(options, key);
            if (error is null)
            {
                var ledger = new AuditLedger(options, signer, clock, key, parts) { _publishedSize = parts.Publisher!.PublishedSize, _publishedHead = parts.Publisher.Published };
                parts = null;
                return ledger.Resume();
            }
            return error;
        }
        catch (Exception e) when (IoFailure.IsStorage(e) || e is InvalidDataException)
        {
            return IoFailure.Classify(e);
        }
        finally
        {
            parts?.Dispose();
        }
    }

    private Result<AuditLedger> Resume()
    {
        if (!_open.IsCompleted)
        {
            _resuming = ResumeLaterAsync();
            return this;
        }
        try
        {
            CompleteErasures();
            return this;
        }
        catch (Exception e) when (IoFailure.IsStorage(e) || e is InvalidDataException)
        {
            DisposeAsync().AsTask().GetAwaiter().GetResult();
            return IoFailure.Classify(e);
        }
    }

    private async Task ResumeLaterAsync()
    {
        await _open.ConfigureAwait(false);
        await _erasing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Volatile.Read(ref _disposed) == 0)
                CompleteErasures();
        }
        catch (Exception e) when (IoFailure.IsStorage(e) || e is InvalidDataException)
        {
            Stop(e);
        }
        finally
        {
            _erasing.Release();
        }
    }

    private static Result<FileStream> TakeLock(string directory)
    {
        const int WouldBlockErrno = 11;
        try
        {
            return new FileStream(Path.Combine(directory, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is WouldBlockErrno || e.GetType() == typeof(IOException) && e.HResult == unchecked((int)0x80070020))
        {
            return LedgerErrors.Locked.Of();
        }
    }

    /// <summary>What an open ledger consists of, while it is being put together.</summary>
    private sealed class Parts(FileStream file, Action<FaultPoint> fault, TimeProvider clock) : IDisposable
    {
        public FileStream Lock => file;

        public Action<FaultPoint> Fault => fault;

        public LedgerStore? Store { get; private set; }

        public LedgerStore? Reader { get; private set; }

        public LedgerStore? PublisherStore { get; private set; }

        public PayloadVault? Vault { get; private set; }

        public StaticPublisher? Publisher { get; private set; }

        public RightEdge? Edge { get; private set; }

        public RecentEvents? Recent { get; private set; }

        public Checkpoint? Head { get; private set; }

        public long LastTimeMs { get; private set; }

        public DsError? Refused { get; private set; }

        public DsError? Load(LedgerOptions options, ISigner signer, VerifierKey key)
        {
            var directory = options.Directory;
            Store = LedgerStore.Open(directory, options.Origin, key.ToString(),
                () => Checkpoint.Sign(options.Origin, 0, MerkleHash.Empty, signer));
            if (Store.CheckIdentity(options.Origin, key.ToString()) is { } error)
                return error;
            var (stored, lastTimeMs) = Store.Head();
            if (!Checkpoint.Open(stored.Note, key).TryGet(out var head, out _) || !head.SameTree(stored))
                return LedgerErrors.Corrupt.Of("the stored checkpoint does not verify");
            Edge = RightEdge.Load(head.Size, Store);
            if (Store.EntryCount() != head.Size || !Edge.Root().AsSpan().SequenceEqual(head.RootHash.Span))
                return LedgerErrors.Corrupt.Of("entries and checkpoint differ");
            Recent = RecentEvents.Load(Store, head.Size);
            (Head, LastTimeMs) = (head, lastTimeMs);
            Refused = Store.Meta(RefusedKey) is { } refused
                ? (refused.StartsWith(LedgerErrors.Forked.Code, StringComparison.Ordinal) ? LedgerErrors.Forked : LedgerErrors.RolledBack).Of()
                : null;
            Reader = LedgerStore.OpenForReading(directory);
            PublisherStore = LedgerStore.OpenForReading(directory);
            Publisher = new StaticPublisher(directory, options.Origin, PublisherStore, fault, options.Countersigners, clock);
            return null;
        }

        public DsError? Recover(LedgerOptions options, VerifierKey key)
        {
            var directory = options.Directory;
            var published = ReadPublished(directory, key);
            if (published is not null && published.Size > Head!.Size)
                return LedgerErrors.RolledBack.Of($"published {published.Size}, stored {Head.Size}");
            if (published is not null && !RootOf(published.Size, Store!).AsSpan().SequenceEqual(published.RootHash.Span))
                return LedgerErrors.Forked.Of($"published size {published.Size}");
            Vault = PayloadVault.Open(directory, options.KeyStoreDirectory, options.Origin);
            if ((Vault.CollectOrphans(Head!.Size) ?? Vault.CheckNotOlder(Head.Size)) is { } error)
                return error;
            var keyFile = Path.Combine(directory, StaticPublisher.VerifierKeyFile);
            if (!File.Exists(keyFile) || File.ReadAllText(keyFile) != key + "\n")
                DurableFile.Replace(keyFile, Encoding.UTF8.GetBytes(key + "\n"));
            WriteFurtherKeys(options);
            Publisher!.StartFrom(published?.Size ?? 0);
            Publisher.Publish();
            return null;
        }

        public void Dispose()
        {
            PublisherStore?.Dispose();
            Reader?.Dispose();
            Vault?.Dispose();
            Store?.Dispose();
            file.Dispose();
        }

        // Before the checkpoint that they verify; keys that no longer sign go.
        private static void WriteFurtherKeys(LedgerOptions options)
        {
            var file = Path.Combine(options.Directory, StaticPublisher.FurtherKeysFile);
            var keys = string.Concat(options.Countersigners.Select(s => Notes.VerifierKey.ForWitness(options.Origin, s.PublicKey)).Concat(options.FurtherKeys).Select(k => k + "\n"));
            if (keys.Length == 0)
                File.Delete(file);
            else if (!File.Exists(file) || File.ReadAllText(file) != keys)
                DurableFile.Replace(file, Encoding.UTF8.GetBytes(keys));
        }

        // A checkpoint that does not verify says nothing about what is published: everything is published again.
        private static Checkpoint? ReadPublished(string directory, VerifierKey key)
        {
            var file = new FileInfo(Path.Combine(directory, StaticPublisher.CheckpointFile));
            if (!file.Exists || file.Length > SignedNote.MaxBytes)
                return null;
            return SignedNote.Parse(File.ReadAllBytes(file.FullName)).IsOk
                   && Checkpoint.Open(File.ReadAllText(file.FullName), key).TryGet(out var checkpoint, out _)
                ? checkpoint
                : null;
        }
    }

    // The store may have grown beyond this size: every partial tile of then is a prefix of the tile that is there now.
    private static byte[] RootOf(long size, LedgerStore store) => ProofBuilder.Root(size, new TileNodes(store, size));
}
