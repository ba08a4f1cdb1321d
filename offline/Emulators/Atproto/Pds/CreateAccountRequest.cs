namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <param name="Handle">Such as <c>alice.test</c>.</param>
/// <param name="Method"><c>plc</c> (default) or <c>web</c>.</param>
/// <param name="Curve"><c>secp256k1</c> (default) or <c>p256</c>.</param>
internal sealed record CreateAccountRequest(string? Handle = null, string? Method = null, string? Curve = null);
