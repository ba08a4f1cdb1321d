using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Measures the allocations of a .NET process during an action, from a runtime counter.</summary>
internal static class Allocations
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <returns>Bytes.</returns>
    public static async Task<double> DuringAsync(int process, Func<Task> action)
    {
        var provider = new EventPipeProvider(
            "System.Runtime",
            EventLevel.Informational,
            arguments: new Dictionary<string, string> { ["EventCounterIntervalSec"] = "1" });
        using var session = new DiagnosticsClient(process).StartEventPipeSession([provider], requestRundown: false);
        using var source = new EventPipeEventSource(session.EventStream);
        var (began, bytes) = (new TaskCompletionSource(), 0.0);
        source.Dynamic.All += e =>
        {
            if (e.EventName != "EventCounters"
                || ((IDictionary<string, object>)e.PayloadValue(0))["Payload"]
                    is not IDictionary<string, object> counter
                || counter["Name"] is not "alloc-rate")
                return;
            // Ignores the first value, which covers the time before.
            if (!began.TrySetResult())
                bytes += (double)counter["Increment"];
        };
        var reading = Task.Run(source.Process);
        await began.Task;
        await action();
        await Task.Delay(Interval + Interval);
        await session.StopAsync(CancellationToken.None);
        await reading;
        return bytes;
    }
}
