namespace AtpKeyserver.Emulators.Atproto.Accounts;

/// <summary>An immutable snapshot of an account.</summary>
/// <param name="Did">did:plc or did:web.</param>
/// <param name="Handle">Lower case.</param>
/// <param name="AccessToken">Authenticates calls to the PDS.</param>
/// <param name="Method">The DID's method.</param>
/// <param name="Key">Signs the tokens, even if the document does not contain it.</param>
/// <param name="KeyRemoved">Whether the document has no <c>#atproto</c> key.</param>
/// <param name="Tombstoned">Whether the directory returns 410.</param>
internal sealed record Account(
    string Did,
    string Handle,
    string AccessToken,
    AccountMethod Method,
    SigningKey Key,
    bool KeyRemoved,
    bool Tombstoned)
{
    public EmulatedAccount Public => new(Did, Handle, AccessToken, Method, Key.Curve);
}
