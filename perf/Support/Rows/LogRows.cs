using AtpKeyserver.AccessLog;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Perf.Support.Rows;

/// <summary>Writes key reads of members to a group's access log, distributed evenly over the last days.</summary>
internal static class LogRows
{
    private const int Members = 100_000;
    private const string Browser = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0";

    public static async Task WriteAsync(string groupId, int count, int days, CancellationToken cancellation)
    {
        using var product = ProductHost.Create();
        var group = await product.FindAsync(groupId, cancellation);
        var tables = product.Get<Tables>();
        var midnight = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var stem = LogRow.Stem(group.Key, group.Id.Value);
        await Batches.WriteAsync(count, async (numbers, limit) =>
        {
            // Each day has its own table, and a transaction is limited to one table, so all rows of a batch have the
            // same day.
            var day = midnight.AddDays(-1 - (numbers[0] / Batches.Size % days));
            var table = tables.AccessLog(day);
            await table.PutAllAsync([.. numbers.Select(number => Row(table.Name, number, day))], limit);
        }, cancellation);

        TableEntity Row(string table, int number, DateTimeOffset day)
        {
            Did.TryParse($"did:web:member{number % Members}.example.com", allowLocalhost: false, out var member);
            var read = new AccessEvent(
                group.Id.Value, AccessAction.Read, new Caller(member, "203.0.113.0", Browser), 1);
            return LogRow.Seal(
                table,
                LogRow.PartitionOf(stem),
                LogRow.Key(stem, day.AddMilliseconds(number), $"{number:x16}"),
                LogRow.Details(read, AccessNames.Granted),
                group.Key).Row;
        }
    }
}
