using System.Net;
using AtpKeyserver.Errors;
using AtpKeyserver.Limits;
using static AtpKeyserver.Tests.Unit.Limits.LimitsFixture;

namespace AtpKeyserver.Tests.Unit.Limits;

public sealed class RateLimitsTests
{
    [Fact]
    public void Has_a_budget_for_each_kind_of_call()
    {
        var fixture = new LimitsFixture();
        var limits = fixture.Limits;
        var address = Address("203.0.113.7");
        var account = Account("alice.example.com");
        Assert.Equal(300, CountGranted(301, () => limits.TakeAnonymousCall(address)));
        Assert.Equal(60, CountGranted(61, () => limits.TakeResolution(address)));
        Assert.Equal(1200, CountGranted(1201, () => limits.TakeRead(account)));
        Assert.Equal(120, CountGranted(121, () => limits.TakeChange(account)));
        limits.CheckRefusedTokens(address);
        Assert.Equal("120;w=60", Refusal(() => limits.TakeChange(account))!.Policy);
    }

    [Fact]
    public void Takes_its_numbers_from_the_settings()
    {
        var limits = new LimitsFixture(options =>
        {
            options.AnonymousPerMinute = 1;
            options.RefusedTokensPerMinute = 2;
            options.ResolutionsPerMinute = 3;
            options.ReadsPerMinute = 4;
            options.ChangesPerMinute = 5;
        }).Limits;
        var address = Address("203.0.113.7");
        var account = Account("alice.example.com");
        Assert.Equal(1, CountGranted(9, () => limits.TakeAnonymousCall(address)));
        Assert.Equal(2, CountGranted(9, () => RefuseToken(limits, address)));
        Assert.Equal(3, CountGranted(9, () => limits.TakeResolution(address)));
        Assert.Equal(4, CountGranted(9, () => limits.TakeRead(account)));
        Assert.Equal(5, CountGranted(9, () => limits.TakeChange(account)));
    }

    [Fact]
    public void A_hundred_thousand_addresses_together_cause_no_more_look_ups_than_all_may()
    {
        var fixture = new LimitsFixture();
        var granted = 0;
        for (var address = 0; address < 100_000; address++)
        {
            try
            {
                fixture.Limits.TakeResolution(ClientAddress.From(new IPAddress(address)));
                granted++;
            }
            catch (KeyserverException refused) when (refused.Error == ErrorName.UpstreamFailure)
            {
                // Nobody has to wait longer for what others did: see below.
            }
        }

        Assert.Equal(6000, granted);
        fixture.Time.AdvanceSeconds(1);
        Assert.Equal(100, Enumerable.Range(0, 1000).Count(i => Takes(IPAddress.Parse($"2001:db8:{i:x}::1"))));

        bool Takes(IPAddress address)
        {
            try
            {
                fixture.Limits.TakeResolution(ClientAddress.From(address));
                return true;
            }
            catch (KeyserverException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void Looks_at_60_refused_tokens_of_an_address_and_at_all_of_another()
    {
        var limits = new LimitsFixture().Limits;
        Assert.Equal(60, CountGranted(100, () => RefuseToken(limits, Address("203.0.113.7"))));
        limits.CheckRefusedTokens(Address("203.0.113.8"));
    }

    [Fact]
    public void Counts_a_64_as_one_address_and_an_ipv4_address_alone()
    {
        var limits = new LimitsFixture(options => options.AnonymousPerMinute = 1).Limits;
        limits.TakeAnonymousCall(Address("2001:db8::1"));
        Assert.NotNull(Refusal(() => limits.TakeAnonymousCall(Address("2001:db8::ffff:1"))));
        limits.TakeAnonymousCall(Address("2001:db8:0:1::1"));
        limits.TakeAnonymousCall(Address("203.0.113.7"));
        limits.TakeAnonymousCall(Address("203.0.113.8"));
        Assert.NotNull(Refusal(() => limits.TakeAnonymousCall(Address("::ffff:203.0.113.7"))));
    }

    [Fact]
    public void All_unknown_addresses_share_one_budget()
    {
        var limits = new LimitsFixture().Limits;
        Assert.Equal(300, CountGranted(400, () => limits.TakeAnonymousCall(ClientAddress.Unknown)));
    }

    [Fact]
    public void Needs_no_memory_for_100_000_addresses()
    {
        var limits = new LimitsFixture(options => options.AllResolutionsPerMinute = 1_000_000).Limits;
        limits.TakeAnonymousCall(ClientAddress.Unknown);
        var bytes = new byte[4];
        var addresses = Enumerable.Range(0, 100_000).Select(number =>
        {
            BitConverter.TryWriteBytes(bytes, number);
            return ClientAddress.From(new IPAddress(bytes));
        }).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var address in addresses)
        {
            limits.TakeAnonymousCall(address);
            limits.CheckRefusedTokens(address);
            limits.CountRefusedToken(address);
            limits.TakeResolution(address);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void Has_no_budgets_when_turned_off_but_still_denies()
    {
        var limits = new LimitsFixture(options =>
        {
            options.Enabled = false;
            options.AnonymousPerMinute = options.RefusedTokensPerMinute = options.ReadsPerMinute = 1;
            options.DeniedDids = ["did:web:mallory.example.com"];
        }).Limits;
        var address = Address("203.0.113.7");
        Assert.Equal(9, CountGranted(9, () => limits.TakeAnonymousCall(address)));
        Assert.Equal(9, CountGranted(9, () => RefuseToken(limits, address)));
        Assert.Equal(9, CountGranted(9, () => limits.TakeRead(Account("alice.example.com"))));
        var refusal = Assert.Throws<KeyserverException>(() => limits.CheckDenied(Account("mallory.example.com")));
        Assert.Equal(ErrorName.Forbidden, refusal.Error);
    }

    private static void RefuseToken(RateLimits limits, ClientAddress address)
    {
        limits.CheckRefusedTokens(address);
        limits.CountRefusedToken(address);
    }
}
