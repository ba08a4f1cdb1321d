namespace AtpKeyserver.Emulators.Atproto;

/// <summary>The DID method of an account.</summary>
public enum AccountMethod
{
    /// <summary><c>did:plc:</c>, its document in the directory.</summary>
    Plc,

    /// <summary>
    /// <c>did:web:localhost%3A{port}</c>, its document at <c>/.well-known/did.json</c>: one account for each port.
    /// </summary>
    Web,
}
