using System.Net;
using System.Text;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tests.Support;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>A flood of DIDs: lookups, slots and memory stay bounded.</summary>
public sealed class FloodTests : IDisposable
{
    private const int Issuers = 100_000;

    private readonly TestResolver _identity = new();
    private readonly ILookupLimits _limits;

    public FloodTests()
    {
        _limits = new LookupLimits(
            Options.Create(new KeyserverOptions()), _identity.Callers, _identity.Clock);
        _identity.Budget = _limits.Take;
        // The document has no key, because only the number of fetches matters.
        _identity.Plc.Answer = _identity.Web.Answer =
            did => ValueTask.FromResult<byte[]?>(Encoding.UTF8.GetBytes(Documents.WithMethods(did)));
    }

    [Fact]
    public async Task A_hundred_thousand_issuers_from_one_address_cause_60_lookups()
    {
        var from = ClientAddress.From(IPAddress.Parse("203.0.113.7"));
        var found = 0;
        for (var i = 0; i < Issuers; i++)
            found += await ExistsAsync(i, from) ? 1 : 0;

        Assert.Equal((60, 60, 60), (found, _identity.Plc.Fetches, _identity.Taken));
        Assert.Equal(0, _identity.Resolver.InProgress);
    }

    [Fact]
    public async Task A_hundred_thousand_issuers_from_a_thousand_addresses_stay_within_the_total_budget()
    {
        for (var i = 0; i < Issuers; i++)
            await ExistsAsync(i, Address(i % 1000));
        // A quarter is reserved for known accounts.
        Assert.Equal((4500, 0), (_identity.Plc.Fetches, _identity.Resolver.InProgress));
    }

    [Fact]
    public async Task With_a_larger_total_each_address_has_60_lookups_and_50_000_DIDs_are_cached()
    {
        var options = new KeyserverOptions();
        options.RateLimits.AllResolutionsPerMinute = 1_000_000;
        _identity.Budget = new LookupLimits(Options.Create(options), _identity.Callers, _identity.Clock).Take;
        for (var i = 0; i < Issuers; i++)
            await ExistsAsync(i, Address(i % 1000));

        // A few of the thousand addresses share a bucket and its units.
        Assert.InRange(_identity.Plc.Fetches, 57_000, 60_000);
        Assert.Equal(_identity.Taken, _identity.Plc.Fetches);
        Assert.Equal(0, _identity.Resolver.InProgress);
        _identity.Plc.Fail();
        _identity.Budget = (_, _, _) => throw new KeyserverException(ErrorName.RateLimitExceeded, "Not in memory");
        var kept = 0;
        for (var i = 0; i < Issuers; i++)
            kept += await ExistsAsync(i, default) ? 1 : 0;
        Assert.InRange(kept, DidResolver.MaxDids / 2, DidResolver.MaxDids);
    }

    [Theory]
    [InlineData(DidMethod.Plc, DidDocumentFetcher.Max - DidDocumentFetcher.Reserved)]
    [InlineData(DidMethod.Web, DidDocumentFetcher.MaxWeb - DidDocumentFetcher.ReservedWeb)]
    public async Task Slow_sources_hold_a_bounded_number_of_slots_and_a_thousand_callers_wait(
        DidMethod method, int slots)
    {
        var answer = new TaskCompletionSource<byte[]?>();
        var source = method == DidMethod.Plc ? _identity.Plc : _identity.Web;
        source.Answer = _ => new ValueTask<byte[]?>(answer.Task);
        var most = 0;
        var calls = Enumerable.Range(0, 3_000).Select(i => ExistsAsync(method, i, Address(i % 1000))).ToArray();
        var all = Task.WhenAll(calls);
        // Callers without a slot are refused; those that hold one keep it.
        while (calls.Count(call => !call.IsCompleted) > slots)
        {
            most = Math.Max(most, source.Fetches);
            await Task.Delay(20);
        }

        Assert.Equal((slots, slots), (source.Fetches, _identity.Resolver.InProgress));
        Assert.InRange(most, 0, slots);
        answer.SetResult(null);
        await all;
        Assert.Equal(0, _identity.Resolver.InProgress);
    }

    [Fact]
    public async Task A_thousand_callers_wait_for_a_slot_and_the_next_is_refused_at_once()
    {
        using var slots = new ConcurrencyLimiter(1, TimeSpan.FromMinutes(1));
        Assert.True(await slots.TryEnterAsync());
        var waiting = Enumerable.Range(0, ConcurrencyLimiter.MaxWaiting).Select(_ => slots.TryEnterAsync().AsTask())
            .ToArray();

        var next = slots.TryEnterAsync();
        Assert.True(next.IsCompleted);
        Assert.False(await next);
        Assert.All(waiting, wait => Assert.False(wait.IsCompleted));

        for (var i = 0; i < waiting.Length; i++)
            slots.Release();
        Assert.All(await Task.WhenAll(waiting), Assert.True);
        slots.Release();
        Assert.True(await slots.TryEnterAsync());
    }

    [Fact]
    public async Task A_thousand_lookups_of_one_DID_are_one_request()
    {
        var answer = new TaskCompletionSource<byte[]?>();
        _identity.Plc.Answer = _ => new ValueTask<byte[]?>(answer.Task);
        var callers = Enumerable.Range(0, 1000).Select(i => Task.Run(() => ExistsAsync(0, Address(i)))).ToArray();
        await Eventually.TrueAsync(() => _identity.Plc.Fetches > 0);

        answer.SetResult(Encoding.UTF8.GetBytes(Documents.WithMethods(Documents.NumberedPlc(0))));

        Assert.All(await Task.WhenAll(callers), Assert.True);
        Assert.Equal((1, 1), (_identity.Plc.Fetches, _identity.Taken));
    }

    public void Dispose() => _identity.Dispose();

    private static ClientAddress Address(int i) =>
        ClientAddress.From(new IPAddress([198, 51, (byte)(i / 250), (byte)(i % 250)]));

    private Task<bool> ExistsAsync(int i, ClientAddress from) => ExistsAsync(DidMethod.Plc, i, from);

    /// <summary>False when the DID was not looked up or does not exist.</summary>
    private async Task<bool> ExistsAsync(DidMethod method, int i, ClientAddress from)
    {
        var did = method == DidMethod.Plc ? Documents.NumberedPlc(i) : Documents.Parse($"did:web:h{i}.example.com");
        try
        {
            return await _identity.Resolver.ExistsAsync(did, from, CancellationToken.None);
        }
        catch (KeyserverException e) when (e.Error is ErrorName.RateLimitExceeded or ErrorName.UpstreamFailure)
        {
            return false;
        }
    }
}
