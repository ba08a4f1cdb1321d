using System.Diagnostics;
using System.Net.Http.Headers;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Flood;

/// <summary>
/// How long a stranger waits for the refusal of a group that exists, and of two that do not: the second pair shows how
/// much the machine wavers.
/// </summary>
internal static class Refusals
{
    private const string A = "dev.atpkeyserver.alpha.";

    public static async Task<object> MeasureAsync(Stack stack, int samples, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = stack.App };
        var owner = stack.Atproto.CreateAccount("owner.test").Did;
        string[] groups = [$"{owner}#exists", $"{owner}#absent", $"{owner}#nothing"];
        await CallAsync(owner, "group.getKey", groups[0]);
        var times = groups.Select(_ => new double[samples]).ToArray();
        for (var i = -50; i < samples; i++)
        {
            var stranger = stack.Atproto.CreateAccount($"stranger{i + 50}.test").Did;
            // Its DID document is known from now on.
            await CallAsync(stranger, "keypair.listVersions", null);
            for (var turn = 0; turn < groups.Length; turn++)
            {
                var which = (i + 50 + turn) % groups.Length;
                var seconds = await CallAsync(stranger, "group.getKey", groups[which]);
                if (i >= 0)
                    times[which][i] = seconds * 1000;
            }
        }

        var medians = times.Select(each => each.Order().ElementAt(samples / 2)).ToArray();
        Console.WriteLine(
            $"medians of {samples} refusals, ms: exists {medians[0]:0.000}, absent {medians[1]:0.000}, {medians[2]:0.000}");
        var (difference, noise) = (medians[0] - ((medians[1] + medians[2]) / 2), medians[1] - medians[2]);
        Console.WriteLine($"exists - absent: {difference:0.000} ms; absent - absent: {noise:0.000} ms");
        return new { samples, existsMs = medians[0], absentMs = medians[1], otherAbsentMs = medians[2] };

        async Task<double> CallAsync(string caller, string method, string? group)
        {
            var query = group is null ? "" : $"?group_id={Uri.EscapeDataString(group)}";
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{A}{method}{query}");
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Bearer", stack.Atproto.MintToken(caller, $"did:web:localhost%3A{stack.App.Port}", A + method));
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.SendAsync(request, cancellation);
            await answer.Content.ReadAsByteArrayAsync(cancellation);
            return Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
    }
}
