namespace AtpKeyserver.Emulators.Atproto.Accounts;

/// <summary>An account as it is at one moment.</summary>
/// <param name="Did">did:plc or did:web.</param>
/// <param name="Handle">Lower case.</param>
/// <param name="AccessToken">For the PDS.</param>
/// <param name="Method">The DID's.</param>
/// <param name="Key">Signs its tokens, also while the document does not show it.</param>
/// <param name="KeyRemoved">The document has no <c>#atproto</c> key.</param>
/// <param name="Tombstoned">The directory says that the DID is gone.</param>
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
