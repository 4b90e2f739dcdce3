using System.Buffers;
using System.IO.Pipelines;

namespace DataSpace.Hosting.Transport;

/// <summary>Counts what passes through a Kestrel connection, below TLS.</summary>
internal sealed class CountingDuplexPipe(IDuplexPipe inner, ConnectionCount count) : IDuplexPipe
{
    public PipeReader Input { get; } = new CountingReader(inner.Input, count);

    public PipeWriter Output { get; } = new CountingWriter(inner.Output, count);

    private sealed class CountingReader(PipeReader inner, ConnectionCount count) : PipeReader
    {
        private ReadOnlySequence<byte> _last;

        public override bool TryRead(out ReadResult result)
        {
            if (!inner.TryRead(out result))
                return false;
            _last = result.Buffer;
            return true;
        }

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await inner.ReadAsync(cancellationToken);
            _last = result.Buffer;
            return result;
        }

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            count.Received(_last.IsEmpty ? 0 : _last.Slice(0, consumed).Length);
            _last = default;
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }

    private sealed class CountingWriter(PipeWriter inner, ConnectionCount count) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes)
        {
            count.Sent(bytes);
            inner.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            count.Sent(source.Length);
            return inner.WriteAsync(source, cancellationToken);
        }

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}

/// <summary>Counts what passes through an outgoing socket, below TLS.</summary>
internal sealed class CountingStream(Stream inner, ConnectionCount count, EgressMeter meter) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException("A socket has no length.");

    public override long Position
    {
        get => throw new NotSupportedException("A socket has no position.");
        set => throw new NotSupportedException("A socket has no position.");
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count1) => Received(inner.Read(buffer, offset, count1));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => Received(await inner.ReadAsync(buffer, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count1, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count1), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count1)
    {
        count.Sent(count1);
        inner.Write(buffer, offset, count1);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        count.Sent(buffer.Length);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count1, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count1), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A socket cannot seek.");

    public override void SetLength(long value) => throw new NotSupportedException("A socket has no length.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            meter.Close(count);
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Received(int bytes)
    {
        count.Received(bytes);
        return bytes;
    }
}
