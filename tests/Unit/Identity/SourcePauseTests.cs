using System.Net;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>A source that sends Retry-After is not asked before that time.</summary>
public sealed class SourcePauseTests : IDisposable
{
    private readonly TestResolver _identity = new();
    private readonly string _key;

    public SourcePauseTests()
    {
        using var key = Documents.NewKey();
        _key = Documents.Multikey(key);
        _identity.Plc.AnswerKey(_key);
        _identity.Web.AnswerKey(_key);
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task The_directory_is_not_asked_before_Retry_After_and_callers_get_it(HttpStatusCode status)
    {
        Refuse(_identity.Plc, status, 30);
        Assert.Equal(30, await WaitAsync(Documents.Plc));
        _identity.Plc.AnswerKey(_key);
        _identity.Clock.AdvanceSeconds(10);
        Assert.Equal(20, await WaitAsync(Documents.NumberedPlc(1)));
        Assert.Equal((1, 1), (_identity.Plc.Fetches, _identity.Taken));
        await _identity.KeyAsync(Documents.Web);

        _identity.Clock.AdvanceSeconds(20);
        await _identity.KeyAsync(Documents.NumberedPlc(1));
        await _identity.KeyAsync(Documents.Plc);
    }

    [Fact]
    public async Task A_did_web_host_pauses_only_its_own_lookups()
    {
        Refuse(_identity.Web, HttpStatusCode.ServiceUnavailable, 30);
        Assert.Equal(30, await WaitAsync(Documents.Web));
        _identity.Web.AnswerKey(_key);

        Assert.Equal(30, await WaitAsync(Documents.Web));
        await _identity.KeyAsync(Documents.Parse("did:web:other.example.com"));
        await _identity.KeyAsync(Documents.Plc);
    }

    [Fact]
    public async Task A_pause_lasts_at_most_a_minute()
    {
        Refuse(_identity.Plc, HttpStatusCode.ServiceUnavailable, 86_400);
        Assert.Equal(60, await WaitAsync(Documents.Plc));
        _identity.Plc.AnswerKey(_key);
        _identity.Clock.AdvanceSeconds(60);

        await _identity.KeyAsync(Documents.Plc);
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, null)]
    [InlineData(HttpStatusCode.InternalServerError, 30)]
    public async Task Without_Retry_After_or_with_another_status_there_is_no_pause(HttpStatusCode status,
        int? seconds)
    {
        Refuse(_identity.Plc, status, seconds);
        Assert.Equal(1, await WaitAsync(Documents.Plc));
        _identity.Plc.AnswerKey(_key);

        await _identity.KeyAsync(Documents.Plc);
    }

    [Fact]
    public async Task A_stale_document_is_served_while_the_directory_fails_and_during_the_pause()
    {
        var key = await _identity.KeyAsync(Documents.Plc);
        _identity.Clock.Advance(TimeSpan.FromHours(1));
        Refuse(_identity.Plc, HttpStatusCode.ServiceUnavailable, 30);

        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
        Assert.Same(key, await _identity.KeyAsync(Documents.Plc));
        Assert.Equal(2, _identity.Plc.Fetches);
    }

    /// <summary>Attackers may have caused the throttling: that must not keep a replaced key valid.</summary>
    [Fact]
    public async Task No_stale_document_is_served_when_the_directory_throttles_us()
    {
        await _identity.KeyAsync(Documents.Plc);
        _identity.Clock.Advance(TimeSpan.FromHours(1));
        Refuse(_identity.Plc, HttpStatusCode.TooManyRequests, 30);

        Assert.Equal(30, await WaitAsync(Documents.Plc));
        Assert.Equal(30, await WaitAsync(Documents.Plc));
    }

    public void Dispose() => _identity.Dispose();

    private static void Refuse(FakeDidSource source, HttpStatusCode status, int? seconds) =>
        source.Answer = _ => throw new DocumentStatusException(status, seconds is { } wait
            ? TimeSpan.FromSeconds(wait) : null);

    private async Task<double> WaitAsync(Did did)
    {
        var refusal = await Refusals.ShouldBeRefusedAsync(() =>
            _identity.KeyAsync(did).AsTask(), ErrorName.UpstreamFailure);
        return refusal.RetryAfter!.Value.TotalSeconds;
    }
}
