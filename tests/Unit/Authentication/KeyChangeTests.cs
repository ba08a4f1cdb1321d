using AtpKeyserver.Errors;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>Handling of a changed account key, and of forged tokens that pretend that the key has changed.</summary>
public sealed class KeyChangeTests : IDisposable
{
    private readonly TestAuth _auth = new();

    [Theory]
    [InlineData(EcCurve.Secp256k1, "\"ES256K\"")]
    [InlineData(EcCurve.P256, "\"ES256\"")]
    public async Task Refetches_the_document_once_when_the_key_does_not_fit(EcCurve curve, string alg)
    {
        await _auth.AuthenticateAsync(new Token().Sign(_auth.Key));
        using var next = Documents.NewKey(curve);
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));

        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(new Token { Alg = alg }.Sign(next)));
        Assert.Equal(2, _auth.Lookups);
    }

    [Fact]
    public async Task Refetches_at_most_once_a_minute_for_forged_tokens()
    {
        using var forger = Documents.NewKey();
        for (var i = 0; i < 20; i++)
            await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(Forged(i)), ErrorName.BadJwtSignature);
        Assert.Equal(2, _auth.Lookups); // The first fetch, which does not count, and a forced one.

        _auth.Identity.Clock.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(Forged(20)), ErrorName.BadJwtSignature);
        Assert.Equal(2, _auth.Lookups);

        _auth.Identity.Clock.Advance(TimeSpan.FromTicks(1));
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(Forged(21)), ErrorName.BadJwtSignature);
        Assert.Equal(3, _auth.Lookups);

        string Forged(int i) => new Token { Exp = "1800003600", MorePayload = $"\"jti\":\"{i}\"" }.Sign(forger);
    }

    [Fact]
    public async Task Forged_tokens_do_not_affect_the_owner()
    {
        using var forger = Documents.NewKey();
        var token = new Token().Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);
        await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateAsync(new Token().Sign(forger)), ErrorName.BadJwtSignature);
        _auth.Identity.Plc.Fail();

        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token));
        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(new Token().Sign(_auth.Key)));
    }

    [Fact]
    public async Task Fails_when_the_directory_fails_during_the_refetch()
    {
        await _auth.AuthenticateAsync(new Token().Sign(_auth.Key));
        using var next = Documents.NewKey();
        _auth.Identity.Plc.Fail();

        await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateAsync(new Token().Sign(next)), ErrorName.UpstreamFailure);
    }

    [Fact]
    public async Task Refetches_once_when_there_was_no_usable_key()
    {
        _auth.Identity.Plc.AnswerText(Documents.WithMethods(Documents.Plc));
        await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateAsync(new Token().Sign(_auth.Key)), ErrorName.DidNotFound);
        _auth.Identity.Clock.Advance(TimeSpan.FromMinutes(1));
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(_auth.Key));

        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(new Token { Exp = "1800000155" }.Sign(_auth.Key)));
    }

    [Fact]
    public async Task Caches_that_an_issuer_is_unknown()
    {
        _auth.Identity.Plc.AnswerNotFound();
        var token = new Token().Sign(_auth.Key);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.DidNotFound);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.DidNotFound);
        Assert.Equal(1, _auth.Lookups);

        _auth.Identity.Plc.AnswerKey(Documents.Multikey(_auth.Key));
        _auth.Identity.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token));
    }

    [Fact]
    public async Task Answers_503_when_the_directory_fails_during_the_first_lookup()
    {
        _auth.Identity.Plc.Fail();

        var refusal = await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateAsync(new Token().Sign(_auth.Key)), ErrorName.UpstreamFailure);

        Assert.NotNull(refusal.RetryAfter);
    }

    public void Dispose() => _auth.Dispose();
}
