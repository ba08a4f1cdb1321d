using AtpKeyserver.Errors;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>Forged tokens can force renewals.</summary>
public sealed class ForcedRenewalTests : IDisposable
{
    private readonly TestResolver _identity = new();
    private readonly string _otherKey;

    public ForcedRenewalTests()
    {
        using var key = Documents.NewKey();
        using var other = Documents.NewKey(EcCurve.P256);
        _identity.Plc.AnswerKey(Documents.Multikey(key));
        _otherKey = Documents.Multikey(other);
    }

    [Fact]
    public async Task Forces_a_renewal_at_most_once_a_minute_even_when_it_fails()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.Fail();
        await Refusals.ShouldBeRefusedAsync(
            () => _identity.RefreshAsync(Documents.Plc, key).AsTask(), ErrorName.UpstreamFailure);
        _identity.Plc.AnswerKey(_otherKey);
        // Whether the key has changed is unknown, so a token that it does not fit is not called forged.
        await Refusals.ShouldBeRefusedAsync(
            () => _identity.RefreshAsync(Documents.Plc, key).AsTask(), ErrorName.UpstreamFailure);
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
        Assert.Equal(2, _identity.Plc.Fetches);

        _identity.Clock.Advance(TimeSpan.FromMinutes(1));
        var next = await _identity.RefreshAsync(Documents.Plc, key);
        Assert.NotSame(key, next);
        Assert.Same(next, await _identity.RefreshAsync(Documents.Plc, key)); // Already current: no request is sent.
        Assert.Same(next, await _identity.KeyAsync(Documents.Plc));
        Assert.Equal(3, _identity.Plc.Fetches);
    }

    [Fact]
    public async Task Forces_one_renewal_for_200_concurrent_callers()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.AnswerKey(_otherKey);

        var callers = Enumerable.Range(0, 200)
            .Select(_ => Task.Run(() => _identity.RefreshAsync(Documents.Plc, key).AsTask()));
        var keys = await Task.WhenAll(callers);

        Assert.All(keys, next => Assert.Same(keys[0], next));
        Assert.NotSame(key, keys[0]);
        Assert.Equal((2, 2), (_identity.Plc.Fetches, _identity.Taken));
    }

    [Fact]
    public async Task Accepts_that_the_DID_is_gone_from_a_forced_renewal()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Plc.AnswerNotFound();

        await Refusals.ShouldBeRefusedAsync(
            () => _identity.RefreshAsync(Documents.Plc, key).AsTask(), ErrorName.DidNotFound);
        await Refusals.ShouldBeRefusedAsync(
            () => _identity.RefreshAsync(Documents.Plc, key).AsTask(), ErrorName.DidNotFound);
        Assert.False(await _identity.ExistsAsync(Documents.Plc));
        Assert.Equal(2, _identity.Plc.Fetches);
    }

    public void Dispose() => _identity.Dispose();
}
