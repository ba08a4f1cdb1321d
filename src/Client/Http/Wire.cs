using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

internal sealed record XrpcErrorBody(string Error, string? Message = null);

internal sealed record TokenClaims(double? Exp = null);

internal sealed record LogIn(string Identifier, string Password);

internal sealed record PdsTokens(string Did, string AccessJwt, string RefreshJwt);

internal sealed record ServiceToken(string Token);

internal sealed record DidDocument(string Id, IReadOnlyList<DidService>? Service = null);

internal sealed record DidService(string? Id = null, string? Type = null, string? ServiceEndpoint = null);
