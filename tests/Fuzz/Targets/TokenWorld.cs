using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Authentication;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Fuzz.Engine;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>
/// The accounts, keys and time of the service-auth vectors, and a plain implementation of the rules for an accepted
/// token.
/// </summary>
internal sealed class TokenWorld
{
    private readonly JsonElement _vectors = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "service-auth.json"))).RootElement;

    private readonly ServiceTokenReader _reader;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<string, (AtprotoKey Key, ECDsa Signer, string Alg)> _keys = new(StringComparer.Ordinal);

    public TokenWorld()
    {
        OwnDid = _vectors.GetProperty("ownDid").GetString()!;
        Nsid = _vectors.GetProperty("lxm").GetString()!;
        _now = DateTimeOffset.FromUnixTimeSeconds(_vectors.GetProperty("now").GetInt64());
        _reader = new ServiceTokenReader(Options.Create(new KeyserverOptions { Did = OwnDid }));
        foreach (
            var did in new[] { "did:plc:k256aaaaaaaaaaaaaaaaaaaa", "did:plc:p256aaaaaaaaaaaaaaaaaaaa",
            "did:web:user.example.com" })
        {
            var key = _vectors.GetProperty("keys").GetProperty(did);
            var alg = key.GetProperty("jwtAlg").GetString()!;
            var point = Convert.FromHexString(key.GetProperty("publicKeyUncompressedHex").GetString()!);
            var curve = alg == "ES256" ? EcCurve.P256 : EcCurve.Secp256k1;
            var signer = ECDsa.Create(new ECParameters
            {
                Curve = alg == "ES256" ? ECCurve.NamedCurves.nistP256 : ECCurve.CreateFromValue("1.3.132.0.10"),
                Q = new ECPoint { X = point[1..33], Y = point[33..] },
                D = Convert.FromHexString(key.GetProperty("privateKeyHex").GetString()!),
            });
            _keys[did] = (AtprotoKey.FromPoint(curve, point)!, signer, alg);
        }
    }

    public string OwnDid { get; }

    public string Nsid { get; }

    /// <summary>Signed input: the first two segments of the valid vectors.</summary>
    public IEnumerable<string> SignedParts => _vectors.GetProperty("vectors").EnumerateArray()
        .Select(vector => vector.GetProperty("token").GetString()!)
        .Where(token => token.Contains('.', StringComparison.Ordinal))
        .Select(token => token[..token.LastIndexOf('.')]);

    public IEnumerable<string> Words =>
    [
        "\"alg\"", "\"typ\"", "\"kid\"", "\"crit\"", "\"iss\"", "\"aud\"", "\"lxm\"", "\"exp\"", "\"iat\"", "\"nbf\"",
        "\"jti\"",
        "ES256", "ES256K", "none",
        "JWT", "jwt", "#atproto", OwnDid, OwnDid + "#atp_keyserver", Nsid, "1800000001", "1800000000", "1800003660",
        "1800003661",
        "1.8e9", "\\u0061ud",
        "\"exp\":1800000055", "\"lxm\":\"*\"", "null", "[]", "{}", "\\ud800", .. _keys.Keys,
    ];

    /// <summary>All processing of a header before and after the key lookup.</summary>
    /// <returns>The issuer; null if the token was refused with 401.</returns>
    public string? Verify(string authorization)
    {
        try
        {
            var text = BearerToken.Find(authorization);
            var bytes = new byte[text.Length];
            BearerToken.ToBytes(text, bytes);
            var token = _reader.Read(bytes, Nsid, _now);
            if (!_keys.TryGetValue(token.Issuer.Value, out var known) || !token.IsSignedBy(known.Key))
                return null;
            FindingException.Unless(
                token.ExpiresAt > _now && token.ExpiresAt <= _now.AddSeconds(TokenClaims.MaxLifetime),
                "The token expires at a wrong time.");
            return token.Issuer.Value;
        }
        catch (KeyserverException e)
        {
            FindingException.Unless(ErrorStatus.Of(e.Error) == 401, $"The error is {e.Error}.");
            return null;
        }
    }

    /// <summary>Signs as the account that the payload names; with the wrong key if it names none.</summary>
    public string Sign(byte[] header, byte[] payload)
    {
        var issuer = PlainJson.Object(payload, 64) is { } claims ? PlainJson.Text(claims, "iss") : null;
        var signer = issuer is not null && _keys.TryGetValue(issuer, out var known)
            ? known.Signer
            : _keys["did:web:user.example.com"].Signer;
        var signed = Base64Url.EncodeToString(header) + "." + Base64Url.EncodeToString(payload);
        return signed + "."
            + Base64Url.EncodeToString(signer.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
    }

    /// <summary>Whether header and payload satisfy every rule of the protocol that they can show.</summary>
    public bool FollowsTheRules(byte[] headerBytes, byte[] payloadBytes)
    {
        if (PlainJson.Object(headerBytes, 16) is not { } header || PlainJson.Object(payloadBytes, 16) is not { } claims)
            return false;
        if (!PlainJson.HasUniqueNames(header) || !PlainJson.HasUniqueNames(claims)
            || header.TryGetProperty("crit", out _))
            return false;
        var issuer = PlainJson.Text(claims, "iss");
        if (issuer is null || !_keys.TryGetValue(issuer, out var known) || PlainJson.Text(header, "alg") != known.Alg)
            return false;
        if (header.TryGetProperty("typ", out _) && PlainJson.Text(header, "typ")?.ToUpperInvariant() != "JWT")
            return false;
        if (header.TryGetProperty("kid", out _) && PlainJson.Text(header, "kid") is var kid && kid != "#atproto"
            && kid != issuer + "#atproto")
            return false;
        var now = _now.ToUnixTimeSeconds();
        return PlainJson.Number(claims, "exp") is { } exp && exp > now && exp <= now + 3660
            && IsPast(claims, "iat", now + 60) && IsPast(claims, "nbf", now + 60)
            && (PlainJson.Text(claims, "aud") is { } audience
                && (audience == OwnDid || audience == OwnDid + "#atp_keyserver"))
            && PlainJson.Text(claims, "lxm") == Nsid;
    }

    private static bool IsPast(JsonElement claims, string name, double limit) =>
        !claims.TryGetProperty(name, out _) || PlainJson.Number(claims, name) <= limit;
}
