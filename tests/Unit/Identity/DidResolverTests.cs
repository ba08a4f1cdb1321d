using System.Text;
using AtpKeyserver.Errors;
using AtpKeyserver.Identity;
using AtpKeyserver.Limits;

namespace AtpKeyserver.Tests.Unit.Identity;

public sealed class DidResolverTests : IDisposable
{
    private readonly TestResolver _identity = new();
    private readonly string _key;
    private readonly string _otherKey;

    public DidResolverTests()
    {
        using var key = Documents.NewKey();
        using var other = Documents.NewKey(EcCurve.P256);
        _key = Documents.Multikey(key);
        _otherKey = Documents.Multikey(other);
        _identity.Plc.AnswerKey(_key);
        _identity.Web.AnswerKey(_otherKey);
    }

    [Fact]
    public async Task Asks_the_source_of_the_method()
    {
        Assert.Equal(EcCurve.Secp256k1, (await _identity.KeyAsync(Documents.Plc)).Curve);
        Assert.Equal(EcCurve.P256, (await _identity.KeyAsync(Documents.Web)).Curve);
        Assert.Equal((1, 1), (_identity.Plc.Fetches, _identity.Web.Fetches));
    }

    [Fact]
    public async Task Asks_again_after_an_hour_and_not_before()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(1));
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
        Assert.Same(key, _identity.Resolver.FreshKey(Documents.Plc, _identity.Clock.GetUtcNow()));
        Assert.Equal(1, _identity.Plc.Fetches);

        Advance(TimeSpan.FromTicks(1));
        Assert.Null(_identity.Resolver.FreshKey(Documents.Plc, _identity.Clock.GetUtcNow()));
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc)); // An unchanged key is the same object.
        Assert.Equal(2, _identity.Plc.Fetches);
    }

    [Fact]
    public async Task Takes_a_changed_key_when_it_renews()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.AnswerKey(_otherKey);
        Advance(TimeSpan.FromHours(1));

        Assert.NotSame(key, await _identity.KeyAsync(Documents.Plc));
    }

    [Fact]
    public async Task Serves_a_stale_document_only_while_its_source_fails_and_a_day_at_most()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.Fail();
        Advance(TimeSpan.FromHours(1));
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
        Assert.True(await _identity.ExistsAsync(Documents.Plc));
        Assert.Equal(4, _identity.Plc.Fetches); // A failure isn't remembered.

        Advance(TimeSpan.FromHours(23) - TimeSpan.FromTicks(1));
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
        Advance(TimeSpan.FromTicks(1));
        await Refusals.ShouldBeRefusedAsync(() => _identity.KeyAsync(Documents.Plc).AsTask(), ErrorName.UpstreamFailure);

        _identity.Plc.AnswerKey(_key);
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
    }

    [Fact]
    public async Task Never_serves_a_stale_document_when_the_source_says_that_it_is_gone()
    {
        await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.AnswerNotFound();
        Advance(TimeSpan.FromHours(1));

        await Refusals.ShouldBeRefusedAsync(() => _identity.KeyAsync(Documents.Plc).AsTask(), ErrorName.DidNotFound);

        Advance(TimeSpan.FromSeconds(10));
        _identity.Plc.Fail();
        await Refusals.ShouldBeRefusedAsync(() => _identity.KeyAsync(Documents.Plc).AsTask(), ErrorName.UpstreamFailure);
    }

    [Fact]
    public async Task Remembers_for_10_s_that_there_is_no_such_DID()
    {
        _identity.Plc.AnswerNotFound();
        Assert.False(await _identity.ExistsAsync(Documents.Plc));
        _identity.Plc.AnswerKey(_key);
        Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.False(await _identity.ExistsAsync(Documents.Plc));
        Assert.Equal(1, _identity.Plc.Fetches);

        Advance(TimeSpan.FromTicks(1));
        Assert.True(await _identity.ExistsAsync(Documents.Plc));
    }

    [Fact]
    public async Task Never_remembers_a_failure()
    {
        _identity.Plc.Fail();
        await Refusals.ShouldBeRefusedAsync(() => _identity.ExistsAsync(Documents.Plc).AsTask(), ErrorName.UpstreamFailure);
        _identity.Plc.AnswerKey(_key);

        Assert.True(await _identity.ExistsAsync(Documents.Plc));
    }

    [Theory]
    [InlineData("<html></html>")]
    [InlineData("{\"id\":\"did:plc:zzzzzzzzzzzzzzzzzzzzzzzz\"}")]
    public async Task Takes_a_wrong_document_for_a_failure(string document)
    {
        _identity.Plc.AnswerText(document);

        await Refusals.ShouldBeRefusedAsync(() => _identity.ExistsAsync(Documents.Plc).AsTask(), ErrorName.UpstreamFailure);
    }

    [Fact]
    public async Task Finds_that_a_DID_without_a_usable_key_exists()
    {
        _identity.Plc.AnswerText(Documents.WithMethods(Documents.Plc));

        Assert.True(await _identity.ExistsAsync(Documents.Plc));
        var refusal = await Refusals.ShouldBeRefusedAsync(() => _identity.KeyAsync(Documents.Plc).AsTask(), ErrorName.DidNotFound);
        Assert.Contains("no usable #atproto key", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, _identity.Plc.Fetches);
    }

    [Fact]
    public async Task Makes_one_request_for_200_concurrent_callers_and_one_of_them_pays()
    {
        var answer = new TaskCompletionSource<byte[]?>();
        _identity.Plc.Answer = _ => new ValueTask<byte[]?>(answer.Task);
        var callers = Enumerable.Range(0, 200).Select(_ => Task.Run(() => _identity.KeyAsync(Documents.Plc).AsTask())).ToArray();
        await UntilAsync(() => _identity.Plc.Fetches == 1);

        answer.SetResult(Encoding.UTF8.GetBytes(Documents.WithKey(Documents.Plc, _key)));
        var keys = await Task.WhenAll(callers);

        Assert.All(keys, key => Assert.Same(keys[0], key));
        Assert.Equal((1, 1), (_identity.Plc.Fetches, _identity.Taken));
    }

    [Fact]
    public async Task Fails_all_who_wait_and_none_who_come_later()
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
    public async Task Goes_on_for_the_others_when_one_caller_gives_up()
    {
        var answer = new TaskCompletionSource<byte[]?>();
        _identity.Plc.Answer = _ => new ValueTask<byte[]?>(answer.Task);
        using var giveUp = new CancellationTokenSource();
        var first = _identity.Resolver.ResolveKeyAsync(Documents.Plc, default, giveUp.Token).AsTask();
        var second = _identity.KeyAsync(Documents.Plc).AsTask();

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult(Encoding.UTF8.GetBytes(Documents.WithKey(Documents.Plc, _key)));

        Assert.NotNull(await second);
        Assert.Equal(1, _identity.Plc.Fetches);
    }

    [Fact]
    public async Task Asks_nobody_when_the_budget_is_used_up()
    {
        _identity.Budget = _ => throw new KeyserverException(ErrorName.RateLimitExceeded, "Too many");
        await Refusals.ShouldBeRefusedAsync(() => _identity.KeyAsync(Documents.Plc).AsTask(), ErrorName.RateLimitExceeded);
        await Refusals.ShouldBeRefusedAsync(() => _identity.RefreshAsync(Documents.Plc, null).AsTask(), ErrorName.RateLimitExceeded);
        Assert.Equal(0, _identity.Plc.Fetches);

        _identity.Budget = _ => { };
        await _identity.KeyAsync(Documents.Plc);
    }

    [Fact]
    public async Task Takes_the_budget_of_who_asks()
    {
        var payers = new List<ClientAddress>();
        _identity.Budget = payers.Add;
        var from = new ClientAddress(7);
        await _identity.Resolver.ResolveKeyAsync(Documents.Plc, from, CancellationToken.None);
        await _identity.Resolver.ResolveKeyAsync(Documents.Plc, default, CancellationToken.None);

        Assert.Equal([from], payers);
    }

    [Fact]
    public async Task Forces_a_renewal_at_most_once_a_minute_also_when_it_fails()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.Fail();
        await Refusals.ShouldBeRefusedAsync(() => _identity.RefreshAsync(Documents.Plc, key).AsTask(), ErrorName.UpstreamFailure);
        _identity.Plc.AnswerKey(_otherKey);
        Assert.Same(key, await _identity.RefreshAsync(Documents.Plc, key));
        Assert.Equal(2, _identity.Plc.Fetches);

        Advance(TimeSpan.FromMinutes(1));
        var next = await _identity.RefreshAsync(Documents.Plc, key);
        Assert.NotSame(key, next);
        Assert.Same(next, await _identity.RefreshAsync(Documents.Plc, key)); // Already there: nothing goes out.
        Assert.Same(next, await _identity.KeyAsync(Documents.Plc));
        Assert.Equal(3, _identity.Plc.Fetches);
    }

    [Fact]
    public async Task Forces_one_renewal_for_200_concurrent_callers()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.AnswerKey(_otherKey);

        var callers = Enumerable.Range(0, 200).Select(_ => Task.Run(() => _identity.RefreshAsync(Documents.Plc, key).AsTask()));
        var keys = await Task.WhenAll(callers);

        Assert.All(keys, next => Assert.Same(keys[0], next));
        Assert.NotSame(key, keys[0]);
        Assert.Equal((2, 2), (_identity.Plc.Fetches, _identity.Taken));
    }

    [Fact]
    public async Task Believes_a_forced_renewal_that_says_that_the_DID_is_gone()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.AnswerNotFound();

        await Refusals.ShouldBeRefusedAsync(() => _identity.RefreshAsync(Documents.Plc, key).AsTask(), ErrorName.DidNotFound);
        await Refusals.ShouldBeRefusedAsync(() => _identity.RefreshAsync(Documents.Plc, key).AsTask(), ErrorName.DidNotFound);
        Assert.False(await _identity.ExistsAsync(Documents.Plc));
        Assert.Equal(2, _identity.Plc.Fetches);
    }

    [Fact]
    public async Task Renews_a_document_when_the_clock_was_set_back()
    {
        await _identity.KeyAsync(Documents.Plc);
        Advance(TimeSpan.FromSeconds(-1));

        await _identity.KeyAsync(Documents.Plc);

        Assert.Equal(2, _identity.Plc.Fetches);
    }

    [Theory]
    [InlineData(DidMethod.Plc, LookUps.Max)]
    [InlineData(DidMethod.Web, LookUps.MaxWeb)]
    public async Task Has_so_many_look_ups_under_way_and_turns_the_rest_away(DidMethod method, int max)
    {
        var answer = new TaskCompletionSource<byte[]?>();
        _identity.Plc.Answer = _identity.Web.Answer = _ => new ValueTask<byte[]?>(answer.Task);
        var source = method == DidMethod.Plc ? _identity.Plc : _identity.Web;
        var callers = Enumerable.Range(0, max).Select(i => _identity.ExistsAsync(Numbered(i)).AsTask()).ToArray();
        await UntilAsync(() => source.Fetches == max);

        await Refusals.ShouldBeRefusedAsync(() => _identity.ExistsAsync(Numbered(max)).AsTask(), ErrorName.UpstreamFailure);
        Assert.Equal(max, source.Fetches);
        if (method == DidMethod.Web)
        {
            // Slow hosts of strangers leave places for the directory.
            _identity.Plc.AnswerKey(_key);
            Assert.True(await _identity.ExistsAsync(Documents.Plc));
        }

        answer.SetResult(null);
        Assert.All(await Task.WhenAll(callers), Assert.False);
        Assert.False(await _identity.ExistsAsync(Numbered(max)));

        Did Numbered(int i) => method == DidMethod.Plc ? Documents.NumberedPlc(i) : Documents.Parse($"did:web:h{i}.example.com");
    }

    public void Dispose() => _identity.Dispose();

    private void Advance(TimeSpan by) => _identity.Clock.Advance(by);

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1_000 && !condition(); i++)
            await Task.Delay(5);
        Assert.True(condition());
    }
}
