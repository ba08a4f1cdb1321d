using System.Text.Json;

namespace AtpKeyserver.Client;

internal sealed record XrpcErrorBody(string Error, string? Message = null);

internal sealed record TokenClaims(double? Exp = null);

internal sealed record LogIn(string Identifier, string Password);

internal sealed record PdsTokens(string Did, string AccessJwt, string RefreshJwt);

internal sealed record ServiceToken(string Token);

/// <param name="Id">The DID.</param>
/// <param name="Service">Not parsed: the members of other services may be strings, arrays or maps.</param>
internal sealed record DidDocument(string Id, JsonElement? Service = null);
