using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AtpKeyserver.Emulators.Atproto.Accounts;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>
/// An inter-service JWT with the members and order of a PDS:
/// <c>{typ, alg}</c>.<c>{iat, iss, aud, exp, lxm, jti}</c>.<c>r‖s</c>.
/// <see href="https://atproto.com/specs/xrpc#inter-service-authentication-jwt"/>
/// </summary>
internal static class ServiceToken
{
    private const int NonceLength = 32;

    public static string Mint(
        Account account, string audience, string? method, DateTimeOffset now, TokenOptions options)
    {
        var iat = now.ToUnixTimeSeconds();
        var header = new JsonObject();
        if (options.Type is not null)
            header["typ"] = options.Type;
        header["alg"] = account.Key.Algorithm;
        var payload = new JsonObject
        {
            ["iat"] = iat,
            ["iss"] = account.Did,
            ["aud"] = audience,
            ["exp"] = iat + (long)options.Lifetime.TotalSeconds,
        };
        if (method is not null)
            payload["lxm"] = method;
        payload["jti"] = RandomNumberGenerator.GetHexString(NonceLength, lowercase: true);
        options.EditHeader?.Invoke(header);
        options.EditPayload?.Invoke(payload);

        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(Sign(account, Encoding.ASCII.GetBytes(signed), options))}";
    }

    private static byte[] Sign(Account account, byte[] data, TokenOptions options)
    {
        if (!options.Forged)
            return account.Key.Sign(data, options.HighS);
        using var other = SigningKey.Create(account.Key.Curve);
        return other.Sign(data, options.HighS);
    }

    private static string Encode(JsonObject part) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString(AtprotoJson.Readable)));
}
