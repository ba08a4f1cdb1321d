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
/// Authenticates rows. The MAC covers the table, the row's keys and every column with its type, so that no column can
/// be added, removed or changed. It also covers the time of writing: the storage sets <c>Timestamp</c> itself on each
/// write, so an old row that is restored has a timestamp that does not match and is rejected.
/// </summary>
public static class RowMac
{
    /// <summary>
    /// Maximum difference between the storage's timestamp and our time of writing: clock skew
    /// (<see cref="ClockPolicy"/>) plus the duration of a request.
    /// </summary>
    public static readonly TimeSpan StampTolerance = TimeSpan.FromSeconds(90);

    private const string MacColumn = "Mac";
    private const string WrittenColumn = "WrittenAt";

    // Always the system clock, because it is compared with the storage's.
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>Sets the time and the MAC. Must be the last step before the row is written.</summary>
    public static TableEntity Sign(TableEntity row, string table, SealingKey key)
    {
        row[WrittenColumn] = Clock.GetUtcNow().ToUnixTimeMilliseconds();
        row[MacColumn] = Compute(row, table, key);
        return row;
    }

    /// <exception cref="TamperedException">The row was changed or restored.</exception>
    public static void Verify(TableEntity row, string table, SealingKey key)
    {
        if (row.TryGetValue(MacColumn, out var stored)
            && stored is byte[] mac
            && CryptographicOperations.FixedTimeEquals(mac, Compute(row, table, key)))
        {
            var written = DateTimeOffset.FromUnixTimeMilliseconds((long)row[WrittenColumn]);
            if (row.Timestamp is { } stamp && (stamp - written).Duration() <= StampTolerance)
                return;
            throw TamperedException.At(table, "a replaced or deleted row was restored");
        }

        throw TamperedException.At(table, "a row has an invalid MAC");
    }

    /// <summary>Does the work of <see cref="Verify"/> and discards the result.</summary>
    public static void EqualizeTiming(TableEntity row, string table, SealingKey key) => Compute(row, table, key);

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
        // OData annotations: column names cannot contain dots.
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
                // This server writes no other types.
                throw TamperedException.At(table, "a column has an unexpected type");
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
