namespace AtpKeyserver.Emulators.Atproto;

/// <summary>An account as its owner sees it.</summary>
/// <param name="Did">did:plc or did:web.</param>
/// <param name="Handle">Such as <c>alice.test</c>.</param>
/// <param name="AccessToken">Bearer for calls of the PDS, and the account's app password; does not end.</param>
/// <param name="Method">The DID's.</param>
/// <param name="Curve">Of the current signing key.</param>
public sealed record EmulatedAccount(
    string Did, string Handle, string AccessToken, AccountMethod Method, AccountCurve Curve);
