using System.Globalization;
using Azure;

namespace AtpKeyserver.Storage;

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

    /// <summary>How long the answer asks us to wait; null where it does not say.</summary>
    public static TimeSpan? AskedToWait(Response? response)
    {
        if (response is null)
            return null;
        if (response.Headers.TryGetValue("x-ms-retry-after-ms", out var text) || response.Headers.TryGetValue("retry-after-ms", out text))
            return Parse(text) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
        return response.Headers.TryGetValue("Retry-After", out text) && Parse(text) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static int? Parse(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
