using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage.Policies;
using Azure.Data.Tables;

namespace AtpKeyserver.Storage;

/// <summary>
/// Authenticates rows that decide something. The MAC covers the table, the keys of the row and every column with its type, so that no column can
/// be added, dropped or changed. It also covers when we wrote the row: the storage stamps each write itself (<c>Timestamp</c>, which no writer
/// can choose), so an old row that somebody puts back carries a stamp that does not fit and is refused.
/// </summary>
public static class RowMac
{
    /// <summary>How far the storage's stamp may be from our time of writing: what clocks may differ (<see cref="ClockPolicy"/>) and a request takes.</summary>
    public static readonly TimeSpan StampTolerance = TimeSpan.FromSeconds(90);

    private const string MacColumn = "Mac";
    private const string WrittenColumn = "WrittenAt";

    // The storage's clock is compared with ours, so this is the system's time even where a test injects another.
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>Stamps and signs the row: the last step before it is written.</summary>
    public static TableEntity Sign(TableEntity row, string table, SealingKey key)
    {
        row[WrittenColumn] = Clock.GetUtcNow().ToUnixTimeMilliseconds();
        row[MacColumn] = Compute(row, table, key);
        return row;
    }

    /// <exception cref="TamperedException">The row is not as we wrote it, or was put back.</exception>
    public static void Verify(TableEntity row, string table, SealingKey key)
    {
        if (row.TryGetValue(MacColumn, out var stored) && stored is byte[] mac && CryptographicOperations.FixedTimeEquals(mac, Compute(row, table, key)))
        {
            var written = DateTimeOffset.FromUnixTimeMilliseconds((long)row[WrittenColumn]);
            if (row.Timestamp is { } stamp && (stamp - written).Duration() <= StampTolerance)
                return;
            throw TamperedException.At(table, "a row was put back that had been replaced or deleted");
        }

        throw TamperedException.At(table, "the authenticator of a row is wrong");
    }

    /// <summary>Takes the work of <see cref="Verify"/> and decides nothing.</summary>
    public static void Imitate(TableEntity row, string table, SealingKey key) => Compute(row, table, key);

    private static byte[] Compute(TableEntity row, string table, SealingKey key)
    {
        using var message = new ClearedBuffer();
        Append(message, "row"u8);
        Append(message, table);
        Append(message, row.PartitionKey);
        Append(message, row.RowKey);
        KeyValuePair<string, object>[] columns = [.. row.Where(IsCovered)];
        Array.Sort(columns, static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        foreach (var (name, value) in columns)
        {
            Append(message, name);
            AppendValue(message, table, value);
        }

        return key.Mac(message.Written.Span);
    }

    private static bool IsCovered(KeyValuePair<string, object> column) =>
        column.Value is not null
        && column.Key is not (MacColumn or "PartitionKey" or "RowKey" or "Timestamp")
        // Annotations of the protocol: no column can have a dot in its name.
        && !column.Key.StartsWith("odata.", StringComparison.Ordinal);

    private static void AppendValue(ClearedBuffer message, string table, object value)
    {
        Span<byte> number = stackalloc byte[9];
        switch (value)
        {
            case string text:
                Append(message, "s"u8);
                Append(message, text);
                break;
            case byte[] bytes:
                Append(message, "b"u8);
                Append(message, bytes);
                break;
            case int n:
                number[0] = (byte)'i';
                BinaryPrimitives.WriteInt64BigEndian(number[1..], n);
                Append(message, number);
                break;
            case long n:
                number[0] = (byte)'l';
                BinaryPrimitives.WriteInt64BigEndian(number[1..], n);
                Append(message, number);
                break;
            default:
                // We write no other type: such a column is somebody else's.
                throw TamperedException.At(table, "a column has a type that is never written");
        }
    }

    private static void Append(ClearedBuffer message, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteInt32BigEndian(message.GetSpan(4), length);
        message.Advance(4);
        message.Advance(Encoding.UTF8.GetBytes(text, message.GetSpan(length)));
    }

    private static void Append(ClearedBuffer message, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(message.GetSpan(4), bytes.Length);
        message.Advance(4);
        message.Write(bytes);
    }
}
