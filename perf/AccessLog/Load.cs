using System.Diagnostics;
using System.Net.Http.Headers;

namespace AtpKeyserver.Perf.AccessLog;

/// <summary>Some connections that send the same request again and again for a while.</summary>
/// <param name="Requests">Answered with 200.</param>
/// <param name="PerSecond">Requests a second.</param>
/// <param name="MedianMs">Half of the answers came sooner.</param>
internal sealed record Load(int Requests, double PerSecond, double MedianMs)
{
    public static async Task<Load> SendAsync(
        Uri origin, HttpMethod verb, string path, Func<string> token, int connections, TimeSpan time, int most = int.MaxValue)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false }) { BaseAddress = origin };
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
