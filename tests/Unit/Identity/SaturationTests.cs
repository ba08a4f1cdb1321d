using System.Text;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Unit.Auth;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>
/// Strangers use up what lookups need: no stale document serves because of that, and who called before is not locked
/// out.
/// </summary>
public sealed class SaturationTests : IDisposable
{
    private const int StrangersSlots = DidDocumentFetcher.MaxWeb - DidDocumentFetcher.ReservedWeb;

    private readonly TestAuth _auth = new();
    private readonly TaskCompletionSource<byte[]?> _silence = new();

    private TestResolver Identity => _auth.Identity;

    /// <summary>
    /// The attack: an account changed its key because somebody has the old one, who then fills the slots.
    /// </summary>
    [Fact]
    public async Task A_replaced_key_is_refused_while_strangers_fill_all_slots_and_the_queue()
    {
        await CallAsync();
        using var renewed = Documents.NewKey(EcCurve.P256);
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        var strangers = await FillAsync(Documents.Multikey(renewed));

        // Anybody can force the second look that it asks for: there is no slot for that.
        await Refusals.ShouldBeRefusedAsync(CallAsync, ErrorName.UpstreamFailure);
        Assert.Equal(Documents.Web, await _auth.AuthenticateAsync(Token(Exp()).Sign(renewed)));

        await EndAsync(strangers);
    }

    [Fact]
    public async Task A_stale_document_never_serves_because_there_is_no_slot()
    {
        // Known to the resolver, and not by a token.
        await Identity.KeyAsync(Documents.Web);
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        var strangers = await FillAsync(Documents.Multikey(_auth.WebKey));

        var refusal = await Refusals.ShouldBeRefusedAsync(() =>
            Identity.KeyAsync(Documents.Web).AsTask(), ErrorName.UpstreamFailure);

        Assert.NotNull(refusal.RetryAfter);
        await EndAsync(strangers);
        await Identity.KeyAsync(Documents.Web);
    }

    [Fact]
    public async Task A_stale_document_never_serves_because_a_budget_is_used_up()
    {
        await Identity.KeyAsync(Documents.Web);
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        Identity.Budget = (_, _, _) => throw KeyserverException.Upstream("Too many DID document lookups; try again.");

        await Refusals.ShouldBeRefusedAsync(() => Identity.KeyAsync(Documents.Web).AsTask(), ErrorName.UpstreamFailure);
    }

    [Fact]
    public async Task Who_called_before_is_renewed_when_strangers_have_used_up_the_budgets()
    {
        var options = Options.Create(new KeyserverOptions());
        Identity.Budget = new RateLimits(options, Identity.Clock).TakeResolution;
        await CallAsync();
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < options.Value.RateLimits.ResolutionsPerMinute; i++)
            await Identity.ExistsAsync(Documents.NumberedPlc(i));
        await Refusals.ShouldBeRefusedAsync(() =>
            Identity.ExistsAsync(Documents.NumberedPlc(999)).AsTask(), ErrorName.RateLimitExceeded);

        await CallAsync();
    }

    /// <summary>
    /// Else hosts that called once and never answer again would keep the reserved slots, and lock out whom they are
    /// for.
    /// </summary>
    [Fact]
    public async Task A_reserved_slot_is_given_to_a_DID_once_in_ten_minutes()
    {
        await CallAsync();
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        Identity.Web.Fail();
        var taken = Identity.Taken;
        await CallAsync(); // Stale, since its host fails.
        Assert.Equal(taken, Identity.Taken);
        await CallAsync();
        Assert.Equal(taken + 1, Identity.Taken);

        Identity.Clock.Advance(KnownCallers.Between);
        await CallAsync();
        Assert.Equal(taken + 1, Identity.Taken);
    }

    [Fact]
    public async Task A_turn_that_found_no_slot_is_not_lost()
    {
        await CallAsync();
        var others = Enumerable.Range(0, DidDocumentFetcher.ReservedWeb).Select(i =>
            Documents.Parse($"did:web:c{i}.example.com")).ToArray();
        foreach (var other in others)
            Identity.Resolver.AddCaller(other);
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        Identity.Web.Answer = _ => new ValueTask<byte[]?>(_silence.Task);
        var before = Identity.Web.Fetches;
        var waiting = others.Select(other => Identity.ExistsAsync(other).AsTask()).ToArray();
        await Eventually.TrueAsync(() => Identity.Web.Fetches == before + others.Length);
        await Refusals.ShouldBeRefusedAsync(CallAsync, ErrorName.UpstreamFailure);
        _silence.SetResult(null);
        await Task.WhenAll(waiting);
        Identity.Web.AnswerKey(Documents.Multikey(_auth.WebKey));
        var taken = Identity.Taken;

        await CallAsync();

        Assert.Equal(taken, Identity.Taken);
    }

    [Fact]
    public async Task Anybody_can_force_a_lookup_and_none_takes_a_reserved_slot()
    {
        await CallAsync();
        var taken = Identity.Taken;
        using var forger = Documents.NewKey(EcCurve.P256);
        await Refusals.ShouldBeRefusedAsync(() =>
            _auth.AuthenticateAsync(Token(Exp()).Sign(forger)), ErrorName.BadJwtSignature);

        Assert.Equal(taken + 1, Identity.Taken);
    }

    public void Dispose() => _auth.Dispose();

    private Task<Did> CallAsync() => _auth.AuthenticateAsync(Token(Exp()).Sign(_auth.WebKey));

    private string Exp() => $"{Identity.Clock.GetUtcNow().ToUnixTimeSeconds() + 60}";

    /// <summary>A new one each time: one that was verified is remembered.</summary>
    private static Token Token(string exp) => new()
    {
        Alg = "\"ES256\"",
        Iss = $"\"{Documents.Web}\"",
        Exp = exp,
        MorePayload = $"\"jti\":\"{Interlocked.Increment(ref _tokens)}\"",
    };

    private static int _tokens;

    /// <summary>
    /// All slots and the whole queue; hosts of strangers never answer, the account's own answers with this key.
    /// </summary>
    private async Task<Task[]> FillAsync(string multikey)
    {
        var own = Encoding.UTF8.GetBytes(Documents.WithKey(Documents.Web, multikey));
        Identity.Web.Answer = did => did == Documents.Web
            ? ValueTask.FromResult<byte[]?>(own) : new ValueTask<byte[]?>(_silence.Task);
        var before = Identity.Web.Fetches;
        var holders = Enumerable.Range(0, StrangersSlots).Select(AskAsync).ToArray();
        await Eventually.TrueAsync(() => Identity.Web.Fetches == before + StrangersSlots);
        var waiting = Enumerable.Range(StrangersSlots, ConcurrencyLimiter.MaxWaiting).Select(AskAsync).ToArray();
        return [.. holders, .. waiting];
    }

    private async Task AskAsync(int i)
    {
        try
        {
            await Identity.ExistsAsync(Documents.Parse($"did:web:h{i}.example.com"));
        }
        catch (KeyserverException e) when (e.Error == ErrorName.UpstreamFailure)
        {
            // No slot.
        }
    }

    private async Task EndAsync(Task[] strangers)
    {
        _silence.SetResult(null);
        await Task.WhenAll(strangers);
    }
}
