namespace AtpKeyserver.Emulators.Atproto;

/// <summary>What happens to every look-up of a DID document.</summary>
public enum LookupFault
{
    None,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>429 with <c>Retry-After: 1</c>.</summary>
    TooManyRequests,

    /// <summary>No answer until the client leaves or the emulator stops.</summary>
    Hang,

    /// <summary>The connection closes without an answer.</summary>
    Disconnect,
}
