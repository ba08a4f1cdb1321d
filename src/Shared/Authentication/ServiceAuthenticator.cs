using System.Buffers;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Observability;

namespace AtpKeyserver.Authentication;

/// <summary>
/// Tells who calls: verifies the service token that the caller's PDS has signed (protocol, Service auth). Cheap checks come first and
/// nothing is looked up for a token that fails one. A verified token is remembered until it ends.
/// <see href="https://atproto.com/specs/xrpc#inter-service-authentication-jwt"/>
/// </summary>
public sealed class ServiceAuthenticator
{
    private readonly ServiceTokenReader _reader;
    private readonly VerifiedTokenCache _remembered;
    private readonly DidResolver _resolver;
    private readonly Action<Did, ClientAddress> _authenticated;
    private readonly TimeProvider _clock;
    private readonly KeyserverMetrics? _metrics;

    /// <param name="authenticated">Told of each account whose token was verified, and where it came from.</param>
    internal ServiceAuthenticator(
        ServiceTokenReader reader,
        VerifiedTokenCache remembered,
        DidResolver resolver,
        Action<Did, ClientAddress> authenticated,
        TimeProvider clock,
        KeyserverMetrics? metrics = null)
    {
        _reader = reader;
        _remembered = remembered;
        _resolver = resolver;
        _authenticated = authenticated;
        _clock = clock;
        _metrics = metrics;
    }

    /// <summary>The account that the token speaks for.</summary>
    /// <param name="authorizationHeader">The whole header; several of them joined by a comma are refused.</param>
    /// <param name="nsid">The NSID as it stands in the path, alias or not.</param>
    /// <param name="from">Whose budget a look-up of the issuer's DID is taken from.</param>
    /// <param name="cancellation">Ends the waiting; a look-up that is under way goes on.</param>
    /// <exception cref="UnsignedTokenException">401: the issuer that it names does not exist or did not sign it.</exception>
    /// <exception cref="KeyserverException">401 with the name of the first rule that is broken; UpstreamFailure (503) when the issuer's key
    /// cannot be looked up now; RateLimitExceeded (429).</exception>
    public ValueTask<VerifiedToken> AuthenticateAsync(string? authorizationHeader, string nsid, ClientAddress from, CancellationToken cancellation)
    {
        var text = BearerToken.Find(authorizationHeader);
        var rented = ArrayPool<byte>.Shared.Rent(text.Length);
        var token = rented.AsSpan(0, text.Length);
        try
        {
            BearerToken.ToBytes(text, token);
            var digest = VerifiedTokenCache.DigestOf(token);
            var now = _clock.GetUtcNow();
            if (_remembered.Find(digest) is { } entry
                && now < entry.Token.ExpiresAt
                && entry.Nsid == nsid
                && _resolver.FreshKey(entry.Token.Issuer, now) == entry.Key)
            {
                _metrics?.LookedUp("tokens", hit: true);
                return ValueTask.FromResult(entry.Token);
            }

            _metrics?.LookedUp("tokens", hit: false);
            return VerifyAsync(_reader.Read(token, nsid, now), nsid, digest, from, cancellation);
        }
        finally
        {
            token.Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private async ValueTask<VerifiedToken> VerifyAsync(
        ServiceToken token, string nsid, VerifiedTokenCache.Digest digest, ClientAddress from, CancellationToken cancellation)
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

        _authenticated(token.Issuer, from);
        _resolver.AddCaller(token.Issuer);
        var verified = new VerifiedToken(token.Issuer, token.Id, token.ExpiresAt);
        _remembered.Add(digest, new VerifiedTokenCache.Entry(verified, nsid, key));
        return verified;
    }

    /// <summary>The key that has signed the token.</summary>
    private async ValueTask<AtprotoKey> FindSignerAsync(
        ServiceToken token, ClientAddress from, CancellationToken cancellation)
    {
        var tried = await _resolver.FindKeyAsync(token.Issuer, from, cancellation);
        if (token.IsSignedBy(tried))
            return tried!;
        // The account may have changed its key since the document was read.
        var key = await _resolver.RefreshKeyAsync(token.Issuer, tried, from, cancellation);
        if (key is null)
            throw DidResolver.NoUsableKey();
        return key != tried && token.IsSignedBy(key) ? key : throw TokenRefusal.Signature();
    }
}
