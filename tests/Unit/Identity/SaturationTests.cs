using System.Text;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Unit.Authentication;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>
/// Other callers use up the lookup limits: no stale document is served because of that, and known callers are not
/// locked out.
/// </summary>
public sealed class SaturationTests : IDisposable
{
    private const int StrangersSlots = DidDocumentFetcher.MaxWeb - DidDocumentFetcher.ReservedWeb;

    private readonly TestAuth _auth = new();
    private readonly TaskCompletionSource<byte[]?> _silence = new();
    private readonly TaskCompletionSource<byte[]?> _known = new();

    private TestResolver Identity => _auth.Identity;

    /// <summary>
    /// The attack: an account replaces its stolen key, and the thief fills all slots to keep the old key valid.
    /// </summary>
    [Fact]
    public async Task A_replaced_key_is_refused_while_strangers_fill_all_slots_and_the_queue()
    {
        await CallAsync();
        using var renewed = Documents.NewKey(EcCurve.P256);
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        var strangers = await FillAsync(Documents.Multikey(renewed));

        // Forged tokens can force this refetch, so it has no reserved slot.
        await Refusals.ShouldBeRefusedAsync(CallAsync, ErrorName.UpstreamFailure);
        Assert.Equal(Documents.Web, await _auth.AuthenticateAsync(Token(Exp()).Sign(renewed)));

        await EndAsync(strangers);
    }

    [Fact]
    public async Task No_stale_document_is_served_when_there_is_no_slot()
    {
        // The resolver knows the DID, but no token was verified for it.
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
    public async Task No_stale_document_is_served_when_a_budget_is_used_up()
    {
        await Identity.KeyAsync(Documents.Web);
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        Identity.Budget = (_, _, _) => throw KeyserverException.Upstream("Too many DID document lookups; try again.");

        await Refusals.ShouldBeRefusedAsync(() => Identity.KeyAsync(Documents.Web).AsTask(), ErrorName.UpstreamFailure);
    }

    [Fact]
    public async Task A_known_caller_is_renewed_when_others_have_used_up_the_budgets()
    {
        var options = Options.Create(new KeyserverOptions());
        Identity.Budget = new LookupLimits(options, Identity.Callers, Identity.Clock).Take;
        await CallAsync();
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < options.Value.RateLimits.ResolutionsPerMinute; i++)
            await Identity.ExistsAsync(Documents.NumberedPlc(i));
        await Refusals.ShouldBeRefusedAsync(() =>
            Identity.ExistsAsync(Documents.NumberedPlc(999)).AsTask(), ErrorName.RateLimitExceeded);

        await CallAsync();
    }

    [Fact]
    public async Task A_lookup_of_a_stranger_without_a_slot_does_not_fail_the_account()
    {
        await CallAsync();
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        var strangers = await FillAsync(Documents.Multikey(_auth.WebKey), queued: 0);
        // It waits for a slot while the account calls.
        var publicKey = Identity.ExistsAsync(Documents.Web).AsTask();

        await CallAsync();

        await Record.ExceptionAsync(() => publicKey);
        await EndAsync(strangers);
    }

    [Fact]
    public async Task A_known_account_takes_any_free_slot_when_the_reserved_ones_are_taken()
    {
        await CallAsync();
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        var known = await HoldReservedSlotsAsync();

        await CallAsync();

        await EndAsync(known);
    }

    [Fact]
    public async Task A_failed_attempt_does_not_use_up_the_reserved_slot()
    {
        await CallAsync();
        Identity.Clock.Advance(TimeSpan.FromHours(1));
        var known = await HoldReservedSlotsAsync();
        var strangers = await FillAsync(Documents.Multikey(_auth.WebKey));
        await Refusals.ShouldBeRefusedAsync(CallAsync, ErrorName.UpstreamFailure);
        _known.SetResult(null);
        await Task.WhenAll(known);

        await CallAsync();

        await EndAsync(strangers);
    }

    [Fact]
    public async Task A_forced_lookup_never_takes_a_reserved_slot()
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

    /// <summary>A new token each time, because verified tokens are cached.</summary>
    private static Token Token(string exp) => new()
    {
        Alg = "\"ES256\"",
        Iss = $"\"{Documents.Web}\"",
        Exp = exp,
        MorePayload = $"\"jti\":\"{Interlocked.Increment(ref _tokens)}\"",
    };

    private static int _tokens;

    /// <summary>
    /// Fills all slots and the queue with hosts that never respond; the account's own host returns this key.
    /// </summary>
    private async Task<Task[]> FillAsync(string multikey, int queued = ConcurrencyLimiter.MaxWaiting)
    {
        var own = Encoding.UTF8.GetBytes(Documents.WithKey(Documents.Web, multikey));
        Identity.Web.Answer = did => did == Documents.Web
            ? ValueTask.FromResult<byte[]?>(own) : new ValueTask<byte[]?>(_silence.Task);
        var before = Identity.Web.Fetches;
        var holders = Enumerable.Range(0, StrangersSlots).Select(AskAsync).ToArray();
        await Eventually.TrueAsync(() => Identity.Web.Fetches == before + StrangersSlots);
        var waiting = Enumerable.Range(StrangersSlots, queued).Select(AskAsync).ToArray();
        return [.. holders, .. waiting];
    }

    /// <summary>Hosts of accounts that called before and do not answer any more.</summary>
    private async Task<Task[]> HoldReservedSlotsAsync()
    {
        var own = Encoding.UTF8.GetBytes(Documents.WithKey(Documents.Web, Documents.Multikey(_auth.WebKey)));
        Identity.Web.Answer = did => did == Documents.Web
            ? ValueTask.FromResult<byte[]?>(own) : new ValueTask<byte[]?>(_known.Task);
        var others = Enumerable.Range(0, DidDocumentFetcher.ReservedWeb)
            .Select(i => Documents.Parse($"did:web:c{i}.example{i}.com"))
            .ToArray();
        var before = Identity.Web.Fetches;
        foreach (var other in others)
            Identity.Callers.Add(other);
        var waiting = others.Select(IgnoreAbsenceAsync).ToArray();
        await Eventually.TrueAsync(() => Identity.Web.Fetches == before + others.Length);
        return waiting;

        async Task IgnoreAbsenceAsync(Did did) =>
            await Refusals.ShouldBeRefusedAsync(() => Identity.KeyAsync(did).AsTask(), ErrorName.DidNotFound);
    }

    private async Task AskAsync(int i)
    {
        try
        {
            await Identity.ExistsAsync(Documents.Parse($"did:web:h{i}.example.com"));
        }
        catch (KeyserverException e) when (e.Error == ErrorName.UpstreamFailure)
        {
            // There is no free slot.
        }
    }

    private async Task EndAsync(Task[] strangers)
    {
        _known.TrySetResult(null);
        _silence.TrySetResult(null);
        await Task.WhenAll(strangers);
    }
}
