using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>Timers that tell what they were told.</summary>
public static class TimerFunctions
{
    /// <summary>What the timers of one host saw.</summary>
    public sealed class Seen
    {
        internal ConcurrentQueue<TimerInfo> Runs { get; } = new();

        internal int Inside;
        internal int MostInside;
    }

    /// <summary>Every second, by cron.</summary>
    public sealed class EverySecond(Seen seen)
    {
        [Function("EverySecond")]
        public void Run([TimerTrigger("* * * * * *")] TimerInfo timer) => seen.Runs.Enqueue(timer);
    }

    /// <summary>Takes longer than its interval.</summary>
    public sealed class Slow(Seen seen)
    {
        [Function("Slow")]
        public async Task Run([TimerTrigger("00:00:00.050")] TimerInfo timer, CancellationToken cancellation)
        {
            seen.MostInside = Math.Max(seen.MostInside, Interlocked.Increment(ref seen.Inside));
            await Task.Delay(200, cancellation);
            Interlocked.Decrement(ref seen.Inside);
            seen.Runs.Enqueue(timer);
        }
    }

    /// <summary>Fails every time.</summary>
    public sealed class Failing(Seen seen)
    {
        [Function("FailingTimer")]
        public Task Run([TimerTrigger("%FailingTimer_Schedule%")] TimerInfo timer)
        {
            seen.Runs.Enqueue(timer);
            throw new InvalidOperationException("on purpose");
        }
    }

    /// <summary>Once a year, and when the host starts.</summary>
    public sealed class AtStart(Seen seen, ScopedThing thing)
    {
        [Function("AtStart")]
        public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, FunctionContext context)
        {
            Assert.NotNull(thing);
            Assert.Null(context.GetHttpContext());
            seen.Runs.Enqueue(timer);
        }
    }

    /// <summary>Waits for the host to stop.</summary>
    public sealed class Endless(Seen seen)
    {
        [Function("Endless")]
        public async Task Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellation)
        {
            seen.Runs.Enqueue(timer);
            await Task.Delay(Timeout.Infinite, cancellation);
        }
    }

    /// <summary>Every day at noon.</summary>
    public sealed class Noon(Seen seen)
    {
        [Function("Noon")]
        public void Run([TimerTrigger("0 0 12 * * *")] TimerInfo timer) => seen.Runs.Enqueue(timer);
    }
}
