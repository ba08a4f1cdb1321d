using AtpKeyserver.Storage.Policies;

namespace AtpKeyserver.Tests.Unit.Storage;

public sealed class RetryBudgetTests
{
    [Fact]
    public void Allows_a_burst_of_retries_and_then_one_for_ten_successes()
    {
        var budget = new RetryBudget();
        Assert.Equal(RetryBudget.Burst, TakeAll(budget));

        for (var call = 0; call < 9; call++)
            budget.Succeeded();
        Assert.Equal(0, TakeAll(budget));
        budget.Succeeded();
        Assert.Equal(1, TakeAll(budget));
    }

    [Fact]
    public void Unused_retries_do_not_accumulate()
    {
        var budget = new RetryBudget();
        for (var call = 0; call < 100_000; call++)
            budget.Succeeded();
        Assert.Equal(RetryBudget.Burst, TakeAll(budget));
    }

    [Fact]
    public void Delays_grow_and_have_jitter()
    {
        var delays = RetryBudgetPolicy.Delays(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500));
        var first = Enumerable.Range(0, 100).Select(_ => delays.GetNextDelay(null, 1)).ToList();
        var second = Enumerable.Range(0, 100).Select(_ => delays.GetNextDelay(null, 2)).ToList();
        Assert.InRange(first.Distinct().Count(), 50, 100);
        Assert.All(first, delay => Assert.InRange(delay.TotalMilliseconds, 35, 65));
        Assert.All(second, delay => Assert.InRange(delay.TotalMilliseconds, 70, 130));
    }

    private static int TakeAll(RetryBudget budget)
    {
        var taken = 0;
        while (budget.TryTake())
            taken++;
        return taken;
    }
}
