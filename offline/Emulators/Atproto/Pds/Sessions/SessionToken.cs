using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Emulators.Atproto.Accounts;

namespace AtpKeyserver.Emulators.Atproto.Pds.Sessions;

/// <summary>
/// A session token in the form of a PDS: a JWT with HS256. The key is derived from the account's permanent access
/// token, so that tokens stay valid over a restart. <see href="https://atproto.com/specs/xrpc#authentication"/>
/// </summary>
/// <param name="Scope"><see cref="AccessScope"/> or <see cref="RefreshScope"/>.</param>
/// <param name="Sub">The account's DID.</param>
/// <param name="Iat">The time of issue, in Unix seconds.</param>
/// <param name="Exp">The end of its validity, in Unix seconds.</param>
/// <param name="Jti">The token's id.</param>
/// <param name="Sid">The session's id. It stays the same when tokens are refreshed.</param>
internal sealed record SessionToken(string Scope, string Sub, long Iat, long Exp, string Jti, string Sid)
{
    /// <summary>The scope of access tokens of sessions with an app password.</summary>
    public const string AccessScope = "com.atproto.appPass";

    public const string RefreshScope = "com.atproto.refresh";

    private const int KeyBytes = 32;

    /// <summary>Verifies a token's signature, but not its scope or time.</summary>
    /// <returns>Null if it is no token of an account.</returns>
    public static (SessionToken Token, Account Account)? Verify(string token, AccountRegistry accounts)
    {
        var end = token.LastIndexOf('.');
        return end > 0 && Read(token[..end]) is { } claims && accounts.Find(claims.Sub) is { } account
            && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(Signature(account, token[..end])), Encoding.UTF8.GetBytes(token[(end + 1)..]))
            ? (claims, account)
            : null;
    }

    public string Sign(Account account)
    {
        var type = Scope == RefreshScope ? "refresh+jwt" : "at+jwt";
        var signed = Encode(Encoding.UTF8.GetBytes(AtprotoJson.Object(("typ", type), ("alg", "HS256"))))
            + "." + Encode(JsonSerializer.SerializeToUtf8Bytes(this, AtprotoJson.Default.SessionToken));
        return $"{signed}.{Signature(account, signed)}";
    }

    private static SessionToken? Read(string signed)
    {
        var payload = signed[(signed.IndexOf('.', StringComparison.Ordinal) + 1)..];
        if (!Base64Url.IsValid(payload))
            return null;
        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(payload), AtprotoJson.Default.SessionToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Signature(Account account, string signed)
    {
        var secret = Encoding.ASCII.GetBytes(account.AccessToken);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeyBytes, info: "session"u8.ToArray());
        return Encode(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
