namespace AtpKeyserver.Identity;

/// <summary>The two DID methods of the AT Protocol.</summary>
public enum DidMethod
{
    Plc,
    Web,
}
