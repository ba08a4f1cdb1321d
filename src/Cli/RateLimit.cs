using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>
/// Repeats a change that a rate limit rejected. Nothing was executed, and the client itself does not retry changes.
/// </summary>
internal static class RateLimit
{
    /// <summary>The most waits for one change.</summary>
    internal const int MaxWaits = 5;

    /// <summary>If the server asks to wait longer, the command fails.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>The window of the keyserver's rate limits, if a response has no <c>Retry-After</c>.</summary>
    private static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(1);

    /// <param name="change">The change.</param>
    /// <param name="progress">Shows the wait.</param>
    /// <param name="clock">The clock of the waits.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="LimitedException">The limit is still exceeded, or the wait is too long.</exception>
    public static async Task<T> RunAsync<T>(
        Func<Task<T>> change, Progress progress, TimeProvider clock, CancellationToken cancellation)
    {
        for (var waits = 0; ; waits++)
        {
            TimeSpan wait;
            try
            {
                return await change();
            }
            catch (LimitedException e) when (
                !e.OutcomeUnknown && waits < MaxWaits && (e.RetryAfter ?? DefaultWait) <= LongestWait)
            {
                wait = e.RetryAfter ?? DefaultWait;
            }

            progress.ReportWait(wait);
            await Task.Delay(wait, clock, cancellation);
        }
    }
}
