using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace AtpKeyserver.Perf.Export;

/// <summary>
/// Reads an export as a stream: checks that it is valid JSON, and counts bytes, members and log entries.
/// </summary>
internal sealed class Tally
{
    private JsonReaderState _state;

    public long Bytes { get; private set; }

    public int LogEntries { get; private set; }

    public int Members { get; private set; }

    public async Task ReadAsync(Stream document, CancellationToken cancellation)
    {
        var pipe = PipeReader.Create(document);
        while (true)
        {
            var read = await pipe.ReadAsync(cancellation);
            var consumed = Count(read.Buffer, read.IsCompleted);
            pipe.AdvanceTo(read.Buffer.GetPosition(consumed), read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }

    private long Count(ReadOnlySequence<byte> piece, bool isLast)
    {
        var reader = new Utf8JsonReader(piece, isLast, _state);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.ValueTextEquals("accessed_at"))
                LogEntries++;
            else if (reader.ValueTextEquals("added_at"))
                Members++;
        }

        _state = reader.CurrentState;
        Bytes += reader.BytesConsumed;
        return reader.BytesConsumed;
    }
}
