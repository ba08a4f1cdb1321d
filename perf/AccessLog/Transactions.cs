using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Perf.AccessLog;

/// <summary>Counts the log rows per transaction for several numbers of concurrent readers.</summary>
internal static class Transactions
{
    /// <summary>Counts with a proxy between app and storage, which adds a small overhead.</summary>
    public static async Task<List<object>> CountAsync(Stack stack, Readers readers)
    {
        await using var counter = await RecordingProxy.StartAsync(stack.Azurite.Endpoint);
        var instance = await stack.StartInstanceAsync(CountedStorage.Through(counter, stack));
        Console.WriteLine();
        Console.WriteLine(
            $"{"getKey, one group, strict",-28} {"requests/s",11} {"p50 ms",8} {"transactions",13} {"rows each",10}");
        var figures = new List<object>();
        foreach (var count in (int[])[1, Readers.Connections, Readers.Many])
        {
            var owner = readers.NewAccount();
            await readers.GetKeyAsync(instance.Origin, HttpMethod.Get, owner, count, TimeSpan.FromSeconds(1));
            counter.Take();
            var load = await readers.GetKeyAsync(instance.Origin, HttpMethod.Get, owner, count, Readers.Slice);
            var transactions = counter.Take().Count(
                call => call == "POST $batch" || call.StartsWith("PUT accesslog", StringComparison.Ordinal));
            var each = (double)load.Requests / transactions;
            Console.WriteLine(
                $"{count + " readers",-28} {load.PerSecond,11:0} {load.MedianMs,8:0.00} "
                + $"{transactions,13} {each,10:0.0}");
            figures.Add(new
            {
                part = "transactions",
                readers = count,
                load.PerSecond,
                load.MedianMs,
                rows = load.Requests,
                transactions,
            });
        }

        await instance.StopAsync();
        return figures;
    }
}
