using AtpKeyserver.Authentication;
using AtpKeyserver.Crypto;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Fuzz.Engine;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>
/// A token is accepted only as it was signed: nothing is signed here, so the signed part of an accepted token comes
/// from a seed.
/// </summary>
internal sealed class TokenTarget() : Target(
    "token", typeof(BearerToken), typeof(ServiceTokenReader), typeof(JoseHeader), typeof(TokenClaims),
    typeof(StrictBase64Url), typeof(CurveDomain))
{
    private readonly TokenWorld _world = new();
    private readonly HashSet<string> _signed = new(new TokenWorld().SignedParts, StringComparer.Ordinal);

    public override int MaxLength => BearerToken.MaxLength + 16;

    public override int Cost => 2;

    public override IEnumerable<string> Words => ["Bearer ", "bearer ", ".", "..", "eyJ", "e30", "=", "bnVsbA"];

    public override bool Run(byte[] input)
    {
        var header = Texts.Of(input);
        if (_world.Verify(header) is null)
            return false;
        var token = header[(header.LastIndexOf(' ') + 1)..];
        FindingException.Unless(
            _signed.Contains(token[..token.LastIndexOf('.')]), "An unsigned token is accepted.");
        FindingException.Unless(token.Length <= BearerToken.MaxLength, "A token that is too long is accepted.");
        // 64 bytes have one encoding.
        FindingException.Unless(token.Length - token.LastIndexOf('.') - 1 == 86, "The signature has a wrong length.");
        return true;
    }
}
