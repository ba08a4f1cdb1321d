namespace AtpKeyserver.Emulators.Atproto;

/// <summary>The DID method of an account.</summary>
public enum AccountMethod
{
    /// <summary><c>did:plc:</c>, with its document in the directory.</summary>
    Plc,

    /// <summary>
    /// <c>did:web:localhost%3A{port}</c>, with its document at <c>/.well-known/did.json</c>. A port has one such
    /// account.
    /// </summary>
    Web,
}
