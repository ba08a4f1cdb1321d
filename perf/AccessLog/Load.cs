using System.Diagnostics;
using System.Net.Http.Headers;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.AccessLog;

/// <summary>Sends the same request over several connections, each in a closed loop.</summary>
/// <param name="Requests">Successful requests.</param>
/// <param name="PerSecond">Requests per second.</param>
/// <param name="MedianMs">Median latency.</param>
internal sealed record Load(int Requests, double PerSecond, double MedianMs)
{
    /// <param name="origin">The instance.</param>
    /// <param name="verb">The HTTP method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="token">Creates a token for a connection, and a new one after it has expired.</param>
    /// <param name="connections">The number of connections.</param>
    /// <param name="time">The maximum duration.</param>
    /// <param name="maxRequests">The maximum number of requests.</param>
    public static async Task<Load> SendAsync(
        Uri origin, HttpMethod verb, string path, Func<string> token, int connections, TimeSpan time, int maxRequests)
    {
        using var http = XrpcCaller.Connect(origin, connections);
        var since = Stopwatch.GetTimestamp();
        var sent = 0;
        var times = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(SendInTurnAsync)));
        var elapsed = Stopwatch.GetElapsedTime(since);
        double[] all = [.. times.SelectMany(list => list).Order()];
        return new Load(all.Length, all.Length / elapsed.TotalSeconds, all[all.Length / 2]);

        async Task<List<double>> SendInTurnAsync()
        {
            var taken = new List<double>();
            var bearer = new AuthenticationHeaderValue("Bearer", token());
            while (Stopwatch.GetElapsedTime(since) < time && Interlocked.Increment(ref sent) <= maxRequests)
            {
                using var request = new HttpRequestMessage(verb, path);
                request.Headers.Authorization = bearer;
                var started = Stopwatch.GetTimestamp();
                using var response = await http.SendAsync(request);
                await response.Content.ReadAsByteArrayAsync();
                taken.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if ((int)response.StatusCode == 401)
                    bearer = new AuthenticationHeaderValue("Bearer", token());
                else
                    response.EnsureSuccessStatusCode();
            }

            return taken;
        }
    }
}
