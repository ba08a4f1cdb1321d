namespace AtpKeyserver.Cli;

/// <summary>Writes to another stream and reports how many bytes were written.</summary>
internal sealed class CountingStream(Stream to, Progress progress) : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await to.WriteAsync(buffer, cancellationToken);
        progress.Report(_written += buffer.Length);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        to.Write(buffer, offset, count);
        progress.Report(_written += count);
    }

    public override void Flush() => to.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
