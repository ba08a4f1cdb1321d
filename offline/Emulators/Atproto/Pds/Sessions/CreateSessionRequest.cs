namespace AtpKeyserver.Emulators.Atproto.Pds.Sessions;

/// <param name="Identifier">Handle or DID.</param>
/// <param name="Password">The permanent access token.</param>
internal sealed record CreateSessionRequest(string Identifier, string Password);
