using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>
/// Builds a token that is valid by default. Members are JSON text, so a test can write anything; null omits one.
/// </summary>
internal sealed record Token
{
    public string? Typ { get; init; } = "\"JWT\"";

    public string? Alg { get; init; } = "\"ES256K\"";

    public string? Kid { get; init; }

    public string? Iss { get; init; } = "\"did:plc:abcdefghijklmnopqrstuvwx\"";

    public string? Aud { get; init; } = $"\"{TestAuth.OwnDid}\"";

    public string? Lxm { get; init; } = $"\"{TestAuth.Nsid}\"";

    public string? Exp { get; init; } = "1800000055";

    public string? Iat { get; init; } = "1799999995";

    public string? Nbf { get; init; }

    /// <summary>Appended to the header's members.</summary>
    public string? MoreHeader { get; init; }

    /// <summary>Appended to the payload's members.</summary>
    public string? MorePayload { get; init; }

    public string Header => Object(("typ", Typ), ("alg", Alg), ("kid", Kid), (null, MoreHeader));

    public string Payload =>
        Object(("iat", Iat), ("nbf", Nbf), ("iss", Iss), ("aud", Aud), ("exp", Exp), ("lxm", Lxm), (null, MorePayload));

    public string Sign(ECDsa key) => Sign(Encoding.UTF8.GetBytes(Header), Encoding.UTF8.GetBytes(Payload), key);

    public static string Sign(byte[] header, byte[] payload, ECDsa key) =>
        SignText(Base64Url.EncodeToString(header) + "." + Base64Url.EncodeToString(payload), key);

    public static string SignText(string signed, ECDsa key) =>
        signed + "." + Base64Url.EncodeToString(key.SignData(Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256));

    /// <summary>The same token with another signature.</summary>
    public static string WithSignature(string token, byte[] signature) =>
        token[..(token.LastIndexOf('.') + 1)] + Base64Url.EncodeToString(signature);

    public static byte[] SignatureOf(string token) =>
        Base64Url.DecodeFromChars(token.AsSpan(token.LastIndexOf('.') + 1));

    private static string Object(params (string? Name, string? Value)[] members)
    {
        var texts = members.Where(m => m.Value is not null)
            .Select(m => m.Name is null ? m.Value : $"\"{m.Name}\":{m.Value}");
        return "{" + string.Join(',', texts) + "}";
    }
}
