using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Flood;

/// <summary>Sends many different requests over a few connections and measures the app's memory.</summary>
internal sealed record Wave(
    string Name,
    int Requests,
    double Seconds,
    int Lookups,
    double BeforeMb,
    double PeakMb,
    double AfterMb,
    double HighWaterMb,
    IReadOnlyDictionary<string, int> Answers)
{
    public const int Connections = 16;

    /// <param name="name">The wave's name.</param>
    /// <param name="requests">The number of requests.</param>
    /// <param name="stack">The stack with the app.</param>
    /// <param name="memory">The app's memory.</param>
    /// <param name="request">Creates the request with this number.</param>
    /// <param name="cancellation">Cancels the wave.</param>
    public static async Task<Wave> SendAsync(
        string name,
        int requests,
        Stack stack,
        MemoryWatch memory,
        Func<int, HttpRequestMessage> request,
        CancellationToken cancellation)
    {
        using var http = XrpcCaller.Connect(stack.App, Connections);
        var answers = new ConcurrentDictionary<string, int>();
        var before = memory.Resident;
        _ = memory.Take();
        var lookups = stack.Atproto.TotalLookups;
        var since = Stopwatch.GetTimestamp();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(SendInTurnAsync, cancellation)));
        var elapsed = Stopwatch.GetElapsedTime(since);
        return new Wave(
            name,
            requests,
            elapsed.TotalSeconds,
            stack.Atproto.TotalLookups - lookups,
            before,
            memory.Take().Max(),
            memory.Resident,
            memory.HighWater,
            new SortedDictionary<string, int>(answers));

        async Task SendInTurnAsync()
        {
            while (Interlocked.Increment(ref next) is var number && number < requests)
            {
                using var message = request(number);
                using var response = await http.SendAsync(message, cancellation);
                var answer = await NameOfAsync(response, cancellation);
                answers.AddOrUpdate(answer, 1, (_, count) => count + 1);
            }
        }
    }

    public static void PrintHead()
    {
        Console.WriteLine();
        Console.WriteLine(
            $"{"wave",-22} {"s",6} {"before MB",10} {"peak MB",8} {"after MB",9} {"high water",11} "
            + $"{"lookups",9}  answers");
    }

    public void Print()
    {
        var answers = string.Join(", ", Answers.Select(answer => $"{answer.Value} × {answer.Key}"));
        Console.WriteLine(
            $"{Name,-22} {Seconds,6:0.0} {BeforeMb,10:0} {PeakMb,8:0} {AfterMb,9:0} {HighWaterMb,11:0} "
            + $"{Lookups,9}  {answers}");
    }

    /// <summary><c>200</c>, <c>401 DidNotFound</c>, …</summary>
    private static async Task<string> NameOfAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (response.IsSuccessStatusCode)
            return $"{(int)response.StatusCode}";
        using var error = JsonDocument.Parse(body);
        return $"{(int)response.StatusCode} {error.RootElement.GetProperty("error").GetString()}";
    }
}
