namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <param name="Identifier">Handle or DID.</param>
/// <param name="Password">The access token.</param>
internal sealed record CreateSessionRequest(string Identifier, string Password);
