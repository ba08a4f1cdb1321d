using AtpKeyserver.Errors;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tests.Support;
using static AtpKeyserver.Tests.Unit.RateLimiting.LimitsFixture;

namespace AtpKeyserver.Tests.Unit.RateLimiting;

public sealed class BudgetTests
{
    private readonly FakeClock _time = new(DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(300)]
    [InlineData(1200)]
    [InlineData(100_000)]
    public void Grants_exactly_the_budget_to_concurrent_calls(int limit)
    {
        var budget = new Budget(limit, _time);
        Assert.Equal(limit, CountGranted(limit, () => budget.Take(1)));
        Assert.NotNull(Refusal(() => budget.Take(1)));
    }

    [Fact]
    public void Is_full_after_a_minute_and_never_exceeds_the_limit()
    {
        var budget = new Budget(300, _time);
        CountGranted(300, () => budget.Take(1));
        _time.AdvanceSeconds(60);
        Assert.Equal(300, CountGranted(302, () => budget.Take(1)));
        _time.AdvanceSeconds(86_400);
        Assert.Equal(300, CountGranted(302, () => budget.Take(1)));
    }

    [Fact]
    public void Several_units_are_taken_together_or_not_at_all()
    {
        var budget = new Budget(300, _time);
        budget.TakeShared(1, units: 250);
        Assert.Equal(10, Refusal(() => budget.TakeShared(1, units: 100))!.Reset);
        budget.TakeShared(1, units: 50);
        Assert.NotNull(Refusal(() => budget.TakeShared(1)));
        _time.AdvanceSeconds(20);
        budget.TakeShared(1, units: 100);
        Assert.NotNull(Refusal(() => budget.TakeShared(1)));
    }

    [Fact]
    public void A_refusal_of_several_units_waits_until_all_are_available()
    {
        var budget = new Budget(300, _time);
        budget.Take(1, units: 300);
        var refusal = Refusal(() => budget.Take(1, units: 100))!;
        Assert.Equal(20, refusal.Reset);
        _time.AdvanceSeconds(19);
        Assert.NotNull(Refusal(() => budget.Take(1, units: 100)));
        _time.AdvanceSeconds(1);
        budget.Take(1, units: 100);
        Assert.NotNull(Refusal(() => budget.Take(1)));
    }

    [Fact]
    public void Refills_evenly()
    {
        var budget = new Budget(300, _time);
        CountGranted(300, () => budget.Take(1));
        _time.AdvanceSeconds(10);
        Assert.Equal(50, CountGranted(51, () => budget.Take(1)));
    }

    [Fact]
    public void Never_runs_out_at_a_sustainable_pace()
    {
        var budget = new Budget(60, _time);
        for (var i = 0; i < 1000; i++)
        {
            budget.Take(1);
            _time.AdvanceSeconds(1);
        }
    }

    [Fact]
    public void Keeps_separate_budgets_for_each_key()
    {
        var budget = new Budget(1, _time);
        budget.Take(1);
        Assert.NotNull(Refusal(() => budget.Take(1)));
        budget.Take(2);
    }

    [Fact]
    public void Returns_the_numbers_for_the_headers()
    {
        var budget = new Budget(300, _time);
        CountGranted(300, () => budget.Take(1));
        var refusal = Refusal(() => budget.Take(1))!;
        Assert.Equal(ErrorName.RateLimitExceeded, refusal.Error);
        Assert.Equal(300, refusal.Limit);
        Assert.Equal(0, refusal.Remaining);
        Assert.Equal(1, refusal.Reset);
        Assert.Equal(TimeSpan.FromSeconds(1), refusal.RetryAfter);
        Assert.Equal("300;w=60", refusal.Policy);
        Assert.Equal("Too many requests; try again in 1 s", refusal.Message);
    }

    [Fact]
    public void Retry_after_covers_the_time_until_the_next_unit()
    {
        var budget = new Budget(2, _time);
        CountGranted(2, () => budget.Take(1));
        _time.AdvanceSeconds(0.5);
        Assert.Equal(30, Refusal(() => budget.Take(1))!.Reset);
        _time.AdvanceSeconds(29.4);
        Assert.NotNull(Refusal(() => budget.Take(1)));
        _time.AdvanceSeconds(0.1);
        budget.Take(1);
    }

    [Theory]
    [InlineData(0.0003)]
    [InlineData(0.4999)]
    [InlineData(1.23456)]
    public void A_caller_that_waits_for_retry_after_succeeds(double pause)
    {
        var budget = new Budget(7, _time);
        for (var i = 0; i < 500; i++)
        {
            _time.AdvanceSeconds(pause);
            if (Refusal(() => budget.Take(1)) is { } refusal)
            {
                _time.AdvanceSeconds(refusal.Reset);
                budget.Take(1);
            }
        }
    }

    [Fact]
    public async Task Grants_no_more_than_the_budget_to_64_threads()
    {
        var budget = new Budget(200_000, _time);
        using var start = new Barrier(64);
        var granted = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return CountGranted(3_200, () => budget.Take(42));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.Equal(200_000, granted.Sum());
        Assert.Equal(1, Refusal(() => budget.Take(42))!.Reset);
    }
}
