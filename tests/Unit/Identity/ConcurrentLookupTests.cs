using System.Text;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>Coalescing of lookups, their cost and their limits.</summary>
public sealed class ConcurrentLookupTests : IDisposable
{
    private readonly TestResolver _identity = new();
    private readonly string _key;

    public ConcurrentLookupTests()
    {
        using var key = Documents.NewKey();
        _key = Documents.Multikey(key);
        _identity.Plc.AnswerKey(_key);
    }

    [Fact]
    public async Task Coalesces_200_concurrent_callers_into_one_request_that_is_charged_once()
    {
        var answer = new TaskCompletionSource<byte[]?>();
        _identity.Plc.Answer = _ => new ValueTask<byte[]?>(answer.Task);
        var callers = Enumerable.Range(0, 200).Select(_ => Task.Run(() => _identity.KeyAsync(Documents.Plc).AsTask()))
            .ToArray();
        await Eventually.TrueAsync(() => _identity.Plc.Fetches == 1);

        answer.SetResult(Encoding.UTF8.GetBytes(Documents.WithKey(Documents.Plc, _key)));
        var keys = await Task.WhenAll(callers);

        Assert.All(keys, key => Assert.Same(keys[0], key));
        Assert.Equal((1, 1), (_identity.Plc.Fetches, _identity.Taken));
    }

    [Fact]
    public async Task A_failure_reaches_all_waiting_callers_and_no_later_ones()
    {
        var answer = new TaskCompletionSource<byte[]?>();
        _identity.Plc.Answer = _ => new ValueTask<byte[]?>(answer.Task);
        var callers = Enumerable.Range(0, 20).Select(_ => _identity.KeyAsync(Documents.Plc).AsTask()).ToArray();
        answer.SetException(new HttpRequestException());
        foreach (var caller in callers)
            await Refusals.ShouldBeRefusedAsync(() => caller, ErrorName.UpstreamFailure);

        _identity.Plc.AnswerKey(_key);
        await _identity.KeyAsync(Documents.Plc);
    }

    [Fact]
    public async Task Continues_for_other_callers_when_one_cancels()
    {
        var answer = new TaskCompletionSource<byte[]?>();
        _identity.Plc.Answer = _ => new ValueTask<byte[]?>(answer.Task);
        using var giveUp = new CancellationTokenSource();
        var first = _identity.Resolver.FindKeyAsync(Documents.Plc, default, giveUp.Token).AsTask();
        var second = _identity.KeyAsync(Documents.Plc).AsTask();

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult(Encoding.UTF8.GetBytes(Documents.WithKey(Documents.Plc, _key)));

        Assert.NotNull(await second);
        Assert.Equal(1, _identity.Plc.Fetches);
    }

    [Fact]
    public async Task Sends_nothing_when_the_budget_is_used_up()
    {
        _identity.Budget = (_, _, _) => throw new KeyserverException(ErrorName.RateLimitExceeded, "Too many");
        await Refusals.ShouldBeRefusedAsync(
            () => _identity.KeyAsync(Documents.Plc).AsTask(), ErrorName.RateLimitExceeded);
        await Refusals.ShouldBeRefusedAsync(
            () => _identity.RefreshAsync(Documents.Plc, null).AsTask(), ErrorName.RateLimitExceeded);
        Assert.Equal(0, _identity.Plc.Fetches);

        _identity.Budget = (_, _, _) => { };
        await _identity.KeyAsync(Documents.Plc);
    }

    [Fact]
    public async Task Charges_the_budget_of_the_caller()
    {
        var payers = new List<(Did, ClientAddress, LookupReason)>();
        _identity.Budget = (did, from, reason) => payers.Add((did, from, reason));
        var from = ClientAddress.From(System.Net.IPAddress.Parse("192.0.2.7"));
        await _identity.Resolver.FindKeyAsync(Documents.Plc, from, CancellationToken.None);
        await _identity.Resolver.FindKeyAsync(Documents.Plc, default, CancellationToken.None);

        var key = await _identity.KeyAsync(Documents.Plc);
        await _identity.Resolver.RefreshKeyAsync(Documents.Plc, key, from, CancellationToken.None);
        await _identity.Resolver.ExistsAsync(Documents.NumberedPlc(1), from, CancellationToken.None);

        Assert.Equal(
            [
                (Documents.Plc, from, LookupReason.Token),
                (Documents.Plc, from, LookupReason.ChangedKey),
                (Documents.NumberedPlc(1), from, LookupReason.PublicKey),
            ],
            payers);
    }

    [Theory]
    [InlineData(DidMethod.Plc, DidDocumentFetcher.Max - DidDocumentFetcher.Reserved)]
    [InlineData(DidMethod.Web, DidDocumentFetcher.MaxWeb - DidDocumentFetcher.ReservedWeb)]
    public async Task Limits_concurrent_lookups_and_refuses_the_rest(DidMethod method, int max)
    {
        var answer = new TaskCompletionSource<byte[]?>();
        _identity.Plc.Answer = _identity.Web.Answer = _ => new ValueTask<byte[]?>(answer.Task);
        var source = method == DidMethod.Plc ? _identity.Plc : _identity.Web;
        var callers = Enumerable.Range(0, max).Select(i => _identity.ExistsAsync(Numbered(i)).AsTask()).ToArray();
        await Eventually.TrueAsync(() => source.Fetches == max);

        await Refusals.ShouldBeRefusedAsync(
            () => _identity.ExistsAsync(Numbered(max)).AsTask(), ErrorName.UpstreamFailure);
        Assert.Equal(max, source.Fetches);
        if (method == DidMethod.Web)
        {
            // Slow did:web hosts leave slots for the directory.
            _identity.Plc.AnswerKey(_key);
            Assert.True(await _identity.ExistsAsync(Documents.Plc));
        }

        answer.SetResult(null);
        Assert.All(await Task.WhenAll(callers), Assert.False);
        Assert.False(await _identity.ExistsAsync(Numbered(max)));

        Did Numbered(int i) =>
            method == DidMethod.Plc ? Documents.NumberedPlc(i) : Documents.Parse($"did:web:h{i}.example.com");
    }

    public void Dispose() => _identity.Dispose();
}
