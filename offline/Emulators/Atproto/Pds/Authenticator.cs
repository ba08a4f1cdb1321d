using AtpKeyserver.Emulators.Atproto.Accounts;
using AtpKeyserver.Emulators.Atproto.Pds.Sessions;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>Authenticates callers by the access token of their account or of a session.</summary>
internal sealed class Authenticator(AccountRegistry accounts, SessionRegistry sessions)
{
    private const string Scheme = "Bearer ";

    /// <exception cref="XrpcException">The request has no valid access token.</exception>
    public Account Authenticate(HttpRequest request)
    {
        var token = BearerToken(request);
        return accounts.FindByAccessToken(token) ?? sessions.Authenticate(token);
    }

    /// <exception cref="XrpcException">The request has no bearer token.</exception>
    public static string BearerToken(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? header[Scheme.Length..]
            : throw new XrpcException(
                401, "AuthMissing", "A bearer token in the Authorization header is required.");
    }
}
