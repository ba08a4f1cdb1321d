using System.Globalization;
using System.Security.Cryptography;
using Azure.Data.Tables;

namespace AtpKeyserver.Perf.AccessLog;

/// <summary>A day table full of rows as the access log has them, written straight into the storage.</summary>
internal static class OldRows
{
    private const int Partitions = 8;
    private const int Transaction = 100;

    public static async Task WriteAsync(TableServiceClient storage, string name, int rows)
    {
        await storage.CreateTableIfNotExistsAsync(name);
        var table = storage.GetTableClient(name);
        var details = RandomNumberGenerator.GetBytes(250);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, rows / Transaction), new ParallelOptions { MaxDegreeOfParallelism = Partitions }, async (number, cancellation) =>
            {
                var partition = string.Create(CultureInfo.InvariantCulture, $"{number % Partitions:x32}~0");
                await table.SubmitTransactionAsync(
                    Enumerable.Range(0, Transaction).Select(n => new TableTransactionAction(
                        TableTransactionActionType.UpsertReplace,
                        new TableEntity(partition, string.Create(CultureInfo.InvariantCulture, $"{(number * Transaction) + n:D19}~{n:x16}"))
                        {
                            ["Details"] = details,
                            ["Generation"] = 1,
                        })),
                    cancellation);
            });
    }
}
