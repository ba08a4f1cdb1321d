using AtpKeyserver.Errors;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Auth;

public sealed class RememberedTokenTests : IDisposable
{
    private readonly TestAuth _auth = new();

    [Fact]
    public async Task Looks_up_once_for_many_calls()
    {
        var token = new Token().Sign(_auth.Key);
        for (var i = 0; i < 10; i++)
            Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token));

        Assert.Equal(1, _auth.LookUps);
    }

    [Fact]
    public async Task Answers_at_once_when_it_has_seen_the_token()
    {
        var token = new Token().Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);
        _auth.Identity.Plc.Fail();

        Assert.True(_auth.AuthenticateAsync(token).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Forgets_a_token_at_the_very_moment_it_ends()
    {
        var token = new Token { Exp = "1800000055" }.Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);

        _auth.Identity.Clock.Advance(TimeSpan.FromSeconds(55) - TimeSpan.FromTicks(1));
        await _auth.AuthenticateAsync(token);
        _auth.Identity.Clock.Advance(TimeSpan.FromTicks(1));

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.JwtExpired);
    }

    [Fact]
    public async Task Never_lets_a_token_through_for_another_method()
    {
        var token = new Token().Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);

        await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateAsync(token, "dev.atpkeyserver.alpha.group.getKey"), ErrorName.BadJwtLexiconMethod);
        await _auth.AuthenticateAsync(token);
    }

    [Fact]
    public async Task Never_lets_another_signature_through_for_the_same_claims()
    {
        var token = new Token().Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);
        var signature = Token.SignatureOf(token);
        signature[40] ^= 1;

        var forged = Token.WithSignature(token, signature);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(forged), ErrorName.BadJwtSignature);
    }

    [Fact]
    public async Task Drops_a_token_when_its_account_has_another_key()
    {
        var token = new Token { Exp = "1800003600" }.Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);
        using var next = Documents.NewKey();
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));
        await _auth.AuthenticateAsync(token); // Nobody has told us yet.

        await _auth.AuthenticateAsync(new Token().Sign(next)); // This does.

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.BadJwtSignature);
    }

    [Fact]
    public async Task Drops_a_token_when_its_account_is_gone()
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

        Assert.Equal(2, _auth.LookUps);
        Assert.True(_auth.AuthenticateAsync(token).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Never_remembers_a_refusal()
    {
        using var next = Documents.NewKey();
        var token = new Token { Exp = "1800003600" }.Sign(next);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.BadJwtSignature);
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));
        _auth.Identity.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token));
    }

    [Fact]
    public async Task Verifies_for_many_callers_at_once()
    {
        var tokens = Enumerable.Range(0, 64).Select(i => new Token { MorePayload = $"\"jti\":\"{i}\"" }.Sign(_auth.Key)).ToArray();

        await Parallel.ForEachAsync(tokens, async (token, _) => Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token)));

        Assert.Equal(1, _auth.LookUps);
    }

    public void Dispose() => _auth.Dispose();
}
