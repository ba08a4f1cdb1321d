using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Azure.Data.Tables.Wire;

/// <summary>
/// Rows as JSON, ASCII on one line. <c>{"PartitionKey":"p","N@odata.type":"Edm.Int64","N":"1"}</c>. Each thread keeps one buffer; what is
/// sent is a copy of its own, because a transport may still read a request that its caller has given up.
/// </summary>
internal sealed class EntityWriter : IDisposable
{
    private const int LargestKeptBuffer = 256 * 1024;

    [ThreadStatic]
    private static EntityWriter _ofThread;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json;

    private EntityWriter() => _json = new Utf8JsonWriter(_buffer);

    /// <summary>The row as a request body.</summary>
    public static byte[] ToBytes(ITableEntity entity)
    {
        var writer = _ofThread ?? new EntityWriter();
        _ofThread = null;
        var bytes = writer.Write(entity);
        if (writer._buffer.Capacity <= LargestKeptBuffer)
            _ofThread = writer;
        else
            writer.Dispose();
        return bytes;
    }

    public void Dispose() => _json.Dispose();

    private byte[] Write(ITableEntity entity)
    {
        _buffer.Clear();
        _json.Reset();
        _json.WriteStartObject();
        foreach (var (name, value) in EntityModel.ColumnsOf(entity))
        {
            if (name is not (ColumnName.ETag or ColumnName.Timestamp))
                WriteColumn(name, value);
        }

        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    private void WriteColumn(string name, object value)
    {
        switch (value)
        {
            case null: _json.WriteNull(name); break;
            case string text: _json.WriteString(name, text); break;
            case bool flag: _json.WriteBoolean(name, flag); break;
            case int number: _json.WriteNumber(name, number); break;
            case byte[] bytes: WriteBinary(name, bytes); break;
            case BinaryData data: WriteBinary(name, data.ToMemory().Span); break;
            case long number: WriteInt64(name, number); break;
            case ulong number: WriteInt64(name, checked((long)number)); break;
            case DateTimeOffset date: WriteDate(name, date.UtcDateTime); break;
            case DateTime date: WriteDate(name, date); break;
            case double number: WriteDouble(name, number); break;
            case Guid id: WriteType(name, "Edm.Guid"u8); _json.WriteString(name, id); break;
            default: throw new NotSupportedException($"Column {name}: {value.GetType()} cannot be stored.");
        }
    }

    private void WriteBinary(string name, ReadOnlySpan<byte> bytes)
    {
        WriteType(name, "Edm.Binary"u8);
        _json.WriteBase64String(name, bytes);
    }

    private void WriteInt64(string name, long number)
    {
        WriteType(name, "Edm.Int64"u8);
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, text, out var length);
        _json.WriteString(name, text[..length]);
    }

    private void WriteDate(string name, DateTime date)
    {
        if (date.Kind != DateTimeKind.Utc)
            throw new NotSupportedException($"Column {name}: a DateTime must be UTC, not {date.Kind}.");
        WriteType(name, "Edm.DateTime"u8);
        Span<byte> text = stackalloc byte[33];
        Utf8Formatter.TryFormat(date, text, out var length, new StandardFormat('O'));
        _json.WriteString(name, text[..length]);
    }

    private void WriteDouble(string name, double number)
    {
        WriteType(name, "Edm.Double"u8);
        if (double.IsFinite(number))
            _json.WriteNumber(name, number);
        else
            _json.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
    }

    private void WriteType(string name, ReadOnlySpan<byte> type)
    {
        Span<char> annotation = stackalloc char[name.Length + ColumnName.TypeSuffix.Length];
        name.CopyTo(annotation);
        ColumnName.TypeSuffix.CopyTo(annotation[name.Length..]);
        _json.WriteString(annotation, type);
    }
}
