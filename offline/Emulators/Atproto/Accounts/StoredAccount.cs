namespace AtpKeyserver.Emulators.Atproto.Accounts;

/// <summary>The content of an account's file.</summary>
internal sealed record StoredAccount(
    string Did,
    string Handle,
    string AccessToken,
    AccountMethod Method,
    AccountCurve Curve,
    byte[] PrivateKeyPkcs8,
    bool KeyRemoved,
    bool Tombstoned);
