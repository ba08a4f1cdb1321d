using System.Collections.Concurrent;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Audit;

/// <summary>
/// Writes log rows of one partition together: what arrives while a write is under way goes into the next, one transaction of up to 100 rows. A
/// caller waits until its row is durable. Rows have one place and one content, so writing one again does no harm.
/// </summary>
internal sealed class LogBatches
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(7);

    private readonly ConcurrentDictionary<(string Table, string Partition), Lane> _lanes = new();

    public Task WriteAsync(Table table, TableEntity row, CancellationToken cancellation)
    {
        while (true)
        {
            var place = (table.Name, row.PartitionKey);
            var lane = _lanes.GetOrAdd(place, static _ => new Lane());
            lock (lane)
            {
                if (lane.IsOver)
                    continue;
                if (lane.Waiting is not [.., { IsFull: false } batch])
                    lane.Waiting.Add(batch = new Batch());
                batch.Rows[row.RowKey] = row;
                lane.Writer ??= Task.Run(() => WriteAllAsync(table, place, lane), CancellationToken.None);
                return batch.Written.Task.WaitAsync(cancellation);
            }
        }
    }

    private async Task WriteAllAsync(Table table, (string Table, string Partition) place, Lane lane)
    {
        while (true)
        {
            Batch batch;
            lock (lane)
            {
                if (lane.Waiting.Count == 0)
                {
                    lane.IsOver = true;
                    _lanes.TryRemove(KeyValuePair.Create(place, lane));
                    return;
                }

                batch = lane.Waiting[0];
                lane.Waiting.RemoveAt(0);
            }

            await WriteAsync(table, batch);
        }
    }

    private static async Task WriteAsync(Table table, Batch batch)
    {
        try
        {
            using var limit = new CancellationTokenSource(Limit);
            if (batch.Rows.Count == 1)
                await table.PutAsync(batch.Rows.Values.First(), limit.Token);
            else
                await table.PutAllAsync([.. batch.Rows.Values], limit.Token);
            batch.Written.SetResult();
        }
        catch (Exception e)
        {
            // Each caller whose row was in it is told: its answer must not leave.
            batch.Written.SetException(e);
        }
    }

    private sealed class Lane
    {
        public List<Batch> Waiting { get; } = [];

        public Task? Writer { get; set; }

        public bool IsOver { get; set; }
    }

    private sealed class Batch
    {
        public Dictionary<string, TableEntity> Rows { get; } = new(StringComparer.Ordinal);

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsFull => Rows.Count == Table.MaxTransaction;
    }
}
