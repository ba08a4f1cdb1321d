using AtpKeyserver.Errors;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Auth;

/// <summary>When an account has changed its key, and when somebody only pretends that it has.</summary>
public sealed class KeyChangeTests : IDisposable
{
    private readonly TestAuth _auth = new();

    [Theory]
    [InlineData(EcCurve.Secp256k1, "\"ES256K\"")]
    [InlineData(EcCurve.P256, "\"ES256\"")]
    public async Task Looks_once_more_when_the_key_does_not_fit(EcCurve curve, string alg)
    {
        await _auth.AuthenticateAsync(new Token().Sign(_auth.Key));
        using var next = Documents.NewKey(curve);
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));

        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(new Token { Alg = alg }.Sign(next)));
        Assert.Equal(2, _auth.LookUps);
    }

    [Fact]
    public async Task Looks_once_a_minute_however_many_forged_tokens_come()
    {
        using var forger = Documents.NewKey();
        for (var i = 0; i < 20; i++)
            await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(Forged(i)), ErrorName.BadJwtSignature);
        Assert.Equal(2, _auth.LookUps); // The first fetch, which doesn't count, and a forced one.

        _auth.Identity.Clock.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(Forged(20)), ErrorName.BadJwtSignature);
        Assert.Equal(2, _auth.LookUps);

        _auth.Identity.Clock.Advance(TimeSpan.FromTicks(1));
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(Forged(21)), ErrorName.BadJwtSignature);
        Assert.Equal(3, _auth.LookUps);

        string Forged(int i) => new Token { Exp = "1800003600", MorePayload = $"\"jti\":\"{i}\"" }.Sign(forger);
    }

    [Fact]
    public async Task A_forger_never_disturbs_the_owner()
    {
        using var forger = Documents.NewKey();
        var token = new Token().Sign(_auth.Key);
        await _auth.AuthenticateAsync(token);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(new Token().Sign(forger)), ErrorName.BadJwtSignature);
        _auth.Identity.Plc.Fail();

        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token));
        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(new Token().Sign(_auth.Key)));
    }

    [Fact]
    public async Task Cannot_tell_when_the_directory_fails_at_the_second_look()
    {
        await _auth.AuthenticateAsync(new Token().Sign(_auth.Key));
        using var next = Documents.NewKey();
        _auth.Identity.Plc.Fail();

        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(new Token().Sign(next)), ErrorName.UpstreamFailure);
    }

    [Fact]
    public async Task Looks_once_more_when_there_was_no_usable_key()
    {
        _auth.Identity.Plc.AnswerText(Documents.WithMethods(Documents.Plc));
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(new Token().Sign(_auth.Key)), ErrorName.DidNotFound);
        _auth.Identity.Clock.Advance(TimeSpan.FromMinutes(1));
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(_auth.Key));

        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(new Token { Exp = "1800000155" }.Sign(_auth.Key)));
    }

    [Fact]
    public async Task Refuses_an_unknown_issuer_and_remembers_that_for_a_while()
    {
        _auth.Identity.Plc.AnswerNotFound();
        var token = new Token().Sign(_auth.Key);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.DidNotFound);
        await Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), ErrorName.DidNotFound);
        Assert.Equal(1, _auth.LookUps);

        _auth.Identity.Plc.AnswerKey(Documents.Multikey(_auth.Key));
        _auth.Identity.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(Documents.Plc, await _auth.AuthenticateAsync(token));
    }

    [Fact]
    public async Task Answers_503_when_the_directory_fails_at_the_first_look()
    {
        _auth.Identity.Plc.Fail();

        var refusal = await Refusals.ShouldBeRefusedAsync(
            () => _auth.AuthenticateAsync(new Token().Sign(_auth.Key)), ErrorName.UpstreamFailure);

        Assert.NotNull(refusal.RetryAfter);
    }

    public void Dispose() => _auth.Dispose();
}
