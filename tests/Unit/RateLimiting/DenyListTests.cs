using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using static AtpKeyserver.Tests.Unit.RateLimiting.LimitsFixture;

namespace AtpKeyserver.Tests.Unit.RateLimiting;

public sealed class DenyListTests
{
    [Theory]
    [InlineData("203.0.113.0/24", "203.0.113.0", true)]
    [InlineData("203.0.113.0/24", "203.0.113.255", true)]
    [InlineData("203.0.113.0/24", "203.0.114.0", false)]
    [InlineData("203.0.113.0/24", "203.0.112.255", false)]
    [InlineData("203.0.113.0/24", "::ffff:203.0.113.9", true)]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("0.0.0.0/0", "203.0.113.8", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:db8::7", "2001:db8::8", false)]
    [InlineData("2001:db8::7", "2001:db8::7", true)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "203.0.113.8", false)]
    [InlineData("::ffff:203.0.113.0/120", "203.0.113.8", true)]
    [InlineData("::ffff:203.0.113.0/120", "203.0.114.8", false)]
    public void Denies_a_network(string network, string address, bool denied)
    {
        var limits = new LimitsFixture(options => options.DeniedNetworks = ["198.51.100.0/24", network]).Limits;
        if (denied)
            Assert.Equal(ErrorName.Forbidden,
                Assert.Throws<KeyserverException>(() => limits.CheckDenied(Address(address))).Error);
        else
            limits.CheckDenied(Address(address));
    }

    [Fact]
    public void Does_not_deny_an_unknown_address() =>
        new LimitsFixture(options => options.DeniedNetworks = ["0.0.0.0/0", "::/0"]).Limits.CheckDenied(
            ClientAddress.Unknown);

    [Fact]
    public void Denies_an_account_by_exact_match()
    {
        var limits = new LimitsFixture(options => options.DeniedDids = ["did:web:mallory.example.com"]).Limits;
        Assert.Throws<KeyserverException>(() => limits.CheckDenied(Account("mallory.example.com")));
        limits.CheckDenied(Account("mallory.example.com.org"));
        limits.CheckDenied(Account("alice.example.com"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("example.org")]
    [InlineData("203.0.113")]
    [InlineData("203.0.113.1/24")]
    [InlineData("203.0.113.0/33")]
    [InlineData("203.0.113.0/-1")]
    [InlineData("203.0.113.0/")]
    [InlineData("203.0.113.0/24/8")]
    [InlineData("010.0.0.0/8")]
    [InlineData(" 10.0.0.0/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("2001:db8::1/64")]
    [InlineData("fe80::1%eth0")]
    public void Refuses_what_is_not_a_network(string? text) => Assert.False(DenyList.TryParseNetwork(text, out _));
}
