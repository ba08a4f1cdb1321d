using System.Diagnostics;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Flood;

/// <summary>
/// Measures the latency of a denial for an existing group and for two missing ones. The difference between the last two
/// shows the noise.
/// </summary>
internal static class Refusals
{
    /// <summary>Uncounted requests.</summary>
    private const int WarmUp = 50;

    public static async Task<object> MeasureAsync(Stack stack, int samples, CancellationToken cancellation)
    {
        using var caller = new XrpcCaller(stack);
        using var http = XrpcCaller.Connect(stack.App);
        var owner = stack.Atproto.CreateAccount("owner.test").Did;
        string[] groups = [$"{owner}#exists", $"{owner}#absent", $"{owner}#nothing"];
        await caller.CreateGroupAsync(groups[0], cancellation);
        var times = groups.Select(_ => new double[samples]).ToArray();
        for (var i = -WarmUp; i < samples; i++)
        {
            var stranger = stack.Atproto.CreateAccount($"stranger{i + WarmUp}.test").Did;
            // Makes the app cache the DID document.
            await SendAsync(caller.Get(stranger, "keypair.listVersions"));
            for (var turn = 0; turn < groups.Length; turn++)
            {
                var which = (i + WarmUp + turn) % groups.Length;
                var ms = await SendAsync(caller.Get(stranger, "group.getKey", XrpcCaller.GroupQuery(groups[which])));
                if (i >= 0)
                    times[which][i] = ms;
            }
        }

        var medians = times.Select(Statistics.Median).ToArray();
        var (exists, absent, other) = (medians[0], medians[1], medians[2]);
        Console.WriteLine(
            $"medians of {samples} refusals, ms: exists {exists:0.000}, absent {absent:0.000}, absent {other:0.000}");
        Console.WriteLine(
            $"exists - absent: {exists - ((absent + other) / 2):0.000} ms; absent - absent: {absent - other:0.000} ms");
        return new { samples, existsMs = exists, absentMs = absent, otherAbsentMs = other };

        async Task<double> SendAsync(HttpRequestMessage request)
        {
            using (request)
            {
                var since = Stopwatch.GetTimestamp();
                using var answer = await http.SendAsync(request, cancellation);
                await answer.Content.ReadAsByteArrayAsync(cancellation);
                return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
            }
        }
    }
}
