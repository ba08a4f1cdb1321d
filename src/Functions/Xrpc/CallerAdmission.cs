using AtpKeyserver.Accounts;
using AtpKeyserver.Authentication;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using AtpKeyserver.RateLimiting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// Lets an account in: token, deny list, the caller's budget, replay, and whether its account was deleted. Only who has
/// proved a DID uses up that DID's budget. A refused token is counted by the name of the rule and for its sender: the
/// address, and with it the issuer that did not sign it. The token itself is kept nowhere.
/// </summary>
public sealed class CallerAdmission(
    ServiceAuthenticator authenticator, AccountKeys accounts, ReplayGuard replay, RateLimits limits, KeyserverMetrics metrics, ILogger<CallerAdmission> logger)
{
    public async ValueTask<Did> AdmitAsync(string? authorization, string nsid, XrpcMethod method, ClientAddress from, CancellationToken cancellation)
    {
        try
        {
            var token = await authenticator.AuthenticateAsync(authorization, nsid, from, cancellation);
            limits.CheckDenied(token.Issuer);
            if (method.Kind == XrpcKind.Query)
                limits.TakeRead(token.Issuer);
            else
                limits.TakeChange(token.Issuer);
            metrics.Asked(token.Issuer, method.Nsid);
            await replay.TakeAsync(token, isChange: method.Kind == XrpcKind.Procedure, cancellation);
            if (!method.IsForDeleted)
                await accounts.CheckAsync(token.Issuer, cancellation);
            return token.Issuer;
        }
        catch (KeyserverException e) when (ErrorStatus.Of(e.Error) == 401)
        {
            metrics.TokenRefused(ErrorStatus.NameOf(e.Error));
            // A used token has a good signature: its sender has paid for the call.
            // The holder of an expired token renews it after a 401, whatever others send from the address.
            if (e.Error is not (ErrorName.NonceNotUnique or ErrorName.JwtExpired))
                limits.TakeRefusedToken(from, (e as UnsignedTokenException)?.Issuer);
            // Only within the budget: a flood must not fill the log.
            Log.TokenRefused(logger, ErrorStatus.NameOf(e.Error));
            throw;
        }
    }
}
