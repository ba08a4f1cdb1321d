using System.Buffers;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Observability;
using AtpKeyserver.RateLimiting;

namespace AtpKeyserver.Authentication;

/// <summary>
/// Authenticates callers by the service token that their PDS signed (protocol, Service auth). Cheap checks run first; a
/// token that fails them causes no lookup. Verified tokens are cached until they expire.
/// <see href="https://atproto.com/specs/xrpc#inter-service-authentication-jwt"/>
/// </summary>
public sealed class ServiceAuthenticator(
    ServiceTokenReader reader,
    VerifiedTokenCache cache,
    DidResolver resolver,
    ILookupLimits limits,
    TimeProvider clock,
    KeyserverMetrics? metrics = null)
{
    /// <summary>Verifies the token of a request.</summary>
    /// <param name="authorizationHeader">The header value; multiple headers, joined by a comma, are rejected.</param>
    /// <param name="nsid">The NSID in the path, which may be an alias.</param>
    /// <param name="from">The client, whose budget is charged for a lookup of the issuer's DID.</param>
    /// <param name="cancellation">Cancels the wait; a lookup in progress continues.</param>
    /// <exception cref="UnsignedTokenException">401: the issuer does not exist or did not sign the token.</exception>
    /// <exception cref="KeyserverException">401 with the error name of the first failed check; UpstreamFailure (503) if
    /// the issuer's key is currently unavailable; RateLimitExceeded (429).</exception>
    public ValueTask<VerifiedToken> AuthenticateAsync(
        string? authorizationHeader, string nsid, ClientAddress from, CancellationToken cancellation)
    {
        var text = BearerToken.Find(authorizationHeader);
        var rented = ArrayPool<byte>.Shared.Rent(text.Length);
        var token = rented.AsSpan(0, text.Length);
        try
        {
            BearerToken.ToBytes(text, token);
            var digest = VerifiedTokenCache.DigestOf(token);
            var now = clock.GetUtcNow();
            if (cache.Find(digest) is { } entry
                && now < entry.Token.ExpiresAt
                && entry.Nsid == nsid
                && resolver.FreshKey(entry.Token.Issuer, now) == entry.Key)
            {
                metrics?.CacheLookedUp("tokens", hit: true);
                return ValueTask.FromResult(entry.Token);
            }

            metrics?.CacheLookedUp("tokens", hit: false);
            return VerifyAsync(reader.Read(token, nsid, now), nsid, digest, from, cancellation);
        }
        finally
        {
            token.Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private async ValueTask<VerifiedToken> VerifyAsync(
        ServiceToken token,
        string nsid,
        VerifiedTokenCache.Digest digest,
        ClientAddress from,
        CancellationToken cancellation)
    {
        AtprotoKey key;
        try
        {
            key = await FindSignerAsync(token, from, cancellation);
        }
        catch (KeyserverException e) when (e.Error is ErrorName.DidNotFound or ErrorName.BadJwtSignature)
        {
            throw new UnsignedTokenException(e, token.Issuer);
        }

        limits.AddCaller(token.Issuer, from);
        var verified = new VerifiedToken(token.Issuer, token.Id, token.ExpiresAt);
        cache.Add(digest, new VerifiedTokenCache.Entry(verified, nsid, key));
        return verified;
    }

    /// <summary>Finds the issuer's key that signed the token.</summary>
    private async ValueTask<AtprotoKey> FindSignerAsync(
        ServiceToken token, ClientAddress from, CancellationToken cancellation)
    {
        var tried = await resolver.FindKeyAsync(token.Issuer, from, cancellation);
        if (token.IsSignedBy(tried))
            return tried!;
        // The key may have changed since the document was cached.
        var key = await resolver.RefreshKeyAsync(token.Issuer, tried, from, cancellation);
        if (key is null)
            throw DidResolver.NoUsableKey();
        return key != tried && token.IsSignedBy(key) ? key : throw TokenRefusal.Signature();
    }
}
