using System.Buffers;
using System.Text.Json;
using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Export;

/// <summary>
/// Writes JSON in pieces of 64 KiB, each when the client has taken enough of the previous ones, so that memory use
/// stays bounded. An export may take minutes but must not stall: it ends if the storage or the client is too slow.
/// </summary>
public sealed class ExportWriter : IDisposable
{
    private const int PieceLength = 64 * 1024;

    /// <summary>From one entry to the next: the limit of any other call.</summary>
    private static readonly TimeSpan ReadLimit = RequestDeadline.Limit;

    /// <summary>For the client to make room for one piece.</summary>
    private static readonly TimeSpan TakeLimit = TimeSpan.FromSeconds(30);

    /// <summary>The rate that a client must sustain after the first <see cref="TakeLimit"/> of waiting.</summary>
    private const int MinBytesPerSecond = 16 * 1024;

    /// <summary>
    /// For the whole export: after the 10 minutes of host.json, the host ends the function and its process.
    /// </summary>
    private static readonly TimeSpan TotalLimit = TimeSpan.FromMinutes(9);

    private readonly ArrayBufferWriter<byte> _buffer = new(PieceLength + 4096);
    private readonly Stream _target;
    private readonly Func<CancellationToken, ValueTask> _check;
    private readonly CancellationTokenSource _step;
    private readonly CancellationTokenSource _total;
    private readonly CancellationTokenSource _any;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _disconnected;
    private TimeSpan _waited;
    private long _taken;

    /// <param name="target">Receives the document.</param>
    /// <param name="check">Called before each piece; throws if no more may be sent.</param>
    /// <param name="clock">The clock of the limits.</param>
    /// <param name="disconnected">Signals that the client has disconnected.</param>
    public ExportWriter(
        Stream target, Func<CancellationToken, ValueTask> check, TimeProvider clock, CancellationToken disconnected)
    {
        (_target, _check, _clock, _disconnected) = (target, check, clock, disconnected);
        _step = new CancellationTokenSource(ReadLimit, clock);
        _total = new CancellationTokenSource(TotalLimit, clock);
        _any = CancellationTokenSource.CreateLinkedTokenSource(disconnected, _step.Token, _total.Token);
        Json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>Canceled when a step or the whole export takes too long, or the client disconnects.</summary>
    public CancellationToken Cancellation => _any.Token;

    /// <summary>Ends a step; the next one has its own time limit.</summary>
    public ValueTask NextAsync()
    {
        if (_buffer.WrittenCount + Json.BytesPending >= PieceLength)
            return new(SendAsync());
        _step.CancelAfter(ReadLimit);
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends the rest.</summary>
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

    /// <summary>Counts only the wait for the client, not the storage's time.</summary>
    private async Task HandOverAsync()
    {
        var left = TakeLimit + TimeSpan.FromSeconds((double)_taken / MinBytesPerSecond) - _waited;
        _step.CancelAfter(left < TimeSpan.Zero ? TimeSpan.Zero : left < TakeLimit ? left : TakeLimit);
        var began = _clock.GetTimestamp();
        try
        {
            await _target.WriteAsync(_buffer.WrittenMemory, Cancellation);
        }
        catch (OperationCanceledException) when (!_disconnected.IsCancellationRequested)
        {
            throw new SlowReaderException();
        }

        _waited += _clock.GetElapsedTime(began);
        _taken += _buffer.WrittenCount;
    }
}
