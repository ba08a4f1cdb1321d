namespace AtpKeyserver.Emulators.Atproto;

/// <summary>The public data of an account.</summary>
/// <param name="Did">did:plc or did:web.</param>
/// <param name="Handle">Such as <c>alice.test</c>.</param>
/// <param name="AccessToken">The bearer token for the PDS and the account's app password. Does not expire.</param>
/// <param name="Method">The DID's method.</param>
/// <param name="Curve">The curve of the current signing key.</param>
public sealed record EmulatedAccount(
    string Did, string Handle, string AccessToken, AccountMethod Method, AccountCurve Curve);
