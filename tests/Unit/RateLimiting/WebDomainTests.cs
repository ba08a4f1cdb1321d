using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using static AtpKeyserver.Tests.Unit.RateLimiting.LimitsFixture;

namespace AtpKeyserver.Tests.Unit.RateLimiting;

/// <summary>A domain can have any number of did:web accounts but gets the budget of only ten callers.</summary>
public sealed class WebDomainTests
{
    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("alice.example.com", "example.com")]
    [InlineData("a.b.c.example.com", "example.com")]
    [InlineData("example.co.uk", "example.co.uk")]
    [InlineData("a.b.example.co.uk", "example.co.uk")]
    [InlineData("co.uk", "co.uk")]
    [InlineData("a.b.co.com", "co.com")]
    [InlineData("a.abc.de", "abc.de")]
    [InlineData("alice.github.io", "alice.github.io")]
    [InlineData("x.y.alice.github.io", "alice.github.io")]
    [InlineData("github.io", "github.io")]
    [InlineData("notgithub.io", "notgithub.io")]
    [InlineData("x.notgithub.io", "notgithub.io")]
    [InlineData("x.alice.pages.github.io", "alice.pages.github.io")]
    public void The_domain_of_a_host(string host, string domain) =>
        Assert.Equal(domain, new WebDomains(["github.io", "pages.github.io"]).Of(Account(host)).ToString());

    [Fact]
    public void A_did_plc_has_no_domain_and_a_local_host_is_its_own()
    {
        Assert.True(Did.TryParse("did:plc:ewvi7nxzyoun6zhxrhs64oiz", allowLocalhost: false, out var plc));
        Assert.True(Did.TryParse("did:web:localhost%3A2583", allowLocalhost: true, out var local));
        Assert.True(new WebDomains([]).Of(plc).IsEmpty);
        Assert.Equal("localhost%3A2583", new WebDomains([]).Of(local).ToString());
    }

    [Fact]
    public void A_wildcard_domain_has_the_budget_of_ten_callers()
    {
        var limits = new LimitsFixture().Limits;
        AssertGranted(12_000, limits.TakeRead);
        AssertGranted(1_200, limits.TakeChange);
        AssertGranted(300, limits.TakeDenial);
        AssertGranted(600, limits.TakeNewGroup);
        AssertGranted(3_000, limits.TakeRotation);
        // Another domain is not affected.
        limits.TakeRead(Account("alice.example.org"));

        // One caller in 131,072 shares the bucket of its domain and then uses ten of its units.
        void AssertGranted(int budget, Action<Did> take) =>
            Assert.InRange(CountGranted(20_000, Each("example.com", take)), budget - 30, budget);
    }

    [Fact]
    public void Hosts_below_a_shared_host_are_separate_domains()
    {
        var limits = new LimitsFixture(options =>
        {
            options.SharedWebHosts = ["github.io"];
            options.WebDomainCallers = 2;
            options.ReadsPerMinute = 3;
        }).Limits;
        Assert.Equal(6, CountGranted(100, Each("alice.github.io", limits.TakeRead)));
        Assert.Equal(6, CountGranted(100, Each("bob.github.io", limits.TakeRead)));
    }

    [Fact]
    public void A_caller_over_its_budget_uses_nothing_from_its_domain()
    {
        var limits = new LimitsFixture(options => (options.WebDomainCallers, options.ReadsPerMinute) = (2, 10)).Limits;
        CountGranted(1000, () => limits.TakeRead(Account("mallory.example.com")));
        Assert.Equal(10, CountGranted(100, () => limits.TakeRead(Account("alice.example.com"))));
    }

    [Fact]
    public void A_caller_that_shares_a_domain_with_a_flood_waits_only_for_the_next_unit()
    {
        var fixture = new LimitsFixture();
        for (var minute = 0; minute < 3; minute++)
        {
            CountGranted(20_000, Each("example.com", fixture.Limits.TakeChange));
            fixture.Time.AdvanceSeconds(60);
        }

        CountGranted(20_000, Each("example.com", fixture.Limits.TakeChange));
        Assert.Equal(
            ("1200;w=60", 1), Refusal(() => fixture.Limits.TakeChange(Account("alice.example.com"))) is { } refusal
            ? (refusal.Policy, refusal.Reset)
            : default);
        fixture.Time.AdvanceSeconds(0.05);
        fixture.Limits.TakeChange(Account("bob.example.com"));
    }

    [Fact]
    public void did_plc_accounts_have_separate_budgets()
    {
        var limits = new LimitsFixture(options => (options.WebDomainCallers, options.ReadsPerMinute) = (1, 1)).Limits;
        foreach (var last in "abcdefghij")
        {
            Assert.True(Did.TryParse($"did:plc:ewvi7nxzyoun6zhxrhs64oi{last}", allowLocalhost: false, out var did));
            limits.TakeRead(did);
        }
    }

    [Fact]
    public void Delegates_of_a_group_share_its_rotations_separately_from_the_owner()
    {
        var limits = new LimitsFixture(options => options.RotationsPerHour = 4).Limits;
        var owner = Account("alice.example.com");
        var group = $"{owner}#friends";
        var delegates = 0;
        Assert.Equal(4, CountGranted(
            100, () => limits.TakeRotation(Account($"d{delegates++}.example{delegates}.org"), group, owner)));
        Assert.Equal(4, CountGranted(100, () => limits.TakeRotation(owner, group, owner)));
        limits.TakeRotation(Account("d.example.net"), $"{owner}#family", owner);
    }

    /// <summary>Each call comes from another account of the domain.</summary>
    private static Action Each(string domain, Action<Did> take)
    {
        var hosts = 0;
        return () => take(Account($"h{hosts++}.{domain}"));
    }
}
