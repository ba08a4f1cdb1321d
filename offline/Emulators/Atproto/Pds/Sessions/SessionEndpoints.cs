using AtpKeyserver.Emulators.Atproto.Accounts;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds.Sessions;

/// <summary>Creates, refreshes and ends sessions. <see href="https://atproto.com/specs/xrpc#authentication"/></summary>
internal sealed class SessionEndpoints(AccountRegistry accounts, SessionRegistry sessions)
{
    /// <summary>
    /// <c>POST /xrpc/com.atproto.server.createSession</c>. The app password is the account's permanent access token.
    /// </summary>
    public async Task CreateAsync(HttpContext context)
    {
        var request = await Xrpc.ReadAsync(context, AtprotoJson.Default.CreateSessionRequest);
        var account = accounts.FindByAccessToken(request.Password);
        if (account is null || account != accounts.FindByName(request.Identifier))
            throw new XrpcException(401, "AuthenticationRequired", "Invalid identifier or password");
        await Xrpc.WriteAsync(context, sessions.Start(account).ToJson());
    }

    /// <summary><c>POST /xrpc/com.atproto.server.refreshSession</c>, with a refresh token.</summary>
    public Task Refresh(HttpContext context) =>
        Xrpc.WriteAsync(context, sessions.Refresh(Authenticator.BearerToken(context.Request)).ToJson());

    /// <summary>
    /// <c>POST /xrpc/com.atproto.server.deleteSession</c>, with a refresh token. Does nothing for an account's
    /// permanent access token, which belongs to no session.
    /// </summary>
    public Task Delete(HttpContext context)
    {
        var token = Authenticator.BearerToken(context.Request);
        if (accounts.FindByAccessToken(token) is null)
            sessions.End(token);
        return Xrpc.WriteAsync(context, "{}");
    }
}
