using System.Net;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using static AtpKeyserver.Tests.Unit.RateLimiting.LimitsFixture;

namespace AtpKeyserver.Tests.Unit.RateLimiting;

public sealed class RateLimitsTests
{
    [Fact]
    public void Has_a_separate_budget_for_each_kind_of_call()
    {
        var fixture = new LimitsFixture();
        var (limits, lookups) = (fixture.Limits, fixture.Lookups);
        var address = Address("203.0.113.7");
        var account = Account("alice.example.com");
        Assert.Equal(300, CountGranted(301, () => limits.TakeAnonymousCall(address)));
        Assert.Equal(60, CountGranted(61, () => lookups.Take(account, address, LookupReason.PublicKey)));
        Assert.Equal(600, CountGranted(601, () => lookups.Take(account, address, LookupReason.Token)));
        Assert.Equal(600, CountGranted(601, () => limits.TakeRefusedToken(address, null)));
        Assert.Equal(60, CountGranted(61, () => limits.TakeRefusedToken(address, account)));
        Assert.Equal(1200, CountGranted(1201, () => limits.TakeRead(account)));
        Assert.Equal(120, CountGranted(121, () => limits.TakeChange(account)));
        Assert.Equal(30, CountGranted(31, () => limits.TakeDenial(account)));
        Assert.Equal(60, CountGranted(61, () => limits.TakeNewGroup(account)));
        Assert.Equal(300, CountGranted(301, () => limits.TakeRotation(account)));
        Assert.Equal("120;w=60", Refusal(() => limits.TakeChange(account))!.Policy);
        Assert.Equal("300;w=3600", Refusal(() => limits.TakeRotation(account))!.Policy);
    }

    [Fact]
    public void The_reads_of_one_call_use_the_budget_of_reads_and_of_the_domain()
    {
        var limits = new LimitsFixture(options => (options.ReadsPerMinute, options.WebDomainCallers) = (10, 2)).Limits;
        Take("alice", 8);
        Assert.NotNull(Refusal(() => Take("alice", 3)));
        Take("bob", 10);
        // Two units are left for the domain: refused calls cost nothing.
        Assert.NotNull(Refusal(() => Take("carol", 3)));
        Take("carol", 1);
        Take("dave", 1);
        Assert.NotNull(Refusal(() => Take("erin", 1)));

        void Take(string name, int keys)
        {
            limits.TakeRead(Account($"{name}.example.com"));
            limits.TakeFurtherReads(Account($"{name}.example.com"), keys - 1);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(1000)]
    public void A_full_budget_is_enough_for_any_call(int limit)
    {
        var fixture = new LimitsFixture(
            options => options.ReadsPerMinute = options.ChangesPerMinute = limit);
        var (limits, account) = (fixture.Limits, Account("alice.example.com"));
        limits.TakeRead(account);
        fixture.Time.Advance(TimeSpan.FromTicks(1));
        limits.TakeFurtherReads(account, 99);
        limits.TakeChange(account);
        fixture.Time.Advance(TimeSpan.FromTicks(1));
        limits.TakeFurtherChanges(account, 89);
        Assert.Equal(Math.Max(0, limit - 100), CountGranted(limit, () => limits.TakeRead(account)));
        Assert.Equal(Math.Max(0, limit - 90), CountGranted(limit, () => limits.TakeChange(account)));
    }

    [Fact]
    public void A_call_that_the_budget_was_too_small_for_succeeds_after_the_stated_time()
    {
        var fixture = new LimitsFixture(options => options.ReadsPerMinute = 10);
        var (limits, account) = (fixture.Limits, Account("alice.example.com"));
        Assert.Equal(5, CountGranted(5, () => limits.TakeRead(account)));
        limits.TakeRead(account);
        var refusal = Refusal(() => limits.TakeFurtherReads(account, 99))!;
        Assert.Equal(TimeSpan.FromSeconds(30), refusal.RetryAfter);
        fixture.Time.Advance(refusal.RetryAfter!.Value);
        limits.TakeRead(account);
        limits.TakeFurtherReads(account, 99);
    }

    [Fact]
    public void Reads_its_limits_from_the_settings()
    {
        var fixture = new LimitsFixture(options =>
        {
            options.AnonymousPerMinute = 1;
            options.RefusedTokensPerMinute = 2;
            options.ResolutionsPerMinute = 3;
            options.ReadsPerMinute = 4;
            options.ChangesPerMinute = 5;
            options.MalformedTokensPerMinute = 6;
            options.TokenResolutionsPerMinute = 7;
            options.DenialsPerMinute = 8;
            options.NewGroupsPerMinute = 2;
            options.RotationsPerHour = 3;
        });
        var (limits, lookups) = (fixture.Limits, fixture.Lookups);
        var address = Address("203.0.113.7");
        var account = Account("alice.example.com");
        Assert.Equal(1, CountGranted(9, () => limits.TakeAnonymousCall(address)));
        Assert.Equal(2, CountGranted(9, () => limits.TakeRefusedToken(address, account)));
        Assert.Equal(3, CountGranted(9, () => lookups.Take(account, address, LookupReason.PublicKey)));
        Assert.Equal(6, CountGranted(9, () => limits.TakeRefusedToken(address, null)));
        Assert.Equal(7, CountGranted(9, () => lookups.Take(account, address, LookupReason.Token)));
        Assert.Equal(8, CountGranted(9, () => limits.TakeDenial(account)));
        Assert.Equal(2, CountGranted(9, () => limits.TakeNewGroup(account)));
        Assert.Equal(3, CountGranted(9, () => limits.TakeRotation(account)));
        Assert.Equal(4, CountGranted(9, () => limits.TakeRead(account)));
        Assert.Equal(5, CountGranted(9, () => limits.TakeChange(account)));
    }

    [Fact]
    public void A_hundred_thousand_addresses_stay_within_the_total_lookup_budget()
    {
        var fixture = new LimitsFixture();
        var granted = 0;
        for (var address = 0; address < 100_000; address++)
        {
            try
            {
                fixture.Lookups.Take(
                    Account("alice.example.com"), ClientAddress.From(new IPAddress(address)), LookupReason.PublicKey);
                granted++;
            }
            catch (KeyserverException refused) when (refused.Error == ErrorName.UpstreamFailure)
            {
                // Other callers' offences do not extend the wait; see below.
            }
        }

        // A quarter is reserved for known accounts.
        Assert.Equal(4500, granted);
        fixture.Time.AdvanceSeconds(1);
        Assert.Equal(100, Enumerable.Range(0, 1000).Count(i => Takes(IPAddress.Parse($"2001:db8:{i:x}::1"))));

        bool Takes(IPAddress address)
        {
            try
            {
                fixture.Lookups.Take(
                    Account("alice.example.com"), ClientAddress.From(address), LookupReason.PublicKey);
                return true;
            }
            catch (KeyserverException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void Refused_tokens_count_for_the_issuer_and_the_address()
    {
        var limits = new LimitsFixture().Limits;
        var (pds, mallory) = (Address("203.0.113.7"), Account("mallory.example.com"));
        Assert.Equal(60, CountGranted(100, () => limits.TakeRefusedToken(pds, mallory)));
        Assert.Equal(600, CountGranted(1000, () => limits.TakeRefusedToken(pds, null)));
        limits.TakeRefusedToken(pds, Account("alice.example.com"));
        limits.TakeRefusedToken(Address("203.0.113.8"), mallory);
        limits.TakeRefusedToken(Address("203.0.113.8"), null);
    }

    [Fact]
    public void Counts_an_IPv6_64_network_as_one_address()
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
        var fixture = new LimitsFixture(options =>
            (options.AllResolutionsPerMinute, options.ReadsPerMinute) = (1_000_000, 1_000_000));
        var (limits, lookups) = (fixture.Limits, fixture.Lookups);
        var account = Account("alice.example.com");
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
            limits.TakeRefusedToken(address, null);
            limits.TakeRefusedToken(address, account);
            lookups.Take(account, address, LookupReason.PublicKey);
            lookups.Take(account, address, LookupReason.Token);
            limits.TakeRead(account);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void Has_no_budgets_when_disabled_but_still_applies_the_deny_list()
    {
        var limits = new LimitsFixture(options =>
        {
            options.Enabled = false;
            options.AnonymousPerMinute = options.RefusedTokensPerMinute = options.ReadsPerMinute = 1;
            options.DeniedDids = ["did:web:mallory.example.com"];
        }).Limits;
        var address = Address("203.0.113.7");
        Assert.Equal(9, CountGranted(9, () => limits.TakeAnonymousCall(address)));
        Assert.Equal(9, CountGranted(9, () => limits.TakeRefusedToken(address, null)));
        Assert.Equal(9, CountGranted(9, () => limits.TakeRead(Account("alice.example.com"))));
        var refusal = Assert.Throws<KeyserverException>(() => limits.CheckDenied(Account("mallory.example.com")));
        Assert.Equal(ErrorName.Forbidden, refusal.Error);
    }
}
