using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.RateLimiting;

public sealed class KnownCallersTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    private readonly KnownCallers _callers = new(Options.Create(new KeyserverOptions()));

    [Fact]
    public void A_caller_has_a_reserved_slot_once_in_ten_minutes()
    {
        Assert.False(_callers.TryReserve(Account("alice.example.com"), Now));
        Assert.True(_callers.Add(Account("alice.example.com")));
        Assert.True(_callers.TryReserve(Account("alice.example.com"), Now));
        Assert.False(_callers.TryReserve(
            Account("alice.example.com"), Now + KnownCallers.ReservedInterval - TimeSpan.FromTicks(1)));
        Assert.True(_callers.TryReserve(Account("alice.example.com"), Now + KnownCallers.ReservedInterval));
        _callers.ReturnReservation(Account("alice.example.com"));
        Assert.True(_callers.TryReserve(Account("alice.example.com"), Now + KnownCallers.ReservedInterval));
    }

    [Fact]
    public void The_accounts_of_one_domain_displace_nobody()
    {
        _callers.Add(Account("alice.example.org"));
        var known = Enumerable.Range(0, 2 * KnownCallers.Max).Count(i => _callers.Add(Account($"h{i}.example.com")));

        Assert.Equal(KnownCallers.MaxOfDomain, known);
        Assert.True(_callers.Contains(Account("alice.example.org")));
    }

    private static Did Account(string host) =>
        Did.TryParse($"did:web:{host}", allowLocalhost: false, out var did) ? did : throw new ArgumentException(host);
}
