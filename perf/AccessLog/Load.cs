using System.Diagnostics;
using System.Net.Http.Headers;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.AccessLog;

/// <summary>Sends the same request over a number of connections, each in a closed loop, for a while.</summary>
/// <param name="Requests">Answered with 200.</param>
/// <param name="PerSecond">Requests a second.</param>
/// <param name="MedianMs">Half of the answers took less.</param>
internal sealed record Load(int Requests, double PerSecond, double MedianMs)
{
    /// <param name="origin">Of the instance.</param>
    /// <param name="verb">Of the request.</param>
    /// <param name="path">With its query.</param>
    /// <param name="token">Makes a token: one for each connection, and another when it has expired.</param>
    /// <param name="connections">How many.</param>
    /// <param name="time">How long, at most.</param>
    /// <param name="most">Requests.</param>
    public static async Task<Load> SendAsync(
        Uri origin, HttpMethod verb, string path, Func<string> token, int connections, TimeSpan time, int most)
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
            while (Stopwatch.GetElapsedTime(since) < time && Interlocked.Increment(ref sent) <= most)
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
