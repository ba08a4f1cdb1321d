namespace AtpKeyserver.Client;

internal sealed record XrpcErrorBody(string Error, string? Message = null);

internal sealed record TokenClaims(double? Exp = null);

internal sealed record LogIn(string Identifier, string Password);

internal sealed record PdsTokens(string Did, string AccessJwt, string RefreshJwt);

internal sealed record ServiceToken(string Token);
