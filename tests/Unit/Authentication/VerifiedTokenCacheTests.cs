using AtpKeyserver.Errors;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Authentication;

public sealed class VerifiedTokenCacheTests : IDisposable
{
    private readonly TestAuth _auth = new();

    [Fact]
    public async Task Resolves_the_key_once_for_many_calls()
    {
        var token = new Token().Sign(_auth.Key);
        for (var i = 0; i < 10; i++)
            Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token));

        Assert.Equal(1, _auth.Lookups);
    }

    [Fact]
    public async Task Completes_synchronously_for_a_cached_token()
    {
        var token = new Token().Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);
        _auth.Identity.Plc.Fail();

        Assert.True(_auth.AuthenticateAsync(token).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Removes_a_token_exactly_when_it_expires()
    {
        var token = new Token { Exp = "1800000055" }.Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);

        _auth.Identity.Clock.Advance(TimeSpan.FromSeconds(55) - TimeSpan.FromTicks(1));
        await _auth.AuthenticateAsync(token);
        _auth.Identity.Clock.Advance(TimeSpan.FromTicks(1));

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.JwtExpired);
    }

    [Fact]
    public async Task A_cached_token_is_refused_for_another_method()
    {
        var token = new Token().Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);

        await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateAsync(token, "dev.atpkeyserver.alpha.group.getKey"), ErrorName.BadJwtLexiconMethod);
        await _auth.AuthenticateAsync(token);
    }

    [Fact]
    public async Task A_cached_token_is_refused_with_another_signature()
    {
        var token = new Token().Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);
        var signature = Token.SignatureOf(token);
        signature[40] ^= 1;

        var forged = Token.WithSignature(token, signature);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(forged), ErrorName.BadJwtSignature);
    }

    [Fact]
    public async Task Removes_a_token_when_the_key_of_its_account_changes()
    {
        var token = new Token { Exp = "1800003600" }.Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);
        using var next = Documents.NewKey();
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));
        await _auth.AuthenticateAsync(token); // The cached document still has the old key.

        await _auth.AuthenticateAsync(new Token().Sign(next)); // This token forces a refetch.

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.BadJwtSignature);
    }

    [Fact]
    public async Task Removes_a_token_when_its_account_is_deleted()
    {
        var token = new Token { Exp = "1800003660" }.Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);
        _auth.Identity.Plc.AnswerNotFound();
        _auth.Identity.Clock.Advance(TimeSpan.FromHours(1));

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.DidNotFound);
    }

    [Fact]
    public async Task Keeps_a_token_when_the_renewed_document_has_the_same_key()
    {
        var token = new Token { Exp = "1800003660" }.Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);
        _auth.Identity.Clock.Advance(TimeSpan.FromHours(1));

        await _auth.AuthenticateAsync(token);

        Assert.Equal(2, _auth.Lookups);
        Assert.True(_auth.AuthenticateAsync(token).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Does_not_cache_a_refusal()
    {
        using var next = Documents.NewKey();
        var token = new Token { Exp = "1800003600" }.Sign(next);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.BadJwtSignature);
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));
        _auth.Identity.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token));
    }

    [Fact]
    public async Task Verifies_concurrent_calls()
    {
        var tokens = Enumerable.Range(0, 64).Select(i => new Token { MorePayload = $"\"jti\":\"{i}\"" }.Sign(_auth.Key))
            .ToArray();

        await Parallel.ForEachAsync(
            tokens, async (token, _) => Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token)));

        Assert.Equal(1, _auth.Lookups);
    }

    public void Dispose() => _auth.Dispose();
}
