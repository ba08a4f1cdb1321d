using System.Collections.Concurrent;
using System.Security.Cryptography;
using AtpKeyserver.Emulators.Atproto.Accounts;

namespace AtpKeyserver.Emulators.Atproto.Pds.Sessions;

/// <summary>
/// Issues and checks session tokens. Only the ids of ended sessions and used refresh tokens are stored, in memory:
/// after a restart, such a token is valid again until it expires.
/// </summary>
internal sealed class SessionRegistry(AccountRegistry accounts, TimeProvider time)
{
    private const int IdLength = 32;

    private static readonly TimeSpan AccessLifetime = TimeSpan.FromHours(2);
    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(90);

    /// <summary>Each with the time at which all tokens with this id have expired.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ended = new(StringComparer.Ordinal);

    public SessionTokens Start(Account account) => Issue(account, NewId());

    /// <summary>Finds the account of an access token.</summary>
    /// <exception cref="XrpcException">The token is invalid, ended or expired.</exception>
    public Account Authenticate(string accessToken) => Check(accessToken, SessionToken.AccessScope).Account;

    /// <summary>Replaces a refresh token, which can be used once.</summary>
    /// <exception cref="XrpcException">The token is invalid, ended or expired.</exception>
    public SessionTokens Refresh(string refreshToken)
    {
        var (token, account) = Check(refreshToken, SessionToken.RefreshScope);
        return TryEnd(token.Jti) ? Issue(account, token.Sid) : throw Ended();
    }

    /// <summary>Ends the session of a refresh token: all its tokens.</summary>
    /// <exception cref="XrpcException">The token is invalid, ended or expired.</exception>
    public void End(string refreshToken) => TryEnd(Check(refreshToken, SessionToken.RefreshScope).Token.Sid);

    private SessionTokens Issue(Account account, string session)
    {
        var now = time.GetUtcNow();
        return new SessionTokens(
            account,
            Issue(SessionToken.AccessScope, AccessLifetime),
            Issue(SessionToken.RefreshScope, RefreshLifetime));

        string Issue(string scope, TimeSpan lifetime) => new SessionToken(
            scope, account.Did, now.ToUnixTimeSeconds(), (now + lifetime).ToUnixTimeSeconds(), NewId(), session)
            .Sign(account);
    }

    private (SessionToken Token, Account Account) Check(string text, string scope)
    {
        if (SessionToken.Verify(text, accounts) is not var (token, account))
            throw Invalid("The token is unknown.");
        if (token.Scope != scope)
            throw Invalid($"The token's scope is {token.Scope}, but {scope} is required.");
        if (token.Exp <= time.GetUtcNow().ToUnixTimeSeconds())
            throw new XrpcException(400, "ExpiredToken", "Token has expired");
        if (_ended.ContainsKey(token.Jti) || _ended.ContainsKey(token.Sid))
            throw Ended();
        return (token, account);
    }

    /// <summary>Refuses the token or the session with this id from now on.</summary>
    /// <returns>False if it had ended before.</returns>
    private bool TryEnd(string id)
    {
        var now = time.GetUtcNow();
        foreach (var old in _ended.Where(ended => ended.Value <= now))
            _ended.TryRemove(old);
        return _ended.TryAdd(id, now + RefreshLifetime);
    }

    private static string NewId() => RandomNumberGenerator.GetHexString(IdLength, lowercase: true);

    private static XrpcException Ended() => Invalid("The session has ended, or the refresh token was used.");

    private static XrpcException Invalid(string message) => new(401, "InvalidToken", message);
}
