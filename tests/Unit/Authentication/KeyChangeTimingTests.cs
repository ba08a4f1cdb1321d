using AtpKeyserver.Errors;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>When a new key takes effect and an old one stops, whatever tokens others send in between.</summary>
public sealed class KeyChangeTimingTests : IDisposable
{
    private readonly TestAuth _auth = new();
    private int _tokens;

    [Theory]
    [InlineData(EcCurve.Secp256k1)]
    [InlineData(EcCurve.P256)]
    public async Task The_new_key_works_in_the_same_call_and_the_old_one_stops(EcCurve curve)
    {
        await _auth.AuthenticateAsync(Old());
        using var next = Documents.NewKey(curve);
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));

        await _auth.AuthenticateAsync(New(next, curve));

        await RefusesAsync(Old(), ErrorName.BadJwtSignature);
        await _auth.AuthenticateAsync(New(next, curve));
    }

    [Theory]
    [InlineData(EcCurve.Secp256k1)]
    [InlineData(EcCurve.P256)]
    public async Task The_new_key_works_within_a_minute_after_a_forged_token(EcCurve curve)
    {
        await _auth.AuthenticateAsync(Old());
        using var stranger = Documents.NewKey();
        await RefusesAsync(New(stranger, EcCurve.Secp256k1), ErrorName.BadJwtSignature);
        using var next = Documents.NewKey(curve);
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));

        for (var second = 0; second < 60; second++)
        {
            await RefusesAsync(New(next, curve), ErrorName.BadJwtSignature);
            await RefusesAsync(New(stranger, EcCurve.Secp256k1), ErrorName.BadJwtSignature);
            _auth.Identity.Clock.AdvanceSeconds(1);
        }

        // Another forged token does not delay it.
        await RefusesAsync(New(stranger, EcCurve.Secp256k1), ErrorName.BadJwtSignature);
        await _auth.AuthenticateAsync(New(next, curve));
        Assert.Equal(3, _auth.Lookups);
    }

    public static TheoryData<string, ErrorName> Ends => new()
    {
        { "another key", ErrorName.BadJwtSignature },
        { "a key of the other curve", ErrorName.BadJwtSignature },
        { "no key", ErrorName.DidNotFound },
        { "an unusable key", ErrorName.DidNotFound },
        { "gone", ErrorName.DidNotFound },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task The_old_key_stops_within_the_hour_without_a_failed_signature(string now, ErrorName error)
    {
        var remembered = Old();
        await _auth.AuthenticateAsync(remembered);
        using var next = Documents.NewKey(now == "a key of the other curve" ? EcCurve.P256 : EcCurve.Secp256k1);
        Answer(now, next);

        // Constant use does not extend it.
        for (var minute = 1; minute < 60; minute++)
        {
            _auth.Identity.Clock.Advance(TimeSpan.FromMinutes(1));
            await _auth.AuthenticateAsync(remembered);
        }

        _auth.Identity.Clock.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        await _auth.AuthenticateAsync(remembered);
        _auth.Identity.Clock.Advance(TimeSpan.FromTicks(1));
        await RefusesAsync(remembered, error);
        await RefusesAsync(Old(), error);
    }

    [Theory]
    [InlineData("no key")]
    [InlineData("an unusable key")]
    [InlineData("gone")]
    public async Task A_forged_token_reveals_that_the_key_was_replaced(string now)
    {
        await _auth.AuthenticateAsync(Old());
        using var stranger = Documents.NewKey();
        Answer(now, stranger);

        await RefusesAsync(New(stranger, EcCurve.Secp256k1), ErrorName.DidNotFound);
        await RefusesAsync(Old(), ErrorName.DidNotFound);
    }

    [Fact]
    public async Task The_old_key_works_for_at_most_a_day_while_the_directory_fails()
    {
        await _auth.AuthenticateAsync(Old());
        _auth.Identity.Plc.Fail();
        _auth.Identity.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromTicks(1));
        await _auth.AuthenticateAsync(Old());
        var remembered = Old();
        await _auth.AuthenticateAsync(remembered);

        _auth.Identity.Clock.Advance(TimeSpan.FromTicks(1));
        await RefusesAsync(remembered, ErrorName.UpstreamFailure);
        await RefusesAsync(Old(), ErrorName.UpstreamFailure);

        // The first response after the outage decides.
        using var next = Documents.NewKey();
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));
        await RefusesAsync(Old(), ErrorName.BadJwtSignature);
        await _auth.AuthenticateAsync(New(next, EcCurve.Secp256k1));
    }

    [Fact]
    public async Task A_stale_document_is_not_used_after_the_directory_recovers()
    {
        await _auth.AuthenticateAsync(Old());
        _auth.Identity.Plc.Fail();
        _auth.Identity.Clock.Advance(TimeSpan.FromHours(2));
        await _auth.AuthenticateAsync(Old());
        using var next = Documents.NewKey();
        _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));

        await RefusesAsync(Old(), ErrorName.BadJwtSignature);
        await _auth.AuthenticateAsync(New(next, EcCurve.Secp256k1));
    }

    [Fact]
    public async Task A_thousand_forged_tokens_force_one_refetch_a_minute()
    {
        await _auth.AuthenticateAsync(Old());
        using var strangerK256 = Documents.NewKey();
        using var strangerP256 = Documents.NewKey(EcCurve.P256);
        for (var minute = 1; minute <= 5; minute++)
        {
            var forged = Enumerable.Range(0, 200)
                .Select(i => i % 2 == 0 ? New(strangerK256, EcCurve.Secp256k1) : New(strangerP256, EcCurve.P256))
                    .ToArray();
            await Parallel.ForEachAsync(
                forged, async (token, _) => await RefusesAsync(token, ErrorName.BadJwtSignature));
            Assert.Equal(1 + minute, _auth.Lookups);
            _auth.Identity.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await _auth.AuthenticateAsync(Old());
    }

    [Fact]
    public async Task Forged_tokens_force_one_refetch_a_minute_while_the_directory_fails()
    {
        await _auth.AuthenticateAsync(Old());
        using var stranger = Documents.NewKey();
        _auth.Identity.Plc.Fail();

        for (var i = 0; i < 200; i++)
            await RefusesAsync(New(stranger, EcCurve.Secp256k1), ErrorName.UpstreamFailure);

        Assert.Equal(2, _auth.Lookups);
    }

    public void Dispose() => _auth.Dispose();

    private void Answer(string now, System.Security.Cryptography.ECDsa next)
    {
        if (now == "gone")
            _auth.Identity.Plc.AnswerNotFound();
        else if (now == "no key")
            _auth.Identity.Plc.AnswerText(Documents.WithMethods(Documents.Plc));
        else if (now == "an unusable key")
            _auth.Identity.Plc.AnswerKey("zNope0");
        else
            _auth.Identity.Plc.AnswerKey(Documents.Multikey(next));
    }

    private Task<KeyserverException> RefusesAsync(string token, ErrorName error) =>
        Refusals.ShouldBeRefusedAsync(() => _auth.AuthenticateAsync(token), error);

    private string Old() => New(_auth.Key, EcCurve.Secp256k1);

    /// <summary>A new token each time, valid for another hour and a minute.</summary>
    private string New(System.Security.Cryptography.ECDsa key, EcCurve curve) => new Token
    {
        Alg = curve == EcCurve.P256 ? "\"ES256\"" : "\"ES256K\"",
        Exp = $"{_auth.Identity.Clock.GetUtcNow().ToUnixTimeSeconds() + 3660}",
        Iat = null,
        MorePayload = $"\"jti\":\"{Interlocked.Increment(ref _tokens)}\"",
    }.Sign(key);
}
