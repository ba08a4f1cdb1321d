using AtpKeyserver.Errors;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tests.Support;
using static AtpKeyserver.Tests.Unit.RateLimiting.LimitsFixture;

namespace AtpKeyserver.Tests.Unit.RateLimiting;

/// <summary>Repeated offenders wait longer; good behavior is forgiven.</summary>
public sealed class OffenceTests
{
    private const int Limit = 60;

    private readonly FakeClock _time = new(DateTimeOffset.UnixEpoch);
    private readonly Budget _budget;

    public OffenceTests() => _budget = new Budget(Limit, _time);

    [Fact]
    public void Each_wait_doubles_up_to_15_minutes()
    {
        int[] expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900];
        foreach (var seconds in expected)
        {
            Assert.Equal(seconds, UseUp().Reset);
            _time.AdvanceSeconds(seconds);
        }
    }

    [Fact]
    public void Calls_during_a_wait_do_not_extend_it()
    {
        Assert.Equal(1, UseUp().Reset);
        _time.AdvanceSeconds(1);
        Assert.Equal(2, UseUp().Reset);
        Assert.Equal(0, CountGranted(1000, () => _budget.Take(1)));
        _time.AdvanceSeconds(1.5);
        Assert.Equal(1, Refusal(() => _budget.Take(1))!.Reset);
        _time.AdvanceSeconds(0.5);
        _budget.Take(1);
    }

    [Fact]
    public void The_budget_refills_during_a_wait()
    {
        UseUp();
        _time.AdvanceSeconds(1);
        UseUp();
        _time.AdvanceSeconds(2);
        UseUp();
        _time.AdvanceSeconds(4);
        Assert.Equal(4, CountGranted(5, () => _budget.Take(1)));
    }

    [Fact]
    public void A_quiet_minute_forgives_one_offence()
    {
        foreach (var seconds in (int[])[1, 2, 4, 8])
        {
            Assert.Equal(seconds, UseUp().Reset);
            _time.AdvanceSeconds(seconds);
        }

        _time.AdvanceSeconds(59);
        Assert.Equal(16, UseUp().Reset);
        _time.AdvanceSeconds(16 + 60);
        Assert.Equal(16, UseUp().Reset);
        _time.AdvanceSeconds(16 + 120);
        Assert.Equal(8, UseUp().Reset);
    }

    [Fact]
    public void The_longest_wait_is_forgiven_after_eleven_minutes()
    {
        for (var i = 0; i < 30; i++)
            _time.AdvanceSeconds(UseUp().Reset);
        _time.AdvanceSeconds(Offence.MaxCount * 60);
        Assert.Equal(1, UseUp().Reset);
    }

    [Fact]
    public void Other_keys_in_the_same_bucket_do_not_wait()
    {
        const ulong neighbour = 1 | (1UL << 63);
        Assert.Equal(1UL % Budget.Buckets, neighbour % Budget.Buckets);
        for (var i = 0; i < 8; i++)
            _time.AdvanceSeconds(UseUp().Reset);
        Assert.Equal(256, UseUp().Reset);
        _time.AdvanceSeconds(5);
        _budget.Take(neighbour);
        Assert.Equal(251, Refusal(() => _budget.Take(1))!.Reset);
    }

    [Fact]
    public void Works_after_years_of_uptime()
    {
        _time.Advance(TimeSpan.FromDays(365 * 30));
        Assert.Equal(1, UseUp().Reset);
        _time.AdvanceSeconds(1);
        Assert.Equal(2, UseUp().Reset);
    }

    private RateLimitExceededException UseUp()
    {
        CountGranted(Limit, () => _budget.Take(1));
        return Refusal(() => _budget.Take(1))!;
    }
}
