using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Storage.Policies;

/// <summary>Retries within a budget: exponential delays with jitter, or as long as the dependency asks for.</summary>
internal sealed class RetryBudgetPolicy(RetryBudget budget, int retries, TimeSpan first, TimeSpan longest)
    : RetryPolicy(retries, Delays(first, longest))
{
    /// <summary>Doubles each time, ±20 %.</summary>
    internal static DelayStrategy Delays(TimeSpan first, TimeSpan longest) =>
        DelayStrategy.CreateExponentialDelayStrategy(first, longest);

    protected override bool ShouldRetry(HttpMessage message, Exception? exception) =>
        base.ShouldRetry(message, exception) && MayRetry(message);

    protected override async ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        await base.ShouldRetryAsync(message, exception) && MayRetry(message);

    protected override void OnRequestSent(HttpMessage message) => Count(message);

    protected override ValueTask OnRequestSentAsync(HttpMessage message)
    {
        Count(message);
        return ValueTask.CompletedTask;
    }

    private bool MayRetry(HttpMessage message) =>
        !(message.HasResponse && RetryBudget.AskedToWait(message.Response) > RetryBudget.MaxWait) && budget.TryTake();

    private void Count(HttpMessage message)
    {
        if (message.HasResponse && message.Response.Status is < 500 and not 429)
            budget.Succeeded();
    }
}
