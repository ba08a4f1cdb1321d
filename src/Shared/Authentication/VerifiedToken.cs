using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Authentication;

/// <summary>A verified token.</summary>
/// <param name="Issuer">The calling account.</param>
/// <param name="Id">SHA-256 of issuer and <c>jti</c> in hex; null without a <c>jti</c>.</param>
/// <param name="ExpiresAt">Its <c>exp</c>.</param>
public sealed record VerifiedToken(Did Issuer, string? Id, DateTimeOffset ExpiresAt);
