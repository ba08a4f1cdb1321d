using System.Net;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using static AtpKeyserver.Tests.Unit.RateLimiting.LimitsFixture;

namespace AtpKeyserver.Tests.Unit.RateLimiting;

/// <summary>Lookups for tokens from one address, which may be a PDS with thousands of users.</summary>
public sealed class TokenResolutionTests
{
    private readonly LimitsFixture _fixture = new();
    private readonly ClientAddress _pds = Address("203.0.113.7");
    private int _forged;

    private LookupLimits Limits => _fixture.Lookups;

    [Fact]
    public void Forged_issuers_cause_600_lookups_a_minute()
    {
        Assert.Equal(600, CountGranted(5000, Forge));
        _fixture.Time.AdvanceSeconds(1);
        Assert.Equal(10, CountGranted(5000, Forge));
    }

    [Fact]
    public void Known_callers_are_looked_up_however_many_issuers_are_forged()
    {
        LogIn(Account("alice.example.com"));
        CountGranted(5000, Forge);
        Assert.Equal(20, CountGranted(20, () => LookUp(Account("alice.example.com"), LookupReason.Token)));
        LookUp(Account("alice.example.com"), LookupReason.ChangedKey);
    }

    [Fact]
    public void Users_with_valid_tokens_use_up_nothing()
    {
        for (var user = 0; user < 4000; user++)
            LogIn(Account($"user{user}.example{user}.com"));
        Assert.Equal(600, CountGranted(5000, Forge));
    }

    [Fact]
    public void Forged_tokens_of_others_delay_a_caller_only_until_the_next_unit()
    {
        for (var minute = 0; minute < 10; minute++)
        {
            CountGranted(5000, Forge);
            _fixture.Time.AdvanceSeconds(60);
        }

        CountGranted(5000, Forge);
        Assert.Equal(1, Refusal(Forge)!.Reset);
        _fixture.Time.AdvanceSeconds(0.1);
        LogIn(Account("new.example.com"));
    }

    [Fact]
    public void Renewals_forced_by_forged_signatures_have_a_separate_limit()
    {
        LogIn(Account("alice.example.com"));
        Assert.Equal(600, CountGranted(5000, () => LookUp(Account("alice.example.com"), LookupReason.ChangedKey)));
        Forge();
        LookUp(Account("alice.example.com"), LookupReason.Token);
    }

    [Fact]
    public void A_flood_from_all_addresses_leaves_a_quarter_to_known_callers()
    {
        LogIn(Account("alice.example.com"));
        var others = 0;
        for (var i = 0; i < 10_000; i++)
            others += IsGranted(
                () => Limits.Take(Forged(), ClientAddress.From(new IPAddress(i)), LookupReason.Token));
        Assert.Equal(4499, others);
        Assert.Equal(1500, Enumerable.Range(0, 3000).Sum(_ =>
            IsGranted(() => LookUp(Account("alice.example.com"), LookupReason.Token))));
    }

    [Fact]
    public void Exhausting_the_total_budget_costs_the_address_nothing()
    {
        var limits =
            new LimitsFixture(options => (options.AllResolutionsPerMinute, options.TokenResolutionsPerMinute) = (4, 5));
        for (var i = 0; i < 3; i++)
            limits.Lookups.Take(Forged(), Address("203.0.113.8"), LookupReason.Token);
        for (var i = 0; i < 100; i++)
        {
            var refusal = Assert.Throws<KeyserverException>(
                () => limits.Lookups.Take(Forged(), _pds, LookupReason.Token));
            Assert.Equal(ErrorName.UpstreamFailure, refusal.Error);
        }
    }

    [Fact]
    public void Public_key_requests_use_no_token_lookups()
    {
        Assert.Equal(60, CountGranted(100, () => LookUp(Forged(), LookupReason.PublicKey)));
        LogIn(Account("new.example.com"));
        Assert.NotNull(Refusal(() => LookUp(Account("new.example.com"), LookupReason.PublicKey)));
    }

    private static int IsGranted(Action call)
    {
        try
        {
            call();
            return 1;
        }
        catch (KeyserverException)
        {
            return 0;
        }
    }

    private void LogIn(Did account)
    {
        // The total budget refills by a hundred units a second.
        _fixture.Time.AdvanceSeconds(0.01);
        LookUp(account, LookupReason.Token);
        Limits.AddCaller(account, _pds);
    }

    private void Forge() => LookUp(Forged(), LookupReason.Token);

    private Did Forged() => Account($"forged{_forged++}.example.org");

    private void LookUp(Did did, LookupReason reason) => Limits.Take(did, _pds, reason);
}
