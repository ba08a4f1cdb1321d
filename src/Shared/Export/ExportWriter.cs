using System.Buffers;
using System.Text.Json;
using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Export;

/// <summary>
/// JSON that leaves in pieces of 64 KiB, each when the reader has taken enough of those before: so no more of a document than that is in memory.
/// It may take minutes and must not stall: what is not read from the storage or not taken by the reader in time ends it.
/// </summary>
public sealed class ExportWriter : IDisposable
{
    private const int PieceLength = 64 * 1024;

    /// <summary>From one entry to the next; as long as any other call may take.</summary>
    private static readonly TimeSpan ReadLimit = RequestDeadline.Limit;

    /// <summary>For the reader to make room for one piece.</summary>
    private static readonly TimeSpan TakeLimit = TimeSpan.FromSeconds(30);

    /// <summary>What a reader is to take for each second that is waited for it, beyond the first <see cref="TakeLimit"/>.</summary>
    private const int LeastBytesPerSecond = 16 * 1024;

    /// <summary>For the whole: the host ends a function, and the process it runs in, after the ten minutes of host.json.</summary>
    private static readonly TimeSpan TotalLimit = TimeSpan.FromMinutes(9);

    private readonly ArrayBufferWriter<byte> _buffer = new(PieceLength + 4096);
    private readonly Stream _target;
    private readonly Func<CancellationToken, ValueTask> _check;
    private readonly CancellationTokenSource _step;
    private readonly CancellationTokenSource _total;
    private readonly CancellationTokenSource _any;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _gone;
    private TimeSpan _waited;
    private long _taken;

    /// <param name="target">Where it goes.</param>
    /// <param name="check">Asked before each piece; throws where no more may leave.</param>
    /// <param name="clock">Of the limits.</param>
    /// <param name="gone">The reader has gone away.</param>
    public ExportWriter(Stream target, Func<CancellationToken, ValueTask> check, TimeProvider clock, CancellationToken gone)
    {
        (_target, _check, _clock, _gone) = (target, check, clock, gone);
        _step = new CancellationTokenSource(ReadLimit, clock);
        _total = new CancellationTokenSource(TotalLimit, clock);
        _any = CancellationTokenSource.CreateLinkedTokenSource(gone, _step.Token, _total.Token);
        Json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>Ends when a step or the whole takes too long, and when the reader goes away.</summary>
    public CancellationToken Cancellation => _any.Token;

    /// <summary>One step is done: the next one has its own time.</summary>
    public ValueTask NextAsync()
    {
        if (_buffer.WrittenCount + Json.BytesPending >= PieceLength)
            return new(SendAsync());
        _step.CancelAfter(ReadLimit);
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends what is left.</summary>
    public Task CompleteAsync() => SendAsync();

    public void Time(string name, DateTimeOffset time)
    {
        Json.WritePropertyName(name);
        TimeConverter.Write(Json, time);
    }

    public void Dispose()
    {
        Json.Dispose();
        _any.Dispose();
        _step.Dispose();
        _total.Dispose();
    }

    private async Task SendAsync()
    {
        _step.CancelAfter(ReadLimit);
        await _check(Cancellation);
        Json.Flush();
        await HandOverAsync();
        _buffer.ResetWrittenCount();
        _step.CancelAfter(ReadLimit);
    }

    /// <summary>Only the waiting for the reader counts against it: a slow storage is not its fault.</summary>
    private async Task HandOverAsync()
    {
        var left = TakeLimit + TimeSpan.FromSeconds((double)_taken / LeastBytesPerSecond) - _waited;
        _step.CancelAfter(left < TimeSpan.Zero ? TimeSpan.Zero : left < TakeLimit ? left : TakeLimit);
        var began = _clock.GetTimestamp();
        try
        {
            await _target.WriteAsync(_buffer.WrittenMemory, Cancellation);
        }
        catch (OperationCanceledException) when (!_gone.IsCancellationRequested)
        {
            throw new SlowReaderException();
        }

        _waited += _clock.GetElapsedTime(began);
        _taken += _buffer.WrittenCount;
    }
}
