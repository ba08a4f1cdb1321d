using AtpKeyserver.Export;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Unit.Accounts;

/// <summary>A client that reads an export too slowly loses its slot.</summary>
public sealed class ExportWriterTests
{
    private const int PieceLength = 64 * 1024;

    /// <summary>A client has 30 s plus one second for each 16 KiB, so a 64 KiB piece earns 4 s.</summary>
    [Theory]
    [InlineData(3, 100, false)]
    [InlineData(5, 24, false)]
    [InlineData(5, 34, true)]
    [InlineData(10, 4, false)]
    [InlineData(10, 6, true)]
    [InlineData(29, 1, false)]
    [InlineData(31, 1, true)]
    public async Task A_reader_has_30_seconds_plus_one_for_each_16_KiB(int secondsForPiece, int pieces, bool isTooSlow)
    {
        var clock = NewClock();
        using var target = new SlowStream(() => clock.Advance(TimeSpan.FromSeconds(secondsForPiece)));
        using var writer = new ExportWriter(target, _ => ValueTask.CompletedTask, clock, default);
        var writing = WriteAsync(writer, pieces);
        if (isTooSlow)
            await Assert.ThrowsAsync<SlowReaderException>(() => writing);
        else
            await writing;
    }

    [Fact]
    public async Task A_disconnect_is_not_reported_as_a_slow_reader()
    {
        using var gone = new CancellationTokenSource();
        using var target = new SlowStream(gone.Cancel);
        using var writer = new ExportWriter(target, _ => ValueTask.CompletedTask, NewClock(), gone.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WriteAsync(writer, pieces: 1));
    }

    private static FakeClock NewClock() => new(DateTimeOffset.UnixEpoch);

    private static async Task WriteAsync(ExportWriter writer, int pieces)
    {
        for (var piece = 0; piece < pieces; piece++)
        {
            writer.Json.WriteStringValue(new string('a', PieceLength));
            await writer.NextAsync();
        }
    }

    /// <summary>Runs a callback before each write.</summary>
    private sealed class SlowStream(Action before) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            before();
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.CompletedTask;
        }
    }
}
