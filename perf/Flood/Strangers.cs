using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Flood;

/// <summary>Requests of unknown callers, each with its own address.</summary>
internal static class Strangers
{
    private const string A = XrpcCaller.Prefix;
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    private static readonly string Header = Encode("""{"typ":"JWT","alg":"ES256K"}""");

    /// <summary>Without a token, from an IPv4 address.</summary>
    public static HttpRequestMessage Anonymous(int number) =>
        From($"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}", $"/xrpc/{A}server.describeServer");

    /// <summary>From an IPv6 /64, with a token that passes all checks that do not need the issuer's key.</summary>
    public static HttpRequestMessage WithToken(int number, string audience)
    {
        var address = $"2001:db8:{number >> 16:x}:{number & 0xffff:x}::1";
        var request = From(address, $"/xrpc/{A}group.getKey?group_id=did:plc:{Identifier(number)}%23friends");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(number, audience));
        return request;
    }

    private static HttpRequestMessage From(string address, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", address);
        return request;
    }

    private static string Token(int number, string audience)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var issuer = $"did:plc:{Identifier(number)}";
        var payload = Encode($$"""
            {"iat":{{now}},"iss":"{{issuer}}","aud":"{{audience}}","exp":{{now + 60}},"lxm":"{{A}}group.getKey"}
            """);
        Span<byte> signature = stackalloc byte[64];
        RandomNumberGenerator.Fill(signature);
        // Both halves must be below the order of the curve.
        signature[0] &= 0x7f;
        signature[32] &= 0x7f;
        return $"{Header}.{payload}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>The number in base 32, with 24 characters.</summary>
    private static string Identifier(int number) => string.Create(24, number, (letters, rest) =>
    {
        for (var place = letters.Length - 1; place >= 0; place--, rest /= Base32.Length)
            letters[place] = Base32[rest % Base32.Length];
    });

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
