namespace AtpKeyserver.Emulators.Atproto;

/// <summary>A fault of all DID document lookups.</summary>
public enum LookupFault
{
    None,

    /// <summary>Returns 503.</summary>
    Unavailable,

    /// <summary>Returns 429 with <c>Retry-After: 1</c>.</summary>
    TooManyRequests,

    /// <summary>Does not respond until the client disconnects or the emulator stops.</summary>
    Hang,

    /// <summary>Closes the connection without a response.</summary>
    Disconnect,
}
