using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Authentication;

/// <summary>
/// Parses a service token, a JWT in compact serialization (RFC 7515 section 7.1), and makes all checks except the
/// signature, in the protocol's order.
/// <code>base64url(header) "." base64url(payload) "." base64url(r ‖ s)</code>
/// </summary>
public sealed class ServiceTokenReader(IOptions<KeyserverOptions> options)
{
    /// <summary>Service tokens are flat, but unknown claims may be nested.</summary>
    private const int MaxDepth = 16;

    private readonly string _ownDid = options.Value.Did;
    private readonly string _ownService = options.Value.Did + "#atp_keyserver";
    private readonly bool _allowLocalhost = options.Value.AllowLocalhost;

    /// <exception cref="Errors.KeyserverException">401 with the error name of the first failed check.</exception>
    internal ServiceToken Read(ReadOnlySpan<byte> token, string nsid, DateTimeOffset now)
    {
        if (token.Count((byte)'.') != 2)
            throw TokenRefusal.Form("A token must have three segments");
        var afterHeader = token.IndexOf((byte)'.');
        var afterPayload = token.LastIndexOf((byte)'.');

        var buffer = ArrayPool<byte>.Shared.Rent(token.Length);
        try
        {
            var rest = buffer.AsMemory();
            var headerBytes = Decode(token[..afterHeader], ref rest);
            var payloadBytes = Decode(token[(afterHeader + 1)..afterPayload], ref rest);
            var signature = Decode(token[(afterPayload + 1)..], ref rest);
            using var header = ParseObject(headerBytes);
            using var payload = ParseObject(payloadBytes);
            var claims = payload.RootElement;
            var issuerText = StrictJson.Text(claims, "iss"u8);

            var curve = JoseHeader.Check(header.RootElement, issuerText);
            var expiresAt = TokenClaims.CheckTimes(claims, now);
            TokenClaims.CheckPurpose(claims, _ownDid, _ownService, nsid);
            var issuer = TokenClaims.CheckIssuer(issuerText, _allowLocalhost);
            // A malformed signature is rejected before the lookup.
            if (!CurveDomain.Of(curve).IsSignature(signature.Span))
                throw TokenRefusal.Signature();
            return new ServiceToken(
                issuer,
                TokenClaims.IdOf(claims, issuer),
                curve,
                expiresAt,
                SHA256.HashData(token[..afterPayload]),
                signature.ToArray());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static ReadOnlyMemory<byte> Decode(ReadOnlySpan<byte> segment, ref Memory<byte> buffer)
    {
        if (!StrictBase64Url.TryDecode(segment, buffer.Span, out var length))
            throw TokenRefusal.Form("The token must be base64url");
        var decoded = buffer[..length];
        buffer = buffer[length..];
        return decoded;
    }

    private static JsonDocument ParseObject(ReadOnlyMemory<byte> utf8) =>
        StrictJson.ParseObject(utf8, MaxDepth) ?? throw TokenRefusal.Form("Header and payload must be JSON objects");
}
