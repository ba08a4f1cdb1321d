using Azure;
using Azure.Core;

namespace AtpKeyserver.Storage.Policies;

/// <summary>
/// Limits the retries of all calls to one dependency: <see cref="Burst"/> at once, plus one per <see cref="Price"/>
/// successful calls. If the dependency is down, each call is soon attempted only once; see decision 12.
/// </summary>
public sealed class RetryBudget
{
    public const int Burst = 50;

    /// <summary>Successful calls per retry.</summary>
    public const int Price = 10;

    /// <summary>The longest wait before a retry. If the dependency asks for more, the request is not retried.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    /// <summary>The longest <c>Retry-After</c> for callers.</summary>
    private static readonly TimeSpan MaxCallerWait = TimeSpan.FromMinutes(1);

    // No own delay: returns only what the response asks for.
    private static readonly DelayStrategy NoOwnDelay = DelayStrategy.CreateFixedDelayStrategy(TimeSpan.Zero);

    private int _tokens = Burst * Price;

    /// <summary>Takes one retry; false if the budget is exhausted.</summary>
    public bool TryTake()
    {
        for (var tokens = Volatile.Read(ref _tokens); tokens >= Price; tokens = Volatile.Read(ref _tokens))
        {
            if (Interlocked.CompareExchange(ref _tokens, tokens - Price, tokens) == tokens)
                return true;
        }

        return false;
    }

    /// <summary>Counts a successful call.</summary>
    public void Succeeded()
    {
        var tokens = Volatile.Read(ref _tokens);
        // Losing a count in a race is acceptable.
        if (tokens < Burst * Price)
            Interlocked.CompareExchange(ref _tokens, tokens + 1, tokens);
    }

    /// <summary>The wait that the response asks for (seconds, milliseconds or a date); null if it does not.</summary>
    public static TimeSpan? AskedToWait(Response? response) =>
        NoOwnDelay.GetNextDelay(response, retryNumber: 1) is var wait && wait > TimeSpan.Zero ? wait : null;

    /// <summary>The <c>Retry-After</c> for our caller: 1 s by default, at most 1 min.</summary>
    public static TimeSpan WaitForCaller(Response? response) =>
        AskedToWait(response) is not { } wait
            ? TimeSpan.FromSeconds(1)
            : wait < MaxCallerWait ? wait : MaxCallerWait;
}
