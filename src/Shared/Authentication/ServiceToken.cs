using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Authentication;

/// <summary>A token that passed all checks except the signature. The token cannot be reconstructed from it.</summary>
/// <param name="Issuer">The claimed issuer.</param>
/// <param name="Curve">The curve of its <c>alg</c>.</param>
/// <param name="Id">SHA-256 of issuer and <c>jti</c> in hex; null without a <c>jti</c>.</param>
/// <param name="ExpiresAt">Its <c>exp</c>.</param>
/// <param name="Hash">SHA-256 of <c>header.payload</c>, 32 bytes.</param>
/// <param name="Signature"><c>r ‖ s</c>, 64 bytes, each in range for the curve.</param>
internal sealed record ServiceToken(
    Did Issuer,
    string? Id,
    EcCurve Curve,
    DateTimeOffset ExpiresAt,
    ReadOnlyMemory<byte> Hash,
    ReadOnlyMemory<byte> Signature)
{
    public bool IsSignedBy(AtprotoKey? key) =>
        key is not null && key.Curve == Curve && key.Verify(Hash.Span, Signature.Span);
}
