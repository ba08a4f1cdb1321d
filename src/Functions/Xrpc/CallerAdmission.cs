using AtpKeyserver.Accounts;
using AtpKeyserver.Authentication;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using AtpKeyserver.RateLimiting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// Authenticates and admits a caller: token, deny list, the caller's budget, replay, deleted accounts. Only a valid
/// token uses the budget of its DID. A refused token is logged by error name only, and charged to the address, together
/// with the claimed issuer if the signature is invalid. The token itself is not stored.
/// </summary>
public sealed class CallerAdmission(
    ServiceAuthenticator authenticator,
    AccountKeys accounts,
    ReplayGuard replay,
    RateLimits limits,
    KeyserverMetrics metrics,
    ILogger<CallerAdmission> logger)
{
    public async ValueTask<Did> AdmitAsync(
        string? authorization, string nsid, XrpcMethod method, ClientAddress from, CancellationToken cancellation)
    {
        try
        {
            var token = await authenticator.AuthenticateAsync(authorization, nsid, from, cancellation);
            limits.CheckDenied(token.Issuer);
            if (method.Kind == XrpcKind.Query)
                limits.TakeRead(token.Issuer);
            else
                limits.TakeChange(token.Issuer);
            metrics.KeyRequested(token.Issuer, method.Nsid);
            await replay.TakeAsync(token, isChange: method.Kind == XrpcKind.Procedure, cancellation);
            if (!method.IsForDeleted)
                await accounts.CheckAsync(token.Issuer, cancellation);
            return token.Issuer;
        }
        catch (KeyserverException e) when (ErrorStatus.Of(e.Error) == 401)
        {
            metrics.TokenRefused(ErrorStatus.NameOf(e.Error));
            // A replayed token has a valid signature, so the call was charged to its issuer already. An expired token
            // is renewed after a 401, which others behind the same address must not turn into a 429.
            if (e.Error is not (ErrorName.NonceNotUnique or ErrorName.JwtExpired))
                limits.TakeRefusedToken(from, (e as UnsignedTokenException)?.Issuer);
            // Only within the budget, so that a flood does not fill the log.
            Log.TokenRefused(logger, ErrorStatus.NameOf(e.Error));
            throw;
        }
    }
}
