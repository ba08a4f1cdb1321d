using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Authentication;

/// <summary>A token that has passed every check that needs no key. It holds nothing from which the token could be made again.</summary>
/// <param name="Issuer">Who claims to have signed it.</param>
/// <param name="Curve">The curve that its <c>alg</c> needs.</param>
/// <param name="Id">SHA-256 of issuer and <c>jti</c> in hex; null where the token has no <c>jti</c>.</param>
/// <param name="ExpiresAt">Its <c>exp</c>, to the tick.</param>
/// <param name="Hash">SHA-256 of <c>header.payload</c>, 32 bytes.</param>
/// <param name="Signature"><c>r ‖ s</c>, 64 bytes, each in range for the curve.</param>
internal sealed record ServiceToken(
    Did Issuer, string? Id, EcCurve Curve, DateTimeOffset ExpiresAt, ReadOnlyMemory<byte> Hash, ReadOnlyMemory<byte> Signature)
{
    public bool IsSignedBy(AtprotoKey? key) =>
        key is not null && key.Curve == Curve && key.Verify(Hash.Span, Signature.Span);
}
