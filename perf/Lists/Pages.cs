using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Lists;

/// <summary>What reading a list to its end, 100 entries a page, took.</summary>
internal sealed record Pages(string List, int Entries, int Requests, double Seconds, double MedianMs, double SlowestMs, double BeforeMb, double PeakMb)
{
    public static async Task<Pages> ReadAsync(
        string title, Stack stack, MemoryWatch memory, string caller, string method, string parameters, string entries, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = stack.App };
        var nsid = "dev.atpkeyserver.alpha." + method;
        var (before, count, times) = (memory.Resident, 0, new List<double>());
        _ = memory.Take();
        string? cursor = null;
        do
        {
            var query = $"/xrpc/{nsid}?{parameters}&limit=100{(cursor is null ? "" : $"&cursor={cursor}")}";
            using var request = new HttpRequestMessage(HttpMethod.Get, query);
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer", stack.Atproto.MintToken(caller, $"did:web:localhost%3A{stack.App.Port}", nsid));
            var since = Stopwatch.GetTimestamp();
            using var response = await http.SendAsync(request, cancellation);
            using var page = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellation));
            times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            count += page.RootElement.GetProperty(entries).GetArrayLength();
            cursor = page.RootElement.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        times.Sort();
        return new Pages(title, count, times.Count, times.Sum() / 1000, times[times.Count / 2], times[^1], before, memory.Take().Max());
    }
}
