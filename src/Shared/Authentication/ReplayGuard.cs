using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Authentication;

/// <summary>
/// Accepts each token once across all instances: inserts a row into the daily table of the token's expiry. If the
/// outcome of the insert is unknown, the call fails with 503, because the token may have been used.
/// </summary>
public sealed class ReplayGuard(ReplayTable tokens, IOptions<KeyserverOptions> options)
{
    /// <exception cref="KeyserverException">NonceNotUnique; BadJwt for a token without <c>jti</c>.</exception>
    public async Task TakeAsync(VerifiedToken token, bool isChange, CancellationToken cancellation)
    {
        var replay = options.Value.Replay;
        if (replay == ReplayProtection.Off || (replay == ReplayProtection.Procedures && !isChange))
            return;
        if (token.Id is null)
            throw TokenRefusal.Form("jti is required because this server accepts each token once");
        if (!await tokens.TryAddAsync(token.Id, token.ExpiresAt, cancellation))
            throw TokenRefusal.Used();
    }
}
