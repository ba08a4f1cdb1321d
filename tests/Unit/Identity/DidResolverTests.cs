using AtpKeyserver.Errors;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;

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
    public async Task Renews_a_document_after_an_hour_and_not_before()
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
    public async Task Uses_the_changed_key_after_a_renewal()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.AnswerKey(_otherKey);
        Advance(TimeSpan.FromHours(1));

        Assert.NotSame(key, await _identity.KeyAsync(Documents.Plc));
    }

    [Fact]
    public async Task Serves_a_stale_document_for_at_most_a_day_while_its_source_fails()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.Fail();
        Advance(TimeSpan.FromHours(1));
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
        Assert.True(await _identity.ExistsAsync(Documents.Plc));
        Assert.Equal(4, _identity.Plc.Fetches); // A failure is not cached.

        Advance(TimeSpan.FromHours(23) - TimeSpan.FromTicks(1));
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
        Advance(TimeSpan.FromTicks(1));
        await Refusals.ShouldBeRefusedAsync(
            () => _identity.KeyAsync(Documents.Plc).AsTask(), ErrorName.UpstreamFailure);

        _identity.Plc.AnswerKey(_key);
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
    }

    [Fact]
    public async Task Serves_no_stale_document_when_the_source_says_that_it_is_gone()
    {
        await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.AnswerNotFound();
        Advance(TimeSpan.FromHours(1));

        await Refusals.ShouldBeRefusedAsync(() => _identity.KeyAsync(Documents.Plc).AsTask(), ErrorName.DidNotFound);

        Advance(TimeSpan.FromSeconds(10));
        _identity.Plc.Fail();
        await Refusals.ShouldBeRefusedAsync(
            () => _identity.KeyAsync(Documents.Plc).AsTask(), ErrorName.UpstreamFailure);
    }

    [Fact]
    public async Task Caches_for_10_s_that_a_DID_does_not_exist()
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
    public async Task Does_not_cache_a_failure()
    {
        _identity.Plc.Fail();
        await Refusals.ShouldBeRefusedAsync(
            () => _identity.ExistsAsync(Documents.Plc).AsTask(), ErrorName.UpstreamFailure);
        _identity.Plc.AnswerKey(_key);

        Assert.True(await _identity.ExistsAsync(Documents.Plc));
    }

    [Fact]
    public async Task Treats_an_invalid_document_as_a_directory_failure()
    {
        _identity.Plc.AnswerText("<html></html>");

        await Refusals.ShouldBeRefusedAsync(
            () => _identity.ExistsAsync(Documents.Plc).AsTask(), ErrorName.UpstreamFailure);
    }

    [Fact]
    public async Task Caches_for_10_s_that_a_host_has_no_document_of_the_DID()
    {
        _identity.Web.AnswerText("{\"id\":\"did:web:other.example.com\"}");
        var refusal = await Refusals.ShouldBeRefusedAsync(() =>
            _identity.KeyAsync(Documents.Web).AsTask(), ErrorName.DidNotFound);
        Assert.Contains("does not match the DID", refusal.Message, StringComparison.Ordinal);
        _identity.Web.AnswerKey(_otherKey);
        Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        await Refusals.ShouldBeRefusedAsync(() => _identity.KeyAsync(Documents.Web).AsTask(), ErrorName.DidNotFound);
        Assert.Equal(1, _identity.Web.Fetches);

        Advance(TimeSpan.FromTicks(1));
        await _identity.KeyAsync(Documents.Web);
    }

    [Fact]
    public async Task Serves_no_stale_document_when_the_host_has_removed_its_own()
    {
        await _identity.KeyAsync(Documents.Web);
        _identity.Web.Answer = _ =>
            throw new UnusableDocumentException("The DID document's URL redirects (status 302)");
        Advance(TimeSpan.FromHours(1));

        var refusal = await Refusals.ShouldBeRefusedAsync(() =>
            _identity.KeyAsync(Documents.Web).AsTask(), ErrorName.DidNotFound);
        Assert.Contains("URL redirects", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_DID_without_a_usable_key_exists()
    {
        _identity.Plc.AnswerText(Documents.WithMethods(Documents.Plc));

        Assert.True(await _identity.ExistsAsync(Documents.Plc));
        var refusal = await Refusals.ShouldBeRefusedAsync(
            () => _identity.KeyAsync(Documents.Plc).AsTask(), ErrorName.DidNotFound);
        Assert.Contains("no usable #atproto key", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, _identity.Plc.Fetches);
    }

    [Fact]
    public async Task Renews_a_document_when_the_clock_was_set_back()
    {
        await _identity.KeyAsync(Documents.Plc);
        _identity.Clock.TurnBack(TimeSpan.FromSeconds(1));

        await _identity.KeyAsync(Documents.Plc);

        Assert.Equal(2, _identity.Plc.Fetches);
    }

    public void Dispose() => _identity.Dispose();

    private void Advance(TimeSpan by) => _identity.Clock.Advance(by);
}
