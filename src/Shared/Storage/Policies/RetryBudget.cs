using Azure;
using Azure.Core;

namespace AtpKeyserver.Storage.Policies;

/// <summary>
/// How many retries all calls to one dependency may make together: <see cref="Burst"/> at once, and one more for each <see cref="Price"/> calls
/// that succeed. So a dependency that fails altogether gets each call once, whatever the load; see decision 12.
/// </summary>
public sealed class RetryBudget
{
    public const int Burst = 50;

    /// <summary>Successes that pay for one retry.</summary>
    public const int Price = 10;

    /// <summary>The longest wait before a retry; a dependency that asks for a longer one is not tried again within this request.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait that is handed on to a caller.</summary>
    private static readonly TimeSpan MostForCaller = TimeSpan.FromMinutes(1);

    // Adds nothing of its own to what the answer says.
    private static readonly DelayStrategy AsTheClient = DelayStrategy.CreateFixedDelayStrategy(TimeSpan.Zero);

    private int _tokens = Burst * Price;

    /// <summary>Takes one retry; false when there is none left.</summary>
    public bool TryTake()
    {
        for (var tokens = Volatile.Read(ref _tokens); tokens >= Price; tokens = Volatile.Read(ref _tokens))
        {
            if (Interlocked.CompareExchange(ref _tokens, tokens - Price, tokens) == tokens)
                return true;
        }

        return false;
    }

    /// <summary>Counts a call that was answered.</summary>
    public void Succeeded()
    {
        var tokens = Volatile.Read(ref _tokens);
        // A success that is lost to a race pays for nothing, and nothing rests on it.
        if (tokens < Burst * Price)
            Interlocked.CompareExchange(ref _tokens, tokens + 1, tokens);
    }

    /// <summary>How long the answer asks us to wait, in seconds, milliseconds or as a date, as the client would wait; null where it does not say.</summary>
    public static TimeSpan? AskedToWait(Response? response) =>
        AsTheClient.GetNextDelay(response, retryNumber: 1) is var wait && wait > TimeSpan.Zero ? wait : null;

    /// <summary>The same for a caller who is told to come back: a second where it does not say, and a minute at most.</summary>
    public static TimeSpan WaitForCaller(Response? response) =>
        AskedToWait(response) is not { } wait ? TimeSpan.FromSeconds(1) : wait < MostForCaller ? wait : MostForCaller;
}
