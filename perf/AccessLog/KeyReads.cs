using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.AccessLog;

/// <summary>Measures the cost of a logged read. HEAD does the same work as GET, without the log entry.</summary>
internal static class KeyReads
{
    private const int Rounds = 3;

    public static async Task<List<object>> CompareAsync(Stack stack, AppProcess relaxed, Readers readers)
    {
        Console.WriteLine();
        Console.WriteLine($"{"getKey, 16 connections",-28} {"requests/s",11} {"p50 ms",8}");
        var owner = readers.NewAccount();
        (string Name, Uri Origin, HttpMethod Verb)[] ways =
        [
            ("HEAD", stack.App, HttpMethod.Head),
            ("GET, strict", stack.App, HttpMethod.Get),
            ("GET, relaxed", relaxed.Origin, HttpMethod.Get),
        ];
        foreach (var (_, origin, _) in ways)
        {
            await readers.GetKeyAsync(
                origin, HttpMethod.Get, owner, Readers.Connections, TimeSpan.FromSeconds(2));
        }

        var taken = ways.ToDictionary(way => way.Name, _ => new List<Load>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (name, origin, verb) in ways)
                taken[name].Add(await readers.GetKeyAsync(origin, verb, owner, Readers.Connections, Readers.Slice));
        }

        return [.. taken.Select(each => Show(each.Key, each.Value))];
    }

    private static object Show(string name, List<Load> loads)
    {
        var median = loads.OrderBy(load => load.PerSecond).ElementAt(loads.Count / 2);
        Console.WriteLine($"{name,-28} {median.PerSecond,11:0} {median.MedianMs,8:0.00}");
        return new { part = "getKey", name, median.PerSecond, median.MedianMs };
    }
}
