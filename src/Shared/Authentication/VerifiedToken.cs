using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Authentication;

/// <summary>What a token proved.</summary>
/// <param name="Issuer">The account that calls.</param>
/// <param name="Id">SHA-256 of issuer and <c>jti</c> in hex; null where the token has no <c>jti</c>.</param>
/// <param name="ExpiresAt">Its <c>exp</c>.</param>
public sealed record VerifiedToken(Did Issuer, string? Id, DateTimeOffset ExpiresAt);
